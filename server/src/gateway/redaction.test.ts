/** Redaction through a whole gateway: the provider sees tokens, the client its own values, the ledger no secret of the request. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
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
  gateway.reading = { ...gateway.reading, leakage: 'present' }
})
afterEach(() => gateway.close())

const PHONE = '090-1234-5678'
const body = (stream: boolean): string =>
  JSON.stringify({
    model: 'rehearsal/1',
    stream,
    messages: [{ role: 'user', content: `連絡先は${PHONE}まで` }],
  })
const tokenIn = (text: string): string => /SEKISHO_PHONE_JP_[0-9A-Z]{13}/.exec(text)?.[0] ?? ''

for (const stream of [false, true]) {
  test(`a value leaves as a token and comes back: ${stream ? 'SSE' : 'JSON'}`, async () => {
    const call = gateway.nextCall()
    const asked = gateway.ask({ stream, body: body(stream) })
    const { call: sent, sink } = await call
    const outgoing = sent.body.toString()
    const token = tokenIn(outgoing)
    assert.ok(token !== '' && !outgoing.includes(PHONE))
    sink.onHead(200, stream ? SSE_HEAD : JSON_HEAD)
    if (stream) {
      for (const piece of `call ${token} now`.match(/.{1,7}/gs) ?? []) sink.onData(chatChunk(piece))
      sink.onData(chatEnd())
    } else sink.onData(chatAnswer(`call ${token} now`))
    sink.onEnd()
    const answer = await asked
    assert.match(answer.headers.get('x-sekisho-guard') ?? '', /^window=\d+; hold-back=0$/)
    const text = await answer.text()
    const said = stream
      ? [...text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map(([, piece]) => piece).join('')
      : (JSON.parse(text).choices[0].message.content as string)
    assert.ok(said.includes(`call ${PHONE} now`), said)
    const intent = gateway.authority.drafts.find(
      (draft) => draft.class === 'exchange' && draft.kind === 'intent',
    )
    assert.ok(intent?.class === 'exchange' && !JSON.stringify(intent.fields).includes(PHONE))
    const content = 'content' in intent && Buffer.isBuffer(intent.content) ? intent.content.toString() : ''
    assert.ok(content.includes(token) && !content.includes(PHONE))
  })
}
