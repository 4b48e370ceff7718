/** Tests of the base room: clocks, ids, the bounded cache, log lines. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createFakeClock,
  createLogger,
  createLru,
  newDecisionId,
  newId,
  parseDecisionId,
  parseId,
  systemClock,
} from './index.ts'

test('a fake clock moves only when told, and wall time may go back alone', () => {
  const clock = createFakeClock(1000)
  clock.advance(5)
  assert.equal(clock.nowMs(), 1005)
  clock.setWall(10)
  assert.deepEqual([clock.nowMs(), clock.monotonicMs()], [10, 5])
  assert.throws(() => clock.advance(-1), RangeError)
  assert.ok(Number.isInteger(systemClock.nowMs()))
})

test('ids are distinct, parse back, and other text is no id', () => {
  const ids = new Set(Array.from({ length: 1000 }, newDecisionId))
  assert.equal(ids.size, 1000)
  for (const id of ids) assert.equal(parseDecisionId(id), id)
  assert.equal(parseId('tok', newId('dec')), null)
  for (const text of ['', 'dec_', `dec_${'u'.repeat(26)}`, `${newDecisionId()}x`, `dec_${'A'.repeat(26)}`]) {
    assert.equal(parseDecisionId(text), null, text)
  }
})

test('the cache holds what a model of it holds', () => {
  const operation = fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.integer({ min: 0, max: 7 }))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(operation, { maxLength: 60 }),
      (limit, operations) => {
        const lru = createLru<number, number>(limit)
        let model: [number, number][] = []
        operations.forEach(([name, key], i) => {
          const held = model.find(([k]) => k === key)
          const rest = model.filter(([k]) => k !== key)
          if (name === 'get') {
            assert.equal(lru.get(key), held?.[1])
            if (held !== undefined) model = [...rest, held]
          } else if (name === 'set') {
            lru.set(key, i)
            model = [...rest, [key, i] as [number, number]].slice(-limit)
          } else {
            assert.equal(lru.delete(key), held !== undefined)
            model = rest
          }
          assert.equal(lru.size, model.length)
          for (const [k] of model) assert.ok(lru.has(k))
        })
      },
    ),
  )
})

test('eviction tells which entry went', () => {
  const gone: string[] = []
  const lru = createLru<string, number>(1, (key) => gone.push(key))
  lru.set('a', 1)
  lru.set('b', 2)
  assert.deepEqual(gone, ['a'])
  assert.throws(() => createLru(0), RangeError)
})

test('a log line is one JSON object, and members that hold secrets are blotted out', () => {
  const lines: string[] = []
  const log = createLogger({
    to: { write: (line: string) => void lines.push(line) },
    base: { service: 'sekisho' },
  })
  log.info({ apiKey: 'very-secret', upstream: { apiKey: 'very-secret' }, decision: 'dec_x' }, 'decided')
  assert.equal(lines.length, 1)
  const parsed = JSON.parse(lines[0] ?? '')
  assert.deepEqual(
    [parsed.level, parsed.msg, parsed.service, parsed.decision],
    ['info', 'decided', 'sekisho', 'dec_x'],
  )
  assert.ok(!lines[0]?.includes('very-secret'))
})
