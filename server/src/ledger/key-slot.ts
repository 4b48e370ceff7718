/**
 * Key slots: one fixed 96-byte place an entry, outside the log, where its content key lies wrapped.
 *
 * Spec: docs/spec/record.md §6. Destroying a key overwrites its slot; the log itself never changes.
 * Wrapping is AES-256-CTR under the owner's epoch key with a fresh random nonce. It needs no tag of its own: a wrong
 * key fails the record's GCM tag, and the leaf fixes ciphertext and slots besides (docs/decisions/0102).
 */
import { type Cipheriv, createCipheriv } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Kek } from './key-ring.ts'

export const SLOT_BYTES = 96
const VERSION = 1
const LIVE = 1
const DESTROYED = 2
const KEYLESS = 3
const CRC_AT = 92

/** `defect` is a slot that was never written, is torn, or belongs to another record. */
export type KeySlot =
  | {
      readonly state: 'live'
      readonly institutionKek: number
      readonly custodianKek: number
      readonly nonce: Buffer
      readonly wrappedForInstitution: Buffer
      readonly wrappedForCustodian: Buffer
    }
  | { readonly state: 'destroyed' | 'keyless' | 'defect' }

/** A content key wrapped twice. `recordRoot` ties the slot to its record. */
export function encodeLiveSlot(
  recordRoot: Uint8Array,
  dek: Uint8Array,
  nonce: Uint8Array,
  institution: Kek,
  custodian: Kek,
): Buffer {
  const slot = blankSlot(LIVE, recordRoot)
  slot.writeUInt32BE(institution.id, 4)
  slot.writeUInt32BE(custodian.id, 8)
  slot.set(nonce, 12)
  slot.set(mask(institution, nonce, dek), 24)
  slot.set(mask(custodian, nonce, dek), 56)
  return seal(slot)
}

/** The slot of an entry whose content is public. */
export function encodeKeylessSlot(recordRoot: Uint8Array): Buffer {
  return seal(blankSlot(KEYLESS, recordRoot))
}

/** What a slot is overwritten with when its key is destroyed. */
export function encodeDestroyedSlot(recordRoot: Uint8Array): Buffer {
  return seal(blankSlot(DESTROYED, recordRoot))
}

export function parseSlot(slot: Buffer, recordRoot: Uint8Array): KeySlot {
  if (slot.length !== SLOT_BYTES || slot.readUInt32BE(CRC_AT) !== crc32(slot.subarray(0, CRC_AT)))
    return { state: 'defect' }
  if (slot[0] !== VERSION || slot.compare(recordRoot, 0, 4, 88, CRC_AT) !== 0) return { state: 'defect' }
  if (slot[1] === DESTROYED) return { state: 'destroyed' }
  if (slot[1] === KEYLESS) return { state: 'keyless' }
  if (slot[1] !== LIVE) return { state: 'defect' }
  return {
    state: 'live',
    institutionKek: slot.readUInt32BE(4),
    custodianKek: slot.readUInt32BE(8),
    nonce: slot.subarray(12, 24),
    wrappedForInstitution: slot.subarray(24, 56),
    wrappedForCustodian: slot.subarray(56, 88),
  }
}

/** Wraps or unwraps: AES-256-CTR, initial counter block `nonce ‖ 00000001`. */
export function mask(kek: Kek, nonce: Uint8Array, key: Uint8Array): Buffer {
  const counters = Buffer.alloc(32)
  counters.set(nonce, 0)
  counters.set(nonce, 16)
  counters[15] = 1
  counters[31] = 2
  const out = blockCipher(kek).update(counters)
  for (let i = 0; i < 32; i++) out[i] = out[i]! ^ key[i]! // both have 32 bytes
  return out
}

/** Ciphers kept per key object: setting one up costs 17 µs, encrypting two blocks 1.4 µs. */
const ciphers = new WeakMap<Kek, Cipheriv>()

function blockCipher(kek: Kek): Cipheriv {
  let cipher = ciphers.get(kek)
  if (cipher === undefined) {
    cipher = createCipheriv('aes-256-ecb', kek.key, null).setAutoPadding(false)
    ciphers.set(kek, cipher)
  }
  return cipher
}

function blankSlot(state: number, recordRoot: Uint8Array): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES)
  slot[0] = VERSION
  slot[1] = state
  slot.set(recordRoot.subarray(0, 4), 88)
  return slot
}

function seal(slot: Buffer): Buffer {
  slot.writeUInt32BE(crc32(slot.subarray(0, CRC_AT)), CRC_AT)
  return slot
}
