/**
 * Reservations: taken before an intent is recorded, so that a race cannot overshoot a limit.
 *
 * INVARIANT: recorded use + reservations + the new one ≤ the limit, for the person, the institution and the
 * grant, all or nothing. One process decides, in one turn of its event loop, so there is nothing to race.
 * A reservation becomes recorded use in the same turn in which its intent is known to be durable; one that
 * never gets there expires. Spec: docs/spec/budget.md §2.
 */
import type { Reserved, ReserveRefusal, ReserveRequest } from './reserve.ts'
import { DAY_MS, dayOf, type UsageBook, type UsageKind } from './usage.ts'

/** How long a reservation may wait for its intent: appends take milliseconds, a stalled disk seconds. */
export const RESERVATION_MS_MAX = 60_000

/** Exchanges one actor may have open, unless configured otherwise. */
export const OPEN_PER_ACTOR_MAX = 64
/** An exchange ends in seconds, not at midnight. */
const CONCURRENCY_RETRY_S = 1

/** What one person or institution may use a UTC day. */
export interface Limits {
  readonly requestsPerDay: number
  readonly tokensPerDay: number
}

export interface ReserveTerms {
  readonly person: Limits
  readonly institution: Limits
  /** Uses left of the grant by recorded intents; null without a grant. */
  readonly grantUsesLeft: number | null
  /** Recorded intents of the actor that no outcome closes yet, and how many it may have, reservations included. */
  readonly open: number
  readonly openMax: number
}

interface Reservation extends ReserveRequest {
  readonly id: string
  readonly expiresMonotonicMs: number
  /** True while its intent is being made durable: it cannot expire then. */
  recording: boolean
}

interface Held {
  requests: number
  tokens: number
}

const NOTHING_HELD: Readonly<Held> = { requests: 0, tokens: 0 }

/** Reservations in flight, over recorded use. */
export class BudgetBook {
  readonly #usage: UsageBook
  /** In order of expiry, because all live equally long. */
  readonly #reservations = new Map<string, Reservation>()
  readonly #held: Readonly<Record<UsageKind, Map<string, Held>>> = {
    person: new Map(),
    institution: new Map(),
  }
  readonly #grantsHeld = new Map<string, number>()
  #next = 0

  constructor(usage: UsageBook) {
    this.#usage = usage
  }

  reserve(request: ReserveRequest, terms: ReserveTerms, nowMs: number, monotonicMs: number): Reserved {
    this.#expire(monotonicMs)
    const grantHeld = request.grant === null ? 0 : (this.#grantsHeld.get(request.grant) ?? 0)
    if (terms.grantUsesLeft !== null && terms.grantUsesLeft - grantHeld < 1) {
      return { ok: false, refusal: 'grant_spent', limit: terms.grantUsesLeft, retryAfterS: 0 }
    }
    const reserved = this.#held.person.get(request.actor)?.requests ?? 0
    if (terms.open + reserved + 1 > terms.openMax) {
      const limit = terms.openMax
      return { ok: false, refusal: 'person_concurrency', limit, retryAfterS: CONCURRENCY_RETRY_S }
    }
    const over =
      this.#over('person', request.actor, request.tokens, terms.person, nowMs) ??
      this.#over('institution', request.institution, request.tokens, terms.institution, nowMs)
    if (over !== null) return over
    this.#next += 1
    const id = String(this.#next)
    this.#reservations.set(id, {
      ...request,
      id,
      expiresMonotonicMs: monotonicMs + RESERVATION_MS_MAX,
      recording: false,
    })
    this.#hold(request, 1)
    return { ok: true, reservation: id }
  }

  /** Gives a reservation back; unknown ones are ignored. */
  release(id: string): void {
    const reservation = this.#reservations.get(id)
    if (reservation === undefined || !this.#reservations.delete(id)) return
    this.#hold(reservation, -1)
  }

  /** Keeps a reservation from expiring while its intent is written; false when it is not there any more. */
  beginRecording(id: string): boolean {
    const reservation = this.#reservations.get(id)
    if (reservation !== undefined) reservation.recording = true
    return reservation !== undefined
  }

  /** Uses of a grant reserved but not yet recorded. */
  grantUsesHeld(hold: string): number {
    return this.#grantsHeld.get(hold) ?? 0
  }

  get size(): number {
    return this.#reservations.size
  }

  #over(kind: UsageKind, id: string, tokens: number, limits: Limits, nowMs: number): Reserved | null {
    const used = this.#usage.get(dayOf(nowMs), kind, id)
    const held = this.#held[kind].get(id) ?? NOTHING_HELD
    if (used.requests + held.requests + 1 > limits.requestsPerDay)
      return refused(`${kind}_requests`, limits.requestsPerDay, nowMs)
    if (used.tokens + held.tokens + tokens > limits.tokensPerDay)
      return refused(`${kind}_tokens`, limits.tokensPerDay, nowMs)
    return null
  }

  #hold(request: ReserveRequest, sign: 1 | -1): void {
    hold(this.#held.person, request.actor, request.tokens, sign)
    hold(this.#held.institution, request.institution, request.tokens, sign)
    if (request.grant === null) return
    const uses = (this.#grantsHeld.get(request.grant) ?? 0) + sign
    if (uses === 0) this.#grantsHeld.delete(request.grant)
    else this.#grantsHeld.set(request.grant, uses)
  }

  #expire(monotonicMs: number): void {
    for (const reservation of this.#reservations.values()) {
      if (reservation.expiresMonotonicMs > monotonicMs) return
      if (!reservation.recording) this.release(reservation.id)
    }
  }
}

function hold(book: Map<string, Held>, id: string, tokens: number, sign: 1 | -1): void {
  const held = book.get(id) ?? { requests: 0, tokens: 0 }
  held.requests += sign
  held.tokens += sign * tokens
  if (held.requests === 0) book.delete(id)
  else book.set(id, held)
}

/** Until the day ends. */
function refused(refusal: ReserveRefusal, limit: number, nowMs: number): Reserved {
  return { ok: false, refusal, limit, retryAfterS: Math.ceil((DAY_MS - (nowMs % DAY_MS)) / 1000) }
}
