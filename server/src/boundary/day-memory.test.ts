/** A job cut into pieces is seen over a day; one ask, repeats and defenders are not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDayMemory, type DayAsk } from './day-memory.ts'

const HOUR_MS = 3_600_000
const CAPABILITIES = ['vulnerability_discovery', 'persistence', 'stealth_evasion'] as const
const piece = (index: number, harm = 0.3): DayAsk => ({
  digest: `ask ${index}`,
  capability: CAPABILITIES[index % 3] ?? 'none',
  side: 'uncertain',
  harm,
})

test('pieces add up, within the day', () => {
  const day = createDayMemory()
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => day.note('a', piece(index), index * 60_000)),
    [false, false, false, true],
  )
  assert.equal(day.note('b', piece(4), 300_000), false)
})

test('a repeat counts once, and suspicion fades', () => {
  const repeats = createDayMemory()
  for (let turn = 0; turn < 40; turn++) assert.equal(repeats.note('a', piece(1, 0.5), turn * 1000), false)
  const slow = createDayMemory()
  for (let index = 0; index < 12; index++)
    assert.equal(slow.note('a', piece(index), index * 8 * HOUR_MS), false)
})

test('defensive and offensive asks are no pieces', () => {
  const day = createDayMemory()
  for (const side of ['defensive', 'offensive', 'non_cyber'] as const)
    for (let index = 0; index < 20; index++)
      assert.equal(day.note('a', { ...piece(index, 0.45), digest: `${side} ${index}`, side }, index), false)
})

test('memory of people is bounded', () => {
  const day = createDayMemory()
  for (let index = 0; index < 3; index++) day.note('first', piece(index, 0.5), index)
  for (let person = 0; person < 20_000; person++) day.note(`p${person}`, piece(0), 10)
  assert.equal(day.note('first', piece(3, 0.5), 20), false)
})
