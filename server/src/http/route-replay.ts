/**
 * The facts of the last decisions, counted: what a change of the agreement is replayed over before it is voted on.
 *
 * Facts are words of a fixed table, and that is all that leaves here: no content, person, institution, session, target, id or
 * time. Spec: docs/spec/http.md §2, docs/spec/proof.md §13.
 */
import type { AdminCaller } from '../access/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Logger } from '../base/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Snapshot } from '../programme/index.ts'
import { type Answer, json } from './answer.ts'
import { readFactsOf } from './decision-view.ts'
import { HttpError } from './error.ts'
import type { AdminRoute, Call } from './route.ts'

const LAST_DEFAULT = 1_000
/** LIMIT: decisions of one answer; each is one record read from the ledger. */
const LAST_MAX = 10_000
/** Rows the projection gives at once. */
const PAGE = 500

interface ReplayDeps {
  readonly programme: Pick<Programme, 'snapshot' | 'decisions' | 'flush'>
  readonly ledger: Pick<Ledger, 'read'>
  readonly logger: Pick<Logger, 'warn'>
}

export function replayRoutes(deps: ReplayDeps): AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/v1/replay',
      proof: 'credential',
      handle: (call, caller) => replay(call, caller, deps),
    },
  ]
}

async function replay({ query }: Call, caller: AdminCaller, deps: ReplayDeps): Promise<Answer> {
  const last = lastOf(query?.get('last') ?? null)
  const institution = institutionOf(caller, deps.programme.snapshot())
  const counts = new Map<string, { readonly facts: Readonly<Record<string, string>>; count: number }>()
  let unreadable = 0
  let decisions = 0
  for await (const index of newestFirst(last, institution, deps)) {
    const facts = readFactsOf(await deps.ledger.read(index))
    if (facts === null) {
      unreadable += 1
      continue
    }
    decisions += 1
    const key = JSON.stringify(facts)
    const seen = counts.get(key)
    if (seen === undefined) counts.set(key, { facts, count: 1 })
    else seen.count += 1
  }
  deps.logger.warn({ event: 'facts_read', decisions, by: caller.holder.id }, 'facts of decisions were read')
  const records = [...counts.values()].sort((a, b) => b.count - a.count)
  return json(200, { of: institution === null ? 'programme' : 'institution', decisions, unreadable, records })
}

/** Indices of intents, as the projection knows them; what was decided a moment ago is projected first. */
async function* newestFirst(
  last: number,
  institution: string | null,
  { programme }: ReplayDeps,
): AsyncIterable<number> {
  await programme.flush()
  let before: number | undefined
  for (let left = last; left > 0; ) {
    const rows = await programme.decisions({
      limit: Math.min(left, PAGE),
      ...(institution === null ? {} : { institution }),
      ...(before === undefined ? {} : { before }),
    })
    for (const { index } of rows) yield index
    left -= rows.length
    before = rows.at(-1)?.index
    if (before === undefined || rows.length < PAGE) return
  }
}

/**
 * The institution whose decisions the caller may count; null for all of them together.
 *
 * All of them: a party to which a disclosure profile of the agreement in force gives `facts`, and its own people in a role that
 * the profile names.
 *
 * @throws {HttpError} `http_not_entitled`
 */
function institutionOf(
  { institution, actor, holder, sight }: AdminCaller,
  snapshot: Snapshot,
): string | null {
  if (institution !== null) return institution.id
  const entitled = [...snapshot.agreement.disclosure.values()].some(
    ({ fields, parties, roles }) =>
      fields.includes('facts') &&
      parties.includes(actor?.institution ?? holder.id) &&
      (actor === null || actor.roles.some((role) => roles.includes(role))),
  )
  if (sight === 'programme' && entitled) return null
  throw new HttpError(
    'http_not_entitled',
    'facts are for people of the institution, and for parties to which a disclosure profile of the agreement gives them',
  )
}

/** @throws {HttpError} `http_body_invalid` */
function lastOf(text: string | null): number {
  if (text === null) return LAST_DEFAULT
  const last = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0
  if (last >= 1 && last <= LAST_MAX) return last
  throw new HttpError('http_body_invalid', `\`last\` is a whole number from 1 to ${LAST_MAX}`)
}
