/**
 * Key slots: one fixed 48-byte place an entry, outside the log, where the secret lies that its content key is made of.
 *
 * Spec: docs/spec/record.md §6. The content key is derived from the institution's epoch key and a random secret of the
 * record's own (NIST SP 800-56C rev. 2, one-step with SHA-256). Whoever lacks either of the two reads nothing, so
 * overwriting the slot shreds one record and destroying the epoch key a whole epoch. See docs/decisions/0102.
 */
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { EpochKey } from './key-ring.ts'

export const SLOT_BYTES = 48
export const SECRET_BYTES = 32
const VERSION = 1
const LIVE = 1
const DESTROYED = 2
const KEYLESS = 3
const ROOT_AT = 40
const CRC_AT = 44
const COUNTER = Buffer.from([0, 0, 0, 1])
const DOMAIN = Buffer.from('sekisho/record-key/v1\0')

/** `defect` is a slot that was never written, is torn, or belongs to another record. */
export type KeySlot =
  | { readonly state: 'live'; readonly epochKey: number; readonly secret: Buffer }
  | { readonly state: 'destroyed' | 'keyless' | 'defect' }

/** A record secret and the number of the epoch key it goes with. `recordRoot` ties the slot to its record. */
export function encodeLiveSlot(recordRoot: Uint8Array, epochKey: EpochKey, secret: Uint8Array): Buffer {
  const slot = blankSlot(LIVE, recordRoot)
  slot.writeUInt32BE(epochKey.id, 4)
  slot.set(secret, 8)
  return seal(slot)
}

/** The slot of an entry whose content is public. */
export function encodeKeylessSlot(recordRoot: Uint8Array): Buffer {
  return seal(blankSlot(KEYLESS, recordRoot))
}

/** What a slot is overwritten with when its secret is destroyed. */
export function encodeDestroyedSlot(recordRoot: Uint8Array): Buffer {
  return seal(blankSlot(DESTROYED, recordRoot))
}

export function parseSlot(slot: Buffer, recordRoot: Uint8Array): KeySlot {
  if (slot.length !== SLOT_BYTES || slot.readUInt32BE(CRC_AT) !== crc32(slot.subarray(0, CRC_AT)))
    return { state: 'defect' }
  if (slot[0] !== VERSION || slot.compare(recordRoot, 0, 4, ROOT_AT, CRC_AT) !== 0) return { state: 'defect' }
  if (slot[1] === DESTROYED) return { state: 'destroyed' }
  if (slot[1] === KEYLESS) return { state: 'keyless' }
  if (slot[1] !== LIVE) return { state: 'defect' }
  return { state: 'live', epochKey: slot.readUInt32BE(4), secret: slot.subarray(8, ROOT_AT) }
}

/** The content key: SHA-256(00000001 ‖ epoch key ‖ domain ‖ u32 epoch key number ‖ secret). */
export function deriveContentKey(epochKey: EpochKey, secret: Uint8Array): Buffer {
  const number = Buffer.allocUnsafe(4)
  number.writeUInt32BE(epochKey.id, 0)
  return hash('sha256', Buffer.concat([COUNTER, epochKey.key, DOMAIN, number, secret]), 'buffer')
}

function blankSlot(state: number, recordRoot: Uint8Array): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES)
  slot[0] = VERSION
  slot[1] = state
  slot.set(recordRoot.subarray(0, 4), ROOT_AT)
  return slot
}

function seal(slot: Buffer): Buffer {
  slot.writeUInt32BE(crc32(slot.subarray(0, CRC_AT)), CRC_AT)
  return slot
}
