import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, percentile, round } from './statistics.ts'

test('percentiles are samples, in any order', () => {
  assert.equal(percentile([5, 1, 4, 2, 3], 500), 3)
  assert.equal(percentile([5, 1, 4, 2, 3], 990), 5)
  assert.equal(percentile([], 500), 0)
})

test('the median of an even number is the middle of two', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.equal(median([9]), 9)
})

test('rounding keeps the decimals asked for', () => assert.equal(round(1.23456, 3), 1.235))
