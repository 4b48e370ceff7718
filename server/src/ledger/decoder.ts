/**
 * From what is stored back to an entry, checking on the way that it is what the leaf says.
 *
 * Spec: docs/spec/record.md §5–6. Content whose keys are gone reads `unavailable`; content that does not match its
 * leaf is an error, never a value.
 */
import { createDecipheriv, createSecretKey } from 'node:crypto'
import {
  equalBytes,
  FIELD_NAMES,
  type Fields,
  type JsonObject,
  type JsonValue,
  openStatementEntry,
  parseCanonical,
  parseLeaf,
  recordRoot,
  type Salts,
  sha256,
} from 'sekisho-verify'
import { BLOB_CONTEXT, BLOB_NONCE, EXCHANGE_BLOB, SALTS_BYTES, splitSalts, TAG_BYTES } from './encoder.ts'
import { LedgerError } from './error.ts'
import type { Frame } from './frame.ts'
import type { KeyRing } from './key-ring.ts'
import { deriveContentKey } from './key-slot.ts'

/** An entry with its slots and salts laid open. */
export interface Opened {
  readonly fields: Fields
  readonly salts: Salts
  readonly content: Buffer
  readonly statement: JsonValue | undefined
}

/**
 * Opens a frame.
 *
 * @returns null when the keys are destroyed or not held
 * @throws {LedgerError} `ledger_blob_mismatch`, `ledger_key_slot_corrupt`
 */
export function openEntry(frame: Frame, ring: KeyRing): Opened | null {
  const leaf = parseLeaf(frame.leaf, `entry ${frame.index}`)
  if ((leaf.class === 'statement') !== (frame.kind === 'statement')) throw mismatch(frame.index)
  if (!equalBytes(sha256(frame.blob), leaf.blobHash)) throw mismatch(frame.index)
  if (frame.kind === 'statement') {
    const { fields, salts, statement } = openStatementEntry(frame.blob, leaf, `entry ${frame.index}`)
    return checkHeader(frame, { fields, salts, content: Buffer.alloc(0), statement })
  }
  const key = contentKey(frame, ring)
  if (key === null) return null
  const plain = decrypt(frame.blob, key, leaf.recordRoot)
  if (plain === null)
    throw new LedgerError('ledger_key_slot_corrupt', `the key held for entry ${frame.index} does not open it`)
  const opened = takeApart(plain)
  if (!equalBytes(recordRoot(opened.fields, opened.salts), leaf.recordRoot)) throw mismatch(frame.index)
  return checkHeader(frame, opened)
}

/** The content key, or null when the record's secret or the epoch key is gone. */
function contentKey({ index, slot }: Frame, ring: KeyRing): Buffer | null {
  if (slot.state === 'empty') return null
  if (slot.state !== 'live')
    throw new LedgerError('ledger_key_slot_corrupt', `the key slot of entry ${index} is damaged`)
  const epochKey = ring.find(slot.epochKey)
  return epochKey === null ? null : deriveContentKey(epochKey, slot.secret)
}

function decrypt(blob: Buffer, key: Buffer, root: Uint8Array): Buffer | null {
  if (blob[0] !== EXCHANGE_BLOB || blob.length < 1 + SALTS_BYTES + 4 + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), BLOB_NONCE, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.concat([BLOB_CONTEXT, root]))
  decipher.setAuthTag(blob.subarray(blob.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(blob.subarray(1, blob.length - TAG_BYTES)), decipher.final()])
  } catch {
    return null // the tag does not fit this key
  }
}

function takeApart(plain: Buffer): Opened {
  const recordBytes = plain.readUInt32BE(SALTS_BYTES)
  const recordAt = SALTS_BYTES + 4
  const record = parseCanonical(plain.toString('utf8', recordAt, recordAt + recordBytes)) as JsonObject
  // Only this writer could have made a blob with a good tag; the record root check that follows covers the values.
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, record[name] ?? null])) as Fields
  return {
    fields,
    salts: splitSalts(plain.subarray(0, SALTS_BYTES)),
    content: plain.subarray(recordAt + recordBytes),
    statement: undefined,
  }
}

/** The frame's clear header must say what the record says. */
function checkHeader(frame: Frame, opened: Opened): Opened {
  const { kind, time, refers } = opened.fields
  const pointer = frame.kind === 'intent' ? null : refers
  if (kind !== frame.kind || time !== frame.timeMs || pointer !== frame.refers) throw mismatch(frame.index)
  return opened
}

function mismatch(index: number): LedgerError {
  return new LedgerError('ledger_blob_mismatch', `entry ${index} is not what its leaf says`)
}
