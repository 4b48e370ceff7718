/**
 * One file of the write-ahead log: a header, then frames, then zeros up to where room was made.
 *
 * Spec: docs/spec/ledger.md §7. A segment belongs to one log (its header names it by the verifier key's digest),
 * so that files of two ledgers cannot be mixed up.
 */
import { crc32 } from 'node:zlib'
import type { DiskFile } from './disk.ts'
import { LedgerError } from './error.ts'
import { FRAME_HEAD_BYTES, FRAME_MAGIC, type Frame, frameLength, parseFrame } from './frame.ts'

export const SEGMENT_HEADER_BYTES = 64
const SEGMENT_MAGIC = Buffer.from('sekisho-wal-1\n\0\0')
const CHUNK_BYTES = 1024 * 1024

export function encodeSegmentHeader(first: number, logId: Buffer): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES)
  header.set(SEGMENT_MAGIC, 0)
  header.writeBigUInt64BE(BigInt(first), 16)
  header.set(logId, 24)
  header.writeUInt32BE(crc32(header.subarray(0, 60)), 60)
  return header
}

/** @throws {LedgerError} `ledger_wal_header`, `ledger_origin_mismatch` */
export function checkSegmentHeader(header: Buffer, first: number, logId: Buffer, path: string): void {
  const whole =
    header.length === SEGMENT_HEADER_BYTES && header.readUInt32BE(60) === crc32(header.subarray(0, 60))
  if (
    !whole ||
    header.compare(SEGMENT_MAGIC, 0, 16, 0, 16) !== 0 ||
    header.readBigUInt64BE(16) !== BigInt(first)
  ) {
    throw new LedgerError('ledger_wal_header', `\`${path}\` has a damaged header`)
  }
  if (header.compare(logId, 0, 32, 24, 56) !== 0) {
    throw new LedgerError('ledger_origin_mismatch', `\`${path}\` belongs to a log of another origin or key`)
  }
}

export interface Scan {
  /** Offset after the last whole frame. */
  readonly end: number
  /** Whether anything but zeros follows. */
  readonly torn: boolean
  readonly fileBytes: number
}

/** Reads frames in order, from the first, until whole frames end. A zero where a frame should begin ends them too. */
export async function scanFrames(
  file: DiskFile,
  first: number,
  onFrame: (frame: Frame, offset: number) => void,
): Promise<Scan> {
  const fileBytes = await file.size()
  let offset = SEGMENT_HEADER_BYTES
  let index = first
  let window: Buffer = Buffer.alloc(0)
  let windowAt = offset
  const take = async (length: number): Promise<Buffer> => {
    if (offset + length > windowAt + window.length) {
      window = await file.read(offset, Math.max(length, CHUNK_BYTES))
      windowAt = offset
    }
    return window.subarray(offset - windowAt, offset - windowAt + length)
  }
  while (offset < fileBytes) {
    const length = frameLength(await take(FRAME_HEAD_BYTES))
    const whole = length !== null && offset + length <= fileBytes
    const frame = whole ? parseFrame(await take(length)) : null
    if (length === null || frame === null || frame.index !== index) {
      return { end: offset, torn: !(await isZero(file, offset)), fileBytes }
    }
    onFrame(frame, offset)
    offset += length
    index++
  }
  return { end: offset, torn: false, fileBytes }
}

/** Whether nothing but zeros follows: room that no batch was written to. */
async function isZero(file: DiskFile, from: number): Promise<boolean> {
  for (let at = from; ; at += CHUNK_BYTES) {
    const chunk = await file.read(at, CHUNK_BYTES)
    if (chunk.length === 0) return true
    if (chunk.some((byte) => byte !== 0)) return false
  }
}

/**
 * Whether the bytes from `from` on hold a frame written when entry `index` was already durable.
 *
 * A torn tail has no such frame: whatever follows the tear was never acknowledged. If there is one, the file was
 * damaged, and cutting it would drop acknowledged entries.
 */
export async function provesDurable(file: DiskFile, from: number, index: number): Promise<boolean> {
  const fileBytes = await file.size()
  for (let at = from; at < fileBytes; at += CHUNK_BYTES) {
    const chunk = await file.read(at, CHUNK_BYTES + FRAME_MAGIC.length - 1)
    for (let hit = chunk.indexOf(FRAME_MAGIC); hit >= 0; hit = chunk.indexOf(FRAME_MAGIC, hit + 1)) {
      const length = frameLength(await file.read(at + hit, FRAME_HEAD_BYTES))
      if (length === null || at + hit + length > fileBytes) continue
      const frame = parseFrame(await file.read(at + hit, length))
      if (frame !== null && frame.durable > index) return true
    }
  }
  return false
}
