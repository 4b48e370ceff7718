/**
 * The real SDK clients against the rehearsal model and against our failures.
 *
 * A bare server that does only what the wire and upstream rooms do: route, parse, patch, send, and dress problems.
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createOpenAI } from '@ai-sdk/openai'
import Anthropic from '@anthropic-ai/sdk'
import { APICallError, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai'
import OpenAI from 'openai'
import {
  createEventReader,
  createSseParser,
  failureEvents,
  type Problem,
  parseWireRequest,
  patchBody,
  problemOfWireError,
  problemResponse,
  routeFor,
  WireError,
  type WireRequest,
} from '../wire/index.ts'
import { openUpstreams, type Upstream, vendorPatch } from './index.ts'

const DENIED: Problem = {
  status: 400,
  code: 'decision_denied',
  wireCode: 'invalid_prompt',
  message: 'Denied by clause art6-2, decision d-17.',
  extension: { decision: 'd-17' },
}

const PARAMETERS = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
  additionalProperties: false,
} as const

/** `answer` passes the rehearsal's bytes; the others fail before the first byte, or after the third event. */
type Mode = 'answer' | 'deny' | 'stop'

class Server {
  mode: Mode = 'answer'
  requests = 0
  private readonly upstream: Upstream =
    openUpstreams([{ id: 'r', kind: 'rehearsal' }]).get('r') ?? assert.fail()
  private readonly http = createServer((request, response) => {
    void this.handle(request, response)
  })

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`
  }

  close(): void {
    this.http.close()
    this.http.closeAllConnections()
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const route = routeFor(incoming.method ?? '', incoming.url ?? '')
    if (route?.kind !== 'generate') return void response.writeHead(404).end()
    const fail = (problem: Problem): void => {
      const { status, headers, body } = problemResponse(route.dialect, problem)
      response.writeHead(status, headers).end(body)
    }
    if (this.mode === 'deny') return fail(DENIED)
    try {
      this.forward(parseWireRequest(route.dialect, Buffer.concat(chunks)), response)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      fail(problemOfWireError(error))
    }
  }

  private forward(request: WireRequest, response: ServerResponse): void {
    const { dialect, stream } = request
    const parser = createSseParser()
    const reader = createEventReader(dialect)
    let events = 0
    const patch = vendorPatch(request, 'rehearsal', { id: request.model, accessProgram: null }, 'eu1_test')
    const call = { dialect, stream, body: patchBody(request, patch), headers: {} }
    const exchange = this.upstream.send(call, {
      onHead: (status, headers) => void response.writeHead(status, headers),
      onData: (chunk) => {
        if (!stream || this.mode === 'answer') return response.write(chunk) || true
        for (const event of parser.push(chunk)) {
          reader.read(event)
          if (++events <= 3) response.write(event.raw)
        }
        if (events === 4) exchange.abort()
        return true
      },
      onEnd: () => void response.end(),
      onError: () => void response.end(failureEvents(dialect, DENIED, reader.state())),
    })
  }
}

describe('real clients', () => {
  const server = new Server()
  let openai: OpenAI
  let anthropic: Anthropic
  let vercel: ReturnType<typeof createOpenAI>
  before(async () => {
    const url = await server.listen()
    openai = new OpenAI({ apiKey: 'k', baseURL: `${url}/v1` })
    anthropic = new Anthropic({ apiKey: 'k', baseURL: url })
    vercel = createOpenAI({ apiKey: 'k', baseURL: `${url}/v1` })
  })
  after(() => server.close())

  function play(mode: Mode): void {
    server.mode = mode
    server.requests = 0
  }

  test('openai: Responses, JSON and stream', async () => {
    play('answer')
    const whole = await openai.responses.create({ model: 'rehearsal-1', input: 'Please triage.' })
    assert.match(whole.output_text, /rehearsal\/1 \(no AI\)/)
    assert.equal(whole.status, 'completed')
    const stream = openai.responses.stream({ model: 'rehearsal-1', input: '確認してください' })
    let text = ''
    for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
    const final = await stream.finalResponse()
    assert.equal(final.output_text, text)
    assert.match(text, /予行演習/)
    assert.ok((final.usage?.output_tokens ?? 0) > 0)
  })

  test('openai: Responses with a tool, both turns', async () => {
    play('answer')
    const tools = [
      { type: 'function', name: 'read_file', parameters: { ...PARAMETERS }, strict: true } as const,
    ]
    const first = await openai.responses.create({ model: 'rehearsal-1', input: 'Look.', tools })
    const call = first.output.find((item) => item.type === 'function_call')
    assert.ok(call !== undefined)
    assert.deepEqual(JSON.parse(call.arguments), { path: '.' })
    const second = await openai.responses.create({
      model: 'rehearsal-1',
      tools,
      input: [
        { role: 'user', content: 'Look.' },
        ...first.output.filter((item) => item.type === 'function_call'),
        { type: 'function_call_output', call_id: call.call_id, output: 'contents' },
      ],
    })
    assert.match(second.output_text, /1 tool result/)
  })

  test('openai: Chat, JSON, stream and a tool', async () => {
    play('answer')
    const messages = [{ role: 'user', content: 'Please review.' } as const]
    const whole = await openai.chat.completions.create({ model: 'rehearsal-1', messages, n: 2 })
    assert.equal(whole.choices.length, 2)
    assert.match(whole.choices[1]?.message.content ?? '', /no AI/)
    const tools = [
      { type: 'function', function: { name: 'read_file', parameters: { ...PARAMETERS } } } as const,
    ]
    const stream = openai.chat.completions.stream({
      model: 'rehearsal-1',
      messages,
      tools,
      stream_options: { include_usage: true },
    })
    const final = await stream.finalChatCompletion()
    const call = final.choices[0]?.message.tool_calls?.[0]
    assert.equal(call?.type === 'function' ? call.function.arguments : '', '{"path":"."}')
    assert.ok((final.usage?.prompt_tokens ?? 0) > 0)
  })

  test('anthropic: Messages, JSON, stream, beta and a tool', async () => {
    play('answer')
    const messages = [{ role: 'user', content: 'Please look.' } as const]
    const base = { model: 'rehearsal-1', max_tokens: 1000, messages }
    const whole = await anthropic.messages.create(base)
    assert.equal(whole.content[0]?.type, 'text')
    const tools = [
      {
        name: 'read_file',
        input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      } as const,
    ]
    const final = await anthropic.messages
      .stream({ ...base, tools: structuredClone(tools) as never })
      .finalMessage()
    const [block] = final.content
    assert.deepEqual(block?.type === 'tool_use' ? block.input : null, { path: '.' })
    assert.equal(final.stop_reason, 'tool_use')
    assert.ok(final.usage.output_tokens > 0)
    const beta = await anthropic.beta.messages.create({ ...base, betas: ['context-management-2025-06-27'] })
    assert.equal(beta.stop_reason, 'end_turn')
  })

  test('ai: an agent loop over Responses and over Chat', async () => {
    play('answer')
    for (const model of [vercel('rehearsal-1'), vercel.chat('rehearsal-1')]) {
      const read: unknown[] = []
      const { text, steps } = await generateText({
        model,
        prompt: 'Look.',
        tools: {
          read_file: tool({
            description: 'Reads a file.',
            inputSchema: jsonSchema<{ path: string }>({ ...PARAMETERS }),
            execute: async (input) => {
              read.push(input)
              return 'contents'
            },
          }),
        },
        stopWhen: stepCountIs(4),
      })
      assert.deepEqual(read, [{ path: '.' }])
      assert.equal(steps.length, 2)
      assert.match(text, /1 tool result/)
      const streamed = streamText({ model, prompt: '確認してください' })
      assert.match(await streamed.text, /予行演習/)
    }
  })

  test('a denial before the first byte is shown and not sent again', async () => {
    const attempts: (() => Promise<unknown>)[] = [
      () => openai.responses.create({ model: 'm', input: 'x' }),
      () => openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] }),
      () => openai.responses.create({ model: 'm', input: 'x', stream: true }),
      () =>
        anthropic.messages.create({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] }),
      () => generateText({ model: vercel('m'), prompt: 'x' }),
      () => generateText({ model: vercel.chat('m'), prompt: 'x' }),
    ]
    for (const attempt of attempts) {
      play('deny')
      await assert.rejects(attempt, /Denied by clause art6-2, decision d-17\./)
      assert.equal(server.requests, 1)
    }
  })

  test('a stream that is stopped fails with the reason, and is not sent again', async () => {
    play('stop')
    const stream = openai.responses.stream({ model: 'm', input: 'x' })
    const failed = await stream.finalResponse().catch((error: unknown) => error)
    assert.match(failed instanceof Error ? failed.message : JSON.stringify(failed), /decision d-17/)
    assert.equal(server.requests, 1)

    play('stop')
    const chat = openai.chat.completions.stream({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    await assert.rejects(chat.finalChatCompletion(), /decision d-17/)
    assert.equal(server.requests, 1)

    play('stop')
    const messages = anthropic.messages.stream({
      model: 'm',
      max_tokens: 500,
      messages: [{ role: 'user', content: 'x' }],
    })
    await assert.rejects(messages.finalMessage(), /decision d-17/)
    assert.equal(server.requests, 1)

    for (const model of [vercel('m'), vercel.chat('m')]) {
      play('stop')
      const errors: unknown[] = []
      const result = streamText({ model, prompt: 'x', onError: ({ error }) => void errors.push(error) })
      await result.consumeStream()
      assert.match(
        JSON.stringify(errors, (_, value) => (value instanceof Error ? value.message : value)),
        /decision d-17/,
      )
      assert.equal(server.requests, 1)
    }
  })

  test('a refused field is named to the client', async () => {
    play('answer')
    const error = await openai.responses
      .create({ model: 'm', input: 'x', previous_response_id: 'resp_1' })
      .catch((caught: unknown) => caught)
    assert.ok(error instanceof OpenAI.APIError)
    assert.equal(error.status, 400)
    assert.equal(error.param, '/previous_response_id')
    const hosted = await generateText({
      model: vercel('m'),
      prompt: 'x',
      // The two packages disagree about optional members under exactOptionalPropertyTypes.
      tools: { web_search: vercel.tools.webSearch({}) as never },
    }).catch((caught: unknown) => caught)
    assert.ok(APICallError.isInstance(hosted))
    assert.match(hosted.message, /web_search.*runs at the vendor/)
  })
})
