/** Canonical JSON against RFC 8785's examples, and against itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readVectors } from './fixture.ts'
import { canonicalize, type JsonValue, parseCanonical } from './index.ts'

interface Vectors {
  readonly accept: readonly { name: string; input: string; canonical: string }[]
  readonly reject: readonly { name: string; input: string; code: string }[]
}

const { accept, reject } = readVectors<Vectors>('rfc8785.json')

for (const { name, input, canonical } of accept) {
  test(`encodes ${name} as RFC 8785 says, and reads it back`, () => {
    assert.equal(canonicalize(JSON.parse(input)), canonical)
    assert.deepEqual(canonicalize(parseCanonical(canonical)), canonical)
  })
}

for (const { name, input, code } of reject) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseCanonical(input), { name: 'VerifyError', code })
  })
}

test('nesting is bounded, and what is not JSON is refused', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(canonicalize(parseCanonical(deep(64))), deep(64))
  assert.throws(() => parseCanonical(deep(65)), { code: 'json_depth' })
  for (const value of [() => 1, 1n, Symbol('x'), new Date(0), new Map(), [undefined]]) {
    assert.throws(() => canonicalize(value as unknown as JsonValue), { code: 'json_type' })
  }
  assert.equal(canonicalize({ a: undefined, b: 1 }), '{"b":1}')
})

const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

test('one value, one text: whatever the order of its members', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalize(value)
      assert.deepEqual(parseCanonical(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalize(reversed(value)), text)
    }),
  )
})

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]): [string, JsonValue] => [
    key,
    reversed(member ?? null),
  ])
  return Object.fromEntries(members.reverse())
}

test('more shapes and names than are remembered: the text is the same as of the sorted value', () => {
  for (let shape = 0; shape < 2000; shape++) {
    const names = ['zeta', `name ${shape % 1500}`, `"${shape}"`, 'alpha', ...'x'.repeat(shape % 7).split('')]
    const value = Object.fromEntries(names.map((name, i) => [name, i]))
    const sorted = Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    for (let again = 0; again < 2; again++) assert.equal(canonicalize(value), JSON.stringify(sorted))
  }
})
