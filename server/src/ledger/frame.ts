/**
 * Frames of the write-ahead log: one an entry.
 *
 * Spec: docs/spec/ledger.md §7. Length and CRC find torn writes; `durable` tells a torn tail (never acknowledged)
 * from damage to what was acknowledged; the leaf guards against everything else. The key slot is outside the CRC, because
 * it is the one place that may change: it is overwritten when its secret is destroyed.
 *
 *   0  4  `SKF1`
 *   4  4  payload length
 *   8  4  CRC-32 of bytes 4–7 and of the payload but for the key slot
 *  12 40  key slot (key-slot.ts)
 *  52  1  kind: 1 intent, 2 outcome, 3 statement
 *  53  3  zero
 *  56  8  index
 *  64  8  time, ms since 1970
 *  72  8  refers: intent closed or statement before; all ones for none
 *  80  8  durable: entries known to be durable when this frame was made
 *  88 72  leaf
 * 160  …  blob
 */
import { crc32 } from 'node:zlib'
import { LEAF_BYTES } from 'sekisho-verify'
import { type KeySlot, parseSlot, SLOT_BYTES, sealSlot } from './key-slot.ts'

export const FRAME_HEAD_BYTES = 12
export const SLOT_AT = FRAME_HEAD_BYTES
const BODY_AT = SLOT_AT + SLOT_BYTES
export const LEAF_AT = BODY_AT + 36
export const BLOB_AT = LEAF_AT + LEAF_BYTES
const MAGIC = 0x534b4631
export const FRAME_MAGIC = Buffer.from('SKF1')
/** Largest frame: bounds what a damaged length can make the reader allocate. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024

export type EntryKind = 'intent' | 'outcome' | 'statement'
const KINDS: readonly (EntryKind | null)[] = [null, 'intent', 'outcome', 'statement']

export interface Frame {
  readonly kind: EntryKind
  readonly index: number
  readonly timeMs: number
  /** Index of the intent closed (outcome) or of the statement before (statement). */
  readonly refers: number | null
  readonly durable: number
  readonly slot: KeySlot
  readonly leaf: Buffer
  readonly blob: Buffer
}

/** What a frame says of its entry besides the content. */
export type FrameHeader = Omit<Frame, 'slot' | 'leaf' | 'blob'>

export function slotOf(frame: Buffer): Buffer {
  return frame.subarray(SLOT_AT, BODY_AT)
}

export function leafOf(frame: Buffer): Buffer {
  return frame.subarray(LEAF_AT, BLOB_AT)
}

/** Completes a frame whose slot, leaf and blob are there. */
export function finishFrame(frame: Buffer, header: FrameHeader): void {
  frame.writeUInt32BE(MAGIC, 0)
  frame.writeUInt32BE(frame.length - FRAME_HEAD_BYTES, 4)
  frame.writeUInt32BE(KINDS.indexOf(header.kind) * 0x1000000, BODY_AT)
  writeNumber(frame, header.index, BODY_AT + 4)
  writeNumber(frame, header.timeMs, BODY_AT + 12)
  writeNumber(frame, header.refers, BODY_AT + 20)
  writeNumber(frame, header.durable, BODY_AT + 28)
  const crc = checksum(frame)
  frame.writeUInt32BE(crc, 8)
  sealSlot(slotOf(frame), crc)
}

/** Length of the frame that begins here, or null when this is no frame head. */
export function frameLength(head: Buffer): number | null {
  if (head.length < FRAME_HEAD_BYTES || head.compare(FRAME_MAGIC, 0, 4, 0, 4) !== 0) return null
  const length = head.readUInt32BE(4) + FRAME_HEAD_BYTES
  return length >= BLOB_AT && length <= FRAME_BYTES_MAX ? length : null
}

/** The frame, or null when its bytes are not whole. `bytes` must be exactly one frame. */
export function parseFrame(bytes: Buffer): Frame | null {
  if (frameLength(bytes) !== bytes.length) return null
  const crc = bytes.readUInt32BE(8)
  if (crc !== checksum(bytes)) return null
  const kind = KINDS[bytes[BODY_AT]!] // a frame is longer than that
  const index = readNumber(bytes, BODY_AT + 4)
  const timeMs = readNumber(bytes, BODY_AT + 12)
  const durable = readNumber(bytes, BODY_AT + 28)
  if (!kind || index === null || timeMs === null || durable === null) return null
  return {
    kind,
    index,
    timeMs,
    refers: readNumber(bytes, BODY_AT + 20),
    durable,
    slot: parseSlot(slotOf(bytes), crc),
    leaf: leafOf(bytes),
    blob: bytes.subarray(BLOB_AT),
  }
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(BODY_AT), crc32(frame.subarray(4, 8)))
}

function writeNumber(frame: Buffer, value: number | null, at: number): void {
  if (value === null) {
    frame.fill(0xff, at, at + 8)
    return
  }
  frame.writeUInt32BE(Math.floor(value / 2 ** 32), at)
  frame.writeUInt32BE(value % 2 ** 32, at + 4)
}

function readNumber(frame: Buffer, at: number): number | null {
  const value = frame.readUInt32BE(at) * 2 ** 32 + frame.readUInt32BE(at + 4)
  return Number.isSafeInteger(value) ? value : null
}
