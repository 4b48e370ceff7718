/**
 * Checking inclusion and consistency proofs.
 *
 * Spec: RFC 6962 §2.1.1–2.1.2, algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2.
 * Input is attacker-controlled: every malformed proof is a VerifyError. A proof about the empty tree is an
 * error, not a success: it would say nothing.
 */
import { equalBytes, toBase64 } from './bytes.ts'
import { VerifyError } from './error.ts'
import { type Hash, nodeHash, SIZE_MAX } from './merkle.ts'

/** Longest proof accepted: twice the depth of the largest tree. */
const PROOF_HASHES_MAX = 96

/**
 * Checks that `leaf` is the leaf hash of entry `index` in the tree of `size` entries with `root`.
 *
 * @throws {VerifyError} `proof_index_range`, `proof_size_range`, `proof_length`, `proof_hash_length`, `proof_root_mismatch`
 */
export function verifyInclusion(
  proof: readonly Hash[],
  leaf: Hash,
  index: number,
  size: number,
  root: Hash,
): void {
  checkSize(size)
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new VerifyError('proof_index_range', `index \`${index}\` is not in a tree of ${size} entries`)
  }
  checkHashes([leaf, root, ...proof.slice(0, PROOF_HASHES_MAX)])
  let position = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) throw lengthError('longer', proof.length)
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = half(last)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw lengthError('shorter', proof.length)
  checkRoot(hash, root, `entry ${index} of ${size}`)
}

/**
 * Checks that the tree of `oldSize` entries with `oldRoot` is a prefix of the tree of `newSize` with `newRoot`.
 *
 * @throws {VerifyError} `proof_size_range`, `proof_length`, `proof_hash_length`, `proof_root_mismatch`
 */
export function verifyConsistency(
  proof: readonly Hash[],
  oldSize: number,
  newSize: number,
  oldRoot: Hash,
  newRoot: Hash,
): void {
  checkSize(oldSize)
  checkSize(newSize)
  if (oldSize > newSize) {
    throw new VerifyError(
      'proof_size_range',
      `the old tree has ${oldSize} entries, the new one only ${newSize}`,
    )
  }
  if (oldSize === newSize) {
    if (proof.length !== 0) throw lengthError('longer', proof.length)
    checkRoot(oldRoot, newRoot, `size ${newSize}`)
    return
  }
  checkHashes([oldRoot, newRoot, ...proof.slice(0, PROOF_HASHES_MAX)])
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof
  const [seed, ...rest] = path
  if (seed === undefined) throw lengthError('shorter', proof.length)
  const [old, young] = foldConsistency(seed, rest, oldSize - 1, newSize - 1)
  checkRoot(old, oldRoot, `size ${oldSize}`)
  checkRoot(young, newRoot, `size ${newSize}`)
}

function foldConsistency(seed: Hash, path: readonly Hash[], oldLast: number, newLast: number): [Hash, Hash] {
  let position = oldLast
  let last = newLast
  while (position % 2 === 1) {
    position = half(position)
    last = half(last)
  }
  let old = seed
  let young = seed
  for (const hash of path) {
    if (last === 0) throw lengthError('longer', path.length)
    if (position % 2 === 1 || position === last) {
      old = nodeHash(hash, old)
      young = nodeHash(hash, young)
      while (position % 2 === 0 && position !== 0) {
        position /= 2
        last = half(last)
      }
    } else {
      young = nodeHash(young, hash)
    }
    position = half(position)
    last = half(last)
  }
  if (last !== 0) throw lengthError('shorter', path.length)
  return [old, young]
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function isPowerOfTwo(n: number): boolean {
  let rest = n
  while (rest % 2 === 0) rest /= 2
  return rest === 1
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 1 || size > SIZE_MAX) {
    throw new VerifyError(
      'proof_size_range',
      `\`${size}\` is not the size of a tree that can be proved about`,
    )
  }
}

function checkHashes(hashes: readonly Hash[]): void {
  for (const hash of hashes) {
    if (hash.length !== 32)
      throw new VerifyError('proof_hash_length', `a hash has ${hash.length} bytes, not 32`)
  }
}

function checkRoot(got: Hash, expected: Hash, place: string): void {
  if (equalBytes(got, expected)) return
  throw new VerifyError('proof_root_mismatch', `the proof leads to another root (${place})`, {
    place,
    expected: toBase64(expected),
    got: toBase64(got),
  })
}

function lengthError(how: 'longer' | 'shorter', hashes: number): VerifyError {
  return new VerifyError('proof_length', `the proof of ${hashes} hashes is ${how} than the tree allows`)
}
