/** The stream guard: nothing secret leaves however it is cut up, and nothing clean is lost or delayed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StreamPart } from '../wire/index.ts'
import { createStreamGuard, scanParts, scanText } from './index.ts'

/** Built at run time so that no scanner mistakes this file for a leak. */
const body = (
  length: number,
  alphabet = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789',
): string => Array.from({ length }, (_, i) => alphabet[(i * 31 + 7) % alphabet.length]).join('')
const upper = (length: number): string => body(length, 'QWERTYUPASDFGHJKLZXCVBNM23456')

const SECRETS: readonly (readonly [string, string])[] = [
  ['aws_access_key', `AKIA${upper(16)}`],
  ['github_token', `ghp_${body(36)}`],
  ['github_token', `github_pat_${body(82)}`],
  ['anthropic_key', `sk-ant-api03-${body(93)}AA`],
  ['openai_key', `sk-proj-${body(80)}`],
  ['slack_token', `xoxb-532037309137-463957867002-${body(24)}`],
  ['google_api_key', `AIza${body(35)}`],
  ['jwt', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzczOTYyNyJ9.${body(43)}`],
  [
    'pem_private_key',
    `-----BEGIN RSA PRIVATE KEY-----\n${body(64)}\n${body(64)}\n-----END RSA PRIVATE KEY-----`,
  ],
  ['canary_0', 'kokugiken-canary-41'],
]
const OPTIONS = { canaries: ['kokugiken-canary-41'] }

const delta = (
  text: string,
  channel: 'text' | 'reasoning' | 'tool_arguments' = 'text',
  key = '0',
): StreamPart => ({
  type: 'delta',
  channel,
  key,
  text,
})

/** Cuts `text` at the given fractions and runs it through a guard; the released text and the finding. */
function run(text: string, cuts: readonly number[], channel: 'text' | 'tool_arguments' = 'text') {
  const places = [...new Set(cuts.map((cut) => Math.floor(cut * text.length)))].sort((a, b) => a - b)
  const guard = createStreamGuard(OPTIONS)
  const released: string[] = []
  let cut = null
  let from = 0
  for (const to of [...places, text.length]) {
    const piece = text.slice(from, to)
    from = to
    const step = guard.push(Buffer.from(JSON.stringify(piece)), [delta(piece, channel)])
    released.push(...step.release.map((raw) => JSON.parse(raw.toString()) as string))
    cut ??= step.cut
  }
  const last = guard.end()
  released.push(...last.release.map((raw) => JSON.parse(raw.toString()) as string))
  cut ??= last.cut
  return { released: released.join(''), cut }
}

const cutsArbitrary = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 })
const secretArbitrary = fc.constantFrom(...SECRETS)

test('a secret in any split is cut, and no character of its body has left', () => {
  fc.assert(
    fc.property(
      secretArbitrary,
      fc.string(),
      fc.string(),
      cutsArbitrary,
      ([rule, secret], before, after, cuts) => {
        const text = `${before} ${secret} ${after}`
        const { released, cut } = run(text, cuts)
        assert.ok(cut !== null, rule)
        const leaked = released.slice(before.length + 1)
        assert.ok(leaked.length <= 26, `released ${JSON.stringify(leaked)} of ${rule}`)
        assert.deepEqual(
          scanText(released, OPTIONS).filter((each) => each.rule === rule),
          [],
        )
      },
    ),
    { numRuns: 400 },
  )
})

test('one character at a time: the public prefix at most leaves', () => {
  for (const [rule, secret] of SECRETS) {
    const cuts = Array.from({ length: secret.length + 8 }, (_, i) => i / (secret.length + 8))
    const { released, cut } = run(`see ${secret} ok`, cuts)
    assert.equal(cut?.rule, rule)
    assert.ok(secret.startsWith(released.slice(4)) && released.length - 4 < 12, released)
  }
})

test('clean text leaves whole and byte for byte, also when it plays with prefixes', () => {
  const bits = fc.constantFrom(
    'AKIA',
    'ghp_',
    'eyJ',
    '-----BEGIN ',
    'sk-',
    'xoxb-',
    'kok',
    'SG.',
    '関所',
    ' ',
    'task-force',
    'a',
  )
  const clean = fc.array(fc.oneof(bits, fc.string())).map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      clean,
      cutsArbitrary,
      fc.constantFrom('text' as const, 'tool_arguments' as const),
      (text, cuts, channel) => {
        fc.pre(scanText(text, OPTIONS).length === 0)
        const { released, cut } = run(text, cuts, channel)
        assert.equal(cut, null)
        assert.equal(released, text)
      },
    ),
    { numRuns: 400 },
  )
})

test('ordinary text is not delayed by one event', () => {
  const guard = createStreamGuard()
  const text =
    'Here is the patched function. 認証ログに不審な点はありません。 The task-runner skips AK and gh tokens.'
  for (const char of text) {
    const raw = Buffer.from(char)
    assert.deepEqual(guard.push(raw, [delta(char)]).release, [raw])
  }
  assert.equal(guard.heldBytes(), 0)
})

test('escapes in tool arguments hide nothing, cut anywhere', () => {
  const secret = `AKIA${upper(16)}`
  const escaped = [...secret].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
  fc.assert(
    fc.property(cutsArbitrary, (cuts) => {
      const { released, cut } = run(`{"cmd":"echo ${escaped}"}`, cuts, 'tool_arguments')
      assert.equal(cut?.rule, 'aws_access_key')
      assert.ok(!released.includes(escaped.slice(0, 60)))
    }),
  )
})

test('channels are scanned apart, and a held one holds what follows it', () => {
  const guard = createStreamGuard()
  assert.equal(guard.push(Buffer.from('1'), [delta('AKIA', 'reasoning')]).release.length, 0)
  assert.equal(guard.push(Buffer.from('2'), [delta(upper(16), 'text')]).release.length, 0)
  const step = guard.push(Buffer.from('3'), [delta(' is a prefix', 'reasoning')])
  assert.equal(step.release.map(String).join(''), '123')
  assert.equal(step.cut, null)
})

test('an unknown event cuts, and nothing leaves afterwards', () => {
  const guard = createStreamGuard()
  assert.equal(
    guard.push(Buffer.from('x'), [{ type: 'unknown', name: 'response.telepathy' }]).cut?.kind,
    'unknown_event',
  )
  assert.deepEqual(guard.push(Buffer.from('y'), [delta('y')]).release, [])
  assert.deepEqual(guard.end().release, [])
})

test('what is held is bounded', () => {
  const guard = createStreamGuard({ heldBytesMax: 64 })
  assert.equal(guard.push(Buffer.alloc(40), [delta('AKIA')]).cut, null)
  assert.equal(guard.push(Buffer.alloc(40), [delta('x', 'text', '1')]).cut?.rule, 'held_bytes')
})

test('documentation placeholders pass, in requests and answers', () => {
  for (const text of [
    'AKIAIOSFODNN7EXAMPLE',
    `ghp_${'x'.repeat(36)}`,
    '-----BEGIN CERTIFICATE-----',
    `sk-${'a'.repeat(48)}`,
  ]) {
    assert.deepEqual(scanText(text), [], text)
  }
})

test('a whole response is scanned over its parts', () => {
  const secret = `ghp_${body(36)}`
  const found = scanParts([delta(secret.slice(0, 9)), delta('ok', 'text', '1'), delta(secret.slice(9))])
  assert.deepEqual(
    found.map(({ rule, channel }) => [rule, channel]),
    [['github_token', 'text:0']],
  )
  assert.equal(scanParts([{ type: 'unknown', name: 'x' }])[0]?.kind, 'unknown_event')
})

test('a letter before a secret hides nothing; words that end like a trigger are left alone', () => {
  for (const [rule, secret] of SECRETS) {
    for (const before of ['x', 'Z', '7', '\\n', 'ask-']) {
      const found = scanText(`${before}${secret} ok`, OPTIONS)
      assert.equal(found[0]?.rule, rule, before)
    }
  }
  const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  for (const text of [
    `disk-${sha1}`,
    `task-${body(44, 'abcdefghijkmnop')}`,
    `EURASIA${upper(16).replace(/\d/g, 'Q')}`,
  ])
    assert.deepEqual(scanText(text), [], text)
})

test('a token inside a word is cut when it grows character by character', () => {
  const secret = `sk-${body(48)}`
  const text = `the task${secret}`
  const { cut, released } = run(
    text,
    Array.from({ length: text.length }, (_, i) => i / text.length),
  )
  assert.equal(cut?.rule, 'openai_key')
  assert.ok(released.length < 24, released)
})

test('a secret at the very end of a long open text is found when the stream ends', () => {
  const jwt = SECRETS.find(([rule]) => rule === 'jwt')?.[1] ?? ''
  for (const open of [`eyJ${body(900)}`, `-----BEGIN PRIVATE KEY-----${' .'.repeat(60)}`]) {
    const text = `${open} AKIA${upper(16)}`
    assert.equal(
      run(
        text,
        Array.from({ length: 400 }, (_, i) => i / 400),
      ).cut?.rule,
      'aws_access_key',
    )
    assert.ok(run(`${open}${jwt}`, [0.1, 0.5, 0.99]).cut !== null)
  }
})

test('repeated openings do not hide the secret after them', () => {
  for (const opening of ['-----BEGIN PRIVATE KEY-----\n', '-eyJ', 'eyJ'.repeat(900)]) {
    for (const [rule, secret] of SECRETS) {
      const found = scanText(`${opening.repeat(40)}${secret}`, OPTIONS)
      assert.ok(found.length > 0, `${rule} after ${opening.slice(0, 12)}`)
    }
  }
})
