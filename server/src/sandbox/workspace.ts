/**
 * A folder that a sandboxed program reads and writes, and how its files are looked at from outside.
 *
 * HOSTILE: the program may leave links, pipes and huge files. Nothing here follows a link or opens what is not a file.
 */
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SandboxError } from './error.ts'

/** Whoever runs programs when the server is root: nobody. */
export const NOBODY = 65_534
const FILES_MAX = 100_000
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW

export interface Workspace {
  readonly path: string
  /** Writes a file for the program, with folders above it. @throws {SandboxError} `sandbox_path_outside` */
  write(file: string, content: string | Buffer, options?: { readonly executable?: boolean }): void
  /** @throws {SandboxError} `sandbox_path_outside`, `sandbox_not_a_file`, `sandbox_file_too_large` */
  read(file: string, bytesMax: number): Buffer
  /** Bytes in it, counted until `bytesMax` is passed. */
  size(bytesMax: number): number
  remove(): void
}

export function createWorkspace(): Workspace {
  const root = mkdtempSync(path.join(tmpdir(), 'sekisho-sandbox-'))
  chmodSync(root, 0o700)
  own(root)
  return {
    path: root,
    write(file, content, options) {
      const target = inside(root, file)
      makeFolders(root, path.dirname(target))
      const fd = openSync(target, NEW_FILE, options?.executable ? 0o755 : 0o644)
      try {
        writeFileSync(fd, content)
      } finally {
        closeSync(fd)
      }
      own(target)
    },
    read: (file, bytesMax) => readInside(root, file, bytesMax),
    size: (bytesMax) => sizeOf(root, bytesMax),
    remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }),
  }
}

function own(target: string): void {
  if (process.getuid?.() === 0) chownSync(target, NOBODY, NOBODY)
}

function inside(root: string, file: string): string {
  const target = path.resolve(root, file)
  const within = target.startsWith(`${root}${path.sep}`) && !path.isAbsolute(file) && !file.includes('\0')
  if (!within)
    throw new SandboxError(
      'sandbox_path_outside',
      `\`${file.slice(0, 200)}\` is not a path within the workspace`,
    )
  return target
}

function makeFolders(root: string, folder: string): void {
  const parts = path
    .relative(root, folder)
    .split(path.sep)
    .filter((part) => part !== '')
  let at = root
  for (const part of parts) {
    at = path.join(at, part)
    const stat = lstatSync(at, { throwIfNoEntry: false })
    if (stat === undefined) {
      mkdirSync(at, { mode: 0o755 })
      own(at)
    } else if (!stat.isDirectory()) {
      throw new SandboxError('sandbox_path_outside', `\`${part.slice(0, 100)}\` is not a folder`)
    }
  }
}

function readInside(root: string, file: string, bytesMax: number): Buffer {
  const target = inside(root, file)
  // Every folder on the way is looked at: a link among them would lead outside.
  for (let at = path.dirname(target); at !== root; at = path.dirname(at)) {
    if (!lstatSync(at, { throwIfNoEntry: false })?.isDirectory()) {
      throw new SandboxError(
        'sandbox_path_outside',
        `\`${file.slice(0, 200)}\` leads through what is not a folder`,
      )
    }
  }
  let fd: number
  try {
    fd = openSync(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (cause) {
    throw new SandboxError(
      'sandbox_not_a_file',
      `\`${file.slice(0, 200)}\` cannot be read: ${(cause as Error).message}`,
      { cause },
    )
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile())
      throw new SandboxError('sandbox_not_a_file', `\`${file.slice(0, 200)}\` is not a file`)
    if (stat.size > bytesMax)
      throw new SandboxError(
        'sandbox_file_too_large',
        `\`${file.slice(0, 200)}\` is ${stat.size} bytes, limit is ${bytesMax}`,
      )
    const content = Buffer.alloc(stat.size)
    return content.subarray(0, readSync(fd, content, 0, stat.size, 0))
  } finally {
    closeSync(fd)
  }
}

function sizeOf(root: string, bytesMax: number): number {
  let total = 0
  let files = 0
  const open = [root]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const name of safeList(folder)) {
      const target = path.join(folder, name)
      const stat = lstatSync(target, { throwIfNoEntry: false })
      if (stat === undefined) continue
      files += 1
      if (stat.isDirectory()) open.push(target)
      else total += stat.blocks * 512
      if (total > bytesMax || files > FILES_MAX) return Math.max(total, bytesMax + 1)
    }
  }
  return total
}

/** A folder may go while it is looked at. */
function safeList(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
