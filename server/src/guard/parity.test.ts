/**
 * Every guard on every way out: {dialect} × {JSON, SSE} × {text, reasoning, tool arguments, tool results, other} × {guard}.
 *
 * Generated, so that a dialect, a channel or a guard that is added meets all the others. An answer goes through the
 * same parser, reader and guard as in the gateway; SSE bytes are cut at every size, also inside UTF-8 and JSON escapes.
 * Tool results are the client's: they are judged in the request. Spec: docs/spec/leakage.md §3.2.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaksIn } from '../boundary/index.ts'
import {
  createEventReader,
  createSseParser,
  type Dialect,
  parseWireRequest,
  readResponse,
  WireError,
} from '../wire/index.ts'
import { createStreamGuard, type GuardOptions, holdsCanary, redactRequest, scanParts } from './index.ts'

const CANARY = 'kokugiken-canary-41'
/** The one of ten whose check digit holds. */
const MY_NUMBER =
  Array.from('0123456789', (digit) => `98765432101${digit}`).find(
    (each) => leaksIn(`個人番号 ${each}`).length > 0,
  ) ?? ''
/** Built at run time so that no scanner mistakes this file for a leak. */
const PAT = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`
const PEM = ['-----BEGIN PRIVATE KEY-----', 'aB3dE5fG7h'.repeat(6), ''].join('\n')

const GUARDS: Readonly<Record<string, { bad: string; clean: string; options: GuardOptions }>> = {
  secret: { bad: `鍵は ${PAT} です`, clean: `鍵は ghp_ で始まる 🔑`, options: {} },
  'private key': { bad: PEM, clean: '-----BEGIN CERTIFICATE-----', options: {} },
  canary: { bad: `a ${CANARY} b`, clean: 'kokugikan', options: { canaries: [CANARY] } },
  'personal number': {
    bad: `個人番号は ${MY_NUMBER} です。`,
    clean: `注文番号は ${MY_NUMBER} です。`,
    options: { holdBackChars: 128 },
  },
}

type Channel = 'text' | 'reasoning' | 'tool arguments' | 'other'
const CHANNELS: readonly Channel[] = ['text', 'reasoning', 'tool arguments', 'other']
const argumentsOf = (text: string): string => JSON.stringify({ cmd: `sh -c ${JSON.stringify(text)}` })

/** Pieces of a text as a stream sends it: each event is an object, with its name where the dialect has names. */
interface Way {
  json(channel: Channel, text: string): object
  events(channel: Channel, pieces: readonly string[]): readonly object[]
}

const chatEvent = (delta: object, more: object = {}): object => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null }],
  ...more,
})
const responsesItem = (channel: Channel, text: string): object => {
  if (channel === 'reasoning')
    return { id: 'r', type: 'reasoning', summary: [{ type: 'summary_text', text }] }
  if (channel === 'tool arguments')
    return {
      id: 'f',
      type: 'function_call',
      call_id: 'x',
      name: 'sh',
      arguments: argumentsOf(text),
      status: 'completed',
    }
  const content = [{ type: 'output_text', text: channel === 'text' ? text : 'ok', annotations: [] }]
  return {
    id: 'm',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content,
    ...(channel === 'other' ? { note: text } : {}),
  }
}

const WAYS: Readonly<Record<Dialect, Way>> = {
  chat: {
    json: (channel, text) => ({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: channel === 'text' ? text : 'ok',
            ...(channel === 'reasoning' ? { reasoning_content: text } : {}),
            ...(channel === 'tool arguments'
              ? {
                  tool_calls: [
                    { id: 't', type: 'function', function: { name: 'sh', arguments: argumentsOf(text) } },
                  ],
                }
              : {}),
          },
        },
      ],
      ...(channel === 'other' ? { note: text } : {}),
    }),
    events: (channel, pieces) => [
      ...pieces.map((piece) => {
        if (channel === 'text') return chatEvent({ content: piece })
        if (channel === 'reasoning') return chatEvent({ reasoning_content: piece })
        if (channel === 'other') return chatEvent({ content: '.' }, { note: piece })
        return chatEvent({ tool_calls: [{ index: 0, function: { arguments: piece } }] })
      }),
      { ...chatEvent({}), choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ],
  },
  messages: {
    json: (channel, text) => ({
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
      content: [
        channel === 'reasoning'
          ? { type: 'thinking', thinking: text, signature: 'sig' }
          : channel === 'tool arguments'
            ? { type: 'tool_use', id: 't', name: 'sh', input: { cmd: text } }
            : { type: 'text', text: channel === 'text' ? text : 'ok' },
      ],
      ...(channel === 'other' ? { note: text } : {}),
    }),
    events: (channel, pieces) => {
      const block = { text: 'text', other: 'text', reasoning: 'thinking', 'tool arguments': 'tool_use' }[
        channel
      ]
      const start = {
        text: { type: 'text', text: '' },
        thinking: { type: 'thinking', thinking: '', signature: '' },
        tool_use: { type: 'tool_use', id: 't', name: 'sh', input: {} },
      }[block as 'text' | 'thinking' | 'tool_use']
      return [
        {
          type: 'message_start',
          message: {
            id: 'm',
            type: 'message',
            role: 'assistant',
            model: 'm',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 1, output_tokens: 1 },
          },
        },
        { type: 'content_block_start', index: 0, content_block: start },
        ...pieces.map((piece) => ({
          type: 'content_block_delta',
          index: 0,
          delta:
            block === 'thinking'
              ? { type: 'thinking_delta', thinking: piece }
              : block === 'tool_use'
                ? { type: 'input_json_delta', partial_json: piece }
                : { type: 'text_delta', text: channel === 'text' ? piece : '.' },
          ...(channel === 'other' ? { note: piece } : {}),
        })),
        { type: 'content_block_stop', index: 0 },
        {
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens: 1 },
        },
        { type: 'message_stop' },
      ]
    },
  },
  responses: {
    json: (channel, text) => ({
      id: 'r',
      object: 'response',
      created_at: 1,
      model: 'm',
      status: 'completed',
      error: null,
      output: [responsesItem(channel, text)],
    }),
    events: (channel, pieces) => {
      const type = {
        text: 'response.output_text.delta',
        other: 'response.output_text.delta',
        reasoning: 'response.reasoning_summary_text.delta',
        'tool arguments': 'response.function_call_arguments.delta',
      }[channel]
      const response = {
        id: 'r',
        object: 'response',
        created_at: 1,
        model: 'm',
        status: 'in_progress',
        error: null,
        output: [],
      }
      return [
        { type: 'response.created', sequence_number: 0, response },
        ...pieces.map((piece, index) => ({
          type,
          sequence_number: index + 1,
          item_id: 'i',
          output_index: 0,
          ...(channel === 'reasoning' ? { summary_index: 0 } : { content_index: 0 }),
          delta: channel === 'other' ? '.' : piece,
          ...(channel === 'other' ? { note: piece } : {}),
        })),
        { type: 'response.completed', sequence_number: 999, response: { ...response, status: 'completed' } },
      ]
    },
  },
}

const sseOf = (dialect: Dialect, events: readonly object[]): Buffer =>
  Buffer.concat([
    ...events.map((event) => {
      const name = dialect === 'chat' || !('type' in event) ? '' : `event: ${String(event.type)}\n`
      return Buffer.from(`${name}data: ${JSON.stringify(event)}\n\n`)
    }),
    Buffer.from(dialect === 'chat' ? 'data: [DONE]\n\n' : ''),
  ])

/** What a guarded stream lets out, and what cut it; `bytes` are the sizes in which the upstream's bytes arrive. */
function through(dialect: Dialect, stream: Buffer, bytes: number, options: GuardOptions) {
  const parser = createSseParser()
  const reader = createEventReader(dialect)
  const guard = createStreamGuard(options)
  const out: Buffer[] = []
  let cut = null
  for (let at = 0; at < stream.length && cut === null; at += bytes) {
    for (const event of parser.push(stream.subarray(at, at + bytes))) {
      const step = guard.push(event.raw, reader.read(event))
      out.push(...step.release)
      cut ??= step.cut
    }
  }
  const last = guard.end()
  if (cut === null) out.push(...last.release)
  return { out: Buffer.concat(out).toString(), cut: cut ?? last.cut }
}

const inPieces = (text: string, chars: number): string[] => {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += chars) pieces.push(text.slice(at, at + chars))
  return pieces
}

for (const dialect of Object.keys(WAYS) as Dialect[]) {
  const way = WAYS[dialect]
  for (const channel of CHANNELS) {
    for (const [name, { bad, clean, options }] of Object.entries(GUARDS)) {
      const written = (text: string): string => (channel === 'tool arguments' ? argumentsOf(text) : text)

      test(`${dialect}, JSON, ${channel}: ${name}`, () => {
        const read = (text: string) =>
          readResponse(dialect, Buffer.from(JSON.stringify(way.json(channel, text))))
        assert.notDeepEqual(scanParts(read(bad), options), [])
        assert.deepEqual(scanParts(read(clean), options), [])
      })

      test(`${dialect}, SSE, ${channel}: ${name}`, () => {
        for (const chars of [1, 3, 7, 4096]) {
          const stream = sseOf(dialect, way.events(channel, inPieces(written(bad), chars)))
          const { out, cut } = through(dialect, stream, 61, options)
          assert.ok(cut !== null, `pieces of ${chars}`)
          assert.notEqual(cut.kind, 'unknown_event', `${cut.rule}`)
          assert.ok(!out.includes(PAT) && !out.includes(CANARY) && !out.includes(MY_NUMBER))
        }
        const stream = sseOf(dialect, way.events(channel, inPieces(written(clean), 2)))
        for (const bytes of [1, 2, 3, stream.length]) {
          const { out, cut } = through(dialect, stream, bytes, options)
          assert.equal(cut, null)
          assert.equal(out, stream.toString())
        }
      })
    }
  }

  test(`${dialect}: an unknown event, and content of an unknown type, is denied`, () => {
    const odd = sseOf(dialect, [{ type: 'response.telepathy', choices: [{ delta: 7 }] }])
    assert.equal(through(dialect, odd, 16, {}).cut?.kind, 'unknown_event')
    const body = Buffer.from(
      JSON.stringify({
        ...way.json('text', 'ok'),
        output: [{ type: 'hologram' }],
        content: [{ type: 'hologram' }],
        choices: 'x',
      }),
    )
    assert.ok(scanParts(readResponse(dialect, body)).some(({ kind }) => kind === 'unknown_event'))
  })

  test(`${dialect}: a tool result is read in the request, whatever its depth`, () => {
    const result = (text: string): Buffer => Buffer.from(JSON.stringify(requestWith(dialect, text)))
    for (const text of [
      `token ${PAT}`,
      argumentsOf(argumentsOf(`token ${PAT}`)),
      `電話は０９０－１２３４－５６７８です`,
    ]) {
      const request = parseWireRequest(dialect, result(text))
      const { leakage, request: sent } = redactRequest(request, {
        secret: Buffer.alloc(32),
        scope: ['i', 's'],
        bodyBytesMax: 1 << 22,
      })
      assert.equal(leakage, 'redacted')
      assert.ok(!sent.body.includes(PAT) && sent.segments.every((each) => leaksIn(each.text).length === 0))
    }
    assert.ok(holdsCanary(parseWireRequest(dialect, result(CANARY)), [CANARY]))
    const unknown = Buffer.from(JSON.stringify(requestWith(dialect, [{ type: 'hologram', text: 'x' }])))
    assert.throws(() => parseWireRequest(dialect, unknown), WireError)
  })

  test(`${dialect}: a megabyte pasted in one line is read whole`, () => {
    const paste = `${'2026-11-22T10:03:00Z sshd[17] failed password for root from 203.0.113.7\n'.repeat(14_000)}token=${PAT}`
    const request = parseWireRequest(dialect, Buffer.from(JSON.stringify(requestWith(dialect, paste))))
    const { leakage, request: sent } = redactRequest(request, {
      secret: Buffer.alloc(32),
      scope: [],
      bodyBytesMax: 1 << 22,
    })
    assert.equal(leakage, 'redacted')
    assert.ok(!sent.body.includes(PAT))
  })
}

/** A request whose last turn is a tool's result. */
function requestWith(dialect: Dialect, content: unknown): object {
  if (dialect === 'responses')
    return {
      model: 'm',
      input: [
        { type: 'function_call', call_id: 'x', name: 'sh', arguments: '{}' },
        { type: 'function_call_output', call_id: 'x', output: content },
      ],
    }
  if (dialect === 'chat')
    return {
      model: 'm',
      messages: [
        { role: 'user', content: 'run' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'x', type: 'function', function: { name: 'sh', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'x', content },
      ],
    }
  return {
    model: 'm',
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'run' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'x', name: 'sh', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x', content }] },
    ],
  }
}
