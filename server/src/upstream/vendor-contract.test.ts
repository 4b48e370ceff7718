import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dialect, parseWireRequest, patchBody } from '../wire/index.ts'
import { UpstreamError, type UpstreamErrorCode } from './error.ts'
import type { StoppedBy } from './vendor-codes.ts'
import { compareServed, endUserPseudonym, type VendorModel, vendorPatch } from './vendor-patch.ts'
import { classifyUpstreamError, classifyVendorAnswer, classifyVendorFailure } from './vendor-problem.ts'

const SECRET = Buffer.alloc(32, 7)
const USER = endUserPseudonym(SECRET, 'person:mufg:analyst-1')

test('an end user’s pseudonym is stable, short, and says nothing without the secret', () => {
  assert.equal(endUserPseudonym(SECRET, 'person:mufg:analyst-1'), USER)
  assert.ok(USER.length <= 64)
  assert.doesNotMatch(USER, /mufg|analyst/)
  assert.notEqual(endUserPseudonym(SECRET, 'person:mufg:analyst-2'), USER)
  assert.notEqual(endUserPseudonym(Buffer.alloc(32, 8), 'person:mufg:analyst-1'), USER)
  assert.throws(() => endUserPseudonym(Buffer.alloc(16), 'a'), { code: 'upstream_config' })
})

type Kind = Parameters<typeof vendorPatch>[1]

function patched(dialect: Dialect, json: object, kind: Kind, model: VendorModel): Record<string, unknown> {
  const content = dialect === 'responses' ? { input: 'hi' } : { messages: [{ role: 'user', content: 'hi' }] }
  const request = parseWireRequest(
    dialect,
    Buffer.from(JSON.stringify({ model: 'alias', ...content, ...json })),
  )
  return JSON.parse(patchBody(request, vendorPatch(request, kind, model, USER)).toString())
}

const CYBER: VendorModel = { id: 'gpt-5.6-cyber', accessProgram: 'daybreak_red' }
const PLAIN: VendorModel = { id: 'some-model', accessProgram: null }
const CLIENT = {
  store: true,
  user: 'alice@bank.example',
  safety_identifier: 'mine',
  metadata: { ticket: 'T-1' },
  client_metadata: { remote: 'https://git.bank.example' },
  access_programs: { cyber: 'daybreak_blue' },
}

test('OpenAI Responses: programme, store and user are ours, whatever the client sent', () => {
  const body = patched('responses', CLIENT, 'openai', CYBER)
  assert.deepEqual(body, {
    model: 'gpt-5.6-cyber',
    input: 'hi',
    store: false,
    safety_identifier: USER,
    access_programs: { cyber: 'daybreak_red' },
  })
  const silent = patched('responses', {}, 'openai', { id: 'gpt-6-sol', accessProgram: 'standard' })
  assert.deepEqual(silent.access_programs, { cyber: 'standard' }, 'stated even when the client leaves it out')
  assert.equal(silent.store, false)
})

test('Chat cannot state a programme, so a model that has one is refused there', () => {
  assert.throws(() => patched('chat', {}, 'openai', CYBER), { code: 'upstream_dialect' })
  const body = patched('chat', CLIENT, 'openai', PLAIN)
  assert.equal(body.store, false)
  assert.equal(body.access_programs, undefined)
  assert.equal(body.user, undefined)
})

test('Anthropic: the user id is the pseudonym', () => {
  const body = patched('messages', { metadata: { user_id: '{"account_uuid":"a"}' } }, 'anthropic', PLAIN)
  assert.deepEqual(body.metadata, { user_id: USER })
})

test('a compatible server gets no field it may not know', () => {
  const body = patched('chat', CLIENT, 'openai_compatible', PLAIN)
  assert.deepEqual(Object.keys(body).sort(), ['messages', 'model', 'user'])
  assert.equal(body.user, USER)
})

test('what was served is compared with what was asked for', () => {
  const served = (model: string, accessProgram: string | null = null): string =>
    compareServed(CYBER, { model, accessProgram })
  assert.equal(served('gpt-5.6-cyber', 'daybreak_red'), 'same')
  assert.equal(served('gpt-5.6-cyber-2026-09-01', 'daybreak_red'), 'snapshot')
  assert.equal(served('gpt-5.6-cyber-mini', 'daybreak_red'), 'different_model')
  assert.equal(served('gpt-5.2'), 'different_model')
  assert.equal(served('gpt-5.6-cyber', 'standard'), 'different_programme')
  assert.equal(served('gpt-5.6-cyber'), 'not_reported')
  assert.equal(compareServed(CYBER, null), 'not_reported')
  assert.equal(compareServed(PLAIN, { model: 'some-model', accessProgram: null }), 'same')
  assert.equal(
    compareServed(PLAIN, { model: 'some-model', accessProgram: 'daybreak_blue' }),
    'different_programme',
  )
})

/** status, code, message → by, sticky, retry, status and code towards the client */
const ANSWERS: readonly [number, string | null, string, StoppedBy, string, number, string][] = [
  [400, 'cyber_policy', 'Flagged.', 'provider_request_filter', 'sticky', 400, 'cyber_policy'],
  [
    400,
    'cyber_policy',
    'Access has been temporarily revoked.',
    'provider_account_action',
    'sticky',
    400,
    'cyber_policy',
  ],
  [
    403,
    'misalignment_policy_violation',
    'Stopped.',
    'provider_request_filter',
    'sticky',
    400,
    'invalid_prompt',
  ],
  [400, 'content_filter', 'Filtered.', 'provider_request_filter', 'sticky', 400, 'invalid_prompt'],
  [400, 'invalid_access_program', 'No.', 'deployment', 'once', 400, 'invalid_prompt'],
  [400, 'unsupported_access_program', 'No.', 'deployment', 'once', 400, 'invalid_prompt'],
  [
    403,
    'access_program_not_enabled',
    'No.',
    'provider_entitlement',
    'once',
    403,
    'access_program_not_enabled',
  ],
  [401, 'invalid_api_key', 'Bad key.', 'deployment', 'once', 400, 'invalid_prompt'],
  [401, 'ip_not_authorized', 'Bad IP.', 'deployment', 'once', 400, 'invalid_prompt'],
  [401, null, '', 'deployment', 'once', 400, 'invalid_prompt'],
  [
    403,
    null,
    'This organization has been disabled.',
    'provider_account_action',
    'sticky',
    400,
    'invalid_prompt',
  ],
  [403, null, 'Not permitted.', 'provider_entitlement', 'once', 403, 'access_program_not_enabled'],
  [404, 'model_not_found', 'No such model.', 'provider_entitlement', 'once', 404, 'model_not_found'],
  [429, 'rate_limit_exceeded', 'Slow.', 'provider_quota', 'retry', 429, 'rate_limit_exceeded'],
  [429, 'insufficient_quota', 'Quota.', 'provider_quota', 'once', 429, 'insufficient_quota'],
  [400, 'context_length_exceeded', 'Long.', 'provider_validation', 'once', 400, 'context_length_exceeded'],
  [400, 'something_new', 'Bad.', 'provider_validation', 'once', 400, 'invalid_prompt'],
  [413, null, '', 'provider_validation', 'once', 413, 'context_length_exceeded'],
  [500, 'server_error', '', 'provider_outage', 'retry', 503, 'server_error'],
  [503, 'policy_capacity_unavailable', '', 'provider_outage', 'retry', 503, 'policy_capacity_unavailable'],
  [529, 'overloaded_error', '', 'provider_outage', 'retry', 503, 'server_error'],
  [502, null, '', 'provider_outage', 'retry', 503, 'server_error'],
]

for (const [status, code, message, by, fate, clientStatus, wireCode] of ANSWERS) {
  test(`${status} ${code ?? '(no code)'}, "${message}": ${by}, ${fate}`, () => {
    const body = Buffer.from(JSON.stringify({ error: { message, type: 'invalid_request_error', code } }))
    const found = classifyVendorAnswer('responses', status, {}, status === 502 ? Buffer.from('<html>') : body)
    assert.equal(found.by, by)
    assert.equal(found.sticky, fate === 'sticky')
    assert.equal(found.retryable, fate === 'retry')
    assert.equal(found.problem.status, clientStatus)
    assert.equal(found.problem.wireCode, wireCode)
    assert.equal(found.problem.retryAfterS !== undefined, fate === 'retry')
    assert.equal(found.problem.extension?.stopped_by, by)
  })
}

test('Anthropic’s error types are read the same way', () => {
  const read = (status: number, type: string): string => {
    const body = Buffer.from(JSON.stringify({ type: 'error', error: { type, message: 'm' } }))
    return classifyVendorAnswer('messages', status, {}, body).by
  }
  assert.equal(read(529, 'overloaded_error'), 'provider_outage')
  assert.equal(read(400, 'invalid_request_error'), 'provider_validation')
  assert.equal(read(401, 'authentication_error'), 'deployment')
  assert.equal(read(404, 'not_found_error'), 'provider_entitlement')
  assert.equal(read(429, 'rate_limit_error'), 'provider_quota')
})

test('the vendor’s time to wait is passed on, within reason', () => {
  const wait = (value: string): number | undefined =>
    classifyVendorAnswer('chat', 429, { 'retry-after': value }, Buffer.from('{}')).problem.retryAfterS
  assert.equal(wait('7'), 7)
  assert.equal(wait('999999'), 3600)
  assert.equal(wait('soon'), 5)
  assert.equal(wait('-1'), 5)
})

test('the vendor’s words are quoted without control characters and cut', () => {
  const message = `a\u001b[31mb\u202ec${'d'.repeat(2000)}`
  const body = Buffer.from(JSON.stringify({ error: { message, code: 'x' } }))
  const { vendorMessage } = classifyVendorAnswer('chat', 400, {}, body)
  assert.ok(!vendorMessage.includes('\u001b') && !vendorMessage.includes('\u202e'))
  assert.ok(vendorMessage.length <= 501)
})

test('a code that is no code is not passed on', () => {
  const body = Buffer.from(JSON.stringify({ error: { message: '', code: 'x"; rm', type: {} } }))
  assert.equal(classifyVendorAnswer('chat', 400, {}, body).vendorCode, null)
})

test('failures inside a stream', () => {
  assert.equal(classifyVendorFailure('responses', 'cyber_policy').sticky, true)
  assert.equal(classifyVendorFailure('responses', 'misalignment_policy_violation').retryable, false)
  assert.equal(classifyVendorFailure('messages', 'refusal').by, 'provider_request_filter')
  assert.equal(classifyVendorFailure('messages', 'cyber').by, 'provider_request_filter')
  assert.equal(classifyVendorFailure('messages', 'overloaded_error').by, 'provider_outage')
  assert.equal(classifyVendorFailure('chat', null).by, 'provider_outage')
  assert.equal(classifyVendorFailure('chat', 'never_heard_of').sticky, false)
  const action = classifyVendorFailure('responses', 'cyber_policy', 'Your access was suspended.')
  assert.equal(action.by, 'provider_account_action')
})

test('an upstream error invites a retry only when nothing can have run', () => {
  const CODES: Record<UpstreamErrorCode, boolean> = {
    upstream_connect_failed: true,
    upstream_connect_timeout: true,
    upstream_closed: true,
    upstream_head_timeout: false,
    upstream_idle_timeout: false,
    upstream_cut: false,
    upstream_protocol: false,
    upstream_redirect: false,
    upstream_encoding: false,
    upstream_content_type: false,
    upstream_answer_too_large: false,
    upstream_dialect: false,
    upstream_aborted: false,
    upstream_config: false,
  }
  for (const [code, retryable] of Object.entries(CODES)) {
    const found = classifyUpstreamError(new UpstreamError(code as UpstreamErrorCode, 'm'))
    assert.equal(found.retryable, retryable, code)
    assert.equal(found.sticky, false)
  }
})
