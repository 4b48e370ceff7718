/**
 * Key slots: 40 bytes in every frame, where the secret lies that its content key is made of.
 *
 * Spec: docs/spec/record.md §6. The content key is derived from the institution's epoch key and a random secret of the
 * record's own (NIST SP 800-56C rev. 2, one-step with SHA-256). Whoever lacks either of the two reads nothing, so
 * zeroing the slot shreds one record and destroying the epoch key a whole epoch. See docs/decisions/0102, 0104.
 *
 *   0  4  number of the epoch key
 *   4 32  record secret
 *  36  4  CRC-32 of what the frame's CRC covers, followed by bytes 0–35
 */
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { EpochKey } from './key-ring.ts'
import type { RandomSource } from './random-pool.ts'

export const SLOT_BYTES = 40
export const SECRET_BYTES = 32
const SECRET_AT = 4
const CRC_AT = SECRET_AT + SECRET_BYTES
/** A slot without a secret: of a statement, which needs none, or of a record that was shredded. */
export const EMPTY_SLOT = Buffer.alloc(SLOT_BYTES)
const DOMAIN = Buffer.from('sekisho/record-key/v1\0')
const EPOCH_KEY_AT = 4
const NUMBER_AT = EPOCH_KEY_AT + 32 + DOMAIN.length
/** Counter 1 and domain stay, the rest is filled for each derivation and wiped after it. */
const kdfInput = Buffer.alloc(NUMBER_AT + 4 + SECRET_BYTES)
kdfInput[3] = 1
kdfInput.set(DOMAIN, EPOCH_KEY_AT + 32)

/** `defect` is a slot that is torn, damaged, or belongs to another frame. */
export type KeySlot =
  | { readonly state: 'live'; readonly epochKey: number; readonly secret: Buffer }
  | { readonly state: 'empty' | 'defect' }

/** Fills a slot but for its CRC, with a fresh secret. */
export function fillSlot(slot: Buffer, epochKey: EpochKey, random: RandomSource): void {
  slot.writeUInt32BE(epochKey.id, 0)
  random(slot, SECRET_AT, SECRET_BYTES)
}

export function secretOf(slot: Buffer): Buffer {
  return slot.subarray(SECRET_AT, CRC_AT)
}

/** Ties a live slot to the frame whose CRC this is. An empty slot stays empty. */
export function sealSlot(slot: Buffer, frameCrc: number): void {
  if (slot.readUInt32BE(0) !== 0) slot.writeUInt32BE(crc32(slot.subarray(0, CRC_AT), frameCrc), CRC_AT)
}

export function parseSlot(slot: Buffer, frameCrc: number): KeySlot {
  if (slot.equals(EMPTY_SLOT)) return { state: 'empty' }
  const whole = slot.readUInt32BE(CRC_AT) === crc32(slot.subarray(0, CRC_AT), frameCrc)
  const epochKey = slot.readUInt32BE(0)
  if (!whole || epochKey === 0) return { state: 'defect' }
  return { state: 'live', epochKey, secret: secretOf(slot) }
}

/** The content key: SHA-256(00000001 ‖ epoch key ‖ domain ‖ u32 epoch key number ‖ secret). */
export function deriveContentKey(epochKey: EpochKey, secret: Uint8Array): Buffer {
  kdfInput.set(epochKey.key, EPOCH_KEY_AT)
  kdfInput.writeUInt32BE(epochKey.id, NUMBER_AT)
  kdfInput.set(secret, NUMBER_AT + 4)
  const key = hash('sha256', kdfInput, 'buffer')
  kdfInput.fill(0, EPOCH_KEY_AT, EPOCH_KEY_AT + 32).fill(0, NUMBER_AT)
  return key
}
