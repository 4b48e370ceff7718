/**
 * A vendor that errs, hangs, cuts, lies and sends garbage: every script of the scripted vendor, in each dialect, as
 * JSON and as a stream. The client gets a whole answer or the dialect's own failure, never a truncation that looks
 * like an end, and the ledger says which of the two it was.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SCRIPT_NAMES, type ScriptName } from '../src/upstream/testing/scripted-vendor.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

const SILENCE_MS = 600

/** Scripts whose answer is whole, however it comes. */
const WHOLE: ReadonlySet<ScriptName> = new Set(['ok', 'split_utf8', 'slow_drip', 'served_other_model'])
/** Those among them that send events whatever was asked for: no answer to a client that wants JSON. */
const EVENTS_ONLY: ReadonlySet<ScriptName> = new Set(['split_utf8', 'slow_drip'])

const DIALECTS = {
  responses: {
    path: '/v1/responses',
    body: { input: DETECTION_RULE_EN },
    end: /event: response\.completed\n/,
    failure: /event: response\.failed\n/,
  },
  chat: {
    path: '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: DETECTION_RULE_EN }] },
    end: /data: \[DONE\]\n/,
    failure: /data: \{"error":/,
  },
  messages: {
    path: '/v1/messages',
    body: { max_tokens: 100, messages: [{ role: 'user', content: DETECTION_RULE_EN }] },
    end: /event: message_stop\n/,
    failure: /event: error\n/,
  },
} as const
type DialectName = keyof typeof DIALECTS

let system: System
before(async () => {
  system = await startSystem({ vendorTimeoutMs: SILENCE_MS, limits: { answerBytesMax: 1_000_000 } })
})
after(() => system.close())

/** What a provider refused is refused again without asking it: each request has its own words. */
let number = 0

async function ask(dialect: DialectName, stream: boolean) {
  const { path, body } = DIALECTS[dialect]
  number += 1
  const text = JSON.stringify({ model: 'vendor/1', stream, ...body }).replace(
    'Sigma',
    `Sigma (case ${number})`,
  )
  const response = await fetch(`${system.gatewayUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await system.token('smbc-engineer')}`,
    },
    body: text,
  })
  const answer = await response.text()
  const outcome = await system.outcomeOf(response.headers.get('x-sekisho-decision') ?? '')
  return { status: response.status, type: response.headers.get('content-type') ?? '', answer, outcome }
}

for (const dialect of Object.keys(DIALECTS) as DialectName[]) {
  const { end, failure } = DIALECTS[dialect]
  describe(dialect, () => {
    for (const script of SCRIPT_NAMES) {
      test(`${script}, stream`, async () => {
        system.vendor.play(script)
        const { status, type, answer, outcome } = await ask(dialect, true)
        assert.ok(outcome !== null, 'no outcome')
        const begun = type.startsWith('text/event-stream')
        assert.equal(begun, status === 200, `${status} ${type}`)
        const whole = begun && end.test(answer)
        const failed = begun ? failure.test(answer) : /"sekisho":\{"code":"/.test(answer)
        assert.notEqual(whole, failed, `neither or both: ${status} ${answer.slice(-400)}`)
        assert.equal(outcome.end === 'completed', whole, JSON.stringify(outcome))
        if (WHOLE.has(script)) assert.ok(whole, answer.slice(-400))
      })

      test(`${script}, JSON`, async () => {
        system.vendor.play(script)
        const { status, answer, outcome } = await ask(dialect, false)
        assert.ok(outcome !== null, 'no outcome')
        const json = JSON.parse(answer) as { error?: { sekisho?: { code?: string } } }
        assert.equal(outcome.end === 'completed', status === 200, JSON.stringify(outcome))
        if (status !== 200) assert.match(json.error?.sekisho?.code ?? '', /^[a-z_]+$/, answer)
        if (WHOLE.has(script) && !EVENTS_ONLY.has(script)) assert.equal(status, 200, answer)
      })
    }
  })
}
