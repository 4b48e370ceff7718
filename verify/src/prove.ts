/**
 * Building inclusion and consistency proofs from the hashes of complete subtrees.
 *
 * Spec: RFC 6962 §2.1.1 PATH and §2.1.2 SUBPROOF, written as the entry ranges whose hashes make the proof.
 */
import { VerifyError } from './error.ts'
import { type Hash, nodeHash } from './merkle.ts'

/** Hash of the complete subtree over entries [index·2^level, (index+1)·2^level). */
export type NodeReader = (level: number, index: number) => Promise<Hash>

export type Range = readonly [start: number, end: number]

/** @throws {VerifyError} `proof_index_range`, and whatever `read` throws */
export async function proveInclusion(index: number, size: number, read: NodeReader): Promise<Hash[]> {
  if (!(index >= 0 && index < size)) {
    throw new VerifyError('proof_index_range', `index \`${index}\` is not in a tree of ${size} entries`)
  }
  const ranges: Range[] = []
  let [start, end]: Range = [0, size]
  while (end - start > 1) {
    const middle = start + split(end - start)
    if (index < middle) {
      ranges.push([middle, end])
      end = middle
    } else {
      ranges.push([start, middle])
      start = middle
    }
  }
  return Promise.all(ranges.reverse().map((range) => rangeHash(range, read)))
}

/** @throws {VerifyError} `proof_size_range`, and whatever `read` throws */
export async function proveConsistency(oldSize: number, newSize: number, read: NodeReader): Promise<Hash[]> {
  if (!(oldSize >= 1 && oldSize <= newSize)) {
    throw new VerifyError('proof_size_range', `no tree of ${newSize} entries continues one of ${oldSize}`)
  }
  const ranges: Range[] = []
  let [start, end]: Range = [0, newSize]
  while (oldSize < end) {
    const middle = start + split(end - start)
    if (oldSize <= middle) {
      ranges.push([middle, end])
      end = middle
    } else {
      ranges.push([start, middle])
      start = middle
    }
  }
  // The old tree itself is not repeated when it is one complete subtree starting at entry 0.
  if (start !== 0) ranges.push([start, end])
  return Promise.all(ranges.reverse().map((range) => rangeHash(range, read)))
}

/** Root of the tree of `size` entries. */
export async function rootFrom(size: number, read: NodeReader): Promise<Hash> {
  return rangeHash([0, size], read)
}

/** MTH of a range that starts where a complete subtree of its size could start. */
export async function rangeHash([start, end]: Range, read: NodeReader): Promise<Hash> {
  const length = end - start
  const largest = length === 1 ? 1 : split(length)
  if (largest * 2 === length || length === 1) {
    const level = Math.log2(length)
    return read(level, start / length)
  }
  const middle = start + largest
  return nodeHash(await rangeHash([start, middle], read), await rangeHash([middle, end], read))
}

/** Largest power of two below `n`, for n ≥ 2. */
export function split(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
