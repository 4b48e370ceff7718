/**
 * Intents that no outcome closes yet.
 *
 * INVARIANT: every intent is closed by exactly one outcome; an outcome on its way claims its intent, so that two
 * cannot both be recorded.
 */

export class OpenIntents {
  readonly #open: Set<number>
  readonly #claimed = new Set<number>()

  constructor(open: Iterable<number> = []) {
    this.#open = new Set(open)
  }

  /** A durable intent. */
  opened(index: number): void {
    this.#open.add(index)
  }

  /** A durable outcome; false when there was no such open intent. */
  closed(index: number | null): boolean {
    if (index === null) return false
    this.#claimed.delete(index)
    return this.#open.delete(index)
  }

  /** Reserves an open intent for an outcome; false when it is not open or already reserved. */
  claim(index: number): boolean {
    if (!this.#open.has(index) || this.#claimed.has(index)) return false
    this.#claimed.add(index)
    return true
  }

  /** Gives reservations back after nothing of what waited was recorded. */
  releaseAll(): void {
    this.#claimed.clear()
  }

  /** In order of their indices: they are added in order. */
  list(): number[] {
    return [...this.#open]
  }
}
