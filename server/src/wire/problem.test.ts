import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WireError } from './error.ts'
import { failureEvents, problemOfWireError, problemResponse } from './index.ts'
import { createEventReader } from './reader.ts'
import type { Dialect, Problem } from './request.ts'
import { createSseParser } from './sse.ts'

const DENIED: Problem = {
  status: 400,
  code: 'decision_denied',
  wireCode: 'invalid_prompt',
  message: 'Denied by clause art6-2. Decision d-17: https://console.example/d-17',
  extension: { decision: 'd-17', clauses: ['art6-2'] },
}

test('OpenAI dialects get problem+json and the vendor error in one body', () => {
  for (const dialect of ['responses', 'chat'] as const) {
    const { status, headers, body } = problemResponse(dialect, DENIED)
    assert.equal(status, 400)
    assert.equal(headers['content-type'], 'application/problem+json')
    assert.equal(headers['x-should-retry'], 'false')
    assert.deepEqual(JSON.parse(body.toString()), {
      type: 'urn:sekisho:problem:decision_denied',
      title: 'decision denied',
      status: 400,
      detail: DENIED.message,
      instance: 'urn:sekisho:decision:d-17',
      error: {
        message: DENIED.message,
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_prompt',
        sekisho: { code: 'decision_denied', decision: 'd-17', clauses: ['art6-2'] },
      },
    })
  }
})

test('Anthropic clients get their own shape', () => {
  const { headers, body } = problemResponse('messages', { ...DENIED, status: 403 })
  assert.equal(headers['content-type'], 'application/json')
  const json = JSON.parse(body.toString())
  assert.equal(json.type, 'error')
  assert.equal(json.error.type, 'permission_error')
  assert.equal(json.error.message, DENIED.message)
})

test('a retry is invited only with a time to wait', () => {
  const { headers } = problemResponse('chat', { ...DENIED, status: 503, retryAfterS: 1.2 })
  assert.equal(headers['x-should-retry'], 'true')
  assert.equal(headers['retry-after'], '2')
  for (const status of [400, 401, 403, 409, 429, 500, 503]) {
    assert.equal(problemResponse('chat', { ...DENIED, status }).headers['x-should-retry'], 'false')
  }
})

test('every status has an error type in both vendors’ words', () => {
  for (let status = 400; status < 600; status++) {
    for (const dialect of ['chat', 'messages'] as const) {
      const json = JSON.parse(problemResponse(dialect, { ...DENIED, status }).body.toString())
      assert.match(json.error.type, /^[a-z_]+$/)
    }
  }
})

function readBack(dialect: Dialect, bytes: Buffer): string[] {
  const reader = createEventReader(dialect)
  return createSseParser()
    .push(bytes)
    .flatMap((event) => reader.read(event))
    .filter((part) => part.type !== 'delta' || part.channel !== 'other')
    .map((part) => (part.type === 'end' ? `${part.how} ${part.vendorCode}` : part.type))
}

test('a stopped stream ends in the dialect’s own failure, readable by the same reader', () => {
  const state = { started: true, ended: false, id: 'resp_1', model: 'm', createdAtS: 1, sequence: 4 }
  assert.deepEqual(readBack('responses', failureEvents('responses', DENIED, state)), [
    'served',
    'failed invalid_prompt',
  ])
  assert.deepEqual(readBack('chat', failureEvents('chat', DENIED, state)), ['failed invalid_prompt'])
  assert.deepEqual(readBack('messages', failureEvents('messages', DENIED, state)), [
    'failed invalid_request_error',
  ])
  const text = failureEvents('responses', DENIED, state).toString()
  assert.match(text, /"sequence_number":5/)
  assert.match(text, /"id":"resp_1"/)
  assert.doesNotMatch(failureEvents('chat', DENIED, state).toString(), /\[DONE\]/)
})

test('a Responses stream that never opened is opened before it fails', () => {
  const events = createSseParser().push(failureEvents('responses', DENIED, null))
  assert.deepEqual(
    events.map((event) => event.event),
    ['response.created', 'response.failed'],
  )
})

test('a line break in a message cannot end the event', () => {
  const bytes = failureEvents('chat', { ...DENIED, message: 'a\n\ndata: [DONE]\n\n' }, null)
  assert.equal(createSseParser().push(bytes).length, 1)
})

test('a long message is cut', () => {
  const { body } = problemResponse('chat', { ...DENIED, message: 'm'.repeat(100_000) })
  assert.ok(body.length < 20_000)
})

test('a wire error names its place', () => {
  const problem = problemOfWireError(
    new WireError('wire_item_refused', 'tool `mcp` runs at the vendor', '/tools/0'),
  )
  const { body } = problemResponse('responses', problem)
  assert.equal(JSON.parse(body.toString()).error.param, '/tools/0')
})
