/** Tests of gateway processes: a faithful copy, a bounded stop, and nothing served by a process that was paused. */
import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { get, request as httpRequest } from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { stickyKey } from '../accounts/index.ts'
import { loadAgreement } from '../agreement/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { type ConnectedAuthority, connectAuthority } from './authority-worker.ts'
import { type Channel, channelToChild } from './channel.ts'
import { LEASE_MARGIN_MS } from './lease.ts'
import {
  createWorld,
  institution,
  intentDraft,
  outcomeDraft,
  PARTIES,
  party,
  person,
  realClock,
  refused,
  sampleAgreement,
  type World,
} from './testing.ts'

const reason = 'because'
const stopAll = { scope: { kind: 'all' }, reason } as const

/** Two ends of a channel in memory. `paused` keeps the gateway's end from taking anything in. */
function channelPair() {
  const ends = { toGateway: [] as object[], paused: false, closed: false }
  const listeners = { writer: [] as ((m: unknown) => void)[], gateway: [] as ((m: unknown) => void)[] }
  const closers: (() => void)[] = []
  const deliver = (): void => {
    while (!ends.paused && ends.toGateway.length > 0) {
      const message = ends.toGateway.shift()
      for (const listener of listeners.gateway) listener(message)
    }
  }
  const close = (): void => {
    if (ends.closed) return
    ends.closed = true
    for (const closer of closers) closer()
  }
  const writer: Channel = {
    send(message) {
      if (ends.closed) return
      ends.toGateway.push(structuredClone(message))
      setImmediate(deliver)
    },
    onMessage: (listener) => void listeners.writer.push(listener),
    onClose: (listener) => void closers.push(listener),
    close,
  }
  const gateway: Channel = {
    send(message) {
      const copy = structuredClone(message)
      setImmediate(() => {
        if (!ends.closed) for (const listener of listeners.writer) listener(copy)
      })
    },
    onMessage: (listener) => void listeners.gateway.push(listener),
    onClose: (listener) => void closers.push(listener),
    close,
  }
  return {
    writer,
    gateway,
    close,
    pause: () => {
      ends.paused = true
    },
    resume: () => {
      ends.paused = false
      deliver()
    },
  }
}

async function connect(
  world: World,
): Promise<ReturnType<typeof channelPair> & { authority: ConnectedAuthority }> {
  const pair = channelPair()
  world.programme.attachGateway(pair.writer)
  const authority = await connectAuthority({
    channel: pair.gateway,
    clock: world.clock,
    loadAgreement: (document) => loadAgreement(document, 'from the writer'),
  })
  return { ...pair, authority }
}

test('a gateway sees what the writer sees, from the start and after every change', async () => {
  await using world = await createWorld()
  const { programme, clock } = world
  const before = await world.mint('mufg-analyst')
  const untilMs = clock.nowMs() + 3_600_000
  const sticky = (content: string) => ({
    key: stickyKey('mufg-analyst', 'm', content),
    source: 'guard' as const,
    code: 'cut',
    until_ms: untilMs,
  })
  const first = await programme.authority.append(intentDraft(world))
  await programme.authority.append(outcomeDraft(first.index, { sticky: sticky('c'), end: 'refused' }))
  const { authority, close } = await connect(world)
  const same = (): void => {
    assert.equal(authority.snapshot().digest, programme.snapshot().digest)
    for (const content of ['c', 'd']) {
      assert.deepEqual(
        authority.sticky('mufg-analyst', 'm', content),
        programme.authority.sticky('mufg-analyst', 'm', content),
      )
    }
    assert.equal(authority.budget('mufg-analyst', 'mufg'), programme.authority.budget('mufg-analyst', 'mufg'))
  }
  same()
  const after = await world.mint('mufg-engineer')
  for (const token of [before, after]) {
    assert.deepEqual(authority.authenticate(token), programme.authority.authenticate(token))
  }
  const [{ id } = { id: '' }] = programme.tokens('mufg-engineer')
  await programme.revokeToken(id)
  assert.deepEqual(authority.authenticate(after), { ok: false, failure: 'revoked' })
  const tokens = sampleAgreement().budgets.person.tokensPerDay
  const spent = await authority.append(intentDraft(world, { reserved_tokens: tokens }))
  // What follows on the same channel comes behind what it caused.
  await authority.append(outcomeDraft(spent.index, { tokens, sticky: sticky('d'), end: 'refused' }))
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'exceeded')
  same()
  await world.submit('refusal.lift', { key: sticky('c').key, actor: 'mufg-analyst', reason }, [
    person('mufg-approver'),
  ])
  await world.submit('actor.suspend', { id: 'smbc-analyst', reason }, [institution('smbc')])
  same()
  close()
})

test('a stop returns when the gateway has it; open streams are told before that', async () => {
  await using world = await createWorld()
  const { authority, close } = await connect(world)
  const heard: number[] = []
  authority.onSnapshot((snapshot) => heard.push(snapshot.stops.length))
  const stop = await world.submit('stop.issue', stopAll, [party('jp')])
  assert.deepEqual([stop.acknowledged, stop.expired, heard], [1, 0, [1]])
  await world.submit('stop.resume', { stop: stop.index, reason }, PARTIES)
  assert.deepEqual(heard, [1, 0])
  close()
})

const turns = async (count = 5): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise(setImmediate)
}

test('a gateway that hears nothing: the stop returns when its lease is over, not before, and it serves nothing then', async (t) => {
  await using world = await createWorld({ leaseMs: 60 })
  const { authority, pause, resume, close } = await connect(world)
  const draft = intentDraft(world)
  pause()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let returned = false
  const stopping = world.submit('stop.issue', stopAll, [party('jp')]).finally(() => {
    returned = true
  })
  while (world.programme.snapshot().stops.length === 0) await turns(1)
  await turns()
  t.mock.timers.tick(60 + LEASE_MARGIN_MS - 1)
  await turns()
  assert.equal(returned, false)
  t.mock.timers.tick(1)
  const stop = await stopping
  assert.deepEqual([stop.acknowledged, stop.expired], [0, 1])
  // The writer waited that long on its own clock; the gateway's shows the same.
  world.clock.advance(60 + LEASE_MARGIN_MS)
  assert.equal(authority.leaseValid(), false)
  assert.deepEqual(authority.authenticate('x'), { ok: false, failure: 'not_ready' })
  await refused(authority.append(draft), 'programme_lease_expired')
  resume()
  assert.deepEqual(authority.snapshot().stops.length, 1)
  close()
})

test('the writer takes no decision from an older snapshot, whatever a gateway believes', async () => {
  await using world = await createWorld()
  const { authority, pause, resume, close } = await connect(world)
  const draft = intentDraft(world)
  pause()
  const stopping = world.submit('stop.issue', stopAll, [party('jp')])
  while (world.programme.snapshot().stops.length === 0) await new Promise(setImmediate)
  // Its lease still runs and it has not heard: it believes that it may.
  assert.ok(authority.leaseValid() && authority.snapshot().stops.length === 0)
  const late = authority.append(draft)
  await new Promise(setImmediate)
  resume()
  await refused(late, 'programme_snapshot_stale')
  assert.equal((await stopping).acknowledged, 1)
  close()
})

test('budgets are one for all gateways, and typed errors cross the channel', async () => {
  await using world = await createWorld()
  const [one, two] = [await connect(world), await connect(world)]
  const { tokensPerDay: tokens } = sampleAgreement().budgets.person
  const request = { actor: 'mufg-analyst', institution: 'mufg', tokens: tokens / 2 + 1, grant: null }
  const reserved = await Promise.all([one.authority.reserve(request), two.authority.reserve(request)])
  assert.equal(reserved.filter((each) => each.ok).length, 1)
  for (const [i, each] of reserved.entries())
    if (each.ok) (i === 0 ? one : two).authority.release(each.reservation)
  await new Promise(setImmediate)
  assert.ok((await two.authority.reserve(request)).ok)
  world.ledger.setWritable(false)
  await assert.rejects(
    one.authority.append(intentDraft(world)),
    (error) => error instanceof LedgerError && error.code === 'ledger_not_writable',
  )
  await refused(one.authority.append({ class: 'statement', statement: {} }), 'programme_channel_protocol')
  one.close()
  two.close()
  await refused(one.authority.append(outcomeDraft(1)), 'programme_channel_closed')
})

test('what a gateway leaves open when it ends is closed as ambiguous', async () => {
  await using world = await createWorld()
  const { authority, close } = await connect(world)
  const left = await authority.append(intentDraft(world))
  const done = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(done.index))
  const size = world.ledger.size()
  close()
  assert.equal(authority.leaseValid(), false)
  while (world.ledger.size() === size) await new Promise(setImmediate)
  const last = world.ledger.stored.at(-1)!
  assert.ok(last.class === 'exchange' && last.fields !== 'unavailable')
  assert.deepEqual(
    [last.fields.refers, (last.fields.response as { end: string }).end],
    [left.index, 'ambiguous'],
  )
  assert.deepEqual(world.ledger.openIntents(), [])
})

test('what is still being written when a gateway ends is closed exactly once', async () => {
  await using world = await createWorld()
  const { authority, close } = await connect(world)
  const begun = await authority.append(intentDraft(world))
  const size = world.ledger.size()
  // Both have reached the writer and neither is durable when the gateway ends.
  world.ledger.hold()
  const sent = [authority.append(outcomeDraft(begun.index)), authority.append(intentDraft(world))]
  await turns()
  close()
  for (const each of sent) await refused(each, 'programme_channel_closed')
  world.ledger.release()
  await world.programme.close()
  const outcomes = world.ledger.stored.slice(size).filter((entry) => entry.kind === 'outcome')
  const closed = outcomes.map(
    (entry) => entry.class === 'exchange' && entry.fields !== 'unavailable' && entry.fields.refers,
  )
  assert.deepEqual(closed, [begun.index, size + 1])
  assert.deepEqual(world.ledger.openIntents(), [])
})

test('a gateway that comes late knows what was spent before', async () => {
  await using world = await createWorld()
  const { tokensPerDay: tokens } = sampleAgreement().budgets.person
  await world.programme.authority.append(intentDraft(world, { reserved_tokens: tokens }))
  const { authority, close } = await connect(world)
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'exceeded')
  assert.equal(authority.budget('mufg-engineer', 'mufg'), 'within')
  world.clock.advance(86_400_000)
  assert.equal(authority.budget('mufg-analyst', 'mufg'), 'within')
  close()
})

test('what is not one of our messages is not listened to', async () => {
  await using world = await createWorld()
  const { authority, gateway, writer, close } = await connect(world)
  for (const message of [{}, { t: 'shutdown' }, { t: 'lease', seq: 10_000 }, { t: 'reply', call: 77 }])
    writer.send(message)
  for (const message of [{}, { t: 'welcome' }, { t: 'ack', feed: -1 }]) gateway.send(message)
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  assert.equal(authority.snapshot().digest, world.programme.snapshot().digest)
  close()
})

// ---- real processes

async function startWorker(world: World): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(path.join(import.meta.dirname, 'worker-for-test.ts'), {
    serialization: 'advanced',
    execArgv: ['--conditions=sekisho-source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  world.programme.attachGateway(channelToChild(child))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer] // stdout is a pipe, see stdio
  return { child, port: Number(line.toString()) }
}

function ask(port: number, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = httpRequest(
      { host: '127.0.0.1', port, method: 'POST', headers, agent: false },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.on('end', () => resolve(text))
      },
    )
    request.on('error', reject)
    request.end()
  })
}

test('a process that is paused over a stop accepts nothing when it wakes, and its open stream is cut', async () => {
  await using world = await createWorld({ clock: realClock() })
  const token = await world.mint('mufg-analyst')
  const { child, port } = await startWorker(world)
  try {
    assert.match(await ask(port, token), /^accepted/)
    assert.equal(await ask(port, `${token}x`), 'malformed')
    const stream = await new Promise<AsyncIterable<Buffer>>((resolve) => {
      get({ host: '127.0.0.1', port, path: '/stream', agent: false }, resolve)
    })
    const streamed = (async () => {
      let text = ''
      for await (const chunk of stream) text += chunk.toString()
      return text
    })()
    child.kill('SIGSTOP')
    const stop = await world.submit('stop.issue', stopAll, [party('provider')])
    assert.deepEqual([stop.acknowledged, stop.expired], [0, 1])
    // Asked while it sleeps: the request waits in the socket and is the first thing it finds.
    const late = [ask(port, token), ask(port, token)]
    child.kill('SIGCONT')
    for (const answer of await Promise.all(late)) assert.doesNotMatch(answer, /accepted/)
    assert.match(await streamed, /^(?:more\n)*cut\n$/)
    for (const entry of world.ledger.stored.slice(stop.index)) assert.notEqual(entry.kind, 'intent')
    // It comes back under the new state, not the old one.
    await world.submit('stop.resume', { stop: stop.index, reason }, PARTIES)
    let answer = ''
    while (!answer.startsWith('accepted')) answer = await ask(port, token)
    const awake = await world.submit('stop.issue', stopAll, [party('jp')])
    assert.deepEqual([awake.acknowledged, awake.expired], [1, 0])
    assert.equal(await ask(port, token), 'stopped')
  } finally {
    child.kill('SIGCONT')
    child.disconnect()
    await once(child, 'exit')
  }
})

test('a gateway process whose writer is gone serves nothing', async () => {
  const world = await createWorld({ clock: realClock() })
  const token = await world.mint('mufg-analyst')
  const { child, port } = await startWorker(world)
  assert.match(await ask(port, token), /^accepted/)
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
  await assert.rejects(ask(port, token))
  await world[Symbol.asyncDispose]()
})
