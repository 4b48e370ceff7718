/** Tests of the values a fold shares: the map against a plain Map, the nonces against a plain set. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  nonceSeen,
  type SeenNonces,
  STATEMENT_AGE_MS_MAX,
  STATEMENT_AHEAD_MS_MAX,
  withNonce,
} from './seen-nonces.ts'
import { SharedMap } from './shared-map.ts'

test('every version stays what it was, and equals a plain map', () => {
  const writes = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.nat()), { maxLength: 400 })
  fc.assert(
    fc.property(writes, (pairs) => {
      const versions: [SharedMap<number, number>, Map<number, number>][] = []
      let map = SharedMap.empty<number, number>()
      const plain = new Map<number, number>()
      for (const [key, value] of pairs) {
        map = map.with(key, value)
        plain.set(key, value)
        versions.push([map, new Map(plain)])
      }
      for (const [version, expected] of [...versions.slice(-1), ...versions.slice(0, 3)]) {
        assert.deepEqual([...version], [...expected])
        assert.equal(version.size, expected.size)
        for (const key of expected.keys()) assert.equal(version.get(key), expected.get(key))
        assert.equal(version.has(-1), false)
      }
    }),
    { numRuns: 50 },
  )
})

test('a nonce is remembered for as long as its statement could be made again', () => {
  const hour = 3_600_000
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 300 }), (hours) => {
      let seen: SeenNonces = []
      let nowMs = 0
      const made: [string, number][] = []
      for (const [i, step] of hours.entries()) {
        nowMs += step * hour
        seen = withNonce(seen, `n${i}`, nowMs)
        made.push([`n${i}`, nowMs])
      }
      for (const [nonce, atMs] of made) {
        const canReturn = nowMs - atMs <= STATEMENT_AGE_MS_MAX + STATEMENT_AHEAD_MS_MAX
        if (canReturn) assert.ok(nonceSeen(seen, nonce))
      }
      assert.ok(!nonceSeen(seen, 'other'))
      const held = seen.reduce((sum, generation) => sum + generation.nonces.size, 0)
      assert.ok(held <= made.length)
    }),
    { numRuns: 50 },
  )
})

test('old nonces are forgotten', () => {
  let seen = withNonce([], 'old', 0)
  for (let i = 0; i < 64; i++) seen = withNonce(seen, `a${i}`, 0)
  seen = withNonce(seen, 'new', 30 * 24 * 3_600_000)
  assert.ok(!nonceSeen(seen, 'old') && nonceSeen(seen, 'new'))
})
