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

/** LIMIT: nodes of one diagram, 28 bytes each. Agreements need some ten thousand. */
const NODES_MAX = 1 << 22
const NODES_START = 1 << 14
/** LIMIT: results remembered; a lost one is computed again. */
const CACHE_ENTRIES = 1 << 17
/** LIMIT: pairs of which it is remembered that the first lies within the second. */
const WITHIN_ENTRIES = 1 << 16

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

  constructor(levels: number) {
    this.levels = levels
    this.#level[FALSE] = levels
    this.#level[TRUE] = levels
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

  /** Number of bit vectors in the set. */
  count(node: Node): bigint {
    const known = new Map<Node, bigint>([
      [FALSE, 0n],
      [TRUE, 1n],
    ])
    const visit = (at: Node): bigint => {
      const before = known.get(at)
      if (before !== undefined) return before
      const total = this.#weigh(at, this.low(at), visit) + this.#weigh(at, this.high(at), visit)
      known.set(at, total)
      return total
    }
    return visit(node) << BigInt(this.levelOf(node))
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

  /** Each level that a branch skips may be either, which doubles what is below it. */
  #weigh(from: Node, branch: Node, visit: (at: Node) => bigint): bigint {
    return visit(branch) << BigInt(this.levelOf(branch) - this.levelOf(from) - 1)
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

function enlarge(from: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length)
  larger.set(from)
  return larger
}
