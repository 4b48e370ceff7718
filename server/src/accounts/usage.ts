/**
 * Recorded use per person and per institution and UTC day: what intents took and outcomes settled.
 *
 * Spec: docs/spec/budget.md. Only today and yesterday are held: an exchange that began before midnight
 * settles on the day its intent was recorded.
 */

/** Whose use is counted. */
export type UsageKind = 'person' | 'institution'

/** Requests and tokens used on a day. */
export interface Usage {
  readonly requests: number
  readonly tokens: number
}

export const NO_USAGE: Usage = { requests: 0, tokens: 0 }
/** A UTC day in milliseconds. */
export const DAY_MS = 86_400_000

/** Number of the UTC day that `timeMs` lies in. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS)
}

interface Day {
  readonly used: Map<string, Usage>
  /** Those whose budget gateways were told is spent. */
  readonly spent: Set<string>
}

export class UsageBook {
  readonly #days = new Map<number, Day>()

  get(day: number, kind: UsageKind, id: string): Usage {
    return this.#days.get(day)?.used.get(`${kind}/${id}`) ?? NO_USAGE
  }

  /** Adds (or, with negative figures, gives back). A day that is no longer held is left alone. */
  add(day: number, kind: UsageKind, id: string, requests: number, tokens: number): void {
    const used = this.#day(day)?.used
    const before = used?.get(`${kind}/${id}`) ?? NO_USAGE
    used?.set(`${kind}/${id}`, {
      requests: Math.max(0, before.requests + requests),
      tokens: Math.max(0, before.tokens + tokens),
    })
  }

  /** Marks a budget as spent or not; returns whether that is news. */
  mark(day: number, kind: UsageKind, id: string, spent: boolean): boolean {
    const marks = this.#day(day)?.spent
    if (marks === undefined || marks.has(`${kind}/${id}`) === spent) return false
    if (spent) marks.add(`${kind}/${id}`)
    else marks.delete(`${kind}/${id}`)
    return true
  }

  /** `kind/id` of those marked as spent. */
  marked(day: number): string[] {
    return [...(this.#days.get(day)?.spent ?? [])]
  }

  /** Everyone with recorded use on a day. */
  users(day: number): (readonly [UsageKind, string])[] {
    return [...(this.#days.get(day)?.used.keys() ?? [])].map((key) => {
      const slash = key.indexOf('/')
      // Keys are written by `add`, which puts the kind in front of the slash.
      return [key.slice(0, slash) as UsageKind, key.slice(slash + 1)] as const
    })
  }

  #day(day: number): Day | null {
    const held = this.#days.get(day)
    if (held !== undefined) return held
    const newest = Math.max(day, ...this.#days.keys())
    if (day < newest - 1) return null
    for (const old of this.#days.keys()) if (old < newest - 1) this.#days.delete(old)
    const fresh: Day = { used: new Map(), spent: new Set() }
    this.#days.set(day, fresh)
    return fresh
  }
}
