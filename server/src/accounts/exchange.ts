/**
 * What the programme reads from exchange entries: the members of `decision`, `response` and others
 * that budgets, grants, holds and sticky refusals are projected from. Writers may add members.
 *
 * The same reading serves the running authority and a replay after a restart, so both agree.
 * Spec: docs/spec/budget.md §4.
 */
import type { ExchangeDraft, JsonValue, StoredExchange } from '../ledger/index.ts'

/** Code of an outcome whose intent was decided again before anything was done: it gives back all it took. */
export const REDECIDED_CODE = 'gateway_redecided'

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
  /** Why it did not complete; `gateway_redecided` gives back what the intent took. */
  readonly code: string | null
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

/** An intent as budgets and holds see it. */
export interface IntentRead {
  readonly kind: 'intent'
  readonly actor: string
  readonly institution: string
  readonly session: string
  readonly model: string
  readonly engagement: string | null
  readonly decision: DecisionField
}

/** An outcome as budgets and sticky refusals see it. */
export interface OutcomeRead {
  readonly kind: 'outcome'
  /** Index of the intent it closes. */
  readonly intent: number
  readonly actor: string
  readonly model: string
  /** Decision id of the intent. */
  readonly decision: string
  readonly response: ResponseField
}

/** An exchange entry as accounts see it. */
export type ExchangeRead = IntentRead | OutcomeRead

/** Reads a draft before it is appended; null when it carries nothing for the programme. */
export function readDraft(draft: ExchangeDraft): ExchangeRead | null {
  return read(draft.kind, draft.institution, draft.fields)
}

/** Reads an entry from the ledger; null also when its keys are gone. */
export function readEntry(entry: StoredExchange): ExchangeRead | null {
  if (entry.fields === 'unavailable') return null
  const { institution } = entry.fields
  return typeof institution === 'string' ? read(entry.kind, institution, entry.fields) : null
}

type Fields = Readonly<Record<string, JsonValue | undefined>>

function read(kind: 'intent' | 'outcome', institution: string, fields: Fields): ExchangeRead | null {
  const actor = textOf(fields.actor) ?? ''
  const model = textOf(member(fields.model, 'requested')) ?? textOf(fields.model) ?? ''
  if (kind === 'outcome') return readOutcome(actor, model, fields)
  const decision = readDecision(fields.decision)
  if (decision === null || actor === '') return null
  return {
    kind,
    actor,
    institution,
    session: textOf(fields.session) ?? '',
    model,
    engagement: textOf(member(fields.engagement, 'id')) ?? textOf(fields.engagement),
    decision,
  }
}

function readDecision(value: JsonValue | undefined): DecisionField | null {
  const id = textOf(member(value, 'id'))
  const verdict = textOf(member(value, 'verdict'))
  if (id === null || (verdict !== 'allow' && verdict !== 'hold' && verdict !== 'deny')) return null
  const approval = member(value, 'approval')
  return {
    id,
    verdict,
    snapshot: countOf(member(value, 'snapshot')) ?? 0,
    clauses: textsOf(member(value, 'clauses')),
    capability: textOf(member(value, 'capability')) ?? 'none',
    grant: textOf(member(value, 'grant')),
    reserved_tokens: countOf(member(value, 'reserved_tokens')) ?? 0,
    approval: isObject(approval)
      ? { count: countOf(member(approval, 'count')) ?? 1, roles: textsOf(member(approval, 'roles')) }
      : null,
  }
}

const ENDS = ['completed', 'refused', 'failed', 'cancelled', 'ambiguous'] as const

function readOutcome(actor: string, model: string, fields: Fields): OutcomeRead | null {
  const intent = countOf(fields.refers)
  const end = ENDS.find((known) => known === member(fields.response, 'end'))
  if (intent === null || end === undefined) return null
  return {
    kind: 'outcome',
    intent,
    actor,
    model,
    decision: textOf(member(fields.decision, 'id')) ?? '',
    response: {
      end,
      code: textOf(member(fields.response, 'code')),
      tokens: countOf(member(fields.response, 'tokens')),
      sticky: readSticky(member(fields.response, 'sticky')),
    },
  }
}

function readSticky(value: JsonValue | undefined): ResponseField['sticky'] {
  const key = textOf(member(value, 'key'))
  const source = textOf(member(value, 'source'))
  const untilMs = countOf(member(value, 'until_ms'))
  if (key === null || untilMs === null || (source !== 'guard' && source !== 'provider')) return null
  return { key, source, code: textOf(member(value, 'code')) ?? 'refused', until_ms: untilMs }
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function countOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
