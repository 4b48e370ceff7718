/**
 * Cosignatures: a witness's signed word that a checkpoint continues everything it saw of that log before.
 *
 * Spec: c2sp.org/tlog-cosignature; ours: docs/spec/witness.md §2. Two kinds: `cosignature/v1` (Ed25519, type 4) signs the
 * note's text, `subtree/v1` (ML-DSA-44, type 6) signs names, size and root. Both are timestamped.
 * Threat: a signature of a kind this runtime cannot check must never count. It is `unchecked`, not good.
 */
import { verifyEd25519 } from '#ed25519'
import { verifyMlDsa44 } from '#ml-dsa'
import { concat, toBase64, utf8 } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { VerifyError } from './error.ts'
import { formatVerifierKey, type Note, type NoteSignature, parseTypedKey, type VerifierKey } from './note.ts'

export type CosignatureAlgorithm = 'ed25519' | 'ml-dsa-44'

/** What a kind is made of, sizes in bytes. */
const KINDS = {
  ed25519: { type: 4, publicKey: 32, signature: 64 },
  'ml-dsa-44': { type: 6, publicKey: 1312, signature: 2420 },
} as const

const LABEL = utf8('subtree/v1\n\0')
const TIMESTAMP_BYTES = 8
const TIMESTAMP_MAX = 2n ** 63n - 1n

/** A key that cosigns. */
export interface CosignerKey extends VerifierKey {
  readonly algorithm: CosignatureAlgorithm
}

export interface Cosignature {
  readonly key: CosignerKey
  /** `unchecked`: this runtime lacks the algorithm. */
  readonly state: 'good' | 'unchecked'
  /** POSIX seconds; 0 says nothing about time. */
  readonly timeS: number
}

/** @throws {VerifyError} `vkey_malformed`, `vkey_algorithm`, `vkey_key_id` */
export function parseCosignerKey(text: string): CosignerKey {
  const sizes = Object.fromEntries(Object.values(KINDS).map((kind) => [kind.type, kind.publicKey]))
  const { type, ...key } = parseTypedKey(text, sizes, 'a cosigner key')
  return { ...key, algorithm: type === KINDS.ed25519.type ? 'ed25519' : 'ml-dsa-44' }
}

export function formatCosignerKey(
  name: string,
  algorithm: CosignatureAlgorithm,
  publicKey: Uint8Array,
): string {
  return formatVerifierKey(name, publicKey, KINDS[algorithm].type)
}

/**
 * The bytes a cosigner signs for a checkpoint.
 *
 * @param text the note's text, final newline included
 * @throws {VerifyError} `cosignature_name` for a name or origin that ML-DSA-44's message cannot hold
 */
export function cosignatureMessage(
  key: Pick<CosignerKey, 'name' | 'algorithm'>,
  timeS: bigint,
  text: string,
  checkpoint: Checkpoint,
): Uint8Array {
  if (key.algorithm === 'ed25519') return utf8(`cosignature/v1\ntime ${timeS}\n${text}`)
  return concat([
    LABEL,
    shortText(key.name, 'cosigner name'),
    u64(timeS),
    shortText(checkpoint.origin, 'origin'),
    u64(0n),
    u64(BigInt(checkpoint.size)),
    checkpoint.root,
  ])
}

/** What follows the key id in a cosignature's line: time, then signature. */
export function encodeTimestamped(timeS: bigint, signature: Uint8Array): Uint8Array {
  return concat([u64(timeS), signature])
}

/**
 * Checks every cosignature of a known key; those of unknown keys are ignored, and of each key the first counts.
 *
 * @throws {VerifyError} `cosignature_malformed`, `cosignature_timestamp`, `cosignature_invalid`: a bad signature of a
 *   known key spoils the note
 */
export async function verifyCosignatures(
  note: Note,
  checkpoint: Checkpoint,
  keys: readonly CosignerKey[],
): Promise<Cosignature[]> {
  const found: Cosignature[] = []
  for (const signature of note.signatures) {
    const key = keys.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId)
    if (key === undefined || found.some((earlier) => earlier.key === key)) continue
    found.push(await verifyOne(note, checkpoint, key, signature))
  }
  return found
}

async function verifyOne(
  note: Note,
  checkpoint: Checkpoint,
  key: CosignerKey,
  line: NoteSignature,
): Promise<Cosignature> {
  const place = `${key.name}+${key.keyId}`
  const bytes = TIMESTAMP_BYTES + KINDS[key.algorithm].signature
  if (line.signature.length !== bytes) {
    throw new VerifyError('cosignature_malformed', `cosignature of \`${key.name}\` has another length`, {
      place,
      expected: String(bytes),
      got: String(line.signature.length),
    })
  }
  const timeS = readU64(line.signature)
  if (timeS > TIMESTAMP_MAX) {
    throw new VerifyError('cosignature_timestamp', `cosignature of \`${key.name}\` has no possible time`, {
      place,
      expected: `at most ${TIMESTAMP_MAX}`,
      got: String(timeS),
    })
  }
  const message = cosignatureMessage(key, timeS, note.text, checkpoint)
  const signature = line.signature.subarray(TIMESTAMP_BYTES)
  const verify = key.algorithm === 'ed25519' ? verifyEd25519 : verifyMlDsa44
  const good = await verify(key.publicKey, message, signature)
  if (good === false) {
    throw new VerifyError('cosignature_invalid', `cosignature of \`${key.name}\` does not verify`, {
      place,
      got: toBase64(line.signature).slice(0, 120),
    })
  }
  return { key, state: good === null ? 'unchecked' : 'good', timeS: Number(timeS) }
}

function shortText(text: string, what: string): Uint8Array {
  const bytes = utf8(text)
  if (bytes.length < 1 || bytes.length > 255) {
    throw new VerifyError(
      'cosignature_name',
      `the ${what} has ${bytes.length} bytes; ML-DSA-44 cosigns 1 to 255`,
      {
        place: what,
        expected: '1 to 255',
        got: String(bytes.length),
      },
    )
  }
  return concat([Uint8Array.of(bytes.length), bytes])
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

function readU64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}
