/**
 * The disk, as little of it as the ledger uses: the seam where tests inject a full or failing one.
 *
 * Threat: a file that looks written and is not. Data counts only after `sync`; a new name counts only after its
 * directory was synced as well.
 */
import fs from 'node:fs'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface DiskFile {
  /** Writes all of `data` at `position`; it is durable when this resolves. One trip: docs/decisions/0106. */
  writeDurably(data: Uint8Array, position: number): Promise<void>
  /** At most `length` bytes from `position`; fewer at the end of the file. */
  read(position: number, length: number): Promise<Buffer>
  size(): Promise<number>
  /** fdatasync: what was found in the file may still be only in memory. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  /** Opens for reading and writing; creates when absent. */
  openFile(path: string): Promise<DiskFile>
  /** Puts a file in place whole: temporary name, fsync, rename. The name is durable after `syncDirectory`. */
  writeWhole(path: string, data: Uint8Array, mode?: number): Promise<void>
  /** The file's bytes, or null when there is none. */
  readWhole(path: string): Promise<Buffer | null>
  /** Creates a directory with its parents, durably. */
  makeDirectory(path: string): Promise<void>
  syncDirectory(path: string): Promise<void>
  /** Names in a directory, in no order. */
  list(path: string): Promise<string[]>
  /** Removes a directory with all in it; nothing when there is none. */
  removeDirectory(path: string): Promise<void>
}

/** The file is full or the disk is: the write did not happen, nothing is broken. */
export function isCapacityError(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT'
}

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined // the code is optional there
}

export const realDisk: Disk = {
  openFile,
  async writeWhole(path, data, mode = 0o644) {
    const temporary = `${path}.tmp`
    // Making, syncing and renaming wait for the file system's journal: up to tens of milliseconds on a busy disk, in the
    // pool. The rest takes a few microseconds.
    const fd = await call<number>((end) => fs.open(temporary, 'w', mode, end))
    try {
      fs.writeFileSync(fd, data)
      await call<void>((end) => fs.fdatasync(fd, end))
    } catch (error) {
      fs.closeSync(fd)
      fs.rmSync(temporary, { force: true })
      throw error
    }
    fs.closeSync(fd)
    await call<void>((end) => fs.rename(temporary, path, end))
  },
  async readWhole(path) {
    // Mostly there is none, and an error made for that costs more than asking first.
    if (!fs.existsSync(path)) return null
    try {
      return await readFile(path)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null
      throw error
    }
  },
  async makeDirectory(path) {
    const first = await mkdir(path, { recursive: true })
    if (first === undefined) return
    for (let made = path; made.length >= first.length; made = dirname(made))
      await realDisk.syncDirectory(dirname(made))
  },
  async syncDirectory(path) {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  list: (path) => readdir(path),
  removeDirectory: (path) => rm(path, { recursive: true, force: true }),
}

/** On Linux a write to such a file returns when the data is durable; elsewhere a sync follows each write. */
const SYNCED = process.platform === 'linux' ? fs.constants.O_DSYNC : 0

async function openFile(path: string): Promise<DiskFile> {
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT | SYNCED, 0o600)
  return {
    async writeDurably(data, position) {
      for (let done = 0; done < data.length; )
        done += await call<number>((end) =>
          fs.write(fd, data, done, data.length - done, position + done, end),
        )
      if (SYNCED === 0) await call<void>((end) => fs.fdatasync(fd, end))
    },
    // Callback calls: a FileHandle costs several times the CPU on the way of every group commit.
    async read(position, length) {
      const buffer = Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const got = await call<number>((end) =>
          fs.read(fd, buffer, done, length - done, position + done, end),
        )
        if (got === 0) break
        done += got
      }
      return buffer.subarray(0, done)
    },
    size: async () => (await call<fs.Stats>((end) => fs.fstat(fd, end))).size,
    sync: () => call<void>((end) => fs.fdatasync(fd, end)),
    truncate: (length) => call<void>((end) => fs.ftruncate(fd, length, end)),
    close: () => call<void>((end) => fs.close(fd, end)),
  }
}

function call<T>(start: (end: (error: NodeJS.ErrnoException | null, value?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => (error === null || error === undefined ? resolve(value as T) : reject(error))) // value is there when error is not
  })
}
