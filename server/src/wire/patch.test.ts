import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { patchBody } from './patch.ts'
import type { JsonValue } from './request.ts'
import { parseStrictJson } from './strict-json.ts'

function patch(text: string, changes: Record<string, JsonValue | undefined>): string {
  const body = Buffer.from(text)
  return patchBody({ body, members: parseStrictJson(body).members }, changes).toString()
}

const CASES: readonly [string, Record<string, JsonValue | undefined>, string][] = [
  ['{}', { store: false }, '{"store":false}'],
  ['{ "a" : 1.0 , "b":2e3}', { store: false }, '{"a" : 1.0,"b":2e3,"store":false}'],
  ['{"store" : true, "a":1}', { store: false }, '{"store" : false,"a":1}'],
  ['{"a":1,"user":"x","b":2}', { user: undefined }, '{"a":1,"b":2}'],
  ['{"user":"x"}', { user: undefined }, '{}'],
  ['{"a":1,"user":"x"}', { user: undefined, absent: undefined }, '{"a":1}'],
  ['{"\\u0075ser":"x","a":1}', { user: undefined }, '{"a":1}'],
  ['{"a":{"user":"kept"}}', { user: 'y' }, '{"a":{"user":"kept"},"user":"y"}'],
]

for (const [text, changes, wanted] of CASES) {
  test(`${text} with ${JSON.stringify(changes)}`, () => assert.equal(patch(text, changes), wanted))
}

test('a patch that changes nothing gives the same buffer', () => {
  const body = Buffer.from('{"a":1}')
  assert.equal(patchBody({ body, members: parseStrictJson(body).members }, { user: undefined }), body)
})

test('reads back as the object with the changes, and is strict JSON again', () => {
  const key = fc.constantFrom('a', 'b', 'model', 'store', 'user', 'ü', '"q"')
  fc.assert(
    fc.property(
      fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })),
      fc.dictionary(key, fc.option(fc.jsonValue({ maxDepth: 1 }), { nil: undefined })),
      fc.nat({ max: 2 }),
      (object, changes, indent) => {
        const patched = patch(
          JSON.stringify(object, null, indent),
          changes as Record<string, JsonValue | undefined>,
        )
        const wanted = JSON.parse(JSON.stringify({ ...object, ...changes }))
        assert.deepEqual(parseStrictJson(Buffer.from(patched)).value, wanted)
      },
    ),
  )
})
