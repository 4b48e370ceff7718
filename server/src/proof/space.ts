/**
 * Facts as bits: sets of fact records as decision diagrams.
 *
 * A fact of n values takes ⌈log2 n⌉ neighbouring bits, most significant first, its value's position being the code. Codes
 * that are no value belong to no set: every set made here lies within `all`, so that counts are counts of records.
 * Spec: docs/spec/proof.md §2.
 */
import { type Condition, FACT_NAMES, FACT_VALUES, type FactName, type Facts } from '../agreement/index.ts'
import { Bdd, FALSE, type Node, TRUE } from './bdd.ts'
import { ProofError } from './error.ts'
import { ORDER } from './order.ts'

/** A fact's place among the bits. */
export interface Slot {
  readonly fact: FactName
  readonly values: readonly string[]
  readonly first: number
  readonly bits: number
}

export interface Space {
  readonly bdd: Bdd
  readonly slots: readonly Slot[]
  /** Every record of facts. */
  readonly all: Node
  /** Number of records of facts. */
  readonly total: bigint
  slot(fact: FactName): Slot
  /** Records whose `fact` is one of `values`. */
  atom(fact: FactName, values: readonly string[]): Node
  /** Records of which the condition is true. */
  where(condition: Condition): Node
  /** What remains of a set, over the other facts, when `fact` is `value`. */
  cofactor(set: Node, fact: FactName, value: string): Node
  /** Records of a set moved to another value: those that have `fact` = `to` and are in `set` with `fact` = `from`. */
  shifted(set: Node, fact: FactName, from: string, to: string): Node
  /** The set projected onto each fact alone: the values that occur, in declared order. */
  projection(set: Node): Map<FactName, readonly string[]>
  count(set: Node): bigint
  /** Whether a record is in the set. @throws {ProofError} `proof_facts_invalid` */
  has(set: Node, facts: Facts): boolean
}

/** @param order facts in the order of their bits; those left out follow in declared order */
export function createSpace(order: readonly FactName[] = ORDER): Space {
  const slots = layOut(order)
  const byFact = new Map(slots.map((slot) => [slot.fact, slot]))
  const bdd = new Bdd(slots.reduce((sum, { bits }) => sum + bits, 0))
  // Every fact has a slot: `layOut` goes through all of them.
  const slot = (fact: FactName): Slot => byFact.get(fact)!
  const raw = (fact: FactName, values: readonly string[]): Node => codes(bdd, slot(fact), values)
  const all = slots.reduceRight((rest, { fact, values }) => bdd.and(rest, raw(fact, values)), TRUE)
  const where = (condition: Condition): Node => {
    if (condition.kind === 'atom') return raw(condition.fact, condition.values)
    const join = condition.kind === 'all' ? bdd.and.bind(bdd) : bdd.or.bind(bdd)
    return condition.of.map(where).reduce(join, condition.kind === 'all' ? TRUE : FALSE)
  }
  // The same cofactor is asked for up to four times by the comparisons of one fact.
  const cofactors = new Map<string, Node>()
  const cofactor = (set: Node, fact: FactName, value: string): Node => {
    const key = `${set} ${fact} ${value}`
    const known = cofactors.get(key)
    if (known !== undefined) return known
    const { first, bits, values } = slot(fact)
    const found = bdd.cofactor(set, first, bits, values.indexOf(value))
    cofactors.set(key, found)
    return found
  }
  return {
    bdd,
    slots,
    all,
    total: bdd.count(all),
    slot,
    atom: (fact, values) => bdd.and(raw(fact, values), all),
    where: (condition) => bdd.and(where(condition), all),
    cofactor,
    shifted: (set, fact, from, to) => bdd.and(cofactor(set, fact, from), raw(fact, [to])),
    projection: (set) => project(bdd, slots, set),
    count: (set) => bdd.count(set),
    has(set, facts) {
      const bits = slots.flatMap((each) => bitsOf(each, facts))
      let node = set
      while (node > TRUE) node = bits[bdd.levelOf(node)] === 1 ? bdd.high(node) : bdd.low(node)
      return node === TRUE
    },
  }
}

function bitsOf({ fact, values, bits }: Slot, facts: Facts): number[] {
  const code = values.indexOf(facts[fact])
  if (code < 0) {
    throw new ProofError('proof_facts_invalid', `fact \`${fact}\` is \`${String(facts[fact])}\``)
  }
  return Array.from({ length: bits }, (_, bit) => (code >> (bits - 1 - bit)) & 1)
}

function layOut(order: readonly FactName[]): Slot[] {
  let first = 0
  return [...new Set([...order, ...FACT_NAMES])].map((fact) => {
    const values: readonly string[] = FACT_VALUES[fact]
    const slot = { fact, values, first, bits: Math.ceil(Math.log2(values.length)) }
    first += slot.bits
    return slot
  })
}

/** The diagram over one fact's bits that accepts the codes of `values`. */
function codes(bdd: Bdd, { first, bits, values: known }: Slot, values: readonly string[]): Node {
  const accepted = new Set(values.map((value) => known.indexOf(value)))
  const build = (bit: number, prefix: number): Node => {
    if (bit === bits) return accepted.has(prefix) ? TRUE : FALSE
    return bdd.make(first + bit, build(bit + 1, prefix * 2), build(bit + 1, prefix * 2 + 1))
  }
  return build(0, 0)
}

/** Goes through the facts once: every node but `FALSE` has a record below it. */
function project(bdd: Bdd, slots: readonly Slot[], set: Node): Map<FactName, readonly string[]> {
  let front = new Set(set === FALSE ? [] : [set])
  return new Map(
    slots.map((slot) => {
      const next = new Set<Node>()
      const values = slot.values.filter((_, code) => {
        const below = [...front].map((node) => follow(bdd, node, slot, code)).filter((node) => node !== FALSE)
        for (const node of below) next.add(node)
        return below.length > 0
      })
      front = next
      return [slot.fact, values]
    }),
  )
}

/** The node below the bits of one fact. */
export function follow(bdd: Bdd, from: Node, { first, bits }: Slot, code: number): Node {
  let node = from
  while (bdd.levelOf(node) < first + bits) {
    const bit = (code >> (first + bits - 1 - bdd.levelOf(node))) & 1
    node = bit === 1 ? bdd.high(node) : bdd.low(node)
  }
  return node
}
