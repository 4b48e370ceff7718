/**
 * Receipts: one entry, proved to be in the ledger, in one file that checks offline.
 *
 * Spec: c2sp.org/tlog-proof@v1 with our `extra`, docs/spec/receipt.md. `extra` is outside the log's signature, so
 * nothing in it counts until it has been led back to the leaf, and the leaf to the signed root.
 */
import { fromUtf8, toBase64, utf8 } from './bytes.ts'
import { canonicalize, type JsonObject, type JsonValue, parseCanonical } from './canonical.ts'
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts'
import { VerifyError } from './error.ts'
import { type Hash, leafHash } from './merkle.ts'
import type { VerifierKey } from './note.ts'
import type { Policy } from './policy.ts'
import { verifyInclusion } from './proof.ts'
import {
  asBytes,
  asObject,
  bySlot,
  checkBlob,
  checkClass,
  checkRecordRoot,
  commitField,
  FIELD_NAMES,
  type FieldName,
  LEAF_BYTES,
  parseLeaf,
  recordRootOf,
  SALT_BYTES,
} from './record.ts'
import { openStatementEntry } from './statement-entry.ts'
import { formatTlogProof, parseTlogProof } from './tlog-proof.ts'
import { verifyWitnessed, type WitnessWord } from './witnessed.ts'

export const RECEIPT_TYPE = 'sekisho/receipt/v1'

/** A slot as a receipt shows it: disclosed with its salt, or as its bare commitment. */
export type Slot = { readonly salt: Uint8Array; readonly value: JsonValue } | { readonly commitment: Hash }

export interface ReceiptParts {
  readonly index: number
  readonly leaf: Uint8Array
  /** Null when the slots are unavailable: the receipt then proves the leaf alone. */
  readonly slots: Readonly<Record<FieldName, Slot>> | null
  /** The stored blob, for statements. */
  readonly blob: Uint8Array | null
  readonly proof: readonly Hash[]
  /** Signed checkpoint, verbatim. */
  readonly checkpoint: Uint8Array
}

export interface VerifiedReceipt {
  readonly checkpoint: Checkpoint
  readonly index: number
  readonly leaf: Uint8Array
  /** Values the receipt discloses, each led back to the signed root. */
  readonly disclosed: Readonly<Partial<Record<FieldName, JsonValue>>>
  /** Slots it keeps back. */
  readonly withheld: readonly FieldName[]
  readonly statement: JsonValue | undefined
}

/** Writes a receipt file. */
export function formatReceipt(parts: ReceiptParts): string {
  const extra: Record<string, JsonValue> = { type: RECEIPT_TYPE, leaf: toBase64(parts.leaf), slots: null }
  if (parts.slots !== null) extra.slots = encodeSlots(parts.slots)
  if (parts.blob !== null) extra.blob = toBase64(parts.blob)
  return formatTlogProof({ ...parts, extra: utf8(canonicalize(extra)) })
}

/**
 * Reads a receipt file without checking anything but its form.
 *
 * @throws {VerifyError} `receipt_malformed`, `receipt_version`, `receipt_index`, `receipt_hash_line`, `receipt_extra`
 */
export function parseReceipt(bytes: Uint8Array): ReceiptParts {
  const { extra, index, proof, checkpoint } = parseTlogProof(bytes)
  return { ...parseExtra(extra), index, proof, checkpoint }
}

/**
 * Checks a receipt: slots ↔ leaf ↔ inclusion ↔ signed checkpoint.
 *
 * @throws {VerifyError} those of `parseReceipt`, `verifyCheckpoint`, `verifyInclusion`, `parseLeaf`,
 *   `record_root_mismatch`, `record_blob_mismatch`, `leaf_class`
 */
export async function verifyReceipt(bytes: Uint8Array, key: VerifierKey): Promise<VerifiedReceipt> {
  const parts = parseReceipt(bytes)
  return checkReceipt(parts, await verifyCheckpoint(parts.checkpoint, key))
}

/**
 * Checks a receipt under a policy: the checkpoint must carry the cosignatures of a quorum as well (tier T3).
 *
 * @param logKeys log keys accepted besides the policy's own
 * @param nowS POSIX seconds by the reader's clock, as `verifyWitnessed` takes it
 * @throws {VerifyError} those of `verifyReceipt` and `verifyWitnessed`
 */
export async function verifyWitnessedReceipt(
  bytes: Uint8Array,
  policy: Policy,
  logKeys: readonly VerifierKey[] = [],
  nowS = Number.POSITIVE_INFINITY,
): Promise<VerifiedReceipt & { readonly words: readonly WitnessWord[] }> {
  const parts = parseReceipt(bytes)
  const { checkpoint, words } = await verifyWitnessed(parts.checkpoint, policy, logKeys, nowS)
  return { ...checkReceipt(parts, checkpoint), words }
}

function checkReceipt(parts: ReceiptParts, checkpoint: Checkpoint): VerifiedReceipt {
  verifyInclusion(parts.proof, leafHash(parts.leaf), parts.index, checkpoint.size, checkpoint.root)
  const place = `entry ${parts.index}`
  const leaf = parseLeaf(parts.leaf, place)
  const { index, slots } = parts
  const disclosed: Partial<Record<FieldName, JsonValue>> = {}
  if (slots !== null) {
    const commitments = FIELD_NAMES.map((name) => {
      const slot = slots[name]
      if ('commitment' in slot) return slot.commitment
      disclosed[name] = slot.value
      return commitField(name, slot.salt, slot.value)
    })
    checkRecordRoot(recordRootOf(commitments), leaf, place)
    if (disclosed.kind !== undefined) checkClass(disclosed.kind, leaf, place)
  }
  let statement: JsonValue | undefined
  if (parts.blob !== null) {
    checkBlob(parts.blob, leaf, place)
    if (parts.blob[0] === 0x7b) statement = openStatementEntry(parts.blob, leaf, place).statement
  }
  const withheld = FIELD_NAMES.filter((name) => !Object.hasOwn(disclosed, name))
  return { checkpoint, index, leaf: parts.leaf, disclosed, withheld, statement }
}

function encodeSlots(slots: Readonly<Record<FieldName, Slot>>): JsonObject {
  return Object.fromEntries(
    FIELD_NAMES.map((name) => {
      const slot = slots[name]
      const shown: JsonObject =
        'commitment' in slot
          ? { commitment: toBase64(slot.commitment) }
          : { salt: toBase64(slot.salt), value: slot.value }
      return [name, shown]
    }),
  )
}

function parseExtra(bytes: Uint8Array | null): Pick<ReceiptParts, 'leaf' | 'slots' | 'blob'> {
  if (bytes === null) {
    throw new VerifyError('receipt_extra', 'the second line of a receipt is `extra`', { place: 'line 2' })
  }
  const extra = asObject(parseCanonical(fromUtf8(bytes)), 'extra')
  const stray = Object.keys(extra).find((name) => !['blob', 'leaf', 'slots', 'type'].includes(name))
  if (extra.type !== RECEIPT_TYPE || stray !== undefined || extra.slots === undefined) {
    throw new VerifyError('receipt_extra', `\`extra\` is not a \`${RECEIPT_TYPE}\``, {
      place: 'line 2',
      expected: RECEIPT_TYPE,
      got: stray ?? canonicalize(extra.type ?? null).slice(0, 80),
    })
  }
  return {
    leaf: asBytes(extra.leaf, LEAF_BYTES, 'leaf'),
    slots: extra.slots === null ? null : bySlot(extra.slots, parseSlot),
    blob: extra.blob === undefined ? null : asBytes(extra.blob, null, 'blob'),
  }
}

function parseSlot(name: FieldName, shown: JsonValue): Slot {
  const slot = asObject(shown, name)
  const keys = Object.keys(slot).sort().join()
  if (keys === 'commitment') return { commitment: asBytes(slot.commitment, 32, name) }
  if (keys === 'salt,value' && slot.value !== undefined) {
    return { salt: asBytes(slot.salt, SALT_BYTES, name), value: slot.value }
  }
  throw new VerifyError('record_field_malformed', `slot \`${name}\` is neither disclosed nor a commitment`, {
    place: name,
  })
}
