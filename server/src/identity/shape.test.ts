/** Tests of strict shapes: closed, bounded, and only ShapeError. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KINDS, STATEMENT_TYPES } from '../programme/index.ts'
import { boolean, either, integer, list, nullable, object, oneOf, ShapeError, text } from './shape.ts'

const shape = object({
  name: text(5, /^[a-z]+$/),
  count: integer(1, 3),
  on: nullable(boolean),
  tags: list(oneOf(['a', 'b']), 0, 2, String),
})

const fails = (value: unknown, path: string): void => {
  assert.throws(
    () => shape(value, ''),
    (error) => error instanceof ShapeError && error.path === path,
    path,
  )
}

test('a value of the shape is read, anything else names its member', () => {
  const good = { name: 'abc', count: 2, on: null, tags: ['a'] }
  assert.deepEqual(shape(good, ''), good)
  fails({ ...good, extra: 1 }, 'extra')
  fails({ name: 'abc', count: 2, on: null }, 'tags')
  for (const name of ['', 'ABC', 'abcdef', 'a\u0000', 'a\ud800', 7]) fails({ ...good, name }, 'name')
  for (const count of [0, 4, 1.5, Number.NaN, '2', -0.5]) fails({ ...good, count }, 'count')
  fails({ ...good, on: 'true' }, 'on')
  fails({ ...good, tags: ['a', 'a'] }, 'tags')
  fails({ ...good, tags: ['c'] }, 'tags[0]')
  fails({ ...good, tags: ['a', 'b', 'a'] }, 'tags')
  fails([good], '')
  fails(Object.create(good), 'name')
})

test('objects told apart by a member', () => {
  const shapes = either('kind', {
    x: object({ kind: oneOf(['x']) }),
    y: object({ kind: oneOf(['y']), n: integer(0, 9) }),
  })
  assert.deepEqual(shapes({ kind: 'y', n: 1 }, ''), { kind: 'y', n: 1 })
  for (const bad of [null, {}, { kind: 'z' }, { kind: 'constructor' }, { kind: 'x', n: 1 }, 'x']) {
    assert.throws(() => shapes(bad, ''), ShapeError)
  }
})

test('no payload shape of any statement takes anything it does not know, or throws anything but ShapeError', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STATEMENT_TYPES), fc.anything(), (type, value) => {
      try {
        KINDS[type].shape(value, '')
      } catch (error) {
        assert.ok(error instanceof ShapeError)
      }
    }),
  )
})
