/**
 * One decision as a person may see it: verdict, clauses with prose, facts, remedy, receipt.
 *
 * Whoever holds the decision's unguessable id may see this. HOSTILE and private: prompts, answers, targets, persons
 * and sessions are left out here, whatever the record holds.
 */
import type { Agreement, Facts } from '../agreement/index.ts'
import { FACT_NAMES, FACT_VALUES } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { ClauseRef, Decision, FactFound, NearestPermit } from '../authorization/index.ts'
import { parseDecisionId } from '../base/index.ts'
import { receiptId } from '../gateway/index.ts'
import type { FieldName, JsonValue, Ledger, StoredEntry } from '../ledger/index.ts'
import { HttpError } from './error.ts'

export interface DecisionView {
  readonly id: string
  readonly verdict: string
  readonly atMs: number
  readonly receipt: string
  readonly agreement: {
    readonly version: number | null
    readonly snapshot: number | null
    readonly inForce: boolean
  }
  readonly model: string | null
  readonly capability: string | null
  readonly side: string | null
  /** Ids of the clauses that determined it, as recorded. */
  readonly clauses: readonly string[]
  /** The same with their prose; null when the agreement has another version now. */
  readonly explained: {
    readonly clauses: readonly ClauseRef[]
    readonly nearest: NearestPermit | null
    /** Facts that made the clauses apply. */
    readonly because: readonly FactFound[]
  } | null
  readonly approval: { readonly count: number; readonly roles: readonly string[] } | null
  /** Id of the earlier decision whose refusal repeats here. */
  readonly repeats: string | null
  readonly facts: Readonly<Record<string, string>>
  /** Null while the exchange is under way. */
  readonly outcome: { readonly end: string; readonly code: string | null } | null
}

export interface DecisionSource {
  readonly programme: Pick<Programme, 'decisions' | 'flush'>
  readonly ledger: Pick<Ledger, 'read'>
  /** The agreement in force and its decider, which explains the same facts the same way again. */
  readonly agreement: () => Agreement
  readonly decide: (facts: Facts) => Decision
}

/** Slots of the receipt that this page links to: what the page itself shows. */
export const DISCLOSED: readonly FieldName[] = ['kind', 'time', 'agreement', 'decision', 'facts']

/** @throws {HttpError} `http_decision_unknown` {ProgrammeError} `programme_database_unavailable` */
export async function readDecision(
  text: string,
  source: DecisionSource,
): Promise<
  DecisionView & {
    readonly intent: number
    readonly institution: string | null
    readonly actor: string | null
  }
> {
  const id = parseDecisionId(text)
  const place = id === null ? null : await findDecision(id, source)
  const entry = place === null ? null : await source.ledger.read(place.intent)
  if (
    id === null ||
    place === null ||
    entry === null ||
    entry.class !== 'exchange' ||
    entry.fields === 'unavailable'
  ) {
    throw unknownDecision()
  }
  const outcome = place.outcome === null ? null : readOutcome(await source.ledger.read(place.outcome))
  const view = viewOf(id, place.intent, entry.timeMs, entry.fields, source)
  const { institution, actor } = entry.fields
  return { ...view, outcome, intent: place.intent, institution: textOf(institution), actor: textOf(actor) }
}

export const unknownDecision = (): HttpError =>
  new HttpError('http_decision_unknown', 'no such decision for you, or its record is no longer readable')

/** Where in the ledger it stands. What was decided a moment ago may not be projected yet. */
async function findDecision(
  id: string,
  { programme }: DecisionSource,
): Promise<{ intent: number; outcome: number | null } | null> {
  const find = async () => (await programme.decisions({ id, limit: 1 }))[0]
  let row = await find()
  if (row === undefined || row.closedBy === null) {
    await programme.flush()
    row = await find()
  }
  return row === undefined ? null : { intent: row.index, outcome: row.closedBy }
}

type Fields = Readonly<Record<FieldName, JsonValue>>

function viewOf(
  id: string,
  intent: number,
  atMs: number,
  fields: Fields,
  source: DecisionSource,
): Omit<DecisionView, 'outcome'> {
  const decision = members(fields.decision)
  const agreement = members(fields.agreement)
  const reading = members(fields.reading)
  const facts = textMembers(fields.facts)
  const inForce = agreement.digest === source.agreement().digest
  const verdict = textOf(decision.verdict) ?? 'unknown'
  const repeats = textOf(decision.repeats)
  return {
    id,
    verdict,
    atMs,
    receipt: receiptId(intent),
    agreement: { version: numberOf(agreement.version), snapshot: numberOf(agreement.snapshot), inForce },
    model: textOf(members(fields.model).requested),
    capability: textOf(reading.capability),
    side: textOf(reading.side),
    clauses: Array.isArray(decision.clauses)
      ? decision.clauses.filter((clause) => typeof clause === 'string')
      : [],
    explained: inForce && repeats === null ? explain(facts, verdict, source) : null,
    approval: readApproval(decision.approval),
    repeats,
    facts,
  }
}

/** The same agreement decides the same facts alike; should it not, nothing is explained rather than something wrong. */
function explain(
  facts: Record<string, string>,
  verdict: string,
  source: DecisionSource,
): DecisionView['explained'] {
  if (!isFacts(facts)) return null
  const decision = source.decide(facts)
  return decision.verdict === verdict
    ? { clauses: decision.clauses, nearest: decision.nearest, because: decision.because }
    : null
}

function isFacts(value: Record<string, string>): value is Record<string, string> & Facts {
  return FACT_NAMES.every((name) => (FACT_VALUES[name] as readonly string[]).includes(value[name] ?? ''))
}

/** The facts a decision was taken on; null where the record is none of a decision, or is no longer readable. */
export function readFactsOf(entry: StoredEntry): Readonly<Record<string, string>> | null {
  if (entry.class !== 'exchange' || entry.kind !== 'intent' || entry.fields === 'unavailable') return null
  const facts = textMembers(entry.fields.facts)
  return Object.keys(facts).length === 0 ? null : facts
}

function readOutcome(entry: StoredEntry): DecisionView['outcome'] {
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
  const response = members(entry.fields.response)
  return { end: textOf(response.end) ?? 'unknown', code: textOf(response.code) }
}

function readApproval(value: JsonValue | undefined): DecisionView['approval'] {
  const { count, roles } = members(value)
  if (typeof count !== 'number' || !Array.isArray(roles)) return null
  return { count, roles: roles.filter((role) => typeof role === 'string') }
}

function members(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  // `isArray` does not narrow a readonly array away.
  return value as Readonly<Record<string, JsonValue>>
}

function textMembers(value: JsonValue): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )
}

const textOf = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null)
