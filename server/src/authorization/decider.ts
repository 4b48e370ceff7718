/** Decides on facts under one agreement version. Spec: docs/spec/decision.md. */
import type { Agreement, Facts } from '../agreement/index.ts'
import type { Decision } from './decision.ts'

export interface DeciderStats {
  readonly decisions: number
  readonly memoHits: number
  readonly memoEntries: number
  /** Decisions denied because the engine reported an error: each is an alarm. */
  readonly engineErrors: number
}

export interface Decider {
  /** Digest of the agreement that decides. */
  readonly agreementDigest: string
  /** Never throws: what cannot be decided is a deny with `engineErrors`. The same facts give the same frozen object. */
  decide(facts: Facts): Decision
  stats(): DeciderStats
}

export function createDecider(_agreement: Agreement): Decider {
  throw new Error('under construction')
}
