/**
 * Signed notes and verifier keys.
 *
 * Spec: c2sp.org/signed-note. Signatures of unknown keys are ignored; a bad signature of a known key spoils the note.
 * Threat: a second reading of the same bytes. The parser accepts only what `formatNote` would write.
 */
import { verifyEd25519 } from '#ed25519'
import { sha256 } from '#sha256'
import { concat, fromBase64, fromUtf8, toBase64, toHex, utf8 } from './bytes.ts'
import { VerifyError } from './error.ts'

const NOTE_BYTES_MAX = 256 * 1024
const SIGNATURES_MAX = 64
const ED25519 = 1

/** A verifier key: name, key id (8 hex digits) and raw Ed25519 public key. */
export interface VerifierKey {
  readonly name: string
  readonly keyId: string
  readonly publicKey: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  /** 8 hex digits. */
  readonly keyId: string
  readonly signature: Uint8Array
}

export interface Note {
  /** What was signed, final newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** SHA-256(name ‖ newline ‖ signature type ‖ public key), first four bytes as hex. Type 1 is a plain Ed25519 note key. */
export function noteKeyId(name: string, publicKey: Uint8Array, type = ED25519): string {
  return toHex(sha256(concat([utf8(`${name}\n`), Uint8Array.of(type), publicKey])).subarray(0, 4))
}

export function formatVerifierKey(name: string, publicKey: Uint8Array, type = ED25519): string {
  return `${name}+${noteKeyId(name, publicKey, type)}+${toBase64(concat([Uint8Array.of(type), publicKey]))}`
}

/** @throws {VerifyError} `vkey_malformed`, `vkey_algorithm`, `vkey_key_id` */
export function parseVerifierKey(text: string): VerifierKey {
  const { name, keyId, publicKey } = parseTypedKey(text, { [ED25519]: 32 }, 'Ed25519')
  return { name, keyId, publicKey }
}

/**
 * Reads a verifier key of one of the signature types in `sizes`, which gives the bytes of public key of each.
 *
 * @throws {VerifyError} `vkey_malformed`, `vkey_algorithm`, `vkey_key_id`
 */
export function parseTypedKey(
  text: string,
  sizes: Readonly<Record<number, number>>,
  wanted: string,
): VerifierKey & { readonly type: number } {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text)
  const [, name, keyId, encoded] = match ?? []
  if (name === undefined || keyId === undefined || encoded === undefined) {
    throw new VerifyError('vkey_malformed', 'a verifier key is `name+8 hex digits+base64`', {
      got: text.slice(0, 120),
    })
  }
  const key = fromBase64(encoded, 'verifier key')
  const type = key[0] ?? 0
  if (!Object.hasOwn(sizes, type) || key.length !== (sizes[type] ?? 0) + 1) {
    throw new VerifyError('vkey_algorithm', `verifier key of \`${name}\` is not ${wanted}`, {
      expected: Object.entries(sizes)
        .map(([known, bytes]) => `${known}, ${bytes + 1} bytes`)
        .join(' or '),
      got: `${key[0] ?? 'none'}, ${key.length} bytes`,
    })
  }
  const publicKey = key.subarray(1)
  const expected = noteKeyId(name, publicKey, type)
  if (expected !== keyId) {
    throw new VerifyError('vkey_key_id', `verifier key of \`${name}\` has another key id`, {
      expected,
      got: keyId,
    })
  }
  return { name, keyId, publicKey, type }
}

/** `text` must end in a newline. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(({ name, keyId, signature }) => {
    const id = Uint8Array.from({ length: 4 }, (_, i) => Number.parseInt(keyId.slice(i * 2, i * 2 + 2), 16))
    return `\u2014 ${name} ${toBase64(concat([id, signature]))}\n`
  })
  return `${text}\n${lines.join('')}`
}

/**
 * Splits a note into its text and signatures, without checking any.
 *
 * @throws {VerifyError} `note_too_large`, `utf8_malformed`, `note_control_character`, `note_no_signatures`,
 *   `note_signature_line`, `note_signature_count`
 */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_BYTES_MAX) {
    throw new VerifyError(
      'note_too_large',
      `a note of ${bytes.length} bytes is over the limit of ${NOTE_BYTES_MAX}`,
    )
  }
  const whole = fromUtf8(bytes)
  for (let i = 0; i < whole.length; i++) {
    const unit = whole.charCodeAt(i)
    if (unit < 0x20 && unit !== 0x0a) {
      throw new VerifyError('note_control_character', `control character ${unit} in a note`, {
        place: `character ${i}`,
      })
    }
  }
  const split = whole.lastIndexOf('\n\n')
  if (split < 0 || !whole.endsWith('\n') || split + 2 >= whole.length) {
    throw new VerifyError('note_no_signatures', 'a note is text, an empty line and signature lines')
  }
  const lines = whole.slice(split + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) {
    throw new VerifyError(
      'note_signature_count',
      `${lines.length} signatures are over the limit of ${SIGNATURES_MAX}`,
    )
  }
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/**
 * Checks a note against known keys and returns those that signed it.
 *
 * @throws {VerifyError} those of `parseNote`, `note_signature_invalid`, `note_key_absent` when no known key signed
 */
export async function verifyNote(
  bytes: Uint8Array,
  keys: readonly VerifierKey[],
): Promise<{ note: Note; signedBy: VerifierKey[] }> {
  const note = parseNote(bytes)
  const message = utf8(note.text)
  const signedBy: VerifierKey[] = []
  for (const { name, keyId, signature } of note.signatures) {
    const key = keys.find((known) => known.name === name && known.keyId === keyId)
    if (key === undefined || signedBy.includes(key)) continue
    if (!(await verifyEd25519(key.publicKey, message, signature))) {
      throw new VerifyError('note_signature_invalid', `signature of \`${name}\` does not verify`, {
        place: `${name}+${keyId}`,
        got: toBase64(signature),
      })
    }
    signedBy.push(key)
  }
  if (signedBy.length === 0) {
    throw new VerifyError('note_key_absent', 'no known key signed this note', {
      expected: keys.map((key) => `${key.name}+${key.keyId}`).join(', '),
      got: note.signatures.map((signature) => `${signature.name}+${signature.keyId}`).join(', '),
    })
  }
  return { note, signedBy }
}

function parseSignatureLine(line: string, number: number): NoteSignature {
  const match = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/=]+)$/u.exec(line)
  const [, name, encoded] = match ?? []
  if (name === undefined || encoded === undefined) throw lineError(line, number)
  const bytes = fromBase64(encoded, `signature line ${number + 1}`)
  if (bytes.length < 5) throw lineError(line, number)
  return { name, keyId: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) }
}

function lineError(line: string, number: number): VerifyError {
  return new VerifyError('note_signature_line', `signature line ${number + 1} is malformed`, {
    place: `signature line ${number + 1}`,
    got: line.slice(0, 120),
  })
}
