/**
 * What one person asked for during a day, so that a job cut into harmless pieces is seen.
 *
 * Of every new ask only a number stays: how harmful it looked and which capability it was. Suspicion halves every
 * few hours. An ask sent again, as agents and retries do, counts once. LIMIT: people and asks are bounded, and the
 * memory is the process's own: a restart forgets it, and gateway processes do not share it. Spec:
 * docs/spec/boundary.md §6.
 */
import type { Capability, Side } from './reading.ts'

const PEOPLE_MAX = 20_000
/** Asks of a person told apart by digest. */
const ASKS_MAX = 256
/** Suspicion is half after so long. */
const HALF_LIFE_MS = 4 * 3_600_000
/** An ask below says nothing; a single one counts at most so much. */
const HARM_MIN = 0.05
const HARM_MAX = 0.5
/** Together, from at least so many asks of so many capabilities. */
const SUSPECTED_AT = 0.9
const ASKS_MIN = 3
const CAPABILITIES_MIN = 2

export interface DayAsk {
  /** Digest of the ask's text. */
  readonly digest: string
  readonly capability: Capability
  readonly side: Side
  /** Probability of harm. */
  readonly harm: number
}

export interface DayMemory {
  /** Takes one ask in; true when the person's asks together look like a job cut into pieces. */
  note(person: string, ask: DayAsk, nowMs: number): boolean
}

interface Day {
  suspicion: number
  atMs: number
  readonly asks: Map<string, Capability>
}

export function createDayMemory(): DayMemory {
  const people = new Map<string, Day>()
  return {
    note(person, { digest, capability, side, harm }, nowMs) {
      const day = people.get(person) ?? { suspicion: 0, atMs: nowMs, asks: new Map() }
      people.delete(person)
      people.set(person, day)
      if (people.size > PEOPLE_MAX) forgetOldest(people)
      day.suspicion *= 2 ** (-Math.max(0, nowMs - day.atMs) / HALF_LIFE_MS)
      day.atMs = Math.max(nowMs, day.atMs)
      if (day.suspicion < HARM_MIN) day.asks.clear()
      // What is offensive is decided as such; what is plainly a defender's or nothing of the kind is no piece.
      const piece = side === 'dual_use' || side === 'uncertain' || side === 'prohibited'
      if (!piece || harm < HARM_MIN) return false
      if (!day.asks.has(digest)) {
        day.suspicion += Math.min(HARM_MAX, harm)
        day.asks.set(digest, capability)
        if (day.asks.size > ASKS_MAX) forgetOldest(day.asks)
      }
      return (
        day.suspicion >= SUSPECTED_AT &&
        day.asks.size >= ASKS_MIN &&
        new Set(day.asks.values()).size >= CAPABILITIES_MIN
      )
    },
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
