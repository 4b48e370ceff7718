/** Tests of the one writer: order, staleness, budgets and refusals through the ledger, and what a restart keeps. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REDECIDED_CODE, stickyKey } from '../accounts/index.ts'
import { type Payload, signStatement } from '../programme/index.ts'
import {
  AUTHORITIES,
  createWorld,
  decisionId,
  institution,
  intentDraft,
  outcomeDraft,
  PARTIES,
  PROGRAMME,
  party,
  person,
  refused,
  sampleAgreement,
  type World,
} from './testing.ts'

const reason = 'because'
const stopAll = { scope: { kind: 'all' }, reason } as const

test('a statement is durable before it has effect, and a refused one never reaches the ledger', async () => {
  await using world = await createWorld()
  const { programme, ledger } = world
  const size = ledger.size()
  const before = programme.snapshot()
  await refused(world.submit('stop.issue', stopAll, [institution('mufg')]), 'statement_signer_not_entitled')
  assert.equal(ledger.size(), size)
  ledger.hold()
  const stopping = world.submit('stop.issue', stopAll, [party('jp')])
  await new Promise(setImmediate)
  assert.equal(programme.snapshot(), before)
  ledger.release()
  const { index } = await stopping
  assert.equal(index, size)
  assert.deepEqual(
    programme.snapshot().stops.map((stop) => stop.index),
    [index],
  )
  assert.equal(before.stops.length, 0)
})

test('statements wait for each other: of two approvals by one person at once, one counts', async () => {
  await using world = await createWorld()
  const stage = { sector: 'finance', stage: 'defensive', reason } as const
  const both = await Promise.allSettled([
    world.submit('sector.stage', stage, PARTIES),
    world.submit('sector.stage', stage, PARTIES),
  ])
  assert.deepEqual(
    both.map((one) => one.status),
    ['fulfilled', 'rejected'],
  )
  await refused(world.programme.submit(foreign(world)), 'statement_foreign_programme')
})

function foreign(world: World): ReturnType<typeof signStatement> {
  const keys = AUTHORITIES.flatMap((holder) => world.keys.all(holder, 2))
  const payload = { incident: true, reason }
  return signStatement(
    { programme: 'other', type: 'incident.set', issuedAtMs: world.clock.nowMs(), payload },
    keys,
  )
}

test('an allowed intent decided before a stop is never recorded behind it', async () => {
  await using world = await createWorld()
  const { programme, ledger } = world
  const { authority } = programme
  const draft = intentDraft(world)
  ledger.hold()
  const stopping = world.submit('stop.issue', stopAll, [party('jp')])
  await new Promise(setImmediate)
  const late = authority.append(draft)
  ledger.release()
  await refused(late, 'programme_snapshot_stale')
  await stopping
  await refused(authority.append(draft), 'programme_snapshot_stale')
  await refused(authority.append(intentDraft(world), { decidedUnder: 1 }), 'programme_snapshot_stale')
  await authority.append(intentDraft(world, { verdict: 'deny', snapshot: 1 }))
})

test('an intent that was being written when the programme changed says so', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  world.ledger.hold()
  const writing = authority.append(intentDraft(world))
  await new Promise(setImmediate)
  const stopping = world.submit('stop.issue', stopAll, [party('jp')])
  await new Promise(setImmediate)
  world.ledger.release()
  const [{ index, snapshotChanged }, stop] = await Promise.all([writing, stopping])
  assert.ok(index < stop.index)
  const listenerWouldKnow = authority.snapshot().stops.length === 1
  assert.ok(snapshotChanged || listenerWouldKnow)
})

test('listeners hear of each snapshot once, in order, before submit returns', async () => {
  await using world = await createWorld()
  const heard: number[] = []
  const stop = world.programme.authority.onSnapshot((snapshot) => heard.push(snapshot.index))
  const first = await world.submit('stop.issue', stopAll, [party('jp')])
  const second = await world.submit('stop.resume', { stop: first.index, reason }, PARTIES)
  stop()
  await world.submit('stop.issue', stopAll, [party('jp')])
  assert.deepEqual(heard, [first.index + 1, second.index + 1])
})

test('reserving, recording, settling: what the ledger says is what is charged', async () => {
  await using world = await createWorld()
  const { programme } = world
  const { authority } = programme
  const request = { actor: 'mufg-analyst', institution: 'mufg', tokens: 100, grant: null }
  const reserved = await authority.reserve(request)
  assert.ok(reserved.ok)
  const { index } = await authority.append(intentDraft(world), { reservation: reserved.reservation })
  assert.deepEqual(programme.usage('person', 'mufg-analyst'), { requests: 1, tokens: 100 })
  await authority.append(outcomeDraft(index, { tokens: 30 }))
  assert.deepEqual(programme.usage('institution', 'mufg'), { requests: 1, tokens: 30 })
  await refused(
    authority.append(intentDraft(world), { reservation: reserved.reservation }),
    'programme_reservation_unknown',
  )
  const unsaid = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(unsaid.index, { tokens: null, end: 'ambiguous' }))
  assert.deepEqual(programme.usage('person', 'mufg-analyst'), { requests: 2, tokens: 130 })
  const again = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(again.index, { code: REDECIDED_CODE, end: 'refused', tokens: 0 }))
  assert.deepEqual(programme.usage('person', 'mufg-analyst'), { requests: 2, tokens: 130 })
})

test('at no moment between reserving and recording can the same budget be reserved again', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  const tokens = sampleAgreement().budgets.person.tokensPerDay / 2 + 1
  const request = { actor: 'mufg-analyst', institution: 'mufg', tokens, grant: null }
  const reserved = await authority.reserve(request)
  assert.ok(reserved.ok)
  world.ledger.hold()
  const draft = intentDraft(world, { reserved_tokens: tokens })
  const writing = authority.append(draft, { reservation: reserved.reservation })
  await new Promise(setImmediate)
  world.ledger.release()
  for (let turn = 0; turn < 50; turn++)
    assert.equal((await authority.reserve(request)).ok, false, `turn ${turn}`)
  await writing
  assert.equal((await authority.reserve(request)).ok, false)
})

test('an append that fails gives its reservation back', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  const tokens = sampleAgreement().budgets.person.tokensPerDay
  const request = { actor: 'mufg-analyst', institution: 'mufg', tokens, grant: null }
  const reserved = await authority.reserve(request)
  assert.ok(reserved.ok && !(await authority.reserve(request)).ok)
  world.ledger.setWritable(false)
  assert.equal(authority.ledgerWritable(), false)
  await refused(
    authority.append(intentDraft(world), { reservation: reserved.reservation }),
    'ledger_not_writable',
  )
  world.ledger.setWritable(true)
  assert.ok((await authority.reserve(request)).ok)
})

test('the fact `budget` turns when the day’s budget is recorded as spent', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  const tokens = sampleAgreement().budgets.person.tokensPerDay
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'within')
  const { index } = await authority.append(intentDraft(world, { reserved_tokens: tokens }))
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'exceeded')
  assert.equal(authority.budget('mufg-engineer', 'mufg'), 'within')
  await authority.append(outcomeDraft(index, { tokens: 1 }))
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'within')
})

async function hold(world: World, more = {}): Promise<{ id: string; payload: Payload<'grant.approve'> }> {
  const draft = intentDraft(world, {
    actor: 'hoshizora-engineer',
    institution: 'hoshizora-bank',
    engagement: world.engagement,
    capability: 'exploit_validation',
    verdict: 'hold',
    approval: { count: 1, roles: ['approver'] },
    ...more,
  })
  const { id } = draft.fields.decision as { id: string }
  await world.programme.authority.append(draft)
  const payload: Payload<'grant.approve'> = {
    hold: id,
    actor: 'hoshizora-engineer',
    institution: 'hoshizora-bank',
    engagement: world.engagement,
    capability: 'exploit_validation',
    session: 's1',
    approvals: 1,
    count: 2,
    until_ms: world.clock.nowMs() + 3_600_000,
  }
  return { id, payload }
}

test('an approval answers a hold, exactly, by somebody the hold asks for', async () => {
  await using world = await createWorld()
  const { id, payload } = await hold(world)
  const by = [person('hoshizora-approver')]
  assert.deepEqual(
    world.programme.holds('hoshizora-bank').map((one) => one.id),
    [id],
  )
  assert.equal(world.programme.hold(id)?.actor, 'hoshizora-engineer')
  const unknown = { ...payload, hold: decisionId(99_999) }
  await refused(world.submit('grant.approve', unknown, by), 'statement_hold_unknown')
  for (const changed of [
    { session: 'other' },
    { capability: 'log_analysis' as const },
    { approvals: 2 },
    { engagement: null },
  ]) {
    await refused(world.submit('grant.approve', { ...payload, ...changed }, by), 'statement_hold_mismatch')
  }
  await refused(
    world.submit('grant.approve', payload, [person('hoshizora-lead')]),
    'statement_signer_not_entitled',
  )
  await refused(
    world.submit('grant.approve', payload, [person('hoshizora-engineer')]),
    'statement_own_request',
  )
  await world.submit('grant.approve', payload, by)
  assert.equal(world.programme.hold(id), null)
  assert.equal(world.programme.snapshot().grants.length, 1)
})

test('the one who asked cannot approve for himself even with an approver’s role', async () => {
  await using world = await createWorld()
  const { payload } = await hold(world, { actor: 'hoshizora-approver' })
  const own = { ...payload, actor: 'hoshizora-approver' }
  await refused(world.submit('grant.approve', own, [person('hoshizora-approver')]), 'statement_own_request')
  await world.submit('grant.approve', own, [person('hoshizora-approver2')])
})

test('a grant’s uses are counted from recorded intents; a race cannot use one twice; nor can a hold outlive a day', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  const { id, payload } = await hold(world)
  await world.submit('grant.approve', payload, [person('hoshizora-approver')])
  const request = { actor: 'hoshizora-engineer', institution: 'hoshizora-bank', tokens: 1, grant: id }
  const three = await Promise.all([
    authority.reserve(request),
    authority.reserve(request),
    authority.reserve(request),
  ])
  assert.deepEqual(
    three.map((one) => one.ok),
    [true, true, false],
  )
  assert.equal(authority.grantUses(id), 2)
  authority.release(three[0]!.ok ? three[0]!.reservation : '')
  assert.equal(authority.grantUses(id), 1)
  const use = () =>
    authority.append(
      intentDraft(world, { actor: 'hoshizora-engineer', institution: 'hoshizora-bank', grant: id }),
    )
  await use()
  const { index } = await use()
  assert.equal(authority.grantUses(id), 3)
  await authority.append(outcomeDraft(index, { code: REDECIDED_CODE, end: 'refused', tokens: 0 }))
  assert.equal(authority.grantUses(id), 2, 'what was decided again used nothing')
  const old = await hold(world)
  world.clock.advance(25 * 3_600_000)
  const late = { ...old.payload, until_ms: world.clock.nowMs() + 1000 }
  await refused(world.submit('grant.approve', late, [person('hoshizora-approver')]), 'statement_hold_unknown')
})

const stickyOf = (untilMs: number, content = 'c') => ({
  key: stickyKey('mufg-analyst', 'm', content),
  source: 'guard' as const,
  code: 'cut',
  until_ms: untilMs,
})

test('a guard’s cut is refused again, until it is lifted by name', async () => {
  await using world = await createWorld()
  const { programme } = world
  const untilMs = world.clock.nowMs() + 3_600_000
  const { index } = await programme.authority.append(intentDraft(world))
  await programme.authority.append(outcomeDraft(index, { end: 'refused', sticky: stickyOf(untilMs) }))
  assert.equal(programme.authority.sticky('mufg-analyst', 'm', 'c')?.code, 'cut')
  const [refusal] = programme.refusals('mufg-analyst')
  const lift = { key: refusal!.key, actor: 'mufg-analyst', reason }
  await refused(world.submit('refusal.lift', lift, [person('mufg-analyst')]), 'statement_own_request')
  await world.submit('refusal.lift', lift, [person('mufg-approver')])
  assert.equal(programme.authority.sticky('mufg-analyst', 'm', 'c'), null)
})

test('nobody takes up another one’s refusal: the appeal that stands is of who was refused', async () => {
  await using world = await createWorld()
  const { authority } = world.programme
  const appeal = (draft: ReturnType<typeof intentDraft>, who: string) => {
    const { id } = draft.fields.decision as { id: string }
    const payload = { decision: id, institution: 'mufg', reason: 'patch review', consent: false }
    return world.submit('appeal.open', payload, [person(who)])
  }
  const denied = intentDraft(world, { verdict: 'deny' })
  await authority.append(denied)
  await refused(appeal(denied, 'mufg-engineer'), 'statement_signer_not_entitled')
  await appeal(denied, 'mufg-analyst')
  const cut = intentDraft(world)
  const { index } = await authority.append(cut)
  const { id } = cut.fields.decision as { id: string }
  const outcome = outcomeDraft(index, { end: 'refused' })
  await authority.append({ ...outcome, fields: { ...outcome.fields, decision: { id } } })
  await refused(appeal(cut, 'mufg-engineer'), 'statement_signer_not_entitled')
  await appeal(cut, 'mufg-analyst')
})

test('a restart without a database keeps everything but tokens', async () => {
  await using world = await createWorld()
  const { programme, clock } = world
  const { authority } = programme
  const untilMs = clock.nowMs() + 3_600_000
  const first = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(first.index, { tokens: 30, end: 'refused', sticky: stickyOf(untilMs) }))
  const lifted = await authority.append(intentDraft(world))
  await authority.append(
    outcomeDraft(lifted.index, { tokens: 0, end: 'refused', sticky: stickyOf(untilMs, 'd') }),
  )
  await world.submit('refusal.lift', { key: stickyOf(0, 'd').key, actor: 'mufg-analyst', reason }, [
    person('mufg-approver'),
  ])
  const open = await authority.append(intentDraft(world))
  const { id } = await hold(world)
  const token = await world.mint('mufg-analyst')
  const { digest } = programme.snapshot()
  const again = await world.restart()
  const after = again.programme
  assert.equal(after.snapshot().digest, digest)
  assert.equal(after.hold(id)?.capability, 'exploit_validation')
  assert.equal(after.authority.sticky('mufg-analyst', 'm', 'c')?.code, 'cut')
  assert.equal(after.authority.sticky('mufg-analyst', 'm', 'd'), null)
  assert.deepEqual(after.usage('person', 'mufg-analyst'), { requests: 3, tokens: 130 })
  assert.equal(after.authority.authenticate(token).ok, false)
  const outcomes = again.ledger.stored.filter(
    (entry) => entry.class === 'exchange' && entry.kind === 'outcome',
  )
  const closed = outcomes.map((entry) => (entry.fields === 'unavailable' ? null : entry.fields.refers))
  assert.deepEqual([closed.includes(open.index), again.ledger.openIntents()], [true, []])
})

test('nothing is served before the programme is founded, or by one that is closed', async () => {
  await using world = await createWorld()
  await world.programme.close()
  const { authority } = world.programme
  assert.equal(authority.leaseValid(), false)
  await refused(world.programme.submit(world.sign('stop.issue', stopAll, [party('jp')])), 'programme_closed')
  await refused(authority.append(intentDraft(world)), 'programme_closed')
  await refused(
    authority.reserve({ actor: 'a', institution: 'i', tokens: 1, grant: null }),
    'programme_closed',
  )
  assert.deepEqual(authority.authenticate('x'), { ok: false, failure: 'not_ready' })
})

test('a listener that fails keeps nobody else from hearing, nor the stop from returning', async () => {
  await using world = await createWorld()
  const heard: number[] = []
  world.programme.authority.onSnapshot(() => {
    throw new Error('broken')
  })
  world.programme.authority.onSnapshot((snapshot) => heard.push(snapshot.stops.length))
  await world.submit('stop.issue', stopAll, [party('jp')])
  assert.deepEqual(heard, [1])
})

test('administration says that there is no database', async () => {
  await using world = await createWorld()
  await refused(world.programme.decisions({ limit: 10 }), 'programme_database_unavailable')
})

/** One step of the simulation; each draws its own choices, so that a shrunk run means the same. */
type Step =
  | {
      readonly do: 'ask'
      readonly actor: number
      readonly tokens: number
      readonly fate: 'settle' | 'leave' | 'abort' | 'cut'
    }
  | { readonly do: 'stop' | 'resume' | 'restart' }
  | { readonly do: 'wait'; readonly ms: number }

const ACTORS = [
  ['mufg-analyst', 'mufg'],
  ['mufg-engineer', 'mufg'],
  ['smbc-analyst', 'smbc'],
] as const

test('simulated days: budgets hold, stops hold, and a restart changes nothing', async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        actor: fc.nat(2),
        tokens: fc.nat(9_000_000),
        fate: fc.constantFrom('settle' as const, 'leave' as const, 'abort' as const, 'cut' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'resume' as const, 'restart' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40_000_000) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      let world = await createWorld()
      try {
        for (const one of steps) world = await take(world, one)
      } finally {
        await world[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 20 },
  )
})

async function take(world: World, step: Step): Promise<World> {
  const { programme, clock } = world
  if (step.do === 'wait') clock.advance(step.ms)
  if (step.do === 'stop') await world.submit('stop.issue', stopAll, [party('us')])
  if (step.do === 'resume') {
    for (const stop of programme.snapshot().stops)
      await world.submit('stop.resume', { stop: stop.index, reason }, PARTIES)
  }
  if (step.do === 'ask') await askOnce(world, step)
  if (step.do === 'restart') {
    const { digest } = programme.snapshot()
    const usage = ACTORS.map(([actor]) => programme.usage('person', actor))
    const next = await world.restart()
    assert.equal(next.programme.snapshot().digest, digest)
    assert.deepEqual(
      ACTORS.map(([actor]) => next.programme.usage('person', actor)),
      usage,
    )
    assert.deepEqual(next.ledger.openIntents(), [])
    return next
  }
  const { person: limit } = sampleAgreement().budgets
  for (const [actor] of ACTORS) assert.ok(programme.usage('person', actor).tokens <= limit.tokensPerDay)
  return world
}

async function askOnce(world: World, step: Step & { do: 'ask' }): Promise<void> {
  const { authority } = world.programme
  const [actor, id] = ACTORS[step.actor]!
  const who = { actor, institution: id }
  // What a gateway does under a stop: nothing.
  if (authority.snapshot().stops.length > 0) return
  const reserved = await authority.reserve({ ...who, tokens: step.tokens, grant: null })
  if (!reserved.ok) return
  if (step.fate === 'abort') return authority.release(reserved.reservation)
  const draft = intentDraft(world, { ...who, reserved_tokens: step.tokens })
  const { index } = await authority.append(draft, { reservation: reserved.reservation })
  if (step.fate === 'leave') return
  const sticky =
    step.fate === 'cut' ? { ...stickyOf(world.clock.nowMs() + 1000), key: stickyKey(actor, 'm', 'c') } : null
  await authority.append(outcomeDraft(index, { ...who, tokens: Math.floor(step.tokens / 2), sticky }))
}

test('a configured founding statement is the only one that founds', async () => {
  await using world = await createWorld()
  const { openProgramme } = await import('./open.ts')
  const { createMemoryLedger, findAgreement } = await import('./testing.ts')
  const ledger = createMemoryLedger(world.clock)
  const programme = await openProgramme({
    programme: PROGRAMME,
    ledger,
    agreements: findAgreement,
    clock: world.clock,
    database: null,
    founding: 'f'.repeat(64),
  })
  const [first] = world.ledger.stored
  assert.ok(first?.class === 'statement')
  await refused(programme.submit(first.statement as never), 'statement_founding_differs')
  assert.equal(programme.founded, false)
  await refused(() => programme.snapshot(), 'programme_not_founded')
  await programme.close()
})
