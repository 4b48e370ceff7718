/** Reduces one request to the closed record of facts. Pure and total. Spec: docs/spec/facts.md. */
import type { Facts, FactValue, ModelEntry } from '../agreement/index.ts'
import type { Reading } from '../boundary/index.ts'
import type { Grant, Principal, Snapshot } from '../programme/index.ts'

export interface FactsInput {
  readonly snapshot: Snapshot
  readonly principal: Principal
  /** Catalogue entry of the requested model; null when the catalogue does not know it. */
  readonly model: ModelEntry | null
  readonly reading: Reading
  /** Engagement named by header; null falls back to the one the token is bound to. */
  readonly engagementId: string | null
  /** Session the client named, or one derived for it. Grants are per session. */
  readonly session: string
  /** Requests already counted against a grant. */
  readonly grantUses: (grant: Grant) => number
  readonly budget: FactValue<'budget'>
  readonly extraction: FactValue<'extraction'>
  readonly ledgerWritable: boolean
  readonly nowMs: number
  readonly surface: 'model_request' | 'tool_call'
}

export function findFacts(_input: FactsInput): Facts {
  throw new Error('under construction')
}
