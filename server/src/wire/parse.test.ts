import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WireError, type WireErrorCode } from './error.ts'
import { FIELD_TABLES } from './field-tables.ts'
import { CHAT, CLAUDE_CODE, CODEX, FIXTURES } from './fixtures.ts'
import { parseWireRequest } from './parse.ts'
import type { Dialect, JsonObject, JsonValue, WireRequest } from './request.ts'

function parse(dialect: Dialect, json: JsonValue): WireRequest {
  return parseWireRequest(dialect, Buffer.from(JSON.stringify(json)))
}

function codeOf(dialect: Dialect, json: JsonValue): WireErrorCode | 'accepted' {
  try {
    parse(dialect, json)
    return 'accepted'
  } catch (error) {
    assert.ok(error instanceof WireError, String(error))
    return error.code
  }
}

function brief(request: WireRequest): string[] {
  return request.segments.map(
    (segment) => `${segment.role} ${segment.kind} ${segment.path} ${segment.text.split('\n')[0]}`,
  )
}

test('reads a Codex turn in order', () => {
  const request = parse('responses', CODEX)
  assert.equal(request.model, 'gpt-test')
  assert.equal(request.stream, true)
  assert.equal(request.outputTokensMax, null)
  assert.deepEqual(request.unlistedFields, [])
  assert.deepEqual(brief(request), [
    'system tool_declaration /tools/0 exec_command',
    'system tool_declaration /tools/1 apply_patch',
    'system tool_declaration /tools/2 mcp_db',
    'system tool_declaration /tools/2/tools/0 query',
    'system tool_declaration /tools/3 Finds tools.',
    'system text /input/0/content/0/text You are an agent.',
    'user text /input/1/content/0/text 認証ログを確認してください',
    'assistant reasoning /input/2/summary/0/text Thinking.',
    'assistant unreadable /input/2/encrypted_content ',
    'assistant tool_call /input/3 exec_command',
    'tool tool_result /input/4/output auth.log',
    'assistant tool_call /input/5 apply_patch',
    'tool tool_result /input/6/output/0/text Done',
    'assistant tool_call /input/7/action {"type":"exec","command":["ls"]}',
    'assistant text /input/8/content/0/text Looking.',
  ])
  assert.equal(request.opaqueDigests.length, 1)
  assert.equal(request.segments.find(({ kind }) => kind === 'unreadable')?.sha256, request.opaqueDigests[0])
})

test('reads a Chat turn in order', () => {
  const request = parse('chat', CHAT)
  assert.equal(request.outputTokensMax, 200, 'two choices of 100 tokens each')
  assert.deepEqual(brief(request), [
    'user unlisted /stop END',
    'system tool_declaration /tools/0/function read_file',
    'system text /messages/0/content You review patches.',
    'user text /messages/1/content/0/text Please review.',
    'assistant tool_call /messages/2/tool_calls/0 read_file',
    'tool tool_result /messages/3/content int main(void);',
    'assistant text /messages/4/content It is fine.',
    'assistant reasoning /messages/4/reasoning_content Short.',
    'assistant text /prediction/content It is',
    `system text /response_format ${JSON.stringify(CHAT.response_format)}`,
  ])
})

test('reads a Claude Code turn in order', () => {
  const request = parse('messages', CLAUDE_CODE)
  assert.equal(request.outputTokensMax, 32000)
  assert.equal(request.opaqueDigests.length, 2)
  assert.deepEqual(brief(request), [
    'system text /system/0/text x-anthropic-billing-header: cc_version=2.1.330; cch=a1b2c;',
    'system text /system/1/text You are a coding agent.',
    'system tool_declaration /tools/0 Bash',
    'system tool_declaration /tools/1 bash',
    'system tool_declaration /tools/2 str_replace_based_edit_tool',
    'user text /messages/0/content/0/text ログを見てください',
    'assistant reasoning /messages/1/content/0/thinking I will list.',
    'assistant unreadable /messages/1/content/0/signature ',
    'assistant unreadable /messages/1/content/1/data ',
    'assistant text /messages/1/content/2/text Listing.',
    'assistant tool_call /messages/1/content/3 Bash',
    'tool tool_result /messages/2/content/0/content/0/text auth.log',
    'user text /messages/2/content/1 notes',
    'user text /messages/2/content/1/source/data A note.',
    'user text /messages/2/content/2 hit',
    'user text /messages/2/content/2/content/0/text Found.',
  ])
})

/** Long enough that no structural value may hold it unread. */
const MARKER = `MARK${'x'.repeat(200)}`

/** Members that are kept as a digest, or never leave. */
const NOT_READ =
  /^\/(?:metadata|client_metadata|user|safety_identifier|store)\b|\/(?:encrypted_content|signature|data)$/

type Edit = (node: JsonObject | JsonValue[], key: string | number) => void

/** Calls `edit` on a fresh copy of `json` for every place in it; yields the edited copy and the place. */
function* everyPlace(
  json: JsonObject,
  wanted: (value: JsonValue) => boolean,
  edit: Edit,
): Generator<[JsonObject, string]> {
  const places: (string | number)[][] = []
  const visit = (node: JsonValue, path: (string | number)[]): void => {
    if (wanted(node)) places.push(path)
    if (Array.isArray(node)) {
      for (const [i, each] of node.entries()) visit(each, [...path, i])
    } else if (node !== null && typeof node === 'object') {
      for (const key of Object.keys(node)) visit(node[key] as JsonValue, [...path, key])
    }
  }
  visit(json, [])
  for (const path of places) {
    const copy = structuredClone(json)
    let parent: JsonValue = [copy]
    let key: string | number = 0
    for (const step of path) {
      parent = (parent as JsonObject)[key as string] as JsonValue
      key = step
    }
    edit(parent as JsonObject, key)
    yield [copy, `/${path.join('/')}`]
  }
}

function isReadOrRefused(dialect: Dialect, json: JsonObject, place: string): void {
  try {
    const request = parse(dialect, json)
    const read = request.segments.some((segment) => segment.text.includes(MARKER))
    assert.ok(read, `text at ${place} was not read`)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
  }
}

for (const { name, dialect, json } of FIXTURES) {
  test(`${name}: text put into any string is read or refused`, () => {
    let places = 0
    const strings = everyPlace(
      json,
      (value) => typeof value === 'string',
      (node, key) => {
        ;(node as JsonObject)[key as string] = MARKER
      },
    )
    for (const [copy, place] of strings) {
      if (NOT_READ.test(place) && !place.endsWith('/source/data')) continue
      isReadOrRefused(dialect, copy, place)
      places++
    }
    assert.ok(places > 20)
  })

  test(`${name}: an unlisted member in any object is read or refused, its name too`, () => {
    let places = 0
    const objects = () =>
      everyPlace(
        json,
        (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
        (node, key) => {
          const object = (node as JsonObject)[key as string] as JsonObject
          if (places % 2 === 0) object.unheard_of = { deep: [MARKER] }
          else object[MARKER] = 1
          places++
        },
      )
    for (const round of [0, 1]) {
      places = round
      for (const [copy, place] of objects()) if (!NOT_READ.test(place)) isReadOrRefused(dialect, copy, place)
    }
  })
}

test('unlisted top-level fields are read, recorded and kept', () => {
  const request = parse('responses', { model: 'm', input: 'hi', brand_new: { note: 'look' }, other: 3 })
  assert.deepEqual(request.unlistedFields, ['brand_new', 'other'])
  assert.ok(request.segments.some((segment) => segment.kind === 'unlisted' && segment.text.includes('look')))
})

const BASE: Readonly<Record<Dialect, JsonObject>> = {
  responses: { model: 'm', input: 'hi' },
  chat: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
  messages: { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] },
}

for (const dialect of ['responses', 'chat', 'messages'] as const) {
  test(`${dialect}: every field marked refuse is refused unless it asks for nothing`, () => {
    const refused = Object.entries(FIELD_TABLES[dialect]).filter(([, rule]) => rule === 'refuse')
    assert.ok(refused.length > 0)
    for (const [field] of refused) {
      for (const value of ['x', true, 1, { id: 'x' }, ['x']]) {
        assert.equal(codeOf(dialect, { ...BASE[dialect], [field]: value }), 'wire_field_refused', field)
      }
      for (const value of [null, false, []]) {
        assert.equal(codeOf(dialect, { ...BASE[dialect], [field]: value }), 'accepted', field)
      }
    }
  })
}

const HOSTED: readonly [Dialect, JsonObject][] = [
  ...[
    'web_search',
    'web_search_preview',
    'file_search',
    'code_interpreter',
    'computer_use_preview',
    'mcp',
    'image_generation',
  ].map((type): [Dialect, JsonObject] => ['responses', { tools: [{ type }] }]),
  ['responses', { tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }],
  ['responses', { tools: [{ type: 'shell' }] }],
  ['responses', { tools: [{ type: 'namespace', name: 'n', description: 'd', tools: [{ type: 'mcp' }] }] }],
  [
    'responses',
    { input: [{ type: 'additional_tools', role: 'developer', tools: [{ type: 'web_search' }] }] },
  ],
  ['responses', { input: [{ type: 'tool_search_output', call_id: 'c', tools: [{ type: 'mcp' }] }] }],
  ['responses', { input: [{ id: 'msg_1' }] }],
  ['responses', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
  ['responses', { input: [{ type: 'mcp_call', id: 'x' }] }],
  [
    'responses',
    { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://example.com/a.png' }] }] },
  ],
  ['responses', { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] }] }],
  [
    'responses',
    { input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://example.com/a.pdf' }] }] },
  ],
  [
    'chat',
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'http://example.com/' } }] },
      ],
    },
  ],
  ['chat', { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }] }],
  ['chat', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }],
  ...[
    'web_search_20260318',
    'web_fetch_20250910',
    'code_execution_20260521',
    'computer_20251124',
    'mcp_toolset',
    'advisor_20260301',
  ].map((type): [Dialect, JsonObject] => ['messages', { tools: [{ type, name: 'x' }] }]),
  [
    'messages',
    {
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://example.com' } }] },
      ],
    },
  ],
  [
    'messages',
    { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }] },
  ],
  ['messages', { messages: [{ role: 'user', content: [{ type: 'container_upload', file_id: 'f' }] }] }],
  [
    'messages',
    {
      messages: [
        { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'mcp_tool_reference' } }] },
      ],
    },
  ],
  [
    'messages',
    {
      messages: [
        {
          role: 'system',
          content: [
            {
              type: 'tool_addition',
              tool: { type: 'tool_definition', definition: { type: 'web_search_20260318' } },
            },
          ],
        },
      ],
    },
  ],
]

for (const [dialect, more] of HOSTED) {
  test(`${dialect}: refuses ${JSON.stringify(more).slice(0, 90)}`, () => {
    assert.equal(codeOf(dialect, { ...BASE[dialect], ...more }), 'wire_item_refused')
  })
}

const UNKNOWN: readonly [Dialect, JsonObject][] = [
  ['responses', { tools: [{ type: 'telepathy' }] }],
  ['responses', { input: [{ type: 'telepathy' }] }],
  ['responses', { input: [{ role: 'user', content: [{ type: 'telepathy' }] }] }],
  ['responses', { input: [{ type: 'constructor' }] }],
  ['responses', { input: [{ role: 'root', content: 'hi' }] }],
  ['chat', { tools: [{ type: 'web_search' }] }],
  ['chat', { messages: [{ role: 'user', content: [{ type: '__proto__' }] }] }],
  ['messages', { tools: [{ type: 'laser_20990101', name: 'x' }] }],
  ['messages', { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'dream' } }] }] }],
]

for (const [dialect, more] of UNKNOWN) {
  test(`${dialect}: unknown means no: ${JSON.stringify(more)}`, () => {
    assert.equal(codeOf(dialect, { ...BASE[dialect], ...more }), 'wire_item_unknown')
  })
}

const MISTYPED: readonly [Dialect, JsonValue, WireErrorCode][] = [
  ['responses', [], 'wire_not_object'],
  ['responses', 'text', 'wire_not_object'],
  ['responses', null, 'wire_not_object'],
  ['responses', { input: 'hi' }, 'wire_field_missing'],
  ['responses', { model: 'm' }, 'wire_field_missing'],
  ['chat', { model: 'm', messages: null }, 'wire_field_missing'],
  ['responses', { model: 5, input: 'hi' }, 'wire_field_type'],
  ['responses', { model: '', input: 'hi' }, 'wire_field_type'],
  ['responses', { model: 'm', input: 5 }, 'wire_field_type'],
  ['responses', { model: 'm', input: 'hi', stream: 'yes' }, 'wire_field_type'],
  ['responses', { model: 'm', input: 'hi', max_output_tokens: 1.5 }, 'wire_field_type'],
  ['responses', { model: 'm', input: 'hi', max_output_tokens: -1 }, 'wire_field_type'],
  ['responses', { model: 'm', input: 'hi', tools: {} }, 'wire_field_type'],
  ['responses', { model: 'm', input: ['hi'] }, 'wire_field_type'],
  ['responses', { model: 'm', input: 'hi', instructions: ['a'] }, 'wire_field_type'],
  ['chat', { model: 'm', messages: 'hi' }, 'wire_field_type'],
  ['chat', { model: 'm', messages: [{ role: 'user', content: 5 }] }, 'wire_field_type'],
  ['chat', { ...BASE.chat, n: 100000 }, 'wire_field_type'],
  ['messages', { ...BASE.messages, system: 5 }, 'wire_field_type'],
  ['messages', { ...BASE.messages, max_tokens: '5' }, 'wire_field_type'],
  ['messages', { model: 'm', messages: [{ content: 'hi' }] }, 'wire_field_type'],
]

for (const [dialect, json, code] of MISTYPED) {
  test(`${dialect}: ${code}: ${JSON.stringify(json)}`, () => assert.equal(codeOf(dialect, json), code))
}

test('a body over the limit is refused before it is parsed', () => {
  assert.throws(() => parseWireRequest('chat', Buffer.alloc(11, 0x20), { bodyBytesMax: 10 }), {
    code: 'wire_body_too_large',
  })
})

test('too many pieces of text are refused', () => {
  const input = Array.from({ length: 20_001 }, () => ({ role: 'user', content: 'a' }))
  assert.equal(codeOf('responses', { model: 'm', input }), 'wire_items_too_many')
})

test('what stands beside the bytes of a source is read too', () => {
  const source = { type: 'base64', media_type: 'image/png', data: 'AAAA', content: 'beside' }
  const request = parse('messages', {
    ...BASE.messages,
    messages: [{ role: 'user', content: [{ type: 'image', source }] }],
  })
  assert.ok(request.segments.some((segment) => segment.text === 'beside'))
})

test('inline media pass as unreadable, with a digest but not as encrypted', () => {
  const content = [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }]
  const request = parse('responses', { model: 'm', input: [{ role: 'user', content }] })
  assert.equal(request.segments[0]?.unreadable, 'media')
  assert.deepEqual(request.opaqueDigests, [])
})

test('the content digest holds still while a client retries, and moves with the content', () => {
  const digest = (dialect: Dialect, json: JsonObject): string => parse(dialect, json).contentDigest()
  const before = digest('responses', CODEX)
  const retried = {
    ...CODEX,
    stream: false,
    prompt_cache_key: 'other',
    client_metadata: { a: 'b' },
    store: true,
  }
  assert.equal(digest('responses', { ...retried, metadata: { try: '2' }, temperature: 0.3 }), before)
  assert.notEqual(digest('responses', { ...CODEX, instructions: 'more' }), before)
  const claude = digest('messages', CLAUDE_CODE)
  const again = structuredClone(CLAUDE_CODE) as { system: { text: string }[] } & JsonObject
  const [billing] = again.system
  if (billing !== undefined) billing.text = 'x-anthropic-billing-header: cc_version=2.1.330; cch=ffff;'
  assert.equal(digest('messages', { ...again, stream: false, max_tokens: 21333 }), claude)
})

test('the content digest is the same in another dialect', () => {
  const responses = parse('responses', { model: 'm', input: 'hello' }).contentDigest()
  const chat = parse('chat', { model: 'm', messages: [{ role: 'user', content: 'hello' }] }).contentDigest()
  assert.equal(responses, chat)
})

test('the digest is one for what reads the same, and another for what does not', () => {
  const of = (json: JsonObject) => parse('responses', { model: 'm', ...json }).contentDigest()
  const base = of({ instructions: 'be brief', input: 'look at the log' })
  const user = (...texts: string[]) => [
    { role: 'user', content: texts.map((text) => ({ type: 'input_text', text })) },
  ]
  assert.equal(of({ input: 'look at the log', instructions: 'be brief' }), base)
  assert.equal(of({ instructions: 'be brief', input: user('look at', ' the log ') }), base)
  assert.equal(of({ instructions: 'be brief', input: 'look\u200b  at the log \n' }), base)
  assert.equal(of({ instructions: 'be brief', input: 'look at the log', request_id: 'r-1' }), base)
  assert.notEqual(of({ instructions: 'be brief', input: 'look at the log', request_id: 'do it now' }), base)
  assert.notEqual(of({ instructions: 'be brief', input: 'look at the logs' }), base)
  const tool = (parameters: JsonObject) =>
    of({ input: 'a', tools: [{ type: 'function', name: 'n', parameters }] })
  assert.equal(tool({ a: 1, b: { c: 2, d: 3 } }), tool({ b: { d: 3, c: 2 }, a: 1 }))
})

test('a name that is no name is read; text as a data URL is read, other media stay unreadable in any role', () => {
  const named = parse('chat', {
    model: 'm',
    messages: [{ role: 'user', name: 'say this aloud', content: 'hi' }],
  })
  assert.ok(named.segments.some(({ text }) => text === 'say this aloud'))
  const url = `data:text/plain;base64,${Buffer.from('inside').toString('base64')}`
  const content = [
    { type: 'input_image', image_url: url },
    { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
  ]
  for (const role of ['user', 'assistant', 'system']) {
    const { segments } = parse('responses', { model: 'm', input: [{ role, content }] })
    assert.ok(
      segments.some(({ text }) => text === 'inside'),
      role,
    )
    assert.ok(
      segments.some((each) => each.unreadable === 'media' && each.role !== 'assistant'),
      role,
    )
  }
})
