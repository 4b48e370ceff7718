/** A disk for tests that fails when told: full, or unable to sync. */
import { type Disk, type DiskFile, realDisk } from './disk.ts'

export interface Faults {
  /** Error code every write to a file under a path holding this text fails with, after half of it was written. */
  write: { path: string; code: string } | null
  /** Same for syncs; nothing is said about what the disk holds then. */
  sync: { path: string; code: string } | null
  /** Syncs of open files wait for this. */
  hold: Promise<void> | null
}

export function faultyDisk(): { disk: Disk; faults: Faults } {
  const faults: Faults = { write: null, sync: null, hold: null }
  const fail = (kind: 'write' | 'sync', path: string) => {
    const fault = faults[kind]
    if (fault !== null && path.includes(fault.path)) throw errno(fault.code)
  }
  const disk: Disk = {
    ...realDisk,
    async openFile(path) {
      const file = await realDisk.openFile(path)
      return {
        ...file,
        async writeDurably(data, position) {
          const fault = faults.write
          if (fault !== null && path.includes(fault.path))
            await file.writeDurably(data.subarray(0, data.length >> 1), position)
          fail('write', path)
          await faults.hold
          fail('sync', path)
          await file.writeDurably(data, position)
        },
        async sync() {
          await faults.hold
          fail('sync', path)
          await file.sync()
        },
      } satisfies DiskFile
    },
    async writeWhole(path, data, mode) {
      fail('write', path)
      fail('sync', path)
      await realDisk.writeWhole(path, data, mode)
    },
  }
  return { disk, faults }
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
