import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createEventReader, readResponse } from './reader.ts'
import type { Dialect, JsonObject, JsonValue, StreamPart } from './request.ts'
import { createSseParser } from './sse.ts'

type Event = [string | null, JsonObject | string]

function read(dialect: Dialect, events: readonly Event[]): StreamPart[] {
  const parser = createSseParser()
  const reader = createEventReader(dialect)
  const text = events
    .map(
      ([name, data]) =>
        `${name === null ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
    )
    .join('')
  const parts = parser.push(Buffer.from(text)).flatMap((event) => reader.read(event))
  // What is read besides the named members has tests of its own, below.
  return [...parts, ...reader.finish()].filter((part) => part.type !== 'delta' || part.channel !== 'other')
}

/** Responses events: the name is the type. */
function typed(...bodies: JsonObject[]): Event[] {
  return bodies.map((body, i) => [String(body.type), { sequence_number: i, ...body }])
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const CREATED: JsonObject = {
  type: 'response.created',
  response: {
    id: 'resp_1',
    created_at: 5,
    model: 'gpt-test',
    status: 'in_progress',
    output: [],
    access_programs: { cyber: 'standard' },
  },
}

function completed(output: JsonObject[], more: JsonObject = {}): JsonObject {
  const response = {
    id: 'resp_1',
    model: 'gpt-test',
    status: 'completed',
    output,
    access_programs: { cyber: 'standard' },
  }
  return {
    type: 'response.completed',
    response: { ...response, usage: { input_tokens: 3, output_tokens: 4 }, ...more },
  }
}

const MESSAGE: JsonObject = { type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }
const AT: JsonObject = { output_index: 0, content_index: 0 }

test('responses: each text comes once, however often the dialect repeats it', () => {
  const parts = read(
    'responses',
    typed(
      CREATED,
      { type: 'response.output_item.added', output_index: 0, item: { type: 'message', content: [] } },
      { type: 'response.output_text.delta', ...AT, delta: 'Hel' },
      { type: 'response.output_text.delta', ...AT, delta: 'lo' },
      { type: 'response.output_text.done', ...AT, text: 'Hello' },
      { type: 'response.content_part.done', ...AT, part: { type: 'output_text', text: 'Hello' } },
      { type: 'response.output_item.done', output_index: 0, item: MESSAGE },
      completed([MESSAGE]),
    ),
  )
  assert.deepEqual(parts, [
    { type: 'served', model: 'gpt-test', accessProgram: 'standard' },
    { type: 'delta', channel: 'text', key: '0/0', text: 'Hel' },
    { type: 'delta', channel: 'text', key: '0/0', text: 'lo' },
    { type: 'usage', inputTokens: 3, outputTokens: 4 },
    { type: 'end', how: 'completed', vendorCode: null },
  ])
})

test('responses: a repetition that says something else is read', () => {
  const parts = read(
    'responses',
    typed(
      CREATED,
      { type: 'response.output_text.delta', ...AT, delta: 'Hello' },
      completed([{ type: 'message', content: [{ type: 'output_text', text: 'Other' }] }]),
    ),
  )
  assert.ok(parts.some((part) => part.type === 'delta' && part.key === '0/0#whole' && part.text === 'Other'))
})

test('responses: tool calls, reasoning, sealed reasoning and refusals', () => {
  const parts = read(
    'responses',
    typed(
      CREATED,
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Think' },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: {
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Think' }],
          encrypted_content: 'blob',
        },
      },
      {
        type: 'response.output_item.added',
        output_index: 1,
        item: { type: 'function_call', name: 'ls', arguments: '' },
      },
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: ':1}' },
      { type: 'response.function_call_arguments.done', output_index: 1, arguments: '{"a":1}' },
      { type: 'response.custom_tool_call_input.delta', output_index: 2, delta: 'patch' },
      {
        type: 'response.output_item.done',
        output_index: 3,
        item: { type: 'local_shell_call', action: { command: ['ls'] } },
      },
      { type: 'response.refusal.delta', output_index: 4, content_index: 0, delta: 'No.' },
      completed([]),
    ),
  )
  assert.deepEqual(
    parts.filter((part) => part.type === 'delta').map((part) => `${part.channel} ${part.key} ${part.text}`),
    [
      'reasoning 0/s0 Think',
      'tool_arguments 1/name ls',
      'tool_arguments 1 {"a"',
      'tool_arguments 1 :1}',
      'tool_arguments 2 patch',
      'tool_arguments 3/action {"command":["ls"]}',
      'refusal 4/0 No.',
    ],
  )
  assert.deepEqual(
    parts.filter((part) => part.type === 'opaque'),
    [{ type: 'opaque', sha256: sha256('blob') }],
  )
  assert.deepEqual(parts.at(-1), { type: 'end', how: 'refused', vendorCode: null })
})

test('responses: failures carry the vendor code', () => {
  const failed = {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'cyber_policy', message: 'no' } },
  }
  assert.deepEqual(read('responses', typed(CREATED, failed)).at(-1), {
    type: 'end',
    how: 'failed',
    vendorCode: 'cyber_policy',
    vendorMessage: 'no',
  })
  const cut = {
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
  }
  assert.deepEqual(read('responses', typed(CREATED, cut)).at(-1), {
    type: 'end',
    how: 'incomplete',
    vendorCode: 'content_filter',
  })
  const error = { type: 'error', code: 'server_error', message: 'x' }
  assert.deepEqual(read('responses', typed(CREATED, error)).at(-1), {
    type: 'end',
    how: 'failed',
    vendorCode: 'server_error',
    vendorMessage: 'x',
  })
})

test('responses: another model in the last event is reported again', () => {
  const parts = read('responses', typed(CREATED, completed([], { model: 'weaker' })))
  assert.deepEqual(
    parts.filter((part) => part.type === 'served').map((part) => part.model),
    ['gpt-test', 'weaker'],
  )
})

test('responses: a stream without its terminator has no end', () => {
  assert.ok(!read('responses', typed(CREATED)).some((part) => part.type === 'end'))
})

const UNREADABLE: readonly [string, Dialect, Event[]][] = [
  ['an unlisted event', 'responses', typed({ type: 'response.surprise' })],
  ['a hosted tool', 'responses', typed({ type: 'response.web_search_call.searching' })],
  [
    'a hosted tool item',
    'responses',
    typed({ type: 'response.output_item.added', item: { type: 'mcp_call' } }),
  ],
  [
    'an unlisted content part',
    'responses',
    typed({ type: 'response.content_part.added', part: { type: 'output_audio' } }),
  ],
  ['a name that is not the type', 'responses', [['response.completed', CREATED]]],
  ['bytes that are not JSON', 'responses', [[null, '{oops']]],
  ['a duplicate key', 'responses', [[null, '{"type":"ping","type":"response.created"}']]],
  ['a list', 'responses', [[null, '[]']]],
  ['an event after the end', 'responses', typed(completed([]), CREATED)],
  ['a chunk without choices', 'chat', [[null, { object: 'chat.completion.chunk' }]]],
  ['a choice without a delta', 'chat', [[null, { choices: [{ index: 0 }] }]]],
  ['an unlisted event', 'messages', typed({ type: 'surprise' })],
  [
    'a server tool block',
    'messages',
    typed({ type: 'content_block_start', index: 0, content_block: { type: 'server_tool_use' } }),
  ],
  [
    'an unlisted delta',
    'messages',
    typed({ type: 'content_block_delta', index: 0, delta: { type: 'dream_delta' } }),
  ],
  ['an event without data', 'messages', [['message_stop', '']]],
]

for (const [what, dialect, events] of UNREADABLE) {
  test(`${dialect}: ${what} is unknown`, () => {
    assert.ok(read(dialect, events).some((part) => part.type === 'unknown'))
  })
}

function chunk(delta: JsonObject, reason: string | null = null, index = 0): Event {
  return [
    null,
    {
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index, delta, finish_reason: reason }],
    },
  ]
}

test('chat: two choices, tool calls, reasoning and an extra member', () => {
  const parts = read('chat', [
    chunk({ role: 'assistant', content: 'He' }),
    chunk({ content: 'Ho' }, null, 1),
    chunk({ reasoning_content: 'hm' }),
    chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'ls', arguments: '{"a"' } }] }),
    chunk({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
    chunk({ novelty: 'read me' }),
    chunk({}, 'stop', 1),
    chunk({}, 'length'),
    [null, { id: 'c', choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } }],
    [null, '[DONE]'],
  ])
  assert.deepEqual(
    parts.filter((part) => part.type === 'delta').map((part) => `${part.channel} ${part.key} ${part.text}`),
    [
      'text 0 He',
      'text 1 Ho',
      'reasoning 0/r hm',
      'tool_arguments 0/t/0/name ls',
      'tool_arguments 0/t/0 {"a"',
      'tool_arguments 0/t/0 :1}',
      'text 0/novelty read me',
    ],
  )
  assert.deepEqual(parts.slice(-2), [
    { type: 'usage', inputTokens: 3, outputTokens: 4 },
    { type: 'end', how: 'incomplete', vendorCode: 'length' },
  ])
})

test('chat: ends without [DONE] when a finish reason was seen, and not otherwise', () => {
  assert.deepEqual(read('chat', [chunk({ content: 'a' }, 'stop')]).at(-1), {
    type: 'end',
    how: 'completed',
    vendorCode: null,
  })
  assert.ok(!read('chat', [chunk({ content: 'a' })]).some((part) => part.type === 'end'))
})

test('chat: refusals and error chunks', () => {
  assert.deepEqual(read('chat', [chunk({ refusal: 'No' }), chunk({}, 'stop')]).at(-1), {
    type: 'end',
    how: 'refused',
    vendorCode: null,
  })
  const error: Event = [null, { error: { code: 'cyber_policy', message: 'x' } }]
  assert.deepEqual(read('chat', [chunk({}), error]).at(-1), {
    type: 'end',
    how: 'failed',
    vendorCode: 'cyber_policy',
    vendorMessage: 'x',
  })
})

test('messages: text, thinking with its signature, tool input, usage and stop reason', () => {
  const block = (index: number, content_block: JsonObject): JsonObject => ({
    type: 'content_block_start',
    index,
    content_block,
  })
  const delta = (index: number, body: JsonObject): JsonObject => ({
    type: 'content_block_delta',
    index,
    delta: body,
  })
  const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index })
  const parts = read(
    'messages',
    typed(
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          model: 'claude',
          content: [],
          usage: { input_tokens: 2, cache_read_input_tokens: 5, output_tokens: 1 },
        },
      },
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'EqQ' }),
      delta(0, { type: 'signature_delta', signature: 'BCg' }),
      stop(0),
      { type: 'ping' },
      block(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'こん' }),
      stop(1),
      block(2, { type: 'tool_use', id: 't', name: 'Bash', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '{"c":1}' }),
      stop(2),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
      { type: 'message_stop' },
    ),
  )
  assert.deepEqual(parts, [
    { type: 'served', model: 'claude', accessProgram: null },
    { type: 'usage', inputTokens: 7, outputTokens: 1 },
    { type: 'delta', channel: 'reasoning', key: '0', text: 'hm' },
    { type: 'opaque', sha256: sha256('EqQBCg') },
    { type: 'delta', channel: 'text', key: '1', text: 'こん' },
    { type: 'delta', channel: 'tool_arguments', key: '2/name', text: 'Bash' },
    { type: 'delta', channel: 'tool_arguments', key: '2', text: '{"c":1}' },
    { type: 'usage', inputTokens: 7, outputTokens: 9 },
    { type: 'end', how: 'completed', vendorCode: null },
  ])
})

test('messages: a refusal names its category, an error its type', () => {
  const refusal = {
    type: 'message_delta',
    delta: {
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'cyber', explanation: 'No.' },
    },
  }
  const parts = read('messages', typed(refusal, { type: 'message_stop' }))
  assert.deepEqual(parts, [
    { type: 'delta', channel: 'refusal', key: 'stop', text: 'No.' },
    { type: 'end', how: 'refused', vendorCode: 'cyber' },
  ])
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'x' } }
  assert.deepEqual(read('messages', typed(error)).at(-1), {
    type: 'end',
    how: 'failed',
    vendorCode: 'overloaded_error',
    vendorMessage: 'x',
  })
})

test('keep-alives say nothing; lines no vendor sends are unknown', () => {
  const reader = createEventReader('messages')
  const [comment, ping, odd] = createSseParser().push(Buffer.from(': x\n\nevent: ping\n\nhidden: text\n\n'))
  assert.ok(comment !== undefined && ping !== undefined && odd !== undefined)
  assert.deepEqual(reader.read(comment), [])
  assert.deepEqual(reader.read(ping), [])
  assert.deepEqual(reader.read(odd), [{ type: 'unknown', name: 'sse_line' }])
})

test('the reader tells what a failure event needs', () => {
  const reader = createEventReader('responses')
  assert.equal(reader.state().started, false)
  const [event] = createSseParser().push(
    Buffer.from(`data: ${JSON.stringify({ ...CREATED, sequence_number: 7 })}\n\n`),
  )
  assert.ok(event !== undefined)
  reader.read(event)
  assert.deepEqual(reader.state(), {
    started: true,
    ended: false,
    id: 'resp_1',
    model: 'gpt-test',
    createdAtS: 5,
    sequence: 7,
  })
})

const WHOLE: readonly [Dialect, JsonObject, string][] = [
  ['responses', { model: 'm', status: 'completed', output: [MESSAGE] }, 'served delta end:completed'],
  [
    'responses',
    { model: 'm', status: 'failed', error: { code: 'server_error' }, output: [] },
    'served end:failed',
  ],
  ['responses', { model: 'm', status: 'in_progress', output: [] }, 'served end:failed'],
  [
    'chat',
    { model: 'm', choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }] },
    'served delta end:completed',
  ],
  ['chat', { model: 'm', choices: [{ index: 0, message: { content: 'Hi' } }] }, 'served delta unknown'],
  ['chat', { error: { message: 'x' } }, 'unknown'],
  [
    'messages',
    { type: 'message', model: 'm', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' },
    'served delta end:completed',
  ],
  [
    'messages',
    { type: 'message', model: 'm', content: [{ type: 'dream' }], stop_reason: 'end_turn' },
    'served unknown end:completed',
  ],
  ['messages', { type: 'error' }, 'unknown'],
]

for (const [dialect, json, wanted] of WHOLE) {
  test(`${dialect}: a whole answer ${JSON.stringify(json).slice(0, 60)}`, () => {
    const parts = readResponse(dialect, Buffer.from(JSON.stringify(json))).filter(
      (part) => part.type !== 'delta' || part.channel !== 'other',
    )
    assert.equal(parts.map((part) => (part.type === 'end' ? `end:${part.how}` : part.type)).join(' '), wanted)
  })
}

test('a whole answer that is no JSON is unknown', () => {
  for (const dialect of ['responses', 'chat', 'messages'] as const) {
    for (const body of ['', '<html>', '{"a":1', '[]', 'null']) {
      assert.equal(readResponse(dialect, Buffer.from(body))[0]?.type, 'unknown')
    }
  }
})

/** Every place a string may stand in, as `{...event, place: MARK}`; also names of members. */
function withMark(value: JsonValue, mark: string): JsonValue[] {
  if (typeof value === 'string') return [mark]
  if (Array.isArray(value))
    return value.flatMap((each, i) => withMark(each, mark).map((copy) => value.with(i, copy)))
  if (value === null || typeof value !== 'object') return []
  const copies = Object.keys(value).flatMap((key) =>
    withMark(value[key] as JsonValue, mark).map((copy): JsonValue => ({ ...value, [key]: copy })),
  )
  return [
    ...copies,
    { ...value, unheard: { of: [mark] } },
    { ...value, [mark]: 1 },
    { ...value, content: { a: mark } },
  ]
}

const EVENTS: readonly [Dialect, JsonObject][] = [
  ['responses', CREATED],
  [
    'responses',
    { type: 'response.output_text.delta', ...AT, delta: 'a', item_id: 'i', logprobs: [{ token: 'a' }] },
  ],
  [
    'responses',
    {
      type: 'response.content_part.added',
      ...AT,
      part: { type: 'output_text', text: '', annotations: [{ url: 'u' }] },
    },
  ],
  [
    'responses',
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'shell_call', id: 'i', call_id: 'c', commands: ['a'] },
    },
  ],
  ['responses', completed([{ type: 'tool_search_call', query: 'q', id: 'i' }], { metadata: { a: 'b' } })],
  [
    'chat',
    {
      id: 'c',
      object: 'o',
      model: 'm',
      choices: [
        {
          index: 0,
          delta: {
            content: 'a',
            reasoning: 'b',
            reasoning_content: 'c',
            tool_calls: [{ id: 'i', function: { name: 'n', arguments: 'a', input: 'b', more: 'c' } }],
          },
          message: { content: 'x' },
          logprobs: { content: [{ token: 't' }] },
        },
      ],
    },
  ],
  [
    'messages',
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'text', text: '', citations: [{ cited_text: 'c' }] },
    },
  ],
  [
    'messages',
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'tool_use', id: 'i', name: 'n', input: {} },
    },
  ],
  [
    'messages',
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'compaction', content: [{ text: 't' }] },
    },
  ],
  ['messages', { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: 's' }, usage: {} }],
  ['messages', { type: 'ping', more: 'p' }],
  ['messages', { type: 'message_stop' }],
]

for (const [dialect, event] of EVENTS) {
  test(`${dialect}: a string anywhere in ${JSON.stringify(event).slice(0, 60)} is scanned or the event unknown`, () => {
    const mark = `ghp${'_'}Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2`
    const copies = withMark(event, mark)
    assert.ok(copies.length >= 3)
    for (const copy of copies) {
      const data = Buffer.from(JSON.stringify(copy))
      const parts = createEventReader(dialect).read({ event: '', data, raw: data, odd: false, asides: '' })
      const seen = parts.some(
        (part) => part.type === 'unknown' || (part.type === 'delta' && part.text.includes(mark)),
      )
      assert.ok(seen, JSON.stringify(copy))
    }
  })
}

test('tokens in a list are read one after the other, comments, ids and names of events too', () => {
  const event = {
    choices: [{ index: 0, delta: {}, logprobs: { content: [{ token: 'secre' }, { token: 't-words' }] } }],
  }
  const text = `event: strange-name\nid: some-id-value\n: a comment\ndata: ${JSON.stringify(event)}\n\n`
  const [sse] = createSseParser().push(Buffer.from(text))
  assert.ok(sse !== undefined)
  const [other] = createEventReader('chat').read(sse)
  assert.ok(other?.type === 'delta' && other.channel === 'other')
  for (const wanted of ['secret-words', 'strange-name', 'some-id-value', 'a comment'])
    assert.ok(other.text.includes(wanted), wanted)
})
