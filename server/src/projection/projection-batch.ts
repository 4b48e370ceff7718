/**
 * One batch of ledger entries, as rows; and the statements that write them.
 *
 * Everything is derived from the entries and from rows written before, never from memory, so a batch that is
 * replayed from the ledger writes the same. Batches are contiguous and each moves `next_index` in its own
 * transaction, so an entry counts once.
 */

import { DAY_MS, type ExchangeRead, HOLD_MS_MAX, REDECIDED_CODE } from '../accounts/index.ts'
import type { Statement } from '../programme/index.ts'
import type { Sql } from '../storage/index.ts'

export type Projected =
  | {
      readonly kind: 'statement'
      readonly index: number
      readonly timeMs: number
      readonly statement: Statement
    }
  | {
      readonly kind: 'exchange'
      readonly index: number
      readonly timeMs: number
      readonly read: ExchangeRead
    }
  /** An entry that carries nothing to project. */
  | { readonly kind: 'none'; readonly index: number }

/** Writes one batch within a transaction. */
export async function writeBatch(sql: Sql, batch: readonly Projected[]): Promise<void> {
  const rows = split(batch)
  await run(sql, INSERT_DECISIONS, rows.intents)
  await run(sql, CHARGE_INTENTS, rows.intents)
  await run(sql, INSERT_HOLDS, rows.holds)
  await run(sql, CLOSE_INTENTS, rows.outcomes)
  await run(sql, INSERT_REFUSALS, rows.refusals)
  await run(sql, INSERT_STATEMENTS, rows.statements)
  await run(sql, ANSWER_HOLDS, rows.answers)
  await run(sql, LIFT_REFUSALS, rows.lifts)
}

async function run(sql: Sql, text: string, rows: readonly object[]): Promise<void> {
  if (rows.length > 0) await sql.query(text, [JSON.stringify(rows)])
}

function split(batch: readonly Projected[]) {
  const intents: object[] = []
  const holds: object[] = []
  const outcomes: object[] = []
  const refusals: object[] = []
  const statements: object[] = []
  const answers: object[] = []
  const lifts: object[] = []
  for (const entry of batch) {
    if (entry.kind === 'none') continue
    const { index, timeMs } = entry
    if (entry.kind === 'statement') {
      const { statement } = entry
      statements.push(statementRow(statement, index, timeMs))
      if (statement.type === 'grant.approve') answers.push({ index, hold: statement.payload.hold })
      if (statement.type === 'refusal.lift') lifts.push({ index, ...statement.payload })
      continue
    }
    const { read } = entry
    if (read.kind === 'outcome') {
      const { end, code, tokens, sticky } = read.response
      outcomes.push({ index, intent: read.intent, ended: end, code, tokens })
      if (sticky === null) continue
      refusals.push({ ...sticky, index, actor: read.actor, model: read.model, decision: read.decision })
      continue
    }
    const { decision, kind: _, ...who } = read
    intents.push({ ...who, ...decision, index, time_ms: timeMs, grant_hold: decision.grant })
    if (decision.verdict !== 'hold') continue
    holds.push({
      ...who,
      id: decision.id,
      index,
      at_ms: timeMs,
      until_ms: timeMs + HOLD_MS_MAX,
      capability: decision.capability,
      approvals_needed: decision.approval?.count ?? 1,
      roles: decision.approval?.roles ?? [],
    })
  }
  return { intents, holds, outcomes, refusals, statements, answers, lifts }
}

function statementRow(statement: Statement, index: number, timeMs: number): object {
  const { type, digest, programme, issuedAtMs, nonce, payload, signatures } = statement
  const body = { programme, type, issued_at_ms: issuedAtMs, nonce, ...payload }
  return { index, time_ms: timeMs, type, digest, statement: { body, signatures } }
}

const INSERT_DECISIONS = `
insert into programme_decision (index, id, time_ms, verdict, actor, institution, engagement, session, model,
  capability, clauses, snapshot, grant_hold, reserved_tokens)
select index, id, time_ms, verdict, actor, institution, engagement, session, model,
  capability, clauses, snapshot, grant_hold, reserved_tokens
from jsonb_to_recordset($1::jsonb) as r (index bigint, id text, time_ms bigint, verdict text, actor text,
  institution text, engagement text, session text, model text, capability text, clauses jsonb, snapshot bigint,
  grant_hold text, reserved_tokens bigint)`

/** Person and institution in one statement; rows sorted, so two writers could never wait for each other in a ring. */
const CHARGE_INTENTS = `
insert into programme_usage (kind, id, day, requests, tokens)
select kind, id, day, count(*), sum(reserved_tokens) from (
  select 'person' as kind, actor as id, (time_ms / ${DAY_MS})::integer as day, reserved_tokens, verdict
    from jsonb_to_recordset($1::jsonb) as r (actor text, time_ms bigint, reserved_tokens bigint, verdict text)
  union all
  select 'institution', institution, (time_ms / ${DAY_MS})::integer, reserved_tokens, verdict
    from jsonb_to_recordset($1::jsonb) as r (institution text, time_ms bigint, reserved_tokens bigint, verdict text)
) charged where verdict = 'allow' group by kind, id, day order by kind, id, day
on conflict (kind, id, day) do update set requests = programme_usage.requests + excluded.requests,
  tokens = programme_usage.tokens + excluded.tokens`

const INSERT_HOLDS = `
insert into programme_hold (id, index, at_ms, until_ms, actor, institution, engagement, capability, session, model,
  approvals_needed, roles)
select id, index, at_ms, until_ms, actor, institution, engagement, capability, session, model, approvals_needed, roles
from jsonb_to_recordset($1::jsonb) as r (id text, index bigint, at_ms bigint, until_ms bigint, actor text,
  institution text, engagement text, capability text, session text, model text, approvals_needed integer, roles jsonb)
on conflict (id) do nothing`

/** Closes intents and settles what they had reserved, on the day they were recorded. */
const CLOSE_INTENTS = `
with outcome as (
  select * from jsonb_to_recordset($1::jsonb) as r (index bigint, intent bigint, ended text, code text, tokens bigint)
), closed as (
  update programme_decision d set closed_by = o.index, ended = o.ended, code = o.code, tokens = o.tokens
  from outcome o where d.index = o.intent and d.closed_by is null
  returning d.actor, d.institution, d.verdict, (d.time_ms / ${DAY_MS})::integer as day,
    case when o.code = '${REDECIDED_CODE}' then -1 else 0 end as requests,
    case when o.code = '${REDECIDED_CODE}' then -d.reserved_tokens
      when o.tokens is null then 0 else o.tokens - d.reserved_tokens end as tokens
), settled as (
  select kind, id, day, sum(requests) as requests, sum(tokens) as tokens from (
    select 'person' as kind, actor as id, day, requests, tokens from closed where verdict = 'allow'
    union all
    select 'institution', institution, day, requests, tokens from closed where verdict = 'allow'
  ) each group by kind, id, day
)
update programme_usage u set requests = greatest(0, u.requests + s.requests), tokens = greatest(0, u.tokens + s.tokens)
from settled s where u.kind = s.kind and u.id = s.id and u.day = s.day`

const INSERT_REFUSALS = `
insert into programme_refusal (key, actor, model, source, code, decision, until_ms, index)
select key, actor, model, source, code, decision, until_ms, index
from jsonb_to_recordset($1::jsonb) as r (key text, actor text, model text, source text, code text, decision text,
  until_ms bigint, index bigint)`

const INSERT_STATEMENTS = `
insert into programme_statement (index, time_ms, type, digest, statement)
select index, time_ms, type, digest, statement
from jsonb_to_recordset($1::jsonb) as r (index bigint, time_ms bigint, type text, digest text, statement jsonb)`

/** A hold stays open until its last approval; answering it again is refused by the fold, so the first will do here. */
const ANSWER_HOLDS = `
update programme_hold h set answered_by = a.index
from (select hold, max(index) as index, count(*) as approvals
  from jsonb_to_recordset($1::jsonb) as r (hold text, index bigint) group by hold) a
where h.id = a.hold and h.approvals_needed <= (
  select count(*) from programme_statement s
  where s.type = 'grant.approve' and s.statement->'body'->>'hold' = h.id and s.index <= a.index)`

const LIFT_REFUSALS = `
update programme_refusal f set lifted_by = l.index
from jsonb_to_recordset($1::jsonb) as l (index bigint, actor text, key text)
where f.actor = l.actor and f.key = l.key and f.lifted_by is null and f.index < l.index`
