/**
 * What the programme reads from exchange entries: the members of `decision`, `response` and `refers`
 * that budgets, grants, holds and sticky refusals are projected from. Writers may add members.
 *
 * The same reading serves the running authority and a replay after a restart, so both agree.
 * Spec: docs/spec/budget.md §4.
 */
import type { EntryDraft, FieldName, StoredEntry } from '../ledger/index.ts'
import type { JsonObject, JsonValue } from '../wire/index.ts'

/** Field `decision` of an intent. Integers and strings only, as in every record. */
export interface DecisionField {
  readonly id: string
  readonly verdict: 'allow' | 'hold' | 'deny'
  /** Snapshot index the decision was taken under. */
  readonly snapshot: number
  readonly clauses: readonly string[]
  readonly capability: string
  /** Hold id of the grant used, or null. */
  readonly grant: string | null
  /** Tokens reserved; what is charged when no outcome says otherwise. */
  readonly reserved_tokens: number
  /** Verdict `hold` only. */
  readonly approval: { readonly count: number; readonly roles: readonly string[] } | null
}

/** Field `response` of an outcome. */
export interface ResponseField {
  readonly end: 'completed' | 'refused' | 'failed' | 'cancelled' | 'ambiguous'
  /** Tokens used as the vendor counted them, else as observed; null charges what was reserved. */
  readonly tokens: number | null
  /** A refusal that is to repeat. */
  readonly sticky: {
    readonly key: string
    readonly source: 'guard' | 'provider'
    readonly code: string
    readonly until_ms: number
  } | null
}

/** Field `refers` of an outcome: the intent it closes. */
export interface RefersField {
  readonly intent: number
}

export type { EntryDraft, FieldName, JsonObject, JsonValue, StoredEntry }
