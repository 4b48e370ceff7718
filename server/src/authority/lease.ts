/**
 * Lease arithmetic, on monotonic clocks only: an operator may set the wall clock back.
 *
 * The gateway counts its lease from the moment it asked; the writer counts the same lease from the moment it
 * answered, which is later. So when the writer thinks that a lease has run out, it has. Clocks of two processes
 * on one machine are the same clock; the margin covers clocks that drift, should they ever not be.
 */

/** Added by the writer to every lease it waits for. */
export const LEASE_MARGIN_MS = 20

/** The gateway's view. */
export class HeldLease {
  #untilMs = Number.NEGATIVE_INFINITY
  readonly #asked = new Map<number, number>()
  #seq = 0

  /** Notes that a renewal is asked for now; returns its number. */
  ask(monotonicMs: number): number {
    this.#seq += 1
    this.#asked.set(this.#seq, monotonicMs)
    return this.#seq
  }

  /** Takes an answer. One that nobody asked for gives nothing. */
  granted(seq: number, leaseMs: number): void {
    const askedMs = this.#asked.get(seq)
    for (const older of this.#asked.keys()) if (older <= seq) this.#asked.delete(older)
    if (askedMs !== undefined) this.#untilMs = Math.max(this.#untilMs, askedMs + leaseMs)
  }

  valid(monotonicMs: number): boolean {
    return monotonicMs < this.#untilMs
  }

  drop(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY
    this.#asked.clear()
  }

  get untilMs(): number {
    return this.#untilMs
  }
}

/** The writer's view of one gateway. */
export class GrantedLease {
  #untilMs = Number.NEGATIVE_INFINITY
  #acknowledged = 0

  grant(monotonicMs: number, leaseMs: number): void {
    this.#untilMs = monotonicMs + leaseMs + LEASE_MARGIN_MS
  }

  acknowledge(feed: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, feed)
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  /** When nothing granted so far can still be in use. */
  get untilMs(): number {
    return this.#untilMs
  }
}
