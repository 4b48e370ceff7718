/** Tests of the way itself: evidence before answer, fail closed, one outcome per intent, stops that reach open streams. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import type { EntryDraft, ExchangeDraft } from '../ledger/index.ts'
import { LedgerError } from '../ledger/index.ts'
import { ProgrammeError, type Role } from '../programme/index.ts'
import {
  chatAnswer,
  chatChunk,
  chatEnd,
  type FakeGateway,
  fakeSnapshot,
  JSON_HEAD,
  READING,
  SSE_HEAD,
  startFakeGateway,
} from './testing/fake-gateway.ts'

let gateway: FakeGateway
beforeEach(async () => {
  gateway = await startFakeGateway()
})
afterEach(() => gateway.close())

const kinds = (): string[] =>
  gateway.authority.drafts.map((draft) => (draft.class === 'exchange' ? draft.kind : 'statement'))
const outcome = (): { end: string; code: string | null } => {
  const draft = gateway.authority.drafts.filter(isOutcome)
  assert.equal(draft.length, 1, 'exactly one outcome')
  return draft[0]!.fields.response as { end: string; code: string | null }
}
const isOutcome = (draft: EntryDraft): draft is ExchangeDraft =>
  draft.class === 'exchange' && draft.kind === 'outcome'
const stop = { index: 9, scope: { kind: 'all' } as const, by: 'provider', reason: 'test', untilMs: null }

/** Holds every entry of `kind` until released. */
function holdEntries(kind: 'intent' | 'outcome'): () => void {
  let release: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  gateway.authority.beforeAppend = async (draft) => {
    if (draft.class === 'exchange' && draft.kind === kind) await gate
  }
  return release
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 30))

test('nothing reaches the upstream before the intent is durable', async () => {
  const release = holdEntries('intent')
  const call = gateway.nextCall()
  const answer = gateway.ask()
  await settle()
  assert.equal(gateway.calls.length, 0)
  release()
  const { sink } = await call
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('all quiet'))
  sink.onEnd()
  const response = await answer
  assert.equal(response.status, 200)
  assert.match(response.headers.get('x-sekisho-receipt') ?? '', /^rcpt-0$/)
  assert.match(await response.text(), /all quiet/)
  assert.deepEqual(kinds(), ['intent', 'outcome'])
  assert.deepEqual([outcome().end, outcome().code], ['completed', null])
})

test('the last byte of a stream waits for the outcome', async () => {
  const release = holdEntries('outcome')
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('early '))
  const response = await answer
  const reader = response.body!.getReader()
  assert.match(Buffer.from((await reader.read()).value!).toString(), /early/)
  sink.onData(chatEnd())
  sink.onEnd()
  let text = ''
  const rest = (async () => {
    for (let read = await reader.read(); !read.done; read = await reader.read())
      text += Buffer.from(read.value).toString()
  })()
  await settle()
  assert.doesNotMatch(text, /\[DONE\]/)
  release()
  await rest
  assert.match(text, /\[DONE\]/)
})

test('a ledger that cannot write serves nothing: 503 before, typed failure after', async () => {
  gateway.authority.beforeAppend = async () => {
    throw new LedgerError('ledger_not_writable', 'disk full')
  }
  const refused = await gateway.ask()
  assert.equal(refused.status, 503)
  assert.match(await refused.text(), /gateway_ledger_unavailable/)
  assert.equal(gateway.calls.length, 0)
  assert.deepEqual(gateway.authority.released, ['res-1'])

  gateway.authority.beforeAppend = async (draft) => {
    if (isOutcome(draft)) throw new LedgerError('ledger_not_writable', 'disk full')
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

test('a decision taken under an older programme is taken again', async () => {
  let stale = 1
  gateway.authority.beforeAppend = async (_draft, options) => {
    if (options.decidedUnder !== undefined && stale-- > 0) {
      gateway.authority.publish(fakeSnapshot(10, [stop]))
      throw new ProgrammeError('programme_snapshot_stale', 'moved on')
    }
  }
  const response = await gateway.ask()
  assert.equal(response.status, 400)
  assert.equal(gateway.calls.length, 0)
  assert.deepEqual(kinds(), ['intent', 'outcome'])
  assert.equal(outcome().end, 'refused')
})

test('a stop ends an open stream with the typed failure and closes its intent', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink, aborted } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('hello '))
  const response = await answer
  gateway.authority.publish(fakeSnapshot(10, [stop]))
  const text = await response.text()
  assert.match(text, /hello/)
  assert.match(text, /error/)
  assert.doesNotMatch(text, /\[DONE\]/)
  assert.equal(aborted(), true)
  assert.deepEqual([outcome().end, outcome().code], ['refused', 'gateway_redecided'])
})

test('a lost lease ends what is open and refuses what is new', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('hello '))
  const response = await answer
  gateway.authority.loseLease()
  assert.match(await response.text(), /error/)
  assert.equal(outcome().code, 'gateway_lease_expired')
  assert.equal((await gateway.ask()).status, 503)
})

test('nothing is released on a chunk that arrives after the lease ran out unnoticed', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask()
  const { sink } = await call
  gateway.authority.lease = false
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('late'))
  sink.onEnd()
  const response = await answer
  assert.equal(response.status, 503)
  assert.doesNotMatch(await response.text(), /late/)
})

test('the client leaving aborts the upstream and is recorded as cancelled', async () => {
  const client = new AbortController()
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true, signal: client.signal }).catch(() => null)
  const { sink, aborted } = await call
  sink.onHead(200, SSE_HEAD)
  client.abort()
  await answer
  while (gateway.finished.length === 0) await settle()
  assert.equal(aborted(), true)
  assert.deepEqual([outcome().end, outcome().code], ['cancelled', 'client_left'])
})

test('an upstream that ends without saying so is a failure, never a clean close', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('half an ans'))
  sink.onEnd()
  const text = await (await answer).text()
  assert.match(text, /error/)
  assert.doesNotMatch(text, /\[DONE\]/)
  assert.deepEqual([outcome().end, outcome().code], ['failed', 'gateway_answer_unreadable'])
})

test('a secret in the answer is cut, and the refusal is marked to repeat', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  const secret = `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ\n-----END ${'PRIVATE'} KEY-----\n`
  for (const piece of ['here it is: ', ...(secret.match(/.{1,9}/gs) ?? [])]) sink.onData(chatChunk(piece))
  sink.onData(chatEnd())
  sink.onEnd()
  const text = await (await answer).text()
  assert.doesNotMatch(text, /MIIEvQ/)
  assert.equal(outcome().code, 'gateway_guard_cut')
  assert.equal((outcome() as unknown as { sticky: { source: string } }).sticky.source, 'guard')
})

test('a remembered refusal costs no upstream call', async () => {
  gateway.authority.stickyRefusal = {
    key: 'k',
    actor: 'a',
    source: 'provider',
    code: 'cyber_policy',
    decision: 'dec_x',
    untilMs: Number.MAX_SAFE_INTEGER,
  }
  const response = await gateway.ask()
  assert.equal(response.status, 400)
  assert.equal(response.headers.get('x-should-retry'), 'false')
  assert.match(await response.text(), /dec_x/)
  assert.equal(gateway.calls.length, 0)
  assert.deepEqual(kinds(), ['intent', 'outcome'])
})

test('a reservation that is refused in a race becomes a denial, not an error', async () => {
  gateway.authority.nextReserve = { ok: false, refusal: 'person_tokens', limit: 1, retryAfterS: 60 }
  const response = await gateway.ask()
  assert.equal(response.status, 400)
  assert.equal(gateway.calls.length, 0)
  const intent = gateway.authority.drafts[0] as ExchangeDraft
  assert.equal((intent.fields.facts as { budget: string }).budget, 'exceeded')
})

test('prohibited work is denied without an upstream call, in the language of the request', async () => {
  gateway.reading = { ...READING, side: 'prohibited', capability: 'disruption' }
  const body = JSON.stringify({ model: 'rehearsal/1', messages: [{ role: 'user', content: '病院を止めて' }] })
  const response = await gateway.ask({ body })
  assert.equal(response.status, 400)
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  assert.equal(error.code, 'invalid_prompt')
  assert.match(error.message, /条項/)
  assert.match(error.message, /http:\/\/console\.test\/decisions\/dec_/)
  assert.match(error.message, /不服申立て: `sekisho appeal dec_[0-9a-z]+ --reason …`/)
  assert.equal(gateway.calls.length, 0)
})

test('a hold names who may approve in the words of the glossary, and offers no appeal', async () => {
  gateway.reading = { ...READING, side: 'uncertain' }
  const said = async (content: string) => {
    const body = JSON.stringify({ model: 'rehearsal/1', messages: [{ role: 'user', content }] })
    const { error } = (await (await gateway.ask({ body })).json()) as { error: { message: string } }
    return error.message
  }
  const japanese = await said('これを見て')
  assert.match(japanese, /1 名\(承認者、運用責任者\)の承認/)
  assert.match(await said('look at this'), /1 other person \(approver or operations lead\)/)
  assert.doesNotMatch(japanese, /appeal/)
  const target = { kind: 'domain', value: 'portal.example', raw: 'portal.example', segment: 0 } as const
  gateway.reading = { ...READING, side: 'dual_use', capability: 'malware_analysis', targets: [target] }
  assert.match(
    await said('look at portal.example'),
    /Named without an engagement that covers it: portal\.example/,
  )
  assert.match(await said('portal.example を見て'), /対象とする実施案件が指定されていません: portal\.example/)
})

test('headers that decide may stand once only, and a failed authentication reaches nothing', async () => {
  for (const failure of ['missing', 'conflicting', 'malformed', 'unknown', 'expired', 'revoked'] as const) {
    gateway.authority.authentication = { ok: false, failure }
    assert.equal((await gateway.ask()).status, 401, failure)
  }
  assert.equal(gateway.authority.drafts.length, 0)
  assert.equal(gateway.calls.length, 0)
})

test('no request stands in the session of a tool call, whose approval would be its own', async () => {
  for (const name of ['x-sekisho-session', 'session-id', 'x-claude-code-session-id']) {
    const response = await gateway.ask({ headers: { [name]: `call:${'0'.repeat(64)}` } })
    assert.equal(response.status, 400)
    assert.match(await response.text(), /one of a tool call/)
  }
  assert.deepEqual([gateway.calls.length, gateway.authority.drafts.length], [0, 0])
})

test('unknown routes, methods and media types are denied', async () => {
  for (const path of ['/', '/v1', '/v1/files', '/v1//responses', '/v1/%72esponses', '/admin']) {
    assert.equal((await gateway.ask({ path })).status, 404, path)
  }
  assert.equal((await gateway.ask({ headers: { 'content-type': 'text/plain' } })).status, 415)
  assert.equal(gateway.authority.drafts.length, 0)
})

test('a process that slept through a stop sends nothing when it wakes between intent and upstream', async () => {
  const release = holdEntries('intent')
  const answer = gateway.ask()
  await settle()
  // Nobody was told: the lease ran out while the process was not running.
  gateway.authority.lease = false
  release()
  assert.match(await (await answer).text(), /gateway_lease_expired/)
  assert.equal(gateway.calls.length, 0)
  assert.equal(outcome().code, 'gateway_lease_expired')
})

test('nor does it release what it had when it wakes between outcome and last byte', async () => {
  const release = holdEntries('outcome')
  const call = gateway.nextCall()
  const answer = gateway.ask()
  const { sink } = await call
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('must not leave'))
  sink.onEnd()
  await settle()
  gateway.authority.lease = false
  release()
  const text = await (await answer).text()
  assert.match(text, /gateway_lease_expired/)
  assert.doesNotMatch(text, /must not leave/)
})

test('closing ends open answers with a typed failure and waits for their outcomes', async () => {
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  sink.onData(chatChunk('hello '))
  const response = await answer
  const closed = gateway.close()
  assert.match(await response.text(), /error/)
  await closed
  assert.equal(outcome().code, 'gateway_closing')
})

test('the last byte waits for a signed checkpoint where the clause asks for a T2 receipt', async () => {
  let sealed: () => void = () => {}
  const waited: number[] = []
  gateway.checkpointed = (index) => {
    waited.push(index)
    return new Promise((resolve) => {
      sealed = resolve
    })
  }
  // Clause 19.1, dual-use work in incident mode, carries the obligation.
  const target = { kind: 'ipv4', value: '192.0.2.7', raw: '192.0.2.7', segment: 0 } as const
  gateway.reading = { ...READING, side: 'dual_use', capability: 'malware_analysis', targets: [target] }
  gateway.authority.publish({ ...fakeSnapshot(11), incidentMode: true })
  const call = gateway.nextCall()
  const answer = gateway.ask()
  const { sink } = await call
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('sealed'))
  sink.onEnd()
  let answered = false
  void answer.then(() => {
    answered = true
  })
  await settle()
  assert.deepEqual(waited, [1])
  assert.equal(answered, false)
  sealed()
  assert.match(await (await answer).text(), /sealed/)
})

test('encrypted reasoning passes only when it was released to the same principal', async () => {
  const blob = 'gAAAAABo'.repeat(8)
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: blob }
  const body = JSON.stringify({
    model: 'rehearsal/1',
    input: [reasoning, { role: 'user', content: 'go on' }],
  })
  const foreign = await gateway.ask({ path: '/v1/responses', body })
  assert.equal(foreign.status, 400)
  assert.match(await foreign.text(), /gateway_opaque_foreign/)
  assert.equal(gateway.calls.length, 0)
  assert.equal(outcome().code, 'gateway_opaque_foreign')

  const first = gateway.nextCall()
  const released = gateway.ask({
    path: '/v1/responses',
    body: JSON.stringify({ model: 'rehearsal/1', input: 'read this log' }),
  })
  const { sink } = await first
  sink.onHead(200, JSON_HEAD)
  const message = {
    type: 'message',
    id: 'm1',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'ok', annotations: [] }],
  }
  sink.onData(
    Buffer.from(
      JSON.stringify({
        id: 'r1',
        object: 'response',
        created_at: 1,
        status: 'completed',
        model: 'rehearsal/1',
        output: [reasoning, message],
        usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
      }),
    ),
  )
  sink.onEnd()
  assert.equal((await released).status, 200)
  const second = gateway.nextCall()
  const again = gateway.ask({ path: '/v1/responses', body })
  const next = await second
  next.sink.onHead(200, JSON_HEAD)
  next.sink.onError(new Error('enough'))
  assert.equal((await again).status, 502)
})

/** Sends raw bytes and returns everything that comes back. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(gateway.url)
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

test('heads that never become a request get a typed answer and a closed connection', async () => {
  const heads: [bytes: string, status: number, code: string][] = [
    [
      'GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
      421,
      'gateway_host_refused',
    ],
    ['GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n', 421, 'gateway_host_refused'],
    [
      'GET /v1/responses HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
      426,
      'gateway_upgrade_refused',
    ],
    ['CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n', 404, 'gateway_route_unknown'],
    [
      'POST /v1/responses HTTP/1.1\r\nhost: x\r\nexpect: x\r\nconnection: close\r\n\r\n',
      417,
      'gateway_expectation_refused',
    ],
    ['NONSENSE\r\n\r\n', 400, 'gateway_head_malformed'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431, 'gateway_head_too_large'],
  ]
  for (const [bytes, status, code] of heads) {
    const text = await raw(bytes)
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), code)
    assert.match(text, new RegExp(code))
  }
  assert.equal(gateway.authority.drafts.length, 0)
})

test('a peer that resets after a refused head does not end the process, one that lingers is let go', async () => {
  const heads = [
    'GET /v1/responses HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
    'NONSENSE\r\n\r\n',
  ]
  for (let i = 0; i < 30; i++) {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.write(heads[i % 3]!, resolve))
    socket.resetAndDestroy()
  }
  await settle()
  const lingering = connect({
    port: Number(new URL(gateway.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  lingering.on('error', () => {})
  lingering.resume()
  lingering.write(heads[0]!)
  // It never closes its own side; the gateway closes the connection all the same.
  for (let i = 0; i < 100 && (await gateway.connections()) > 0; i++) await settle()
  assert.equal(await gateway.connections(), 0)
  lingering.destroy()
})

test('an answer that is cut is charged for what arrived, not for the first usage the vendor named', async () => {
  const client = new AbortController()
  const call = gateway.nextCall()
  const answer = gateway.ask({ stream: true, signal: client.signal })
  const { sink } = await call
  sink.onHead(200, SSE_HEAD)
  for (let i = 0; i < 5; i++) sink.onData(chatChunk('some words of an answer '))
  await answer
  client.abort()
  while (gateway.finished.length === 0) await settle()
  const { tokens } = gateway.authority.drafts.filter(isOutcome)[0]!.fields.response as { tokens: number }
  assert.ok(tokens > 100, `charged ${tokens}`)
})

test("a request that names no ceiling is sent with the catalogue's, and each choice is reserved", async () => {
  const call = gateway.nextCall()
  const body = JSON.stringify({
    model: 'rehearsal/1',
    n: 3,
    max_tokens: 5000,
    messages: [{ role: 'user', content: 'x' }],
  })
  const answer = gateway.ask({ body })
  const { sink, call: sent } = await call
  assert.equal((JSON.parse(sent.body.toString()) as { max_tokens: number }).max_tokens, 1000)
  assert.ok(gateway.authority.reserved[0]!.tokens >= 3000)
  sink.onHead(200, JSON_HEAD)
  sink.onData(chatAnswer('ok'))
  sink.onEnd()
  assert.equal((await answer).status, 200)
})

test('one actor cannot take every place with half-sent bodies', async () => {
  const small = await startFakeGateway({ exchangesMax: 4 })
  const held = connect(Number(new URL(small.url).port), '127.0.0.1')
  held.write(
    'POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer t\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  )
  await settle()
  const second = await small.ask()
  assert.deepEqual([second.status, second.headers.get('retry-after')], [429, '1'])
  assert.match(await second.text(), /gateway_actor_busy/)
  held.destroy()
  await small.close()
})

test('as many exchanges open as one caller may have: 429 with a time to wait, no denial, no record', async () => {
  const busy = await startFakeGateway({})
  busy.authority.nextReserve = { ok: false, refusal: 'person_concurrency', limit: 64, retryAfterS: 1 }
  const answer = await busy.ask()
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '1'])
  assert.equal(answer.headers.get('x-should-retry'), 'true')
  const { error } = (await answer.json()) as { error: { code: string; message: string } }
  assert.equal(error.code, 'rate_limit_exceeded')
  assert.match(error.message, /64 exchanges open/)
  assert.deepEqual(busy.authority.drafts, [])
  await busy.close()
})

test('a model that is not offered: the clause first, then where the offered ones are listed', async () => {
  const ask = async (content: string) => {
    const body = JSON.stringify({ model: 'none-such', messages: [{ role: 'user', content }] })
    const response = await gateway.ask({ body })
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    assert.deepEqual([response.status, error.code], [404, 'model_not_found'])
    return error.message
  }
  assert.match(
    await ask('Summarise the alerts.'),
    /^Clause \S+ \(.*`GET \/v1\/models` lists the models that are\. Decision dec_/,
  )
  assert.match(
    await ask('アラートを要約してください。'),
    /^条項 .*`GET \/v1\/models` で確認できます。判定 dec_/,
  )
})

test('a known path with another method is 405 and names the methods; any other path is 404', async () => {
  for (const [method, path, allow] of [
    ['GET', '/v1/responses', 'POST'],
    ['DELETE', '/v1/models', 'GET'],
    ['POST', '/v1/receipts/rcpt-1', 'GET'],
  ]) {
    const response = await fetch(`${gateway.url}${path}`, { method: method ?? '' })
    assert.deepEqual([response.status, response.headers.get('allow')], [405, allow ?? null], path)
    assert.match(await response.text(), /gateway_method/)
  }
  const unknown = await fetch(`${gateway.url}/v1/embeddings`, { method: 'POST' })
  assert.deepEqual([unknown.status, unknown.headers.get('allow')], [404, null])
})

test('half a surrogate pair in a name is recorded, not a reason to fail', async () => {
  const response = await gateway.ask({
    body: '{"model":"a\\ud800","messages":[{"role":"user","content":"x"}],"\\udc00":1}',
  })
  assert.equal(response.status, 404)
  assert.deepEqual(kinds(), ['intent', 'outcome'])
  const { requested } = (gateway.authority.drafts[0] as ExchangeDraft).fields.model as { requested: string }
  assert.ok(requested.isWellFormed())
})

test("colleagues' receipts are for audit in good standing, one's own for everyone", async () => {
  const asked: unknown[] = []
  gateway.receipt = async (_index, reader) => {
    asked.push(reader.actor)
    return 'receipt'
  }
  const read = () => fetch(`${gateway.url}/v1/receipts/rcpt-0`, { headers: { authorization: 'Bearer t' } })
  const act = (roles: Role[], standing: 'active' | 'suspended') => {
    const snapshot = fakeSnapshot(12)
    const actor = { ...snapshot.actors.get('mufg-analyst-1')!, roles, standing }
    gateway.authority.publish({ ...snapshot, actors: new Map([[actor.id, actor]]) })
    const { authentication } = gateway.authority
    if (authentication.ok)
      gateway.authority.authentication = { ok: true, principal: { ...authentication.principal, actor } }
  }
  for (const [roles, standing] of [
    [['analyst'], 'active'],
    [['internal_audit'], 'active'],
    [['internal_audit'], 'suspended'],
  ] as [Role[], 'active' | 'suspended'][]) {
    act(roles, standing)
    assert.equal((await read()).status, 200)
  }
  assert.deepEqual(asked, ['mufg-analyst-1', null, 'mufg-analyst-1'])
})
