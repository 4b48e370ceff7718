/**
 * Recorded use per person and per institution and UTC day: what intents took and outcomes settled.
 *
 * Spec: docs/spec/budget.md. Only today and yesterday are held: an exchange that began before midnight
 * settles on the day its intent was recorded.
 */

export type UsageKind = 'person' | 'institution'

export interface Usage {
  readonly requests: number
  readonly tokens: number
}

export const NO_USAGE: Usage = { requests: 0, tokens: 0 }
export const DAY_MS = 86_400_000

/** Number of the UTC day that `timeMs` lies in. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS)
}

export class UsageBook {
  readonly #days = new Map<number, Map<string, Usage>>()

  get(day: number, kind: UsageKind, id: string): Usage {
    return this.#days.get(day)?.get(`${kind}/${id}`) ?? NO_USAGE
  }

  /** Adds (or, with negative figures, gives back). A day that is no longer held is left alone. */
  add(day: number, kind: UsageKind, id: string, requests: number, tokens: number): void {
    const book = this.#day(day)
    if (book === null) return
    const before = book.get(`${kind}/${id}`) ?? NO_USAGE
    book.set(`${kind}/${id}`, {
      requests: Math.max(0, before.requests + requests),
      tokens: Math.max(0, before.tokens + tokens),
    })
  }

  #day(day: number): Map<string, Usage> | null {
    const held = this.#days.get(day)
    if (held !== undefined) return held
    const newest = Math.max(day, ...this.#days.keys())
    if (day < newest - 1) return null
    for (const old of this.#days.keys()) if (old < newest - 1) this.#days.delete(old)
    const book = new Map<string, Usage>()
    this.#days.set(day, book)
    return book
  }
}
