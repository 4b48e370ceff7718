/**
 * Range proofs: that these are all the entries from one index to another, none left out.
 *
 * Spec: docs/spec/evidence-pack.md §5, over RFC 6962 §2.1. The tree is split as RFC 6962 splits it; a part outside the
 * range is given by its hash, a part inside by its leaves. The hashes come from left to right.
 */
import { equalBytes, toBase64 } from './bytes.ts'
import { VerifyError } from './error.ts'
import { type Hash, nodeHash, SIZE_MAX } from './merkle.ts'
import { type NodeReader, rangeHash, split } from './prove.ts'

/** Entries [from, to) of a tree of `size` entries. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** @throws {VerifyError} `proof_index_range`, and whatever `read` throws */
export async function proveRange(span: Span, size: number, read: NodeReader): Promise<Hash[]> {
  checkSpan(span, size)
  const parts: [number, number][] = []
  outside(0, size, span, parts)
  return Promise.all(parts.map((part) => rangeHash(part, read)))
}

/**
 * @param leaves leaf hashes of all entries of the span, in order
 * @throws {VerifyError} `proof_index_range`, `proof_size_range`, `proof_length`, `proof_hash_length`, `proof_root_mismatch`
 */
export function verifyRange(
  proof: readonly Hash[],
  leaves: readonly Hash[],
  span: Span,
  size: number,
  root: Hash,
): void {
  checkSpan(span, size)
  if (leaves.length !== span.to - span.from)
    throw length(`${span.to - span.from} leaves`, `${leaves.length} leaves`)
  const short = proof.find((hash) => hash.length !== 32)
  if (short !== undefined)
    throw new VerifyError('proof_hash_length', 'a hash of the proof is not 32 bytes', {
      expected: '32',
      got: String(short.length),
    })
  const parts: [number, number][] = []
  outside(0, size, span, parts)
  if (parts.length !== proof.length) throw length(`${parts.length} hashes`, `${proof.length} hashes`)
  let next = 0
  const hash = (start: number, end: number): Hash => {
    if (end <= span.from || start >= span.to) return proof[next++]! // counted above
    if (end - start === 1) return leaves[start - span.from]! // inside the span, counted above
    const middle = start + split(end - start)
    const left = hash(start, middle)
    return nodeHash(left, hash(middle, end))
  }
  const got = hash(0, size)
  if (equalBytes(got, root)) return
  throw new VerifyError('proof_root_mismatch', 'the entries of the span are not those that were signed', {
    place: `entries ${span.from} to ${span.to - 1} of ${size}`,
    expected: toBase64(root),
    got: toBase64(got),
  })
}

/** Parts of the tree outside the span, from left to right. */
function outside(start: number, end: number, span: Span, parts: [number, number][]): void {
  if (end <= span.from || start >= span.to) {
    parts.push([start, end])
    return
  }
  if (end - start === 1) return
  const middle = start + split(end - start)
  outside(start, middle, span, parts)
  outside(middle, end, span, parts)
}

function checkSpan({ from, to }: Span, size: number): void {
  if (!Number.isSafeInteger(size) || size < 1 || size > SIZE_MAX)
    throw new VerifyError('proof_size_range', `no span lies in a tree of ${size} entries`)
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to && to <= size) return
  throw new VerifyError('proof_index_range', `entries ${from} to ${to} are no span of a tree of ${size}`)
}

function length(expected: string, got: string): VerifyError {
  return new VerifyError('proof_length', 'the range proof does not have the length of its span', {
    expected,
    got,
  })
}
