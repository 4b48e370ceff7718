/**
 * Reduced ordered binary decision diagrams: sets of bit vectors, equal sets being equal nodes.
 *
 * A node is a position in typed arrays; `FALSE` and `TRUE` are 0 and 1. INVARIANT: no node has equal branches and no two
 * nodes are equal, so that a set is empty exactly when its node is `FALSE`. That is what a proof rests on.
 * Spec: docs/spec/proof.md §2. After R. E. Bryant, "Graph-Based Algorithms for Boolean Function Manipulation" (1986).
 */
import { ProofError } from './error.ts'

export type Node = number
export const FALSE: Node = 0
export const TRUE: Node = 1

/** LIMIT: nodes of one diagram, 44 bytes each. Agreements need some ten thousand. */
const NODES_MAX = 1 << 22
const NODES_START = 1 << 16
/** LIMIT: results remembered; a lost one is computed again. */
const CACHE_ENTRIES = 1 << 17
/** LIMIT: pairs of which it is remembered that the first lies within the second. */
const WITHIN_ENTRIES = 1 << 16

/** Numbers of vectors go up to 2^100: two limbs, each well below what a double holds exactly. */
const LIMB_BITS = 48
const LIMB = 2 ** LIMB_BITS
const LIMB_BIG = BigInt(LIMB)
const LEVELS_MAX = 100

const AND = 0
const OR = 1
/** In the first and not in the second. */
const MINUS = 2
type Operation = typeof AND | typeof OR | typeof MINUS

export class Bdd {
  /** Bits of a vector. The terminals stand at this level, below all others. */
  readonly levels: number
  #level = new Int32Array(NODES_START)
  #low = new Int32Array(NODES_START)
  #high = new Int32Array(NODES_START)
  /** Open addressing over (level, low, high); 0 is free, as no inner node is 0. */
  #unique = new Int32Array(NODES_START * 2)
  #size = 2
  /** Results of the walk in progress, by node; those whose stamp is another walk's do not count. */
  #walked = new Int32Array(NODES_START)
  #stamps = new Int32Array(NODES_START)
  #walk = 0
  /** Three integers an entry: operation and first operand, second operand, result. */
  readonly #cache = new Int32Array(CACHE_ENTRIES * 3).fill(-1)
  /** Two integers an entry: the sets, the first within the second. Made when first asked for. */
  #within: Int32Array | null = null

  /** Vectors in each set, in limbs of 2^48. */
  #countLow = new Float64Array(2)
  #countHigh = new Float64Array(2)
  #counted = 2

  /** @param levels at most 100: counts are exact in two limbs */
  constructor(levels: number) {
    if (levels > LEVELS_MAX) throw new RangeError(`at most ${LEVELS_MAX} levels, not ${levels}`)
    this.levels = levels
    this.#level[FALSE] = levels
    this.#level[TRUE] = levels
    this.#countLow[TRUE] = levels < LIMB_BITS ? 2 ** levels : 0
    this.#countHigh[TRUE] = levels < LIMB_BITS ? 0 : 2 ** (levels - LIMB_BITS)
  }

  /** Nodes made so far, both terminals among them. Nothing is ever collected. */
  get size(): number {
    return this.#size
  }

  levelOf(node: Node): number {
    return this.#level[node]!
  }

  low(node: Node): Node {
    return this.#low[node]!
  }

  high(node: Node): Node {
    return this.#high[node]!
  }

  /** The node that tests `level` and goes to `low` on 0, to `high` on 1. @throws {ProofError} `proof_nodes_exhausted` */
  make(level: number, low: Node, high: Node): Node {
    if (low === high) return low
    const mask = this.#unique.length - 1
    let at = mix(level, low, high) & mask
    for (let node = this.#unique[at]!; node !== 0; node = this.#unique[at]!) {
      if (this.#level[node] === level && this.#low[node] === low && this.#high[node] === high) return node
      at = (at + 1) & mask
    }
    const node = this.#size++
    if (node === this.#level.length) this.#grow()
    this.#level[node] = level
    this.#low[node] = low
    this.#high[node] = high
    this.#insert(node)
    return node
  }

  and(a: Node, b: Node): Node {
    return this.#apply(AND, a, b)
  }

  or(a: Node, b: Node): Node {
    return this.#apply(OR, a, b)
  }

  /** What is in `a` and not in `b`. */
  minus(a: Node, b: Node): Node {
    return this.#apply(MINUS, a, b)
  }

  /** Whether all of `a` is in `b`: what `minus` being empty says, without making its nodes. */
  within(a: Node, b: Node): boolean {
    if (a === FALSE || b === TRUE || a === b) return true
    if (a === TRUE || b === FALSE) return false
    this.#within ??= new Int32Array(WITHIN_ENTRIES * 2)
    const at = (mix(0, a, b) & (WITHIN_ENTRIES - 1)) * 2
    if (this.#within[at] === a && this.#within[at + 1] === b) return true
    const levelA = this.#level[a]!
    const levelB = this.#level[b]!
    const level = levelA < levelB ? levelA : levelB
    const lows = this.within(levelA === level ? this.#low[a]! : a, levelB === level ? this.#low[b]! : b)
    if (!lows) return false
    const highs = this.within(levelA === level ? this.#high[a]! : a, levelB === level ? this.#high[b]! : b)
    if (!highs) return false
    this.#within[at] = a
    this.#within[at + 1] = b
    return true
  }

  /** The set over the other bits that is left when the bits from `first` on are those of `code`, most significant first. */
  cofactor(node: Node, first: number, bits: number, code: number): Node {
    this.#walk++
    const visit = (at: Node): Node => {
      const level = this.#level[at]!
      if (level >= first + bits) return at
      if (this.#stamps[at] === this.#walk) return this.#walked[at]!
      const bit = (code >> (first + bits - 1 - level)) & 1
      const result =
        level < first
          ? this.make(level, visit(this.#low[at]!), visit(this.#high[at]!))
          : visit(bit === 1 ? this.#high[at]! : this.#low[at]!)
      this.#stamps[at] = this.#walk
      this.#walked[at] = result
      return result
    }
    return visit(node)
  }

  /**
   * What a step loses: vectors whose bits from `first` on are `worse`, in the set so, and not in it once they are `better`.
   * One walk; as two cofactors, their difference and an intersection it made four times the nodes.
   */
  lost(node: Node, first: number, bits: number, worse: number, better: number): Node {
    this.#walk++
    const down = (from: Node, code: number): Node => {
      let at = from
      for (let level = this.#level[at]!; level < first + bits; level = this.#level[at]!) {
        at = ((code >> (first + bits - 1 - level)) & 1) === 1 ? this.#high[at]! : this.#low[at]!
      }
      return at
    }
    const bitsOfWorse = (set: Node): Node => {
      let made = set
      for (let bit = 0; bit < bits; bit++) {
        const level = first + bits - 1 - bit
        made = ((worse >> bit) & 1) === 1 ? this.make(level, FALSE, made) : this.make(level, made, FALSE)
      }
      return made
    }
    const visit = (at: Node): Node => {
      const level = this.#level[at]!
      // The bits are not looked at from here on: whatever is in the set is in it at either value.
      if (level >= first + bits) return FALSE
      if (this.#stamps[at] === this.#walk) return this.#walked[at]!
      const result =
        level < first
          ? this.make(level, visit(this.#low[at]!), visit(this.#high[at]!))
          : bitsOfWorse(this.minus(down(at, worse), down(at, better)))
      this.#stamps[at] = this.#walk
      this.#walked[at] = result
      return result
    }
    return visit(node)
  }

  /** Number of bit vectors in the set. */
  count(node: Node): bigint {
    this.#countAll()
    return BigInt(this.#countHigh[node]!) * LIMB_BIG + BigInt(this.#countLow[node]!)
  }

  /** Nodes that the set consists of, terminals left out. */
  nodesOf(node: Node): number {
    const seen = new Set<Node>()
    const visit = (at: Node): void => {
      if (at <= TRUE || seen.has(at)) return
      seen.add(at)
      visit(this.low(at))
      visit(this.high(at))
    }
    visit(node)
    return seen.size
  }

  /**
   * Counts vectors over all levels for every node made since: half of what its branches have, as its own bit is fixed in each.
   * A node is made after its branches, so one pass in order is enough; two limbs hold the numbers exactly.
   */
  #countAll(): void {
    if (this.#countLow.length < this.#size) {
      this.#countLow = enlarge(this.#countLow, this.#level.length)
      this.#countHigh = enlarge(this.#countHigh, this.#level.length)
    }
    const low = this.#countLow
    const high = this.#countHigh
    for (; this.#counted < this.#size; this.#counted++) {
      const [a, b] = [this.#low[this.#counted]!, this.#high[this.#counted]!]
      const sumHigh = high[a]! + high[b]!
      // INVARIANT: the sum is even, since the branches do not look at this node's bit; so an odd upper limb goes down whole.
      const odd = sumHigh % 2
      const sumLow = low[a]! + low[b]! + odd * LIMB
      const carry = sumLow / 2 >= LIMB ? 1 : 0
      high[this.#counted] = (sumHigh - odd) / 2 + carry
      low[this.#counted] = sumLow / 2 - carry * LIMB
    }
  }

  #apply(operation: Operation, a: Node, b: Node): Node {
    const simple = terminal(operation, a, b)
    if (simple !== -1) return simple
    // Conjunction and disjunction commute: one entry for both orders.
    if (operation !== MINUS && a > b) return this.#apply(operation, b, a)
    const key = a * 4 + operation
    const at = (mix(operation, a, b) & (CACHE_ENTRIES - 1)) * 3
    if (this.#cache[at] === key && this.#cache[at + 1] === b) return this.#cache[at + 2]!
    const levelA = this.#level[a]!
    const levelB = this.#level[b]!
    const level = levelA < levelB ? levelA : levelB
    const low = this.#apply(
      operation,
      levelA === level ? this.#low[a]! : a,
      levelB === level ? this.#low[b]! : b,
    )
    const high = this.#apply(
      operation,
      levelA === level ? this.#high[a]! : a,
      levelB === level ? this.#high[b]! : b,
    )
    const result = this.make(level, low, high)
    this.#cache[at] = key
    this.#cache[at + 1] = b
    this.#cache[at + 2] = result
    return result
  }

  #insert(node: Node): void {
    const mask = this.#unique.length - 1
    let at = mix(this.#level[node]!, this.#low[node]!, this.#high[node]!) & mask
    while (this.#unique[at] !== 0) at = (at + 1) & mask
    this.#unique[at] = node
  }

  #grow(): void {
    const length = this.#level.length * 2
    if (length > NODES_MAX) {
      throw new ProofError('proof_nodes_exhausted', `more than ${NODES_MAX} nodes`)
    }
    this.#level = enlarge(this.#level, length)
    this.#low = enlarge(this.#low, length)
    this.#high = enlarge(this.#high, length)
    this.#walked = enlarge(this.#walked, length)
    this.#stamps = enlarge(this.#stamps, length)
    this.#unique = new Int32Array(length * 2)
    for (let node = 2; node < this.#size - 1; node++) this.#insert(node)
  }
}

/** What needs no look at the branches, or -1. */
function terminal(operation: Operation, a: Node, b: Node): Node | -1 {
  switch (operation) {
    case AND:
      if (a === FALSE || b === FALSE) return FALSE
      if (a === TRUE || a === b) return b
      return b === TRUE ? a : -1
    case OR:
      if (a === TRUE || b === TRUE) return TRUE
      if (a === FALSE || a === b) return b
      return b === FALSE ? a : -1
    case MINUS:
      if (a === FALSE || b === TRUE || a === b) return FALSE
      return b === FALSE ? a : -1
  }
}

function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

type Numbers = Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

function enlarge<T extends Numbers>(from: T, length: number): T {
  const larger = from instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)
  larger.set(from)
  // The same kind as it came.
  return larger as T
}
