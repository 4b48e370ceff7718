/**
 * The container of an evidence pack: a ustar file that can be written in one way only.
 *
 * Spec: POSIX.1-1988 ustar; ours: docs/spec/evidence-pack.md §2. Any tar opens it.
 * Threat: two readings of one archive. Names are plain and ascending, nothing but regular files is accepted, and the
 * bytes must be those this writer makes of the files: duplicates, links, paths upward and hidden bytes are refused.
 */
import { concat, equalBytes, utf8 } from './bytes.ts'
import { VerifyError } from './error.ts'

const BLOCK = 512
const SIZE_AT = 124
const SIZE_MAX = 8 ** 11 - 1
/** A path as packs have them: plain segments, relative, never upward. It fits the name field of one header. */
export const PACK_PATH =
  /^(?=.{1,99}$)[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:\/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)*$/
/** Files of one pack. */
export const PACK_FILES_MAX = 200_000

/** Writes files in the order of their names. Times, owners and modes are constants: they would say nothing provable. */
export function writeTar(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = []
  for (const path of [...files.keys()].sort()) {
    const bytes = files.get(path)! // a key of the same map
    parts.push(header(path, bytes.length), bytes, new Uint8Array(padding(bytes.length)))
  }
  return concat([...parts, new Uint8Array(BLOCK * 2)])
}

/** @throws {VerifyError} `pack_container` */
export function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let at = 0
  let last = ''
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const { path, size } = readHeader(bytes.subarray(at, at + BLOCK), at)
    const end = at + BLOCK + size
    if (path <= last) throw defect(at, `\`${path}\` does not come after \`${last}\``)
    if (end + padding(size) > bytes.length) throw defect(at, `\`${path}\` goes beyond the end`)
    if (files.size >= PACK_FILES_MAX) throw defect(at, `there are more than ${PACK_FILES_MAX} files`)
    checkZero(bytes.subarray(end, end + padding(size)), end)
    files.set(path, bytes.subarray(at + BLOCK, end))
    last = path
    at = end + padding(size)
  }
  if (bytes.length !== at + BLOCK * 2)
    throw defect(at, `the archive ends with ${bytes.length - at} bytes, not with two empty blocks`)
  checkZero(bytes.subarray(at), at)
  return files
}

function readHeader(block: Uint8Array, at: number): { path: string; size: number } {
  const path = ascii(block.subarray(0, 100)).replace(/\0.*$/s, '')
  if (!PACK_PATH.test(path)) throw defect(at, 'a name is not a plain path')
  const digits = ascii(block.subarray(SIZE_AT, SIZE_AT + 11))
  if (!/^[0-7]{11}$/.test(digits)) throw defect(at, `the size of \`${path}\` is not octal`)
  const size = Number.parseInt(digits, 8)
  // One encoding for one file: mode, owner, time, type and checksum are compared with it.
  if (!equalBytes(header(path, size), block))
    throw defect(at, `the header of \`${path}\` is not the plain one`)
  return { path, size }
}

function header(path: string, size: number): Uint8Array {
  if (!PACK_PATH.test(path) || size > SIZE_MAX)
    throw new VerifyError('pack_container', `\`${path}\` of ${size} bytes cannot be packed`, { place: path })
  const block = new Uint8Array(BLOCK)
  block.set(utf8(path), 0)
  block.set(utf8('0000644\0' + '0000000\0' + '0000000\0'), 100)
  block.set(utf8(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0`), SIZE_AT)
  block.set(utf8('        0'), 148)
  block.set(utf8('ustar\x0000'), 257)
  let sum = 0
  for (const byte of block) sum += byte
  block.set(utf8(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
  return block
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function checkZero(bytes: Uint8Array, at: number): void {
  const hidden = bytes.findIndex((byte) => byte !== 0)
  if (hidden >= 0) throw defect(at + hidden, 'there are bytes between the files')
}

function defect(at: number, message: string): VerifyError {
  return new VerifyError('pack_container', `not an evidence pack: ${message}`, { place: `byte ${at}` })
}
