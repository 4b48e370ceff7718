import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WireError, type WireErrorCode } from './error.ts'
import { DEPTH_MAX, parseStrictJson } from './strict-json.ts'

function codeOf(bytes: Buffer | string): WireErrorCode | 'accepted' {
  try {
    parseStrictJson(Buffer.from(bytes as string))
    return 'accepted'
  } catch (error) {
    assert.ok(error instanceof WireError, String(error))
    return error.code
  }
}

const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

const REJECTED: readonly [string, Buffer | string, WireErrorCode][] = [
  ['nothing', '', 'wire_body_empty'],
  ['cut in an object', '{"a":1', 'wire_json_invalid'],
  ['cut in a string', '{"a":"b', 'wire_json_invalid'],
  ['cut after a backslash', '{"a":"b\\', 'wire_json_invalid'],
  ['cut after a long string', `{"a":"${'b'.repeat(500)}`, 'wire_json_invalid'],
  ['a byte order mark', '\ufeff{}', 'wire_json_invalid'],
  ['a trailing comma', '{"a":1,}', 'wire_json_invalid'],
  ['a comment', '{/*x*/"a":1}', 'wire_json_invalid'],
  ['a raw control character', '{"a":"\u0001"}', 'wire_json_invalid'],
  ['NaN', '{"a":NaN}', 'wire_json_invalid'],
  ['mismatched brackets', '{"a":[1}', 'wire_json_invalid'],
  ['a closing bracket first', ']', 'wire_json_invalid'],
  ['a bad escape in a key', '{"\\x":1}', 'wire_json_invalid'],
  ['a second value', '{} {}', 'wire_json_trailing'],
  ['a NUL after the end', '{}\0', 'wire_json_trailing'],
  [
    'a truncated character',
    Buffer.from([0x7b, 0x22, 0xe3, 0x81, 0x22, 0x3a, 0x31, 0x7d]),
    'wire_utf8_invalid',
  ],
  ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'wire_utf8_invalid'],
  ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'wire_utf8_invalid'],
  ['the same key twice', '{"a":1,"a":2}', 'wire_json_duplicate_key'],
  ['the same key, escaped', '{"a":1,"\\u0061":2}', 'wire_json_duplicate_key'],
  ['the same key, escaped first', '{"\\u0061":1,"a":2}', 'wire_json_duplicate_key'],
  ['the same key, deep', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}', 'wire_json_duplicate_key'],
  ['the same key after many', bigObject(40, 'k7'), 'wire_json_duplicate_key'],
  ['the empty key twice', '{"":1,"":2}', 'wire_json_duplicate_key'],
  ['__proto__ twice', '{"__proto__":1,"__proto__":2}', 'wire_json_duplicate_key'],
  ['a level too deep', nest(DEPTH_MAX + 1), 'wire_json_too_deep'],
  ['a million levels', '['.repeat(1_000_000), 'wire_json_too_deep'],
]

function bigObject(keys: number, again: string): string {
  const members = Array.from({ length: keys }, (_, i) => `"k${i}":${i}`)
  return `{${members.join(',')},"${again}":0}`
}

for (const [what, bytes, code] of REJECTED) {
  test(`rejects ${what} as ${code}`, () => assert.equal(codeOf(bytes), code))
}

const ACCEPTED = [
  '{}',
  ' {"a" : 1 }\r\n\t',
  '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
  '{"a\\"b":1,"a":2}',
  '{"a":"\\\\","b":"\\\\\\"","c":"\\u30c6"}',
  nest(DEPTH_MAX),
  `{"a":"${'\\\\'.repeat(300)}","b":"${'\\"'.repeat(300)}"}`,
  bigObject(40, 'k40'),
  '"text"',
  '[]',
]

for (const text of ACCEPTED) {
  test(`accepts ${text.slice(0, 40)}`, () => {
    assert.deepEqual(parseStrictJson(Buffer.from(text)).value, JSON.parse(text))
  })
}

test('accepts exactly what JSON.parse accepts, and reads the same value', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat({ max: 4 }), (text, indent) => {
      const spaced = JSON.stringify(JSON.parse(text), null, indent)
      assert.deepEqual(parseStrictJson(Buffer.from(spaced)).value, JSON.parse(spaced))
    }),
  )
})

test('records where each top-level member lies', () => {
  const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }))
  fc.assert(
    fc.property(object, fc.nat({ max: 3 }), (value, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent))
      const rebuilt = parseStrictJson(bytes).members.map((member) => {
        const parsed = JSON.parse(`{${bytes.toString('utf8', member.keyStart, member.end)}}`)
        assert.deepEqual(
          JSON.parse(bytes.toString('utf8', member.valueStart, member.end)),
          parsed[member.key],
        )
        return [member.key, parsed[member.key]]
      })
      assert.deepEqual(Object.fromEntries(rebuilt), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('bytes that are not JSON never crash it', () => {
  const start = Buffer.from('{"a":[1,{"b":"c\\"d","e":null}],"f":"長い文字列"}')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 6 }), (edits) => {
      const bytes = Buffer.from(start)
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte
      codeOf(bytes)
    }),
    { numRuns: 2000 },
  )
})
