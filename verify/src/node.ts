/**
 * Reading a ledger from a directory; the only part of the library that needs Node.
 *
 * Threat: the directory was made by somebody else. A link would show the reader's own files, a device or a pipe would
 * never end, so only regular files inside the directory are read, and never more than a bounded number of bytes.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { VerifyError } from './error.ts'
import { FILE_BYTES_MAX, type LedgerReader } from './reader.ts'
import { PACK_FILES_MAX, PACK_PATH } from './tar.ts'

/** Absent on Windows, where neither links of this kind nor pipes lie in a directory. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Reads a downloaded ledger: `dir` holds `checkpoint` and `tile/`. */
export function directoryReader(dir: string): LedgerReader {
  let root: Promise<string> | undefined
  const parents = new Map<string, Promise<boolean>>()
  /** Whether the directory of `path` is there; that it is reached without a link is checked once for each. */
  function enter(path: string): Promise<boolean> {
    const parent = dirname(path)
    let known = parents.get(parent)
    if (known === undefined) {
      root ??= realRoot(dir)
      known = root.then((real) => insideRoot(real, parent))
      // What is not there yet may be written while a live ledger is read.
      known.then(
        (there) => there || parents.delete(parent),
        () => {},
      )
      parents.set(parent, known)
    }
    return known
  }
  return {
    async read(path) {
      return (await enter(path)) ? readRegular(join(dir, path)) : null
    },
    async list(path) {
      if (!(await enter(`${path}/.`))) return []
      return (await readdir(join(dir, path), { withFileTypes: true })).map((entry) =>
        entry.isDirectory() ? `${entry.name}/` : entry.name,
      )
    },
  }
}

/**
 * The files of an unpacked evidence pack, or null when `place` is no directory.
 *
 * @throws {VerifyError} `pack_container` for a name no pack has, `read_failed`, `read_too_large`
 */
export async function readPackDirectory(place: string): Promise<Map<string, Uint8Array> | null> {
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) return null
  const reader = directoryReader(place)
  const files = new Map<string, Uint8Array>()
  const pending = ['']
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    for (const name of (await reader.list?.(dir === '' ? '.' : dir)) ?? []) {
      const path = dir === '' ? name : `${dir}/${name}`
      const plain = path.endsWith('/') ? path.slice(0, -1) : path
      if (!PACK_PATH.test(plain) || files.size >= PACK_FILES_MAX)
        throw new VerifyError('pack_container', `\`${path}\` is no file of an evidence pack`, { place: path })
      if (path.endsWith('/')) pending.push(plain)
      else files.set(path, (await reader.read(path)) ?? new Uint8Array())
    }
  }
  return files
}

async function realRoot(dir: string): Promise<string> {
  try {
    const real = await realpath(dir)
    await readdir(real)
    return real
  } catch (cause) {
    throw failed(dir, `(${errno(cause)})`, cause)
  }
}

async function insideRoot(root: string, parent: string): Promise<boolean> {
  const place = join(root, parent)
  let real: string
  try {
    real = await realpath(place)
  } catch (cause) {
    if (isAbsent(cause)) return false
    throw failed(place, `(${errno(cause)})`, cause)
  }
  if (real !== place) throw failed(place, 'because it is a link')
  return true
}

/** Synchronous: the files are small and many, and each asynchronous step costs more than the read itself. */
function readRegular(place: string): Uint8Array | null {
  let file: number
  try {
    file = openSync(place, FLAGS)
  } catch (cause) {
    if (isAbsent(cause)) return null
    throw failed(place, errno(cause) === 'ELOOP' ? 'because it is a link' : `(${errno(cause)})`, cause)
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw failed(place, 'because it is not a regular file')
    if (found.size > FILE_BYTES_MAX)
      throw new VerifyError('read_too_large', `\`${place}\` is over ${FILE_BYTES_MAX} bytes`, { place })
    // One byte more than there should be, so that a file that goes on is noticed and never followed.
    const bytes = new Uint8Array(found.size + 1)
    const length = fill(file, bytes)
    if (length > found.size) throw failed(place, 'because it grew while it was read')
    return bytes.subarray(0, length)
  } catch (cause) {
    if (cause instanceof VerifyError) throw cause
    throw failed(place, `(${errno(cause)})`, cause)
  } finally {
    closeSync(file)
  }
}

function fill(file: number, bytes: Uint8Array): number {
  let length = 0
  while (length < bytes.length) {
    const read = readSync(file, bytes, length, bytes.length - length, null)
    if (read === 0) break
    length += read
  }
  return length
}

function errno(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? 'unknown' // fs rejects with errno exceptions
}

function isAbsent(cause: unknown): boolean {
  return errno(cause) === 'ENOENT' || errno(cause) === 'ENOTDIR'
}

function failed(place: string, why: string, cause?: unknown): VerifyError {
  return new VerifyError('read_failed', `cannot read \`${place}\` ${why}`, { place, cause })
}
