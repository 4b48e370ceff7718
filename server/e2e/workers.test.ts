/**
 * Several gateway processes on one socket: one budget, one stop, one ledger, whatever becomes of a process.
 *
 * Closing the system checks that each intent has one outcome and that the ledger verifies.
 */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { PROVIDER, RESUMERS } from '../tour/cast.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { prepareChild } from './child.ts'
import { isGone, type Pinned, pause, pin, resume, workersOf } from './pinned.ts'
import { type System, startSystem } from './system.ts'

/** Daily requests of one person; each test asks as somebody else. */
const LIMIT = 20
const CONNECTIONS = 16
/** A lease and its margin are 820 ms; the rest is for a machine that is busy with other tests. */
const STOP_MS_MAX = 2_500
const STREAM_END_MS_MAX = 1_000
const WAIT_MS_MAX = 20_000

let system: System
const pinned: Pinned[] = []
before(async () => {
  system = await startSystem({ workers: 2, personRequests: LIMIT, chunkDelayMs: 50 })
})
afterEach(() => {
  for (const each of pinned.splice(0)) each.close()
})
after(() => system.close())

/** Connections of each process. */
async function pinAll(connections = 1): Promise<Pinned[]> {
  const all = workersOf(process.pid)
  assert.equal(all.length, 2)
  for (const pid of all) pinned.push(await pin(system.gatewayUrl, pid, all, connections))
  return [...pinned]
}

async function until<T>(read: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = Date.now() + WAIT_MS_MAX
  for (;;) {
    const value = await read()
    if (value !== null) return value
    assert.ok(Date.now() < deadline, 'it never came')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const keys = (names: readonly string[]) => names.flatMap((name) => ['--key', system.keyOf(name)])
const stopModel = (model: string) =>
  system.desk.run('stop', '--scope', 'model', '--id', model, '--reason', 'e2e', ...keys(PROVIDER))
const resumeStop = (number: string) => system.desk.run('resume', number, '--reason', 'e2e', ...keys(RESUMERS))

/** A denial under the clause of stops. */
const STOPPED = /"clauses":\["4\.1"\]/
const RESPONSES = '/v1/responses'
const responses = (model: string, stream = false) => ({ model, stream, input: DETECTION_RULE_EN })
const chat = (model: string) => ({ model, messages: [{ role: 'user', content: DETECTION_RULE_EN }] })
const messages = (model: string) => ({ ...chat(model), max_tokens: 100 })

test('each process answers all three dialects and hands out the receipts of both', async () => {
  const gateways = await pinAll()
  const [token, stranger] = [await system.token('smbc-engineer'), await system.token('mufg-engineer')]
  for (const { ask } of gateways) {
    const answer = await ask(RESPONSES, token, responses('rehearsal/1'))
    assert.equal(answer.status, 200, answer.text)
    for (const [path, body] of [
      ['/v1/chat/completions', chat('rehearsal/1')],
      ['/v1/messages', messages('rehearsal/1')],
    ] as const) {
      const other = await ask(path, token, body)
      assert.equal(other.status, 200, other.text)
    }
    for (const asked of gateways) {
      const path = `/v1/receipts/${answer.receipt}`
      assert.match((await asked.ask(path, token)).text, /^c2sp\.org\/tlog-proof@v1/)
      assert.equal((await asked.ask(path, stranger)).status, 404)
    }
  }
  // What the processes saw reaches the server's figures.
  await until(async () => {
    const text = await (await fetch(`${system.announcement.admin}/metrics`)).text()
    return /^sekisho_exchanges_total\{end="completed",code="none"\} 6$/m.test(text) ? true : null
  })
})

test('a limit is one limit: a race over both processes does not overshoot it', async () => {
  const gateways = await pinAll(CONNECTIONS)
  const token = await system.token('smbc-analyst')
  const asked = gateways.flatMap(({ ask }) =>
    Array.from({ length: CONNECTIONS }, () => ask(RESPONSES, token, responses('vendor/1'))),
  )
  const served = (await Promise.all(asked)).filter(({ status }) => status === 200)
  assert.equal(served.length, LIMIT)
  assert.equal(system.vendor.requests.length, LIMIT)
})

test('a stop holds in both when it returns, and their open streams end', async () => {
  const gateways = await pinAll(2)
  const token = await system.token('mizuho-analyst')
  const open = await Promise.all(
    gateways.map(({ begin }) => begin(RESPONSES, token, responses('rehearsal/1', true))),
  )
  await Promise.all(open.map(({ first }) => first))
  const number = await stopModel('rehearsal/1')
  const returned = performance.now()
  const ends = Promise.all(open.map(({ whole }) => whole)).then((texts) => ({
    texts,
    elapsedMs: performance.now() - returned,
  }))
  for (const { ask } of gateways) {
    const denied = await ask(RESPONSES, token, responses('rehearsal/1'))
    assert.match(denied.text, STOPPED)
  }
  const { texts, elapsedMs } = await ends
  for (const text of texts) assert.match(text, /event: response\.failed\n/)
  assert.ok(elapsedMs < STREAM_END_MS_MAX, 'a stream went on after the stop')
  for (const { decision } of open) assert.equal((await system.outcomeOf(decision))?.end, 'refused')
  await resumeStop(number)
  for (const { ask } of gateways) {
    assert.equal((await ask(RESPONSES, token, responses('rehearsal/1'))).status, 200)
  }
})

test('a process that is paused over a stop does not delay it for long, and refuses when it wakes', async () => {
  const [sleeper, other] = await pinAll(2)
  assert.ok(sleeper !== undefined && other !== undefined)
  const token = await system.token('mizuho-engineer')
  const open = await sleeper.begin(RESPONSES, token, responses('rehearsal/1', true))
  await open.first
  await pause(sleeper.pid)
  let number = ''
  let asked: ReturnType<Pinned['ask']>
  try {
    const begun = performance.now()
    number = await stopModel('rehearsal/1')
    assert.ok(performance.now() - begun < STOP_MS_MAX, 'the stop waited for more than a lease')
    assert.match((await other.ask(RESPONSES, token, responses('rehearsal/1'))).text, STOPPED)
    // Asked while it sleeps: the first thing that it finds.
    asked = sleeper.ask(RESPONSES, token, responses('rehearsal/1'))
  } finally {
    resume(sleeper.pid)
  }
  const late = await asked
  assert.ok(STOPPED.test(late.text) || late.status === 503, late.text)
  assert.match(await open.whole, /event: response\.failed\n/)
  await resumeStop(number)
  await until(async () => {
    const { status } = await sleeper.ask(RESPONSES, token, responses('rehearsal/1'))
    return status === 200 ? true : null
  })
})

test('a process killed under load: what it left is ambiguous, the other serves, a new one takes its place', async () => {
  const [victim, other] = await pinAll(CONNECTIONS)
  assert.ok(victim !== undefined && other !== undefined)
  const token = await system.token('mufg-analyst')
  system.vendor.play('hang_mid_stream')
  const open = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => victim.begin(RESPONSES, token, responses('vendor/1', true))),
  )
  await Promise.all(open.map(({ first }) => first))
  system.vendor.play('ok')
  const broken = Promise.allSettled(open.map(({ whole }) => whole))
  process.kill(victim.pid, 'SIGKILL')
  for (const { status } of await broken) assert.equal(status, 'rejected')
  const colleague = await system.token('mufg-engineer')
  assert.equal((await other.ask(RESPONSES, colleague, responses('vendor/1'))).status, 200)
  for (const { decision } of open) {
    const outcome = await until(() => system.outcomeOf(decision))
    assert.deepEqual([outcome.end, outcome.code], ['ambiguous', 'programme_gateway_ended'])
  }
  const all = await until(() => {
    const now = workersOf(process.pid)
    return now.length === 2 && !now.includes(victim.pid) ? now : null
  })
  const fresh = all.find((pid) => pid !== other.pid) ?? 0
  pinned.push(await pin(system.gatewayUrl, fresh, all, 1))
  const answer = await pinned.at(-1)?.ask(RESPONSES, colleague, responses('vendor/1'))
  assert.equal(answer?.status, 200, answer?.text)
})

test('in an orderly end open streams get their typed failure and every outcome is recorded', async () => {
  const others = workersOf(process.pid)
  const own = await startSystem({ workers: 2, chunkDelayMs: 100, shutdownGraceMs: 100 })
  const all = workersOf(process.pid).filter((pid) => !others.includes(pid))
  assert.equal(all.length, 2)
  const gateways: Pinned[] = []
  for (const pid of all) gateways.push(await pin(own.gatewayUrl, pid, all, 1))
  const token = await own.token('smbc-engineer')
  const open = await Promise.all(
    gateways.map(({ begin }) => begin(RESPONSES, token, responses('rehearsal/1', true))),
  )
  await Promise.all(open.map(({ first }) => first))
  await own.close()
  for (const { whole } of open) assert.match(await whole, /event: response\.failed\n/)
  for (const { close } of gateways) close()
  assert.ok(all.every(isGone))
})

test('when the server itself is killed its processes end, and the next one serves', async () => {
  const child = await prepareChild({ workers: 2 })
  try {
    const first = await child.start()
    const pids = workersOf(first.pid)
    assert.equal(pids.length, 2)
    process.kill(first.pid, 'SIGKILL')
    await until(() => (pids.every(isGone) ? true : null))
    const second = await child.start()
    const ready = await fetch(`${second.announcement.admin}/readyz`)
    assert.equal(((await ready.json()) as { gateway: string }).gateway, 'serving')
    await second.stop()
  } finally {
    await child.close()
  }
})
