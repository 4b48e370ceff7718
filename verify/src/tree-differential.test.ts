/** The tree against RFC 6962's own recursion, at 10,000 random sizes: roots, inclusion and consistency proofs, both directions. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  CompactTree,
  type Hash,
  leafHash,
  proveConsistency,
  proveInclusion,
  rootFrom,
  toHex,
  utf8,
  verifyConsistency,
  verifyInclusion,
} from './index.ts'

const SIZES = 10_000
const ENTRIES = 5000

/** Nothing of ours: node:crypto and the definitions of RFC 6962 §2.1, §2.1.1, §2.1.2, in terms of ranges of entries. */
class Naive {
  readonly #known = new Map<number, Buffer>()

  root(start: number, end: number): Buffer {
    const key = start * (ENTRIES + 1) + end
    let hash = this.#known.get(key)
    if (hash === undefined) {
      const digest = createHash('sha256')
      if (end - start === 1) digest.update(Buffer.of(0)).update(`entry ${start}`)
      else {
        const k = largest(end - start)
        digest
          .update(Buffer.of(1))
          .update(this.root(start, start + k))
          .update(this.root(start + k, end))
      }
      hash = digest.digest()
      this.#known.set(key, hash)
    }
    return hash
  }

  path(index: number, start: number, end: number): Buffer[] {
    if (end - start === 1) return []
    const middle = start + largest(end - start)
    return index < middle
      ? [...this.path(index, start, middle), this.root(middle, end)]
      : [...this.path(index, middle, end), this.root(start, middle)]
  }

  subproof(old: number, start: number, end: number, whole: boolean): Buffer[] {
    if (old === end) return whole ? [] : [this.root(start, end)]
    const middle = start + largest(end - start)
    return old <= middle
      ? [...this.subproof(old, start, middle, whole), this.root(middle, end)]
      : [...this.subproof(old, middle, end, false), this.root(start, middle)]
  }
}

/** Largest power of two below `n`. */
function largest(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** mulberry32: the same sizes in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test(`${SIZES} random sizes`, async () => {
  const naive = new Naive()
  const roots: Hash[] = []
  const tree = new CompactTree()
  for (let i = 0; i < ENTRIES; i++) {
    tree.push(leafHash(utf8(`entry ${i}`)))
    roots.push(tree.root())
  }
  const random = seeded(6962)
  const below = (n: number) => Math.floor(random() * n)
  const nodes = async (level: number, index: number) =>
    naive.root(index * 2 ** level, (index + 1) * 2 ** level)
  const hexes = (hashes: readonly Uint8Array[]) => hashes.map(toHex).join()
  for (let run = 0; run < SIZES; run++) {
    const size = 1 + below(ENTRIES)
    const [index, old] = [below(size), 1 + below(size)]
    const root = naive.root(0, size)
    assert.equal(toHex(roots[size - 1] ?? root), toHex(root), `root at ${size}`)
    const inclusion = naive.path(index, 0, size)
    const consistency = naive.subproof(old, 0, size, true)
    verifyInclusion(inclusion, naive.root(index, index + 1), index, size, root)
    verifyConsistency(consistency, old, size, naive.root(0, old), root)
    assert.equal(hexes(await proveInclusion(index, size, nodes)), hexes(inclusion), `${index} of ${size}`)
    assert.equal(hexes(await proveConsistency(old, size, nodes)), hexes(consistency), `${old} to ${size}`)
    if (run % 10 === 0) assert.equal(toHex(await rootFrom(size, nodes)), toHex(root))
  }
})
