/**
 * Clients that leave: the upstream is let go of, and the outcome is written all the same.
 */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { rawRequest } from './raw-http.ts'
import { type System, startSystem } from './system.ts'

const POLL_MS = 20
const WAIT_MS_MAX = 5_000

let system: System
before(async () => {
  system = await startSystem()
})
after(() => system.close())

async function until<T>(read: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = Date.now() + WAIT_MS_MAX
  for (;;) {
    const value = await read()
    if (value !== null) return value
    assert.ok(Date.now() < deadline, 'it never came')
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Sends a request, reads until `leaveAt` is in the answer, and leaves. Returns what was read. */
async function leave(body: string, leaveAt: RegExp | null): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await system.token('smbc-engineer')}`,
  }
  const calls = system.vendor.requests.length
  const socket = connect({ port: system.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  let read = ''
  socket.on('data', (chunk) => {
    read += chunk.toString()
  })
  socket.write(rawRequest('POST', '/v1/responses', headers, body))
  // Not before the upstream has the request: only then is there something to let go of.
  await until(() => (system.vendor.requests.length > calls ? true : null))
  if (leaveAt !== null) await until(() => (leaveAt.test(read) ? true : null))
  socket.destroy()
  return read
}

const question = (stream: boolean, number: number) =>
  JSON.stringify({ model: 'vendor/1', stream, input: `${DETECTION_RULE_EN} (case ${number})` })

/** The exchange that was recorded last, once it is closed. */
async function lastOutcome(size: number) {
  const path = `/v1/receipts/rcpt-${size}`
  const headers = { authorization: `Bearer ${await system.token('smbc-engineer')}` }
  const receipt = await (await fetch(`${system.gatewayUrl}${path}`, { headers })).text()
  const extra = /^extra (\S+)$/m.exec(receipt)?.[1] ?? ''
  const { slots } = JSON.parse(Buffer.from(extra, 'base64').toString()) as {
    slots: { decision: { value: { id: string } } }
  }
  return until(() => system.outcomeOf(slots.decision.value.id))
}

test('in the middle of a stream', async () => {
  system.vendor.play('hang_mid_stream')
  const size = await system.ledgerSize()
  const read = await leave(question(true, 1), /response\.created/)
  assert.match(read, /^HTTP\/1\.1 200/)
  await system.vendor.requests.at(-1)?.left
  assert.equal((await lastOutcome(size)).end, 'cancelled')
})

test('before the answer has begun, stream and JSON', async () => {
  system.vendor.play('hang_before_head')
  for (const stream of [true, false]) {
    const size = await system.ledgerSize()
    await leave(question(stream, stream ? 2 : 3), null)
    await system.vendor.requests.at(-1)?.left
    assert.equal((await lastOutcome(size)).end, 'cancelled')
  }
})

test('in the middle of its own body: nothing was asked, nothing is recorded', async () => {
  const size = await system.ledgerSize()
  const calls = system.vendor.requests.length
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await system.token('smbc-engineer')}`,
    'content-length': '1000',
  }
  const socket = connect({ port: system.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.write(rawRequest('POST', '/v1/responses', headers, '{"model":'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(await system.ledgerSize(), size)
  assert.equal(system.vendor.requests.length, calls)
})

test('many at once: every one is closed, and those who stay are served', async () => {
  system.vendor.play('hang_mid_stream')
  const size = await system.ledgerSize()
  await Promise.all(
    Array.from({ length: 40 }, (_, at) => leave(question(true, 100 + at), /response\.created/)),
  )
  await until(async () => ((await system.ledgerSize()) === size + 80 ? true : null))
  system.vendor.play('ok')
  const response = await fetch(`${system.gatewayUrl}/v1/responses`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await system.token('smbc-engineer')}`,
    },
    body: question(false, 4),
  })
  assert.equal(response.status, 200)
  await response.arrayBuffer()
})
