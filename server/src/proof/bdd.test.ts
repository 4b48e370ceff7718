/** Decision diagrams against truth tables: small enough to try every vector. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Bdd, FALSE, type Node, TRUE } from './bdd.ts'

const BITS = 6
/** A set of 6-bit vectors as a table of 64 booleans. */
const table = fc.array(fc.boolean(), { minLength: 1 << BITS, maxLength: 1 << BITS })

function build(bdd: Bdd, values: readonly boolean[], level = 0, prefix = 0): Node {
  if (level === BITS) return values[prefix] === true ? TRUE : FALSE
  return bdd.make(
    level,
    build(bdd, values, level + 1, prefix * 2),
    build(bdd, values, level + 1, prefix * 2 + 1),
  )
}

const combine = (a: readonly boolean[], b: readonly boolean[], how: (x: boolean, y: boolean) => boolean) =>
  a.map((x, at) => how(x, b[at] ?? false))

test('operations are those of sets, and equal sets are equal nodes', () => {
  fc.assert(
    fc.property(table, table, (a, b) => {
      const bdd = new Bdd(BITS)
      const [x, y] = [build(bdd, a), build(bdd, b)]
      assert.equal(
        bdd.and(x, y),
        build(
          bdd,
          combine(a, b, (p, q) => p && q),
        ),
      )
      assert.equal(
        bdd.or(x, y),
        build(
          bdd,
          combine(a, b, (p, q) => p || q),
        ),
      )
      assert.equal(
        bdd.minus(x, y),
        build(
          bdd,
          combine(a, b, (p, q) => p && !q),
        ),
      )
      assert.equal(bdd.and(y, x), bdd.and(x, y))
      assert.equal(bdd.count(x), BigInt(a.filter(Boolean).length))
    }),
    { numRuns: 300 },
  )
})

test('a cofactor forgets the bits it fixes', () => {
  fc.assert(
    fc.property(
      table,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 3 }),
      (values, first, code) => {
        const bdd = new Bdd(BITS)
        const shift = BITS - first - 2
        const fixed = values.map((_, at) => values[(at & ~(3 << shift)) | (code << shift)] ?? false)
        assert.equal(bdd.cofactor(build(bdd, values), first, 2, code), build(bdd, fixed))
      },
    ),
    { numRuns: 300 },
  )
})

test('growing keeps nodes apart', () => {
  const bdd = new Bdd(18)
  let parity: Node = TRUE
  // Every set of three levels: far more nodes than the tables start with.
  const nodes = new Set<Node>()
  for (let a = 0; a < 16; a++) {
    for (let b = a + 1; b < 17; b++) {
      for (let c = b + 1; c < 18; c++) {
        const node = bdd.make(
          a,
          bdd.make(b, bdd.make(c, FALSE, TRUE), FALSE),
          bdd.make(b, FALSE, bdd.make(c, TRUE, FALSE)),
        )
        nodes.add(node)
        parity = bdd.and(parity, bdd.or(node, bdd.make(a, TRUE, FALSE)))
      }
    }
  }
  assert.equal(nodes.size, 816)
  for (const level of nodes) assert.ok(bdd.levelOf(level) < 18)
  assert.ok(bdd.size > 816)
})

test('one set lies within another exactly when nothing is left of it', () => {
  fc.assert(
    fc.property(table, table, fc.boolean(), (a, b, joined) => {
      const bdd = new Bdd(BITS)
      const x = build(bdd, a)
      const y = joined ? bdd.or(x, build(bdd, b)) : build(bdd, b)
      const size = bdd.size
      assert.equal(bdd.within(x, y), bdd.minus(x, y) === FALSE)
      assert.equal(bdd.within(x, y), bdd.minus(x, y) === FALSE, 'remembered')
      if (joined) assert.equal(bdd.size, size, 'no node is made')
    }),
    { numRuns: 300 },
  )
})

test('what a step loses: one cofactor without the other, at the worse value', () => {
  fc.assert(
    fc.property(
      table,
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 3 }),
      (values, first, worse, better) => {
        const bdd = new Bdd(BITS)
        const set = build(bdd, values)
        const shift = BITS - first - 2
        const moved = (vector: number, code: number) => (vector & ~(3 << shift)) | (code << shift)
        const lost = values.map(
          (_, vector) =>
            ((vector >> shift) & 3) === worse && values[vector] === true && !values[moved(vector, better)],
        )
        assert.equal(bdd.lost(set, first, 2, worse, better), build(bdd, lost))
      },
    ),
    { numRuns: 300 },
  )
})

test('counts are exact beyond what a double holds', () => {
  const bdd = new Bdd(100)
  const odd = Array.from({ length: 100 }, (_, level) => 99 - level).reduce(
    // All ones, or a zero followed by anything of every third level.
    (below, level) => bdd.make(level, level % 3 === 0 ? TRUE : FALSE, below),
    TRUE,
  )
  const expected = Array.from({ length: 100 }, (_, level) => level)
    .filter((level) => level % 3 === 0)
    .reduce((sum, level) => sum + (1n << BigInt(99 - level)), 1n)
  assert.equal(bdd.count(odd), expected)
  assert.equal(bdd.count(TRUE), 1n << 100n)
  assert.throws(() => new Bdd(101), RangeError)
})
