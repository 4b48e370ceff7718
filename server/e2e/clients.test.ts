/**
 * The clients people use, against the whole server: what each sees when a request is allowed, held, denied.
 *
 * A denial costs exactly one request where the client lets a server say so; research with these very versions is
 * behind the statuses and codes (docs/spec/problem.md §4).
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createOpenAI } from '@ai-sdk/openai'
import { APICallError, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import {
  type Ask,
  askChat,
  askChatStream,
  askMessages,
  askMessagesStream,
  askResponses,
  askResponsesStream,
} from '../tour/ask.ts'
import { ENGAGEMENT, IN_SCOPE_TARGET, TESTER } from '../tour/cast.ts'
import { observeFetch } from '../tour/observed-fetch.ts'
import { DETECTION_RULE_EN, LOG_TRIAGE_JA, PROHIBITED_EN, validateExploit } from '../tour/prompts.ts'
import { type System, startSystem } from './system.ts'

const WAYS: Readonly<Record<string, Ask>> = {
  'openai responses, JSON': askResponses,
  'openai responses, stream': askResponsesStream,
  'openai chat, JSON': askChat,
  'openai chat, stream': askChatStream,
  'anthropic messages, JSON': askMessages,
  'anthropic messages, stream': askMessagesStream,
}
const MODELS = ['rehearsal/1', 'vendor/1']

let system: System
before(async () => {
  system = await startSystem()
})
after(() => system.close())

async function ask(
  way: Ask,
  who: string,
  model: string,
  prompt: string,
  headers: Record<string, string> = {},
) {
  system.vendor.play('ok')
  const calls = system.vendor.requests.length
  const token = await system.token(who)
  const answer = await way({ gatewayUrl: system.gatewayUrl, token, model, prompt, headers })
  return { ...answer, upstreamCalls: system.vendor.requests.length - calls }
}

for (const [name, way] of Object.entries(WAYS)) {
  describe(name, () => {
    for (const model of MODELS) {
      test(`a defender's request to ${model} is answered and recorded`, async () => {
        const answer = await ask(way, 'smbc-engineer', model, DETECTION_RULE_EN)
        assert.equal(answer.verdict, 'allow', answer.refusal?.message)
        assert.notEqual(answer.text, '')
        assert.equal(answer.attempts, 1)
        assert.match(answer.receipt ?? '', /^rcpt-\d+$/)
        assert.equal((await system.outcomeOf(answer.decision ?? ''))?.end, 'completed')
      })
    }

    test('a denial is sent once, names its clause and decision, and reaches no upstream', async () => {
      const answer = await ask(way, TESTER, 'vendor/1', PROHIBITED_EN)
      assert.equal(answer.verdict, 'deny', answer.refusal?.message)
      assert.equal(answer.attempts, 1)
      assert.equal(answer.upstreamCalls, 0)
      assert.deepEqual(answer.refusal?.clauses, ['10.1'])
      assert.match(answer.refusal?.message ?? '', new RegExp(`10\\.1.*${answer.decision}`, 's'))
      assert.deepEqual(await system.outcomeOf(answer.decision ?? ''), {
        end: 'refused',
        code: 'agreement_denied',
      })
    })

    test('a hold is sent once, says who must approve, and reaches no upstream', async () => {
      const headers = { 'x-sekisho-engagement': ENGAGEMENT, 'x-sekisho-session': `e2e ${name}` }
      const answer = await ask(way, TESTER, 'vendor/1', validateExploit(IN_SCOPE_TARGET), headers)
      assert.equal(answer.verdict, 'hold', answer.refusal?.message)
      assert.equal(answer.attempts, 1)
      assert.equal(answer.upstreamCalls, 0)
      assert.equal(answer.refusal?.code, 'approval_required')
      assert.match(answer.refusal?.message ?? '', new RegExp(`sekisho approve ${answer.decision}`))
    })

    test('a refusal speaks the language of the request', async () => {
      const answer = await ask(way, 'kitakaze-analyst', 'rehearsal/1', LOG_TRIAGE_JA)
      assert.equal(answer.verdict, 'deny')
      assert.match(answer.refusal?.message ?? '', /許可されません/)
    })
  })
}

describe('ai and @ai-sdk/openai', () => {
  const provider = async (who: string) => {
    const observed = observeFetch()
    const openai = createOpenAI({
      baseURL: `${system.gatewayUrl}/v1`,
      apiKey: await system.token(who),
      fetch: observed.fetch,
    })
    return { openai, observed }
  }

  test('text and stream, by responses and by chat', async () => {
    const { openai, observed } = await provider('smbc-engineer')
    for (const model of [openai('rehearsal/1'), openai.chat('rehearsal/1')]) {
      assert.match((await generateText({ model, prompt: DETECTION_RULE_EN })).text, /rehearsal/)
      let text = ''
      for await (const piece of streamText({ model, prompt: DETECTION_RULE_EN }).textStream) text += piece
      assert.match(text, /rehearsal/)
    }
    assert.equal(observed.attempts(), 4)
  })

  test('a tool is called, its result goes back, and both turns are recorded', async () => {
    const { openai, observed } = await provider('smbc-engineer')
    const read: string[] = []
    const result = await generateText({
      model: openai('rehearsal/1'),
      prompt: 'Read our firewall configuration and say which rules could be tightened.',
      stopWhen: stepCountIs(3),
      tools: {
        read_file: tool({
          description: 'Reads a file of the repository',
          inputSchema: jsonSchema<{ path: string }>({
            type: 'object',
            properties: { path: { type: 'string' } },
            required: ['path'],
            additionalProperties: false,
          }),
          execute: async ({ path }) => {
            read.push(path)
            return 'allow tcp 443 from any'
          },
        }),
      },
    })
    assert.equal(read.length, 1)
    assert.match(result.text, /rehearsal/)
    assert.equal(observed.attempts(), 2)
  })

  test('a denial is thrown at once, with its clause in the message', async () => {
    const { openai, observed } = await provider(TESTER)
    await assert.rejects(generateText({ model: openai('rehearsal/1'), prompt: PROHIBITED_EN }), (error) => {
      assert.ok(APICallError.isInstance(error))
      assert.equal(error.statusCode, 400)
      assert.equal(error.isRetryable, false)
      assert.match(error.message, /10\.1/)
      return true
    })
    assert.equal(observed.attempts(), 1)
  })
})

test('the models a client may ask for are listed in its own shape', async () => {
  const token = await system.token('smbc-engineer')
  const get = async (headers: Record<string, string>) => {
    const response = await fetch(`${system.gatewayUrl}/v1/models`, { headers })
    return (await response.json()) as { object?: string; has_more?: boolean; data: { id: string }[] }
  }
  const openai = await get({ authorization: `Bearer ${token}` })
  assert.equal(openai.object, 'list')
  assert.deepEqual(openai.data.map(({ id }) => id).sort(), [...MODELS].sort())
  const anthropic = await get({ 'x-api-key': token, 'anthropic-version': '2026-10-21' })
  assert.equal(anthropic.has_more, false)
})
