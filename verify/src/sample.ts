/**
 * Which entries of a span an examiner's sample is: nobody but the examiner's seed decides.
 *
 * Spec: docs/spec/evidence-pack.md §6. The examiner fixes a checkpoint first and names the seed after it, so the
 * operator cannot choose entries for a sample, nor a sample for the entries.
 */
import { sha256 } from '#sha256'
import { concat, utf8 } from './bytes.ts'
import { VerifyError } from './error.ts'
import type { Hash } from './merkle.ts'
import type { Span } from './range.ts'

const DOMAIN = utf8('sekisho/sample/v1\0')
/** Numbers drawn are below 2^48, so that they stay exact. */
const DRAWN_LIMIT = 2 ** 48

/** Entries of one sample. */
export const SAMPLE_MAX = 4096

/**
 * `count` distinct indices of the span, ascending.
 *
 * Number i, from 0 on, is the first 48 bits of SHA-256(domain ‖ seed ‖ root ‖ u64 from ‖ u64 to ‖ u64 i); it is skipped
 * when it is not below the largest multiple of the span's length, else taken modulo that length; one drawn before is
 * skipped.
 *
 * @param seed 32 bytes
 * @param root root of the checkpoint the examiner fixed
 * @throws {VerifyError} `pack_sample_malformed`
 */
export function drawSample(seed: Uint8Array, root: Hash, span: Span, count: number): number[] {
  const length = span.to - span.from
  if (seed.length !== 32 || root.length !== 32 || !(count >= 1 && count <= Math.min(length, SAMPLE_MAX)))
    throw new VerifyError('pack_sample_malformed', `no sample of ${count} among ${length} entries`, {
      place: 'sample',
    })
  const limit = DRAWN_LIMIT - (DRAWN_LIMIT % length)
  const drawn = new Set<number>()
  const head = concat([DOMAIN, seed, root, u64(span.from), u64(span.to)])
  for (let i = 0; drawn.size < count; i++) {
    const number = first48(sha256(concat([head, u64(i)])))
    if (number < limit) drawn.add(span.from + (number % length))
  }
  return [...drawn].sort((a, b) => a - b)
}

function first48(hash: Hash): number {
  let number = 0
  for (const byte of hash.subarray(0, 6)) number = number * 256 + byte
  return number
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.floor(value / 2 ** 32))
  view.setUint32(4, value % 2 ** 32)
  return bytes
}
