/** T3: nothing is asked before witnesses hold the intent, nothing ends before they hold the outcome. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { ExchangeDraft } from '../ledger/index.ts'
import {
  chatAnswer,
  chatChunk,
  chatEnd,
  type FakeGateway,
  JSON_HEAD,
  SSE_HEAD,
  startFakeGateway,
} from './testing/fake-gateway.ts'

let gateway: FakeGateway
beforeEach(async () => {
  gateway = await startFakeGateway()
  gateway.tier = 'T3'
})
afterEach(() => gateway.close())

const settle = () => new Promise((resolve) => setTimeout(resolve, 30))
/** However long a busy machine takes; the test's own limit ends it. */
const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const outcomeCode = () => {
  const outcomes = gateway.authority.drafts.filter(
    (draft): draft is ExchangeDraft => draft.class === 'exchange' && draft.kind === 'outcome',
  )
  assert.equal(outcomes.length, 1)
  const response = outcomes[0]?.fields.response as { code: string | null } | undefined // what the gateway drafts
  return response?.code
}

test('the upstream waits for the intent, the last byte for the outcome', async () => {
  const waiting: { index: number; go: () => void }[] = []
  gateway.witnessed = (index) =>
    new Promise((resolve) => waiting.push({ index, go: () => resolve('witnessed') }))
  const call = gateway.nextCall()
  const answer = gateway.ask()
  let answered = false
  void answer.then(() => {
    answered = true
  })
  await until(() => waiting.length === 1)
  await settle()
  assert.deepEqual([waiting.map(({ index }) => index), gateway.calls.length], [[0], 0])
  waiting[0]?.go()
  const { sink } = await call
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('witnessed words'))
  sink.onEnd()
  await until(() => waiting.length === 2)
  await settle()
  assert.deepEqual([waiting.map(({ index }) => index), answered], [[0, 1], false])
  waiting[1]?.go()
  const response = await answer
  assert.equal(response.status, 200)
  assert.match(await response.text(), /witnessed words/)
})

test('without a quorum for the intent nothing is sent; the refusal is typed and closes the intent', async () => {
  gateway.witnessed = async () => 'no_quorum'
  const response = await gateway.ask()
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5'])
  assert.match(await response.text(), /too few witnesses/)
  assert.deepEqual([gateway.calls.length, outcomeCode()], [0, 'gateway_witness_quorum'])
})

test('without any witness the tier is refused, as is a desk that cannot be asked', async () => {
  const response = await gateway.ask()
  assert.equal(response.status, 400)
  assert.equal(outcomeCode(), 'gateway_receipt_tier_unavailable')
  gateway.authority.drafts.length = 0
  gateway.witnessed = () => Promise.reject(new Error('gone'))
  assert.equal((await gateway.ask()).status, 503)
  assert.deepEqual([gateway.calls.length, outcomeCode()], [0, 'gateway_witness_quorum'])
})

for (const lost of ['no_quorum', 'a desk that is gone'] as const) {
  test(`a quorum lost before the outcome (${lost}): the answer stays here`, async () => {
    gateway.witnessed = async (index) => {
      if (index === 0) return 'witnessed'
      if (lost === 'no_quorum') return lost
      throw new Error(lost)
    }
    const call = gateway.nextCall()
    const answer = gateway.ask()
    const { sink } = await call
    sink.onHead(200, JSON_HEAD)
    sink.onData(chatAnswer('must not leave'))
    sink.onEnd()
    const response = await answer
    assert.equal(response.status, 503)
    assert.doesNotMatch(await response.text(), /must not leave/)
  })
}

test('a stream ends with a typed failure instead of its last event', async () => {
  gateway.witnessed = async (index) => (index === 0 ? 'witnessed' : 'no_quorum')
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('hello'))
  sink.onData(chatEnd())
  sink.onEnd()
  const text = await (await answer).text()
  assert.match(text, /too few witnesses/)
  assert.doesNotMatch(text, /\[DONE\]/)
})

test('a client that leaves while witnesses are asked: nothing is sent', async () => {
  let go: (() => void) | null = null
  gateway.witnessed = () =>
    new Promise((resolve) => {
      go = () => resolve('witnessed')
    })
  const leaving = new AbortController()
  const answer = gateway.ask({ signal: leaving.signal }).catch(() => null)
  await until(() => go !== null)
  leaving.abort()
  await answer
  await until(() => gateway.authority.drafts.length === 2)
  ;(go as (() => void) | null)?.()
  await settle()
  assert.deepEqual([gateway.calls.length, outcomeCode()], [0, 'client_left'])
})
