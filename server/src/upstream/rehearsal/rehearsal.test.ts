import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createEventReader,
  createSseParser,
  type Dialect,
  type JsonObject,
  type JsonValue,
  readResponse,
  type StreamPart,
} from '../../wire/index.ts'
import { type Gathered, gather } from '../testing/collect.ts'
import type { Upstream } from '../upstream.ts'
import { createRehearsal } from './rehearsal.ts'
import { sampleFor } from './sample.ts'

const upstream: Upstream = createRehearsal({ id: 'rehearsal' })
const DIALECTS = ['responses', 'chat', 'messages'] as const

function body(dialect: Dialect, text: string, more: object = {}): JsonObject {
  const content = dialect === 'responses' ? { input: text } : { messages: [{ role: 'user', content: text }] }
  return { model: 'rehearsal-1', ...content, ...more } as JsonObject
}

/** The last part that is no text beside the named ones. */
function ending(read: readonly StreamPart[]): StreamPart | undefined {
  return read.findLast((part) => part.type !== 'delta' || part.channel !== 'other')
}

function parts(dialect: Dialect, got: Gathered, stream: boolean): StreamPart[] {
  assert.equal(got.error, null)
  assert.equal(got.status, 200)
  if (!stream) return readResponse(dialect, got.body)
  const reader = createEventReader(dialect)
  return createSseParser()
    .push(got.body)
    .flatMap((event) => reader.read(event))
}

function said(read: readonly StreamPart[], channel: string): string {
  return read
    .map((part) =>
      part.type === 'delta' && part.channel === channel && !part.key.endsWith('/name') ? part.text : '',
    )
    .join('')
}

const SCHEMA: JsonObject = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] }

function tools(dialect: Dialect): JsonValue[] {
  const names = ['write_file', 'read_file', 'other']
  if (dialect === 'messages') return names.map((name) => ({ name, input_schema: SCHEMA }))
  if (dialect === 'chat')
    return names.map((name) => ({ type: 'function', function: { name, parameters: SCHEMA } }))
  return names.map((name) => ({ type: 'function', name, parameters: SCHEMA }))
}

for (const dialect of DIALECTS) {
  for (const stream of [true, false]) {
    const mode = stream ? 'stream' : 'JSON'
    test(`${dialect} ${mode}: says what it is, in the language asked`, async () => {
      const ja = await gather(upstream, {
        dialect,
        body: body(dialect, '認証ログを確認してください', { stream }),
      })
      const read = parts(dialect, ja, stream)
      assert.match(said(read, 'text'), /予行演習.*rehearsal\/1 \(no AI\)/)
      assert.ok(read.every((part) => part.type !== 'unknown'))
      assert.deepEqual(ending(read), { type: 'end', how: 'completed', vendorCode: null })
      const usage = read.find((part) => part.type === 'usage')
      assert.ok(usage !== undefined || (dialect === 'chat' && stream), 'usage is reported')
      const en = await gather(upstream, { dialect, body: body(dialect, 'Please triage.', { stream }) })
      assert.match(said(parts(dialect, en, stream), 'text'), /rehearsal.*no model has read/s)
    })

    test(`${dialect} ${mode}: calls one fitting tool with arguments that fit its schema`, async () => {
      const got = await gather(upstream, {
        dialect,
        body: body(dialect, 'Look.', { stream, tools: tools(dialect) }),
      })
      const read = parts(dialect, got, stream)
      const name = read.find((part) => part.type === 'delta' && part.key.endsWith('/name'))
      assert.equal(name?.type === 'delta' ? name.text : '', 'read_file')
      assert.deepEqual(JSON.parse(said(read, 'tool_arguments')), { path: '.' })
      assert.equal(said(read, 'text'), '')
    })

    test(`${dialect} ${mode}: is cut at the client's ceiling`, async () => {
      const limit = { responses: 'max_output_tokens', chat: 'max_completion_tokens', messages: 'max_tokens' }[
        dialect
      ]
      const got = await gather(upstream, { dialect, body: body(dialect, 'Hi', { stream, [limit]: 5 }) })
      const end = ending(parts(dialect, got, stream))
      assert.equal(end?.type === 'end' ? end.how : '', 'incomplete')
    })
  }

  test(`${dialect}: the same body gets the same bytes; streams come in many chunks`, async () => {
    const request = { dialect, body: body(dialect, 'Hello', { stream: true }) }
    const [one, two] = await Promise.all([gather(upstream, request), gather(upstream, request)])
    assert.deepEqual(one.body, two.body)
    assert.ok(one.chunks > 20)
    const slow = await gather(upstream, { ...request, slowReader: true })
    assert.deepEqual(slow.body, one.body)
  })

  test(`${dialect}: a body it cannot read gets the vendor's 400`, async () => {
    const got = await gather(upstream, { dialect, body: { model: 'm' } })
    assert.equal(got.status, 400)
    assert.equal(got.error, null)
  })

  test(`${dialect}: abort ends it once, also while paused`, async () => {
    for (const slowReader of [false, true]) {
      const controller = new AbortController()
      const got = await gather(upstream, {
        dialect,
        body: body(dialect, 'Hello', { stream: true }),
        signal: controller.signal,
        slowReader,
        onChunk: (chunks) => {
          if (chunks === 3) controller.abort()
        },
      })
      assert.equal(got.error?.code, 'upstream_aborted')
      assert.equal(got.chunks, 3)
    }
  })
}

test('after a tool result it answers in words', async () => {
  const turns: [Dialect, JsonObject][] = [
    [
      'responses',
      {
        input: [
          { role: 'user', content: 'Look.' },
          { type: 'function_call', call_id: 'c', name: 'read_file', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: 'contents' },
        ],
      },
    ],
    [
      'chat',
      {
        messages: [
          { role: 'user', content: 'Look.' },
          {
            role: 'assistant',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'read_file', arguments: '{}' } }],
          },
          { role: 'tool', tool_call_id: 'c', content: 'contents' },
        ],
      },
    ],
    [
      'messages',
      {
        messages: [
          { role: 'user', content: 'Look.' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'read_file', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'contents' }] },
        ],
      },
    ],
  ]
  for (const [dialect, turn] of turns) {
    const got = await gather(upstream, { dialect, body: { model: 'm', ...turn, tools: tools(dialect) } })
    assert.match(
      said(parts(dialect, got, false), 'text'),
      /1 tool result\(s\), the last of 8 characters/,
      dialect,
    )
  }
})

test('tools that change things are left alone unless the client insists', async () => {
  const only = [{ type: 'function', name: 'delete_everything', parameters: SCHEMA }]
  const free = await gather(upstream, {
    dialect: 'responses',
    body: body('responses', 'Hi', { tools: only }),
  })
  assert.equal(said(parts('responses', free, false), 'tool_arguments'), '')
  const forced = await gather(upstream, {
    dialect: 'responses',
    body: body('responses', 'Hi', {
      tools: only,
      tool_choice: { type: 'function', name: 'delete_everything' },
    }),
  })
  assert.notEqual(said(parts('responses', forced, false), 'tool_arguments'), '')
  const none = await gather(upstream, {
    dialect: 'responses',
    body: body('responses', 'Hi', { tools: tools('responses'), tool_choice: 'none' }),
  })
  assert.equal(said(parts('responses', none, false), 'tool_arguments'), '')
})

test('the forms of client tools: namespaces, local shell, free text, typed', async () => {
  const call = async (dialect: Dialect, tool: JsonObject): Promise<JsonObject> => {
    const got = await gather(upstream, {
      dialect,
      body: body(dialect, 'Hi', { tools: [tool], max_tokens: 500 }),
    })
    const json = JSON.parse(got.body.toString()) as { output?: JsonObject[]; content?: JsonObject[] }
    return json.output?.[0] ?? json.content?.[0] ?? assert.fail(got.body.toString())
  }
  const inner = { type: 'function', name: 'query', parameters: SCHEMA }
  const spaced = await call('responses', { type: 'namespace', name: 'db', description: 'd', tools: [inner] })
  assert.equal(spaced.namespace, 'db')
  assert.equal((await call('responses', { type: 'local_shell' })).type, 'local_shell_call')
  assert.equal((await call('responses', { type: 'custom', name: 'lookup' })).type, 'custom_tool_call')
  const bash = await call('messages', { type: 'bash_20250124', name: 'bash' })
  assert.deepEqual(bash.input, { command: "echo 'rehearsal/1 (no AI)'" })
})

test('structured answers fit the schema asked for', async () => {
  const schema = {
    type: 'object',
    properties: { severity: { enum: ['low', 'high'] } },
    required: ['severity'],
  }
  const text = { format: { type: 'json_schema', name: 's', schema } }
  const got = await gather(upstream, { dialect: 'responses', body: body('responses', 'Hi', { text }) })
  assert.deepEqual(JSON.parse(said(parts('responses', got, false), 'text')), { severity: 'low' })
})

test('usage comes with the stream only when Chat asks for it', async () => {
  const ask = async (more: object): Promise<boolean> => {
    const got = await gather(upstream, {
      dialect: 'chat',
      body: body('chat', 'Hi', { stream: true, ...more }),
    })
    return parts('chat', got, true).some((part) => part.type === 'usage')
  }
  assert.equal(await ask({}), false)
  assert.equal(await ask({ stream_options: { include_usage: true } }), true)
})

test('closing ends open answers', async () => {
  const closing = createRehearsal({ id: 'r', chunkDelayMs: 1 })
  const got = await gather(closing, {
    dialect: 'chat',
    body: body('chat', 'Hi', { stream: true }),
    onChunk: () => void closing.close(),
  })
  assert.equal(got.error?.code, 'upstream_closed')
})

test('samples follow references, bounds and formats, and never loop', () => {
  assert.deepEqual(
    sampleFor({
      $defs: { a: { const: 4 } },
      type: 'object',
      properties: { x: { $ref: '#/$defs/a' } },
      required: ['x'],
    }),
    { x: 4 },
  )
  assert.equal(sampleFor({ type: 'integer', minimum: 7, multipleOf: 5 }), 10)
  assert.equal(sampleFor({ type: 'number', maximum: 0.5 }), 0.5)
  assert.equal(sampleFor({ type: 'string', format: 'uuid' }), '00000000-0000-4000-8000-000000000000')
  assert.deepEqual(sampleFor({ type: 'array', items: { type: 'boolean' }, minItems: 2 }), [false, false])
  const loop: JsonObject = { $ref: '#' }
  assert.equal(typeof sampleFor(loop), 'string')
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (schema) => {
      sampleFor(schema as JsonValue)
    }),
  )
})
