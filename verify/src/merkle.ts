/**
 * The Merkle tree: leaf and node hashes, and roots of growing trees.
 *
 * Spec: RFC 6962 §2.1. Leaves and nodes are hashed under different prefixes, so that neither passes for the other.
 */
import { sha256 } from '#sha256'

/** 32 bytes. */
export type Hash = Uint8Array

/** Largest tree: far above any real log, far below where numbers lose integers. */
export const SIZE_MAX = 2 ** 48

/** Root of the tree without entries: SHA-256 of nothing. */
export const EMPTY_ROOT: Hash = sha256(new Uint8Array(0))

/** Of one call at a time; leaves of this ledger have one size. */
let leafInput = new Uint8Array(73)

/** SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Hash {
  if (leafInput.length !== entry.length + 1) leafInput = new Uint8Array(entry.length + 1)
  leafInput.set(entry, 1)
  return sha256(leafInput)
}

const nodeInput = new Uint8Array(65)
nodeInput[0] = 1

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  nodeInput.set(left, 1)
  nodeInput.set(right, 33)
  return sha256(nodeInput)
}

/** A tree that only grows: keeps the roots of its complete subtrees, largest first. */
export class CompactTree {
  #size = 0
  readonly #subtrees: Hash[] = []

  get size(): number {
    return this.#size
  }

  /**
   * Adds the leaf hash of the next entry, or the root over the next `entries`: a power of two that divides the size.
   */
  push(hash: Hash, entries = 1): void {
    let right = hash
    for (let rest = this.#size / entries; rest % 2 === 1; rest = (rest - 1) / 2) {
      right = nodeHash(this.#subtrees.pop()!, right) // one subtree per set bit of the size
    }
    this.#subtrees.push(right)
    this.#size += entries
  }

  /** Root of the tree as it stands. */
  root(): Hash {
    let root = this.#subtrees.at(-1)
    if (root === undefined) return EMPTY_ROOT
    for (let i = this.#subtrees.length - 2; i >= 0; i--) root = nodeHash(this.#subtrees[i]!, root) // i is in range
    return root
  }
}

/** Root of the tree over these leaf hashes. */
export function treeRoot(leafHashes: Iterable<Hash>): Hash {
  const tree = new CompactTree()
  for (const hash of leafHashes) tree.push(hash)
  return tree.root()
}
