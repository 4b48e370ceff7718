/** Tests of the facts a replay is made of: counted, of whom the caller may see, and nothing beside them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AdminCaller } from '../access/index.ts'
import { createWorld, intentDraft, outcomeDraft, type World } from '../authority/testing.ts'
import { newDecisionId, silentLogger } from '../base/index.ts'
import type { StoredEntry } from '../ledger/index.ts'
import { replayRoutes } from './route-replay.ts'

let world: World
before(async () => {
  world = await createWorld()
  for (const bank of ['mufg', 'mufg', 'smbc']) {
    for (const side of ['defensive', 'offensive']) {
      const draft = intentDraft(world, {
        id: newDecisionId(),
        actor: `${bank}-analyst`,
        institution: bank,
        session: `session-of-${bank}`,
      })
      const fields = { ...draft.fields, facts: { side, engagement: 'active' } }
      const { index } = await world.programme.authority.append({
        ...draft,
        fields,
        content: Buffer.from('prompt'),
      } as never) // the draft of an exchange, with content
      await world.programme.authority.append(
        outcomeDraft(index, { actor: `${bank}-analyst`, institution: bank }),
      )
    }
  }
})
after(() => world[Symbol.asyncDispose]())

/** Decisions come from PostgreSQL; here they are read from the ledger in memory. */
async function decisions({
  institution,
  before: end,
  limit,
}: {
  institution?: string
  before?: number
  limit: number
}) {
  const own = (entry: StoredEntry): boolean =>
    entry.class === 'exchange' &&
    entry.kind === 'intent' &&
    (institution === undefined ||
      (entry.fields !== 'unavailable' && entry.fields.institution === institution)) &&
    entry.index < (end ?? Number.POSITIVE_INFINITY)
  return world.ledger.stored.filter(own).reverse().slice(0, limit)
}

async function get(caller: object, query = '') {
  const programme = {
    snapshot: () => world.programme.snapshot(),
    decisions,
    flush: async () => undefined,
  } as never // all that is read of it
  const [route] = replayRoutes({ programme, ledger: world.ledger, logger: silentLogger })
  assert.ok(route)
  const call = { query: new URLSearchParams(query) } as never // the route reads the query only
  const { body } = await route.handle(call, caller as AdminCaller)
  return JSON.parse(body.toString())
}

const NOBODY = {
  actor: null,
  institution: null,
  sight: new Set<string>(),
  holder: { kind: 'party', id: 'x' },
}
const jp = { ...NOBODY, sight: 'programme', holder: { kind: 'party', id: 'jp' } }
const employed = (id: string, roles: readonly string[]): object => {
  return { ...jp, holder: { kind: 'actor', id: 'p' }, actor: { institution: id, roles } }
}

test('people of an institution: their own decisions, the last of them', async () => {
  const own = { ...NOBODY, institution: { id: 'mufg' } }
  assert.deepEqual(await get(own), {
    of: 'institution',
    decisions: 4,
    unreadable: 0,
    records: [
      { facts: { side: 'offensive', engagement: 'active' }, count: 2 },
      { facts: { side: 'defensive', engagement: 'active' }, count: 2 },
    ],
  })
  const { records } = await get(own, 'last=1')
  assert.deepEqual(records, [{ facts: { side: 'offensive', engagement: 'active' }, count: 1 }])
})

test('a party that a disclosure profile gives facts: all decisions, and nothing that names anybody', async () => {
  const all = await get(jp)
  assert.deepEqual([all.of, all.decisions, all.records.length], ['programme', 6, 2])
  const text = JSON.stringify(all)
  for (const word of ['mufg', 'smbc', 'analyst', 'session', 'prompt', 'dec_'])
    assert.ok(!text.includes(word), word)
  assert.equal((await get(employed('jp', ['regulator']))).decisions, 6)
})

test('nobody else: the provider, an auditor of a party, another party’s person, an integrator', async () => {
  const refused = { code: 'http_not_entitled' }
  await assert.rejects(get({ ...jp, holder: { kind: 'party', id: 'provider' } }), refused)
  await assert.rejects(get(employed('jp', ['external_auditor'])), refused)
  await assert.rejects(get(employed('provider', ['regulator'])), refused)
  await assert.rejects(get(NOBODY), refused)
})

test('how many is a whole number within the limit', async () => {
  for (const last of ['0', '10001', '-1', '1.5', 'x', '']) {
    await assert.rejects(get(jp, `last=${last}`), { code: 'http_body_invalid' }, last)
  }
  assert.equal((await get(jp, 'last=10000')).decisions, 6)
})

test('what can no longer be read is counted, not guessed', async () => {
  const ledger = world.ledger.stored
  const at = ledger.findIndex((entry) => entry.class === 'exchange' && entry.kind === 'intent')
  const kept = ledger[at]
  assert.ok(kept?.class === 'exchange')
  ledger[at] = { ...kept, fields: 'unavailable', content: 'unavailable' }
  const { decisions: readable, unreadable } = await get(jp)
  ledger[at] = kept
  assert.deepEqual([readable, unreadable], [5, 1])
})

test('more than a page: every decision once, newest first', async () => {
  const [entry] = await decisions({ limit: 1 })
  const asked: number[] = []
  const rows = (query: { before?: number; limit: number }) => {
    const newest = (query.before ?? 2_000) - 1
    return Array.from({ length: query.limit }, (_, at) => ({ index: newest - at }))
  }
  const read = async (index: number) => {
    asked.push(index)
    return entry
  }
  const programme = {
    snapshot: () => world.programme.snapshot(),
    decisions: async (query: { limit: number }) => rows(query),
    flush: async () => undefined,
  }
  const [route] = replayRoutes({ programme, ledger: { read }, logger: silentLogger } as never) // all that is read of them
  await route?.handle({ query: new URLSearchParams('last=1200') } as never, jp as unknown as AdminCaller)
  assert.deepEqual(
    asked,
    Array.from({ length: 1_200 }, (_, at) => 1_999 - at),
  )
})
