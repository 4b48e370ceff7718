/** The memo keeps what is in use and never more than its limit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemo } from './memo.ts'

test('what is met again stays, what is not goes', () => {
  const memo = createMemo<number>(8)
  memo.set('used', 0)
  memo.set('unused', 0)
  for (let i = 0; i < 100; i++) {
    memo.set(`other-${i}`, i)
    assert.equal(memo.get('used'), 0)
  }
  assert.equal(memo.get('unused'), undefined)
})

test('never more entries than the limit, and at least half of it', () => {
  for (const entriesMax of [2, 8, 9]) {
    const memo = createMemo<number>(entriesMax)
    for (let i = 0; i < 50; i++) {
      memo.set(`${i}`, i)
      const kept = Array.from({ length: i + 1 }, (_, k) => k).filter((k) => memo.get(`${k}`) !== undefined)
      assert.ok(kept.length <= entriesMax, `${kept.length} of ${entriesMax}`)
      assert.ok(kept.includes(i))
    }
  }
})
