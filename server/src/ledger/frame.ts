/**
 * Frames of the write-ahead log: one an entry.
 *
 * Spec: docs/spec/ledger.md §7. Length and CRC find torn writes; `durable` tells a torn tail (never acknowledged)
 * from damage to what was acknowledged; the leaf guards against everything else.
 *
 *   0  4  `SKF1`
 *   4  4  payload length
 *   8  4  CRC-32 of length and payload
 *  12  1  kind: 1 intent, 2 outcome, 3 statement
 *  13  3  zero
 *  16  8  index
 *  24  8  time, ms since 1970
 *  32  8  refers: intent closed or statement before; all ones for none
 *  40  8  durable: entries known to be durable when this frame was made
 *  48 72  leaf
 * 120  …  blob
 */
import { crc32 } from 'node:zlib'
import { LEAF_BYTES } from 'sekisho-verify'

export const FRAME_HEAD_BYTES = 12
const LEAF_AT = 48
export const BLOB_AT = LEAF_AT + LEAF_BYTES
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
  readonly leaf: Buffer
  readonly blob: Buffer
}

/** An unfinished frame of the right size: fill leaf and blob, then `finishFrame`. */
export function allocateFrame(blobBytes: number): Buffer {
  return Buffer.allocUnsafe(BLOB_AT + blobBytes)
}

export function leafOf(frame: Buffer): Buffer {
  return frame.subarray(LEAF_AT, BLOB_AT)
}

export function finishFrame(frame: Buffer, header: Omit<Frame, 'leaf' | 'blob'>): Buffer {
  frame.set(FRAME_MAGIC, 0)
  frame.writeUInt32BE(frame.length - FRAME_HEAD_BYTES, 4)
  frame.writeUInt32BE(KINDS.indexOf(header.kind) * 0x1000000, 12)
  writeNumber(frame, header.index, 16)
  writeNumber(frame, header.timeMs, 24)
  writeNumber(frame, header.refers, 32)
  writeNumber(frame, header.durable, 40)
  frame.writeUInt32BE(checksum(frame), 8)
  return frame
}

/** Length of the frame that begins here, or null when this is no frame head. */
export function frameLength(head: Buffer): number | null {
  if (head.length < FRAME_HEAD_BYTES || head.compare(FRAME_MAGIC, 0, 4, 0, 4) !== 0) return null
  const length = head.readUInt32BE(4) + FRAME_HEAD_BYTES
  return length >= BLOB_AT && length <= FRAME_BYTES_MAX ? length : null
}

/** The frame, or null when its bytes are not whole. `bytes` must be exactly one frame. */
export function parseFrame(bytes: Buffer): Frame | null {
  if (frameLength(bytes) !== bytes.length || bytes.readUInt32BE(8) !== checksum(bytes)) return null
  const kind = KINDS[bytes[12]!] // a frame is longer than 12 bytes
  const index = readNumber(bytes, 16)
  const timeMs = readNumber(bytes, 24)
  const durable = readNumber(bytes, 40)
  if (!kind || index === null || timeMs === null || durable === null) return null
  return {
    kind,
    index,
    timeMs,
    refers: readNumber(bytes, 32),
    durable,
    leaf: leafOf(bytes),
    blob: bytes.subarray(BLOB_AT),
  }
}

function checksum(frame: Buffer): number {
  return crc32(frame.subarray(FRAME_HEAD_BYTES), crc32(frame.subarray(4, 8)))
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
