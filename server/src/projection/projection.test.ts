/** Tests of the projection, on a real PostgreSQL: same answers after a restart with and without it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signTokenRequest } from '../access/index.ts'
import { REDECIDED_CODE, stickyKey } from '../accounts/index.ts'
import {
  createWorld,
  institution,
  intentDraft,
  outcomeDraft,
  PROGRAMME,
  person,
  refused,
  type World,
} from '../authority/testing.ts'
import type { Database } from '../storage/index.ts'
import { StorageError } from '../storage/index.ts'
import { openTestDatabase, type TestDatabase } from '../storage/testing.ts'

let server: TestDatabase
before(async () => {
  server = await openTestDatabase()
})
after(() => server.close())

async function emptied(): Promise<Database> {
  const tables = ['projection', 'statement', 'decision', 'usage', 'hold', 'refusal', 'token']
  await server.database.query(`truncate ${tables.map((name) => `programme_${name}`).join(', ')}`)
  return server.database
}

/** A database that can be pulled out. */
function pluggable(database: Database): Database & { plugged: boolean } {
  const gone = (): never => {
    throw new StorageError('storage_unavailable', 'pulled out')
  }
  const proxy: Database & { plugged: boolean } = {
    ...database,
    plugged: true,
    query: async (...args) => (proxy.plugged ? database.query(...args) : gone()) as never, // the row type is the caller's
    transaction: async (...args) => (proxy.plugged ? database.transaction(...args) : gone()),
  }
  return proxy
}

/** Some of everything that is projected. */
async function live(world: World): Promise<{ open: number; hold: string }> {
  const { authority } = world.programme
  const untilMs = world.clock.nowMs() + 3_600_000
  const sticky = (content: string) => ({
    key: stickyKey('mufg-analyst', 'm', content),
    source: 'provider' as const,
    code: 'cyber_policy',
    until_ms: untilMs,
  })
  const first = await authority.append(intentDraft(world, { reserved_tokens: 500 }))
  await authority.append(outcomeDraft(first.index, { tokens: 120, end: 'refused', sticky: sticky('c') }))
  const second = await authority.append(intentDraft(world, { reserved_tokens: 50 }))
  await authority.append(outcomeDraft(second.index, { tokens: null, sticky: sticky('d') }))
  const again = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(again.index, { tokens: 0, code: REDECIDED_CODE, end: 'refused' }))
  const denied = await authority.append(intentDraft(world, { verdict: 'deny' }))
  await authority.append(outcomeDraft(denied.index, { tokens: 0, end: 'refused' }))
  await world.submit('refusal.lift', { key: sticky('d').key, actor: 'mufg-analyst', reason: 'r' }, [
    person('mufg-approver'),
  ])
  const held = intentDraft(world, {
    actor: 'hoshizora-engineer',
    institution: 'hoshizora-bank',
    engagement: world.engagement,
    capability: 'exploit_validation',
    verdict: 'hold',
    approval: { count: 1, roles: ['approver'] },
  })
  const answered = structuredClone(held)
  await authority.append(held)
  const hold = (held.fields.decision as { id: string }).id
  ;(answered.fields.decision as { id: string }).id = hold.replace(/0/, '9')
  await authority.append(answered)
  await world.submit(
    'grant.approve',
    {
      hold: hold.replace(/0/, '9'),
      actor: 'hoshizora-engineer',
      institution: 'hoshizora-bank',
      engagement: world.engagement,
      capability: 'exploit_validation',
      session: 's1',
      approvals: 1,
      count: 5,
      until_ms: untilMs,
    },
    [person('hoshizora-approver')],
  )
  const use = intentDraft(world, {
    actor: 'hoshizora-engineer',
    institution: 'hoshizora-bank',
    grant: hold.replace(/0/, '9'),
  })
  await authority.append(use)
  const open = await authority.append(intentDraft(world, { reserved_tokens: 70 }))
  return { open: open.index, hold }
}

/** What of a programme can be seen from outside. */
function visible({ programme }: World): unknown {
  const { authority } = programme
  const grant = programme.snapshot().grants[0]?.hold ?? ''
  return {
    usage: ['mufg-analyst', 'hoshizora-engineer'].map((id) => programme.usage('person', id)),
    institutions: ['mufg', 'hoshizora-bank'].map((id) => programme.usage('institution', id)),
    holds: programme.holds('hoshizora-bank'),
    refusals: programme.refusals('mufg-analyst'),
    grantUses: authority.grantUses(grant),
    sticky: ['c', 'd'].map((content) => authority.sticky('mufg-analyst', 'm', content)?.code ?? null),
    digest: programme.snapshot().digest,
  }
}

test('a restart answers the same from PostgreSQL as from the ledger alone', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  const { open } = await live(world)
  const token = await world.mint('mufg-analyst')
  const before = visible(world)
  const fromDatabase = await world.restart()
  assert.equal(fromDatabase.programme.projected() > 40, true)
  const withDatabase = visible(fromDatabase)
  const fromLedger = await fromDatabase.restart(null)
  assert.deepEqual(withDatabase, before)
  assert.deepEqual(visible(fromLedger), before)
  assert.ok(
    fromDatabase.ledger.stored.some(
      (entry) => entry.class === 'exchange' && entry.fields !== 'unavailable' && entry.fields.refers === open,
    ),
  )
  const again = await fromLedger.restart(database)
  assert.equal(again.programme.authority.authenticate(token).ok, true)
  await again.programme.close()
})

test('decisions are found by institution, person, verdict and id, newest first, page by page', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  const { hold } = await live(world)
  await world.programme.flush()
  assert.equal(world.programme.projected(), world.ledger.size())
  const { programme } = world
  const mufg = await programme.decisions({ institution: 'mufg', limit: 100 })
  assert.deepEqual(
    mufg.map((row) => row.verdict),
    ['allow', 'deny', 'allow', 'allow', 'allow'],
  )
  assert.deepEqual(
    mufg.map((row) => row.tokens),
    [null, 0, 0, null, 120],
  )
  assert.deepEqual(
    mufg.map((row) => row.end),
    [null, 'refused', 'refused', 'completed', 'refused'],
  )
  const [row] = await programme.decisions({ id: hold, limit: 1 })
  assert.deepEqual(
    [row?.capability, row?.clauses, row?.engagement],
    ['exploit_validation', ['3.1'], world.engagement],
  )
  const page = await programme.decisions({ institution: 'mufg', limit: 2 })
  const rest = await programme.decisions({ institution: 'mufg', limit: 100, before: page[1]!.index })
  assert.deepEqual([...page, ...rest], mufg)
  assert.deepEqual(await programme.decisions({ actor: "x' or '1'='1", limit: 1 }), [])
  assert.equal((await programme.decisions({ verdict: 'hold', limit: 10 })).length, 2)
})

test('with the database gone the gateway serves on, administration says so, and nothing is missing after', async () => {
  const database = pluggable(await emptied())
  await using world = await createWorld({ database })
  const { programme } = world
  const token = await world.mint('mufg-analyst')
  await programme.flush()
  const reached = programme.projected()
  database.plugged = false
  await refused(programme.decisions({ limit: 1 }), 'programme_database_unavailable')
  await refused(world.mint('mufg-analyst'), 'programme_database_unavailable')
  assert.equal(programme.authority.authenticate(token).ok, true)
  await live(world)
  await world.submit('stop.issue', { scope: { kind: 'institution', id: 'smbc' }, reason: 'r' }, [
    institution('smbc'),
  ])
  await programme.flush()
  assert.equal(programme.projected(), reached)
  const [{ id } = { id: '' }] = programme.tokens('mufg-analyst')
  await refused(programme.revokeToken(id), 'programme_database_unavailable')
  const after = programme.authority.authenticate(token)
  assert.ok(!after.ok && after.failure === 'revoked', 'revoked at once, though not yet on disk')
  database.plugged = true
  await programme.revokeToken(id)
  await programme.flush()
  assert.equal(programme.projected(), world.ledger.size())
  const rows = await database.query<{ n: number }>('select count(*) as n from programme_decision')
  const intents = world.ledger.stored.filter(
    (entry) => entry.class === 'exchange' && entry.kind === 'intent',
  ).length
  assert.equal(rows[0]?.n, intents)
  const again = await world.restart(database)
  const later = again.programme.authority.authenticate(token)
  assert.ok(!later.ok && later.failure === 'revoked')
  await again.programme.close()
})

test('a start without the database serves, and takes tokens up when it is back', async () => {
  const database = pluggable(await emptied())
  await using world = await createWorld({ database })
  const token = await world.mint('mufg-analyst')
  await live(world)
  const before = visible(world)
  await world.programme.close()
  database.plugged = false
  const started = await world.restart(database)
  assert.deepEqual(visible(started), before)
  assert.equal(started.programme.authority.authenticate(token).ok, false)
  database.plugged = true
  await started.programme.flush()
  assert.equal(started.programme.authority.authenticate(token).ok, true)
  assert.equal(started.programme.projected(), started.ledger.size())
  await started.programme.close()
})

test('a signed request for a token counts once, also across a restart', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  const request = {
    programme: PROGRAMME,
    actor: 'mufg-analyst',
    issued_at_ms: world.clock.nowMs(),
    ttl_s: 60,
  }
  const signed = signTokenRequest(request, world.keys.of(person('mufg-analyst')))
  await world.programme.mintToken(signed)
  await refused(world.programme.mintToken(signed), 'token_request_replayed')
  const again = await world.restart()
  await refused(again.programme.mintToken(signed), 'token_request_replayed')
  assert.equal(again.programme.tokens('mufg-analyst').length, 1)
  await again.programme.close()
})

test('a crash between two batches counts nothing twice', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  await live(world)
  await world.programme.flush()
  const usage = await database.query('select * from programme_usage order by kind, id')
  const { next_index: reached } = (
    await database.query<{ next_index: number }>('select next_index from programme_projection')
  )[0]!
  // A writer that did not hear of its last commit tries the same batch again.
  await database.query('update programme_projection set next_index = $1', [reached])
  const again = await world.restart()
  await again.programme.flush()
  const after = await database.query<{ kind: string; id: string; requests: number }>(
    'select * from programme_usage order by kind, id',
  )
  assert.deepEqual(after, usage)
  await again.programme.close()
})

test('a database of another ledger, or one that is ahead, stops the start', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  await world.programme.close()
  await database.query("update programme_projection set origin = 'other.example/log'")
  await refused(world.restart(), 'programme_projection_corrupt')
  await database.query('update programme_projection set origin = $1, next_index = 999999', [
    world.ledger.origin,
  ])
  await refused(world.restart(), 'programme_projection_corrupt')
})

test('two servers on one database: the second finds out and projects nothing twice', async () => {
  const database = await emptied()
  await using world = await createWorld({ database })
  await world.programme.flush()
  await database.query('update programme_projection set next_index = next_index - 1')
  await world.programme.authority.append(intentDraft(world))
  const reached = world.programme.projected()
  await world.programme.flush()
  assert.equal(world.programme.projected(), reached)
  const rows = await database.query<{ n: number }>('select count(*) as n from programme_decision')
  assert.equal(rows[0]?.n, 0)
})
