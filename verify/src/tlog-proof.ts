/**
 * Offline proofs that an entry is in a log: index, inclusion proof, signed and perhaps cosigned checkpoint.
 *
 * Spec: c2sp.org/tlog-proof@v1. `extra` is opaque and outside every signature: the caller leads it back to the leaf.
 */
import { fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts'
import { VerifyError } from './error.ts'
import { type Hash, SIZE_MAX } from './merkle.ts'
import type { VerifierKey } from './note.ts'
import type { Policy } from './policy.ts'
import { verifyInclusion } from './proof.ts'
import { verifyWitnessed, type WitnessedCheckpoint } from './witnessed.ts'

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1'
const PROOF_BYTES_MAX = 32 * 1024 * 1024

export interface TlogProof {
  /** Null when there is no `extra` line. */
  readonly extra: Uint8Array | null
  readonly index: number
  readonly proof: readonly Hash[]
  /** Signed checkpoint, verbatim. */
  readonly checkpoint: Uint8Array
}

export function formatTlogProof({ extra, index, proof, checkpoint }: TlogProof): string {
  const lines = [PROOF_HEADER, ...(extra === null ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`]
  return `${[...lines, ...proof.map(toBase64)].join('\n')}\n\n${fromUtf8(checkpoint)}`
}

/**
 * Reads a proof file without checking anything but its form.
 *
 * @throws {VerifyError} `read_too_large`, `receipt_malformed`, `receipt_version`, `receipt_index`, `receipt_hash_line`,
 *   `base64_malformed`, `utf8_malformed`
 */
export function parseTlogProof(bytes: Uint8Array): TlogProof {
  if (bytes.length > PROOF_BYTES_MAX) {
    throw new VerifyError(
      'read_too_large',
      `a proof of ${bytes.length} bytes is over the limit of ${PROOF_BYTES_MAX}`,
    )
  }
  const text = fromUtf8(bytes)
  const split = text.indexOf('\n\n')
  if (split < 0)
    throw new VerifyError('receipt_malformed', 'a receipt is a proof, an empty line and a checkpoint')
  const [header, ...lines] = text.slice(0, split).split('\n')
  if (header !== PROOF_HEADER) {
    throw new VerifyError('receipt_version', 'not a tlog-proof', {
      place: 'line 1',
      expected: PROOF_HEADER,
      got: (header ?? '').slice(0, 80),
    })
  }
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines[0].slice(6), 'line 2') : null
  const at = extra === null ? 0 : 1
  return {
    extra,
    index: parseIndex(lines[at] ?? '', at + 2),
    proof: lines.slice(at + 1).map((line, i) => parseHashLine(line, at + 3 + i)),
    checkpoint: utf8(text.slice(split + 2)),
  }
}

/**
 * Checks that an entry is in a log that the policy lists, as a quorum of its witnesses saw it.
 *
 * @param leaf leaf hash of the entry, computed by the caller
 * @throws {VerifyError} those of `parseTlogProof`, `verifyWitnessed` and `verifyInclusion`
 */
export async function verifyTlogProof(
  bytes: Uint8Array,
  leaf: Hash,
  policy: Policy,
  logKeys: readonly VerifierKey[] = [],
): Promise<WitnessedCheckpoint & { readonly index: number }> {
  const { index, proof, checkpoint } = parseTlogProof(bytes)
  const found = await verifyWitnessed(checkpoint, policy, logKeys)
  verifyInclusion(proof, leaf, index, found.checkpoint.size, found.checkpoint.root)
  return { ...found, index }
}

function parseIndex(line: string, number: number): number {
  const match = /^index (0|[1-9][0-9]{0,15})$/.exec(line)
  const index = Number(match?.[1] ?? Number.NaN)
  if (!(index <= SIZE_MAX)) {
    throw new VerifyError('receipt_index', `line ${number} of a proof is \`index N\``, {
      place: `line ${number}`,
      got: line.slice(0, 80),
    })
  }
  return index
}

function parseHashLine(line: string, number: number): Hash {
  const place = `line ${number}`
  const bytes = fromBase64(line, place)
  if (bytes.length === 32) return bytes
  throw new VerifyError(
    'receipt_hash_line',
    `a proof line is one hash of 32 bytes, this one has ${bytes.length}`,
    { place, expected: '32', got: String(bytes.length) },
  )
}
