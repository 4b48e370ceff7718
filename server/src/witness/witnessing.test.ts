/** The log's side: quorums, slow, dead and lying witnesses, and what only witnesses can expose. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  formatNote,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseVerifierKey,
  utf8,
  verifyReceipt,
  verifyWitnessed,
  verifyWitnessedReceipt,
} from 'sekisho-verify'
import { createFakeClock, silentLogger, systemClock } from '../base/index.ts'
import { type Ledger, openFileKeyRing, openLedger } from '../ledger/index.ts'
import {
  ORIGIN,
  type RunningWitness,
  scratch,
  seededKey,
  startLiar,
  startWitness,
  TestLog,
} from './testing.ts'
import { Witnessing } from './witnessing.ts'

const log = new TestLog()

interface Place {
  readonly dir: string
  copy(): string
  [Symbol.dispose](): void
}

function place(): Place {
  const root = scratch()
  let copies = 0
  return {
    dir: join(root, 'ledger'),
    copy() {
      const to = join(root, `copy-${++copies}`)
      cpSync(join(root, 'ledger'), to, { recursive: true })
      rmSync(join(to, 'lock'), { force: true })
      return to
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

function open(dir: string): Promise<Ledger> {
  return openLedger({
    dir,
    origin: ORIGIN,
    signingKey: seededKey(3),
    clock: systemClock,
    checkpointIntervalMs: 20,
    kek: openFileKeyRing(`${dir}.keyring`),
    onFatal: (error) => {
      throw error
    },
  })
}

const policyOf = (witnesses: readonly { vkey: string; url: string }[], k: number | string = 'all') =>
  parsePolicy(
    utf8(
      [
        `log ${log.vkey}`,
        ...witnesses.map(({ vkey, url }, i) => `witness w${i} ${vkey} ${url}`),
        `group g ${k} ${witnesses.map((_, i) => `w${i}`).join(' ')}`,
        'quorum g\n',
      ].join('\n'),
    ),
  )

function witnessing(ledger: Ledger, policy: ReturnType<typeof parsePolicy>, more: object = {}) {
  const fatal: Error[] = []
  const made = new Witnessing({
    ledger,
    policy,
    clock: systemClock,
    log: silentLogger,
    fetch,
    timeoutMs: 2000,
    deadlineMs: 10_000,
    onFatal: (error) => void fatal.push(error),
    ...more,
  })
  return Object.assign(made, { fatal })
}

async function append(ledger: Ledger, count = 1): Promise<number> {
  let last = -1
  for (let i = 0; i < count; i++) {
    const draft = { class: 'exchange', kind: 'intent', institution: 'mufg', fields: { actor: 'a' } } as const
    last = (await ledger.append(draft)).index
  }
  return last
}

const name = (i: number) => `witness.example/w${i}`

test('two of three witnesses: receipts carry a quorum, and it verifies offline under the policy', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey], name: name(0) })
  await using b = await startWitness({ logs: [log.vkey], name: name(1), algorithms: ['ml-dsa-44'] })
  const dead = { vkey: (await stopped(name(2))).vkey, url: 'http://127.0.0.1:1' }
  const ledger = await open(at.dir)
  const policy = policyOf([a, b, dead], 2)
  const watch = witnessing(ledger, policy)
  await watch.checkStart()
  watch.start()
  const index = await append(ledger, 5)
  assert.equal(await watch.witnessed(index), 'witnessed')
  const receipt = utf8(await ledger.receipt(index))
  const { words, checkpoint } = await verifyWitnessedReceipt(receipt, policy)
  assert.ok(checkpoint.size > index)
  assert.deepEqual(
    words.map(({ witness, state }) => `${witness} ${state}`),
    ['w0 good', 'w1 good', 'w2 absent'],
  )
  assert.equal((await verifyReceipt(receipt, parseVerifierKey(log.vkey))).index, index, 'and without it')
  await verifyWitnessed(readFileSync(join(ledger.publicDir, 'witnessed-checkpoint')), policy)
  await watch.close()
  await ledger.close()
})

/** A witness's keys, with nobody behind them. */
async function stopped(called: string): Promise<RunningWitness> {
  const witness = await startWitness({ logs: [log.vkey], name: called })
  await witness[Symbol.asyncDispose]()
  return witness
}

test('too few witnesses by the deadline: no quorum, and ordinary work goes on', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey], name: name(0) })
  const ledger = await open(at.dir)
  const dead = { vkey: (await stopped(name(1))).vkey, url: 'http://127.0.0.1:1' }
  const policy = policyOf([a, dead])
  const watch = witnessing(ledger, policy, { deadlineMs: 200 })
  await watch.checkStart()
  watch.start()
  const index = await append(ledger)
  assert.equal(await watch.witnessed(index), 'no_quorum')
  assert.equal(existsSync(join(ledger.publicDir, 'witnessed-checkpoint')), false)
  const receipt = utf8(await ledger.receipt(index))
  await assert.rejects(verifyWitnessedReceipt(receipt, policy), { code: 'quorum_not_reached' })
  assert.equal((await verifyReceipt(receipt, parseVerifierKey(log.vkey))).index, index)
  await watch.close()
  await ledger.close()
})

test('a witness that was down is asked again, from where it stands', async () => {
  using at = place()
  const dataDir = scratch()
  const first = await startWitness({ logs: [log.vkey], dataDir })
  const port = Number(new URL(first.url).port)
  const ledger = await open(at.dir)
  const watch = witnessing(ledger, policyOf([first]))
  await watch.checkStart()
  watch.start()
  assert.equal(await watch.witnessed(await append(ledger, 3)), 'witnessed')
  await first.stop()
  const index = await append(ledger, 300)
  await ledger.checkpointCovering(index)
  const again = await startWitness({ logs: [log.vkey], dataDir, port })
  assert.equal(await watch.witnessed(index), 'witnessed')
  await watch.close()
  await again.stop()
  await ledger.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('a slow witness is not waited for when the others are enough', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey], name: name(0) })
  await using slow = await startLiar(() => {}, name(1))
  const ledger = await open(at.dir)
  const watch = witnessing(ledger, policyOf([a, slow], 'any'), { timeoutMs: 300 })
  await watch.checkStart()
  watch.start()
  for (let i = 0; i < 5; i++) assert.equal(await watch.witnessed(await append(ledger)), 'witnessed')
  await watch.close()
  await ledger.close()
})

/** Answers to every submission with what `make` makes of the submitted checkpoint. */
const LIES: Record<
  string,
  { fault: RegExp; lie: (note: string, own: (note: string) => string) => [number, string] }
> = {
  'a signature of another text': {
    fault: /cosignature_invalid/,
    lie: (note, own) => [200, own(note.replace(/\n\d+\n/, '\n999\n'))],
  },
  'a cosignature for another origin': {
    fault: /cosignature_invalid/,
    lie: (note, own) => [200, own(note.replace(ORIGIN, 'other.example/log'))],
  },
  'a line of an unknown key': {
    fault: /cosignature_absent/,
    lie: (note, own) => [200, own(note).replace(' witness', ' nobody')],
  },
  'no note at all': { fault: /answer_malformed/, lie: () => [200, 'thank you\n'] },
  'a line without its end': { fault: /answer_malformed/, lie: (note, own) => [200, own(note).trimEnd()] },
  'a size that is none': { fault: /status/, lie: () => [409, 'many\n'] },
  'the size it was asked for, as a conflict': { fault: /answer_malformed/, lie: () => [409, '0\n'] },
  'a wrong size': { fault: /ahead/, lie: () => [409, '1000000\n'] },
  'an inconsistency that is none': { fault: /inconsistent/, lie: () => [422, 'no\n'] },
  'a redirect': { fault: /unreachable/, lie: () => [307, ''] },
  'too many bytes': { fault: /answer_malformed/, lie: () => [200, 'x'.repeat(100_000)] },
}

for (const [what, { fault, lie }] of Object.entries(LIES)) {
  test(`a witness that answers with ${what} counts for nothing and harms nothing`, async () => {
    using at = place()
    const bodies: string[] = []
    await using honest = await startWitness({ logs: [log.vkey], name: name(0) })
    await using liar = await startLiar(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      bodies.push(body)
      if (request.method !== 'POST') return void response.writeHead(404).end()
      const note = body.slice(body.indexOf('\n\n') + 2)
      const [status, answer] = lie(note, (text) => cosignedLine(liar.cosigner, text))
      response.writeHead(status, { location: '/elsewhere' }).end(answer)
    })
    const ledger = await open(at.dir)
    const faults: string[] = []
    const watch = witnessing(ledger, policyOf([honest, liar], 'any'), {
      log: { ...silentLogger, warn: (fields: { fault?: string }) => void faults.push(fields.fault ?? '') },
    })
    await watch.checkStart()
    watch.start()
    const index = await append(ledger)
    assert.equal(await watch.witnessed(index), 'witnessed')
    assert.ok(bodies.length > 0)
    assert.match(faults.join(), fault)
    const { words } = await verifyWitnessedReceipt(
      utf8(await ledger.receipt(index)),
      policyOf([honest, liar], 'any'),
    )
    assert.deepEqual(
      words.map(({ state }) => state),
      ['good', 'absent'],
    )
    assert.deepEqual(watch.fatal, [])
    await watch.close()
    await ledger.close()
  })
}

function cosignedLine(cosigner: Awaited<ReturnType<typeof startLiar>>['cosigner'], note: string): string {
  const parsed = parseNote(utf8(note))
  const signature = cosigner.cosign(parsed, parseCheckpoint(utf8(note)), Math.floor(Date.now() / 1000))
  const whole = formatNote('x\n', [signature])
  return whole.slice(whole.indexOf('\u2014'))
}

test('a cosignature from the future is not taken', async () => {
  using at = place()
  const clock = createFakeClock(Date.now() + 3_600_000)
  await using ahead = await startWitness({ logs: [log.vkey], clock })
  const ledger = await open(at.dir)
  const watch = witnessing(ledger, policyOf([ahead]), { deadlineMs: 200 })
  watch.start()
  assert.equal(await watch.witnessed(await append(ledger)), 'no_quorum')
  await watch.close()
  await ledger.close()
})

test('the whole data directory put back to an earlier copy: the start is refused, by one witness with proof', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey], name: name(0) })
  const dead = { vkey: (await stopped(name(1))).vkey, url: 'http://127.0.0.1:1' }
  const ledger = await open(at.dir)
  const watch = witnessing(ledger, policyOf([a]))
  watch.start()
  assert.equal(await watch.witnessed(await append(ledger, 3)), 'witnessed')
  const earlier = at.copy()
  assert.equal(await watch.witnessed(await append(ledger, 4)), 'witnessed')
  await watch.close()
  await ledger.close()
  // By itself the copy is whole: nothing in it says that it is old.
  const back = await open(earlier)
  const before = back.checkpoint()
  for (const policy of [policyOf([a]), policyOf([dead, a], 'any')]) {
    await assert.rejects(witnessing(back, policy).checkStart(), { code: 'witness_rolled_back' })
  }
  assert.equal(back.checkpoint(), before, 'nothing was written')
  await back.close()
  // The newest state is still taken.
  const newest = await open(at.dir)
  await witnessing(newest, policyOf([a])).checkStart()
  await newest.close()
})

test('a claim without proof keeps the log down only when a quorum cannot do without those who make it', async () => {
  using at = place()
  const claim: RequestListener = (request, response) =>
    void response.writeHead(request.method === 'POST' ? 409 : 404).end('1000\n')
  await using honest = await startWitness({ logs: [log.vkey], name: name(0) })
  await using liar = await startLiar(claim)
  const ledger = await open(at.dir)
  await append(ledger)
  await witnessing(ledger, policyOf([honest, liar], 'any')).checkStart()
  await assert.rejects(witnessing(ledger, policyOf([honest, liar], 'all')).checkStart(), {
    code: 'witness_rolled_back',
  })
  await ledger.close()
})

test('a fork by whoever holds the key: exposed at the start, and while running', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey], name: name(0) })
  const ledger = await open(at.dir)
  const first = witnessing(ledger, policyOf([a]))
  first.start()
  assert.equal(await first.witnessed(await append(ledger, 3)), 'witnessed')
  await first.close()
  await ledger.close()
  const forked = at.copy()
  // The original goes on and is witnessed; the copy, opened with the same key, writes other entries.
  const one = await open(at.dir)
  const two = await open(forked)
  const watchOne = witnessing(one, policyOf([a]))
  const watchTwo = witnessing(two, policyOf([a]))
  await watchTwo.checkStart()
  watchTwo.start()
  watchOne.start()
  assert.equal(await watchOne.witnessed(await append(one, 2)), 'witnessed')
  await two.checkpointCovering(await append(two, 5))
  assert.equal(await watchTwo.witnessed(two.size() - 1), 'no_quorum')
  assert.match(String(watchTwo.fatal[0]), /holds a checkpoint signed by this log's key/)
  assert.equal((watchTwo.fatal[0] as { code?: string }).code, 'witness_fork')
  await assert.rejects(witnessing(two, policyOf([a])).checkStart(), { code: 'witness_fork' })
  assert.deepEqual(watchOne.fatal, [])
  await watchOne.close()
  await watchTwo.close()
  await one.close()
  await two.close()
})

test('a truncated tail, signed again by whoever holds the key, is refused by the witness and known at the start', async () => {
  await using a = await startWitness({ logs: [log.vkey] })
  const post = async (body: string) =>
    (await fetch(`${a.url}/add-checkpoint`, { method: 'POST', body: new Uint8Array(utf8(body)) })).status
  assert.equal(await post(await log.request(0, 10)), 200)
  assert.equal(await post(await log.request(10, 8)), 400, 'the witness never goes back')
  assert.equal(await post(await log.request(8, 8)), 409)
})

test('policies that cannot serve this log are refused at once', async () => {
  using at = place()
  await using a = await startWitness({ logs: [log.vkey] })
  const ledger = await open(at.dir)
  const foreign = parsePolicy(utf8(`log ${new TestLog(9).vkey}\nwitness w ${a.vkey} ${a.url}\nquorum w\n`))
  assert.throws(() => witnessing(ledger, foreign), { code: 'witness_policy_foreign' })
  const deaf = parsePolicy(utf8(`witness w ${a.vkey}\nquorum w\n`))
  assert.throws(() => witnessing(ledger, deaf), { code: 'witness_policy_unreachable' })
  const none = witnessing(ledger, parsePolicy(utf8('quorum none\n')))
  assert.equal(none.offersQuorum, false)
  await none.close()
  await ledger.close()
})
