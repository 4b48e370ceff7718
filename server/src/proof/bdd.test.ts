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
