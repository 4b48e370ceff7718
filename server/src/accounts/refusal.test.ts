/** Tests of sticky refusals: same content, same answer; never forgotten early; lifted by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type HeldRefusal, REFUSALS_MAX, REFUSALS_PER_PAIR_MAX, RefusalBook, stickyKey } from './refusal.ts'

function refusal(content: string, untilMs: number, actor = 'a', model = 'm'): HeldRefusal {
  const key = stickyKey(actor, model, content)
  return { key, actor, model, source: 'guard', code: 'cut', decision: 'd', untilMs }
}

test('a refusal is for one actor, one model, one content, and for its time', () => {
  const book = new RefusalBook()
  book.add(refusal('c', 100), 0)
  assert.equal(book.get('a', 'm', 'c', 99)?.code, 'cut')
  assert.equal(book.get('a', 'm', 'c', 100), null)
  assert.equal(book.get('b', 'm', 'c', 0), null)
  assert.equal(book.get('a', 'n', 'c', 0), null)
  assert.equal(book.get('a', 'm', 'd', 0), null)
  assert.equal(book.lift('b', stickyKey('a', 'm', 'c')), false, 'another’s refusal is not lifted')
  assert.equal(book.lift('a', stickyKey('a', 'm', 'c')), true)
  assert.equal(book.get('a', 'm', 'c', 0), null)
})

test('keys do not run into each other', () => {
  assert.notEqual(stickyKey('a', 'bm', 'c'), stickyKey('ab', 'm', 'c'))
})

test('who fills the book is refused the whole model, and others are not', () => {
  const book = new RefusalBook()
  for (let i = 0; i <= REFUSALS_PER_PAIR_MAX; i++) book.add(refusal(`c${i}`, 1000 + i), 0)
  const flooded = book.get('a', 'm', 'never seen', 500)
  assert.equal(flooded?.source, 'flooded')
  assert.equal(book.get('b', 'm', 'never seen', 500), null)
  assert.equal(book.get('a', 'n', 'never seen', 500), null)
  assert.equal(book.get('a', 'm', 'never seen', 1000 + REFUSALS_PER_PAIR_MAX), null)
  assert.equal(book.lift('a', flooded?.key ?? ''), true)
  assert.equal(book.get('a', 'm', 'never seen', 500), null)
  assert.equal(book.size, 0)
})

test('memory has a ceiling, and at the ceiling nothing is forgotten early', () => {
  const book = new RefusalBook()
  const actors = Math.ceil(REFUSALS_MAX / REFUSALS_PER_PAIR_MAX)
  for (let a = 0; a < actors; a++) {
    for (let i = 0; i < REFUSALS_PER_PAIR_MAX; i++) book.add(refusal(`c${i}`, 1000, `a${a}`), 0)
  }
  book.add(refusal('one more', 2000, 'late'), 0)
  assert.ok(book.size <= REFUSALS_MAX)
  assert.equal(book.get('late', 'm', 'one more', 1500)?.source, 'flooded')
  assert.equal(book.get('a0', 'm', 'c0', 999)?.source, 'guard')
  book.add(refusal('after', 3000, 'later'), 1001)
  assert.equal(book.get('later', 'm', 'after', 1500)?.source, 'guard', 'expired ones made room')
})

test('whatever is added is refused until its time or until it is lifted', () => {
  const step = fc.record({
    content: fc.nat(5),
    actor: fc.constantFrom('a', 'b'),
    until: fc.nat(50),
    lift: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const book = new RefusalBook()
      const model = new Map<string, number>()
      for (const [nowMs, { content, actor, until, lift }] of steps.entries()) {
        const name = `${actor}/${content}`
        if (lift) {
          book.lift(actor, stickyKey(actor, 'm', String(content)))
          model.delete(name)
        } else {
          book.add(refusal(String(content), nowMs + until, actor), nowMs)
          model.set(name, nowMs + until)
        }
        for (const [key, untilMs] of model) {
          const [who, what] = key.split('/')
          assert.equal(book.get(who!, 'm', what!, nowMs) !== null, untilMs > nowMs)
        }
      }
      assert.equal(book.size, model.size)
    }),
  )
})
