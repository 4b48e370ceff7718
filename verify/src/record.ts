/**
 * The record and the public leaf: sixteen salted slots, one root, 72 bytes.
 *
 * Spec: docs/spec/record.md. Final from entry 0: slots are never added, removed, renamed or moved.
 * Threat: guessing. Every slot, empty ones too, is committed to under its own 16 random bytes, so that a leaf tells
 * nothing and a disclosed slot tells nothing about its neighbours.
 */
import { sha256 } from '#sha256'
import { concat, equalBytes, fromBase64, toBase64, toHex, utf8 } from './bytes.ts'
import { canonicalize, type JsonObject, type JsonValue } from './canonical.ts'
import { VerifyError } from './error.ts'
import type { Hash } from './merkle.ts'

/** Slot names in commitment order. */
export const FIELD_NAMES = [
  'kind',
  'time',
  'institution',
  'actor',
  'session',
  'agreement',
  'model',
  'engagement',
  'decision',
  'facts',
  'reading',
  'targets',
  'request',
  'response',
  'refers',
  'labels',
] as const

export type FieldName = (typeof FIELD_NAMES)[number]

export const FIELD_PREFIX = utf8('sekisho/field/v1\0')
export const RECORD_PREFIX = utf8('sekisho/record/v1\0')
/** What a leaf begins with, by the class of its entry: statements are published, so whoever looks for them must see them. */
export const LEAF_MAGIC = { exchange: utf8('sekisho1'), statement: utf8('sekisho2') } as const
export const LEAF_MAGIC_BYTES = 8
export const SALT_BYTES = 16
export const LEAF_BYTES = 72

export type LeafClass = keyof typeof LEAF_MAGIC

export interface Leaf {
  readonly class: LeafClass
  readonly recordRoot: Hash
  /** SHA-256 of the stored blob. */
  readonly blobHash: Hash
}

export type Fields = Readonly<Record<FieldName, JsonValue>>
export type Salts = Readonly<Record<FieldName, Uint8Array>>

/** What binds one slot: SHA-256(prefix ‖ name ‖ 0x00 ‖ salt ‖ canonical JSON of the value). */
export function commitField(name: FieldName, salt: Uint8Array, value: JsonValue): Hash {
  if (salt.length !== SALT_BYTES) {
    throw new VerifyError(
      'record_field_malformed',
      `salt of \`${name}\` has ${salt.length} bytes, not ${SALT_BYTES}`,
    )
  }
  return sha256(concat([FIELD_PREFIX, utf8(`${name}\0`), salt, utf8(canonicalize(value))]))
}

/** SHA-256(prefix ‖ the sixteen commitments in order). */
export function recordRootOf(commitments: readonly Hash[]): Hash {
  if (commitments.length !== FIELD_NAMES.length || commitments.some((hash) => hash.length !== 32)) {
    throw new VerifyError(
      'record_field_missing',
      `a record has ${FIELD_NAMES.length} commitments of 32 bytes`,
    )
  }
  return sha256(concat([RECORD_PREFIX, ...commitments]))
}

/** Root of a record whose slots are all known. */
export function recordRoot(fields: Fields, salts: Salts): Hash {
  return recordRootOf(FIELD_NAMES.map((name) => commitField(name, salts[name], fields[name])))
}

/** Magic of its class ‖ record root ‖ blob hash. */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  return concat([LEAF_MAGIC[leaf.class], leaf.recordRoot, leaf.blobHash])
}

/** The class that a leaf's first bytes tell, or null when they tell none. */
export function leafClass(bytes: Uint8Array): LeafClass | null {
  if (bytes.length !== LEAF_BYTES) return null
  // The two differ in the last byte; comparing it first keeps this cheap for millions of leaves.
  const own: LeafClass = bytes[7] === LEAF_MAGIC.statement[7] ? 'statement' : 'exchange'
  const magic = LEAF_MAGIC[own]
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic[i]) return null
  return own
}

/** Whether these bytes are shaped like a leaf; `parseLeaf` says what is wrong when they are not. */
export function isLeaf(bytes: Uint8Array): boolean {
  return leafClass(bytes) !== null
}

/** @throws {VerifyError} `leaf_length`, `leaf_magic` */
export function parseLeaf(bytes: Uint8Array, place: string): Leaf {
  if (bytes.length !== LEAF_BYTES) {
    throw new VerifyError('leaf_length', `leaf has ${bytes.length} bytes`, {
      place,
      expected: String(LEAF_BYTES),
      got: String(bytes.length),
    })
  }
  const own = leafClass(bytes)
  if (own === null) {
    throw new VerifyError('leaf_magic', 'leaf begins with neither `sekisho1` nor `sekisho2`', {
      place,
      expected: Object.values(LEAF_MAGIC).map(toHex).join(' or '),
      got: toHex(bytes.subarray(0, 8)),
    })
  }
  return { class: own, recordRoot: bytes.subarray(8, 40), blobHash: bytes.subarray(40, 72) }
}

/**
 * Takes a JSON object apart into one part a slot: all sixteen, nothing else.
 *
 * @throws {VerifyError} `record_field_missing`, `record_field_unknown`, `record_field_malformed`
 */
export function bySlot<T>(
  value: JsonValue | undefined,
  part: (name: FieldName, value: JsonValue) => T,
): Record<FieldName, T> {
  const object = asObject(value, 'slots')
  const known: readonly string[] = FIELD_NAMES
  const stray = Object.keys(object).find((name) => !known.includes(name))
  if (stray !== undefined) {
    throw new VerifyError('record_field_unknown', 'a record has no such slot', { got: stray.slice(0, 80) })
  }
  const parts = FIELD_NAMES.map((name) => {
    const member = object[name]
    if (member === undefined)
      throw new VerifyError('record_field_missing', `slot \`${name}\` is missing`, { place: name })
    return [name, part(name, member)] as const
  })
  return Object.fromEntries(parts) as Record<FieldName, T> // one pair for every name
}

/** @throws {VerifyError} `record_field_malformed` */
export function asObject(value: JsonValue | undefined, place: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject // not an array
  throw new VerifyError('record_field_malformed', `\`${place}\` is not an object`, { place })
}

/** @throws {VerifyError} `record_field_malformed`, `base64_malformed` */
export function asBytes(value: JsonValue | undefined, length: number | null, place: string): Uint8Array {
  if (typeof value !== 'string')
    throw new VerifyError('record_field_malformed', `\`${place}\` is not base64`, { place })
  const bytes = fromBase64(value, place)
  if (length !== null && bytes.length !== length) {
    throw new VerifyError('record_field_malformed', `\`${place}\` has ${bytes.length} bytes, not ${length}`, {
      place,
      expected: String(length),
      got: String(bytes.length),
    })
  }
  return bytes
}

/**
 * A record's kind must be one of its leaf's class: a statement under an exchange's leaf could be kept out of sight.
 *
 * @throws {VerifyError} `leaf_class`
 */
export function checkClass(kind: JsonValue, leaf: Leaf, place: string): void {
  if ((kind === 'statement') === (leaf.class === 'statement')) return
  throw new VerifyError('leaf_class', `the leaf is of class \`${leaf.class}\`, the record says otherwise`, {
    place,
    expected: leaf.class === 'statement' ? 'kind statement' : 'kind intent or outcome',
    got: canonicalize(kind).slice(0, 80),
  })
}

/** @throws {VerifyError} `record_root_mismatch` */
export function checkRecordRoot(got: Hash, leaf: Leaf, place: string): void {
  if (equalBytes(got, leaf.recordRoot)) return
  throw new VerifyError('record_root_mismatch', 'the slots are not those of this leaf', {
    place,
    expected: toBase64(leaf.recordRoot),
    got: toBase64(got),
  })
}

/** @throws {VerifyError} `record_blob_mismatch` */
export function checkBlob(blob: Uint8Array, leaf: Leaf, place: string): void {
  const got = sha256(blob)
  if (equalBytes(got, leaf.blobHash)) return
  throw new VerifyError('record_blob_mismatch', 'the stored content is not that of this leaf', {
    place,
    expected: toBase64(leaf.blobHash),
    got: toBase64(got),
  })
}
