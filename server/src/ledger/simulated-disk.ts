/**
 * A disk for tests, in memory, that keeps no more than it promised.
 *
 * At a power cut every 512-byte sector that was written and not synced is there or not, one by one; names that were made
 * and not synced likewise; a file cut short and not synced may be long again. What was synced stays. Seeded.
 */
import { dirname } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'

const SECTOR_BYTES = 512

/** A number from 0 to 1, from a seed (mulberry32). */
export type Random = () => number

export function seededRandom(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Inode {
  /** As read now. */
  now: Buffer
  /** As it is after a power cut, but for `pending`. */
  kept: Buffer
  /** What was done since and not synced, in order. */
  pending: ({ readonly at: number; readonly data: Buffer } | { readonly cutTo: number })[]
}

export interface DiskFaults {
  /** Bytes that all files together may have; beyond, writes fail with ENOSPC after a part was written. */
  capacityBytes: number
  /** The next write or sync of a file whose path holds this text fails with EIO. */
  broken: string | null
  /** Says that data is durable, and keeps none of it: what a test must find out. */
  lying: boolean
}

export class SimulatedDisk {
  readonly faults: DiskFaults = { capacityBytes: Number.POSITIVE_INFINITY, broken: null, lying: false }
  readonly #random: Random
  /** Paths below the root that a machine sees now, and those that outlive a power cut. */
  #names = new Map<string, Inode>()
  #keptNames = new Map<string, Inode>()
  #dirs = new Set<string>(['/'])
  /** Counts kills and power cuts: what an earlier process still does reaches nothing. */
  #boot = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** The disk as a machine sees it that has it mounted at `root`, until it is killed or its power is cut. */
  mount(root: string): Disk {
    const boot = this.#boot
    const inside = (path: string) => path.slice(root.length) || '/'
    /** An operation takes a random while; after a kill or a power cut it never ends. */
    const later = async <T>(work: () => T): Promise<T> => {
      for (let turns = Math.floor(this.#random() * 4); turns >= 0; turns--)
        await new Promise((resolve) => setImmediate(resolve))
      if (boot !== this.#boot) await new Promise(() => {})
      return work()
    }
    return {
      openFile: (path) => later(() => this.#open(inside(path), later)),
      writeWhole: (path, data) => this.#writeWhole(inside(path), Buffer.from(data), later),
      readWhole: (path) => later(() => this.read(inside(path))),
      makeDirectory: (path) =>
        later(() => {
          for (let dir = inside(path); dir !== '/'; dir = dirname(dir)) this.#dirs.add(dir)
        }),
      syncDirectory: (path) => later(() => this.#syncDirectory(inside(path))),
      list: (path) =>
        later(() => [...this.#names.keys()].filter((name) => dirname(name) === inside(path)).map(baseName)),
      removeDirectory: (path) =>
        later(() => {
          for (const name of [...this.#names.keys()]) {
            if (name.startsWith(`${inside(path)}/`)) this.#names.delete(name)
          }
        }),
    }
  }

  /** A file as it reads now, or null. */
  read(name: string): Buffer | null {
    const inode = this.#names.get(name)
    return inode === undefined ? null : Buffer.from(inode.now)
  }

  /** The process ends: what it had under way goes no further, what it wrote is there, synced or not. */
  kill(): void {
    this.#boot++
  }

  /** All that was not synced is kept or lost at random. */
  cutPower(): void {
    this.#boot++
    for (const name of new Set([...this.#names.keys(), ...this.#keptNames.keys()])) {
      const [now, kept] = [this.#names.get(name), this.#keptNames.get(name)]
      if (now === kept || this.#random() < 0.5) continue
      if (now === undefined) this.#keptNames.delete(name)
      else this.#keptNames.set(name, now)
    }
    this.#names = new Map(this.#keptNames)
    for (const inode of new Set(this.#names.values())) {
      inode.now = this.#survivor(inode)
      inode.kept = inode.now
      inode.pending = []
    }
  }

  #survivor({ kept, pending }: Inode): Buffer {
    let bytes: Buffer = Buffer.from(kept)
    const some = this.#random()
    for (const change of pending) {
      if ('cutTo' in change) {
        if (this.#random() < some) bytes = Buffer.from(bytes.subarray(0, change.cutTo))
        continue
      }
      const { at, data } = change
      for (let from = 0; from < data.length; ) {
        const to = Math.min(data.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES))
        if (this.#random() < some) bytes = put(bytes, at + from, data.subarray(from, to))
        from = to
      }
    }
    return bytes
  }

  #open(name: string, later: <T>(work: () => T) => Promise<T>): DiskFile {
    const inode = this.#names.get(name) ?? this.#create(name)
    return {
      writeDurably: async (data, position) => {
        // Taken before it lasts: a power cut finds it half done.
        await later(() => this.#write(inode, name, position, Buffer.from(data)))
        await later(() => this.#sync(inode, name, position))
      },
      read: (position, length) => later(() => Buffer.from(inode.now.subarray(position, position + length))),
      size: () => later(() => inode.now.length),
      sync: () => later(() => this.#sync(inode, name, null)),
      truncate: (length) =>
        later(() => {
          inode.now = put(inode.now.subarray(0, length), length, Buffer.alloc(0))
          inode.pending.push({ cutTo: length })
        }),
      close: () => later(() => {}),
    }
  }

  async #writeWhole(name: string, data: Buffer, later: <T>(work: () => T) => Promise<T>): Promise<void> {
    const inode = await later(() => {
      const made = this.#create(`${name}.tmp`)
      this.#write(made, name, 0, data)
      return made
    })
    await later(() => this.#sync(inode, name, null))
    await later(() => {
      this.#names.set(name, inode)
      this.#names.delete(`${name}.tmp`)
    })
  }

  #create(name: string): Inode {
    const inode: Inode = { now: Buffer.alloc(0), kept: Buffer.alloc(0), pending: [] }
    this.#names.set(name, inode)
    return inode
  }

  #write(inode: Inode, name: string, at: number, data: Buffer): void {
    let used = 0
    for (const other of new Set(this.#names.values())) used += other.now.length
    const more = at + data.length - inode.now.length
    const full = more > 0 && used + more > this.faults.capacityBytes
    const taken = full ? data.subarray(0, Math.floor(data.length * this.#random())) : data
    inode.now = put(inode.now, at, taken)
    inode.pending.push({ at, data: taken })
    if (full) throw Object.assign(new Error(`ENOSPC: \`${name}\``), { code: 'ENOSPC' })
  }

  /** Of one write (`from` its place) or of all that was done to a file. */
  #sync(inode: Inode, name: string, from: number | null): void {
    if (this.faults.broken !== null && name.includes(this.faults.broken)) {
      this.faults.broken = null
      throw Object.assign(new Error(`EIO: \`${name}\``), { code: 'EIO' })
    }
    if (this.faults.lying) return
    inode.pending = inode.pending.filter((change) => {
      if (from !== null && ('cutTo' in change || change.at !== from)) return true
      inode.kept =
        'cutTo' in change
          ? Buffer.from(inode.kept.subarray(0, change.cutTo))
          : put(inode.kept, change.at, change.data)
      return false
    })
  }

  #syncDirectory(dir: string): void {
    for (const name of new Set([...this.#names.keys(), ...this.#keptNames.keys()])) {
      if (dirname(name) !== dir) continue
      const inode = this.#names.get(name)
      if (inode === undefined) this.#keptNames.delete(name)
      else this.#keptNames.set(name, inode)
    }
  }
}

/** A copy with `data` put at `at`; a gap is zeros. */
function put(bytes: Buffer, at: number, data: Buffer): Buffer {
  const out = Buffer.alloc(Math.max(bytes.length, at + data.length))
  out.set(bytes)
  out.set(data, at)
  return out
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
