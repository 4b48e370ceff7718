/** What is read back from PostgreSQL: at the start, and for administration. */

import type { TokenRecord } from '../access/index.ts'
import { dayOf, type Hold, Tally } from '../accounts/index.ts'
import type { Database, SqlValue } from '../storage/index.ts'

const DECISIONS_MAX = 500

const DECISION_COLUMNS = `id, index, time_ms as "timeMs", verdict, actor, institution, engagement, session, model,
  capability, clauses, snapshot, closed_by as "closedBy", ended as "end", code, tokens`

/** Which decisions to read back, newest first. */
export interface DecisionQuery {
  readonly institution?: string
  readonly actor?: string
  readonly verdict?: 'allow' | 'hold' | 'deny'
  readonly id?: string
  /** Entries below this ledger index only: for paging back. */
  readonly before?: number
  /** At most 500. */
  readonly limit: number
}

/** One decision as projected. */
export interface DecisionRow {
  readonly id: string
  readonly index: number
  readonly timeMs: number
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly session: string
  readonly model: string
  readonly capability: string
  readonly clauses: readonly string[]
  readonly snapshot: number
  /** Index of the outcome, or null while the exchange is open. */
  readonly closedBy: number | null
  readonly end: string | null
  readonly code: string | null
  readonly tokens: number | null
}

export async function selectDecisions(database: Database, query: DecisionQuery): Promise<DecisionRow[]> {
  const values: SqlValue[] = []
  const conditions: string[] = []
  const where = (column: string, operator: '=' | '<', value: SqlValue | undefined): void => {
    if (value === undefined) return
    values.push(value)
    conditions.push(`${column} ${operator} $${values.length}`)
  }
  where('institution', '=', query.institution)
  where('actor', '=', query.actor)
  where('verdict', '=', query.verdict)
  where('id', '=', query.id)
  where('index', '<', query.before)
  values.push(Math.max(1, Math.min(query.limit, DECISIONS_MAX)))
  const condition = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  return database.query<DecisionRow>(
    `select ${DECISION_COLUMNS} from programme_decision ${condition} order by index desc limit $${values.length}`,
    values,
  )
}

/** Tokens that can still be presented, revoked ones included: their answer is `revoked`, not `unknown`. */
export function selectTokens(database: Database, nowMs: number): Promise<TokenRecord[]> {
  return database.query<TokenRecord>(
    `select hash, id, actor, institution, engagement, key, created_at_ms as "createdAtMs",
       expires_at_ms as "expiresAtMs", revoked
     from programme_token where expires_at_ms > $1`,
    [nowMs],
  )
}

/** The tally as PostgreSQL has it; the ledger's tail comes on top. */
export async function selectTally(
  database: Database,
  grants: readonly string[],
  nowMs: number,
): Promise<Tally> {
  const tally = new Tally()
  await loadUsage(database, tally, nowMs)
  await loadOpenIntents(database, tally)
  await loadHolds(database, tally, nowMs)
  await loadRefusals(database, tally, nowMs)
  const uses = await database.query<{ hold: string; uses: number }>(
    `select grant_hold as hold, count(*) as uses from programme_decision
     where grant_hold = any($1) and verdict = 'allow' and code is distinct from 'gateway_redecided' group by grant_hold`,
    [[...grants]],
  )
  for (const row of uses) tally.setGrantUses(row.hold, row.uses)
  return tally
}

async function loadUsage(database: Database, tally: Tally, nowMs: number): Promise<void> {
  const rows = await database.query<{
    kind: 'person' | 'institution'
    id: string
    day: number
    requests: number
    tokens: number
  }>('select kind, id, day, requests, tokens from programme_usage where day >= $1 order by day', [
    dayOf(nowMs) - 1,
  ])
  for (const row of rows) tally.usage.add(row.day, row.kind, row.id, row.requests, row.tokens)
}

async function loadOpenIntents(database: Database, tally: Tally): Promise<void> {
  const rows = await database.query<{
    index: number
    time_ms: number
    actor: string
    institution: string
    grant_hold: string | null
    reserved_tokens: number
  }>(
    `select index, time_ms, actor, institution, grant_hold, reserved_tokens from programme_decision
     where closed_by is null and verdict = 'allow'`,
  )
  for (const row of rows) {
    tally.openIntents.set(row.index, {
      actor: row.actor,
      institution: row.institution,
      grant: row.grant_hold,
      reservedTokens: row.reserved_tokens,
      day: dayOf(row.time_ms),
    })
  }
}

async function loadHolds(database: Database, tally: Tally, nowMs: number): Promise<void> {
  const rows = await database.query<Hold>(
    `select id, actor, institution, engagement, capability, session, model, approvals_needed as "approvalsNeeded",
       roles, index, at_ms as "atMs", until_ms as "untilMs"
     from programme_hold where answered_by is null and until_ms > $1 order by index`,
    [nowMs],
  )
  for (const hold of rows) tally.holds.add(hold)
}

async function loadRefusals(database: Database, tally: Tally, nowMs: number): Promise<void> {
  const rows = await database.query<{
    key: string
    actor: string
    model: string
    source: 'guard' | 'provider'
    code: string
    decision: string
    until_ms: number
  }>(
    `select key, actor, model, source, code, decision, until_ms from programme_refusal
     where lifted_by is null and until_ms > $1 order by index`,
    [nowMs],
  )
  for (const { until_ms: untilMs, ...refusal } of rows) tally.refusals.add({ ...refusal, untilMs }, nowMs)
}
