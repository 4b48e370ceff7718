/**
 * Key slots on disk: files of 65,536 slots, slot N of entry N.
 *
 * Spec: docs/spec/record.md §6. Kept apart from the log, so that a key can be destroyed by overwriting it and a
 * backup of the log does not carry keys.
 */
import { join } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { SLOT_BYTES } from './key-slot.ts'

const SLOTS_PER_FILE = 65_536

export class SlotFile {
  readonly #disk: Disk
  readonly #dir: string
  readonly #files = new Map<number, Promise<DiskFile>>()

  constructor(disk: Disk, dir: string) {
    this.#disk = disk
    this.#dir = dir
  }

  /** Writes the slots of consecutive entries and returns what makes them durable. */
  async write(first: number, slots: readonly Buffer[]): Promise<() => Promise<void>> {
    const syncs: DiskFile[] = []
    for (let done = 0; done < slots.length; ) {
      const at = (first + done) % SLOTS_PER_FILE
      const run = slots.slice(done, done + SLOTS_PER_FILE - at)
      const file = await this.#file(first + done)
      await file.write(Buffer.concat(run), at * SLOT_BYTES)
      syncs.push(file)
      done += run.length
    }
    return async () => {
      await Promise.all(syncs.map((file) => file.sync()))
    }
  }

  /** The slot's bytes; short or zero when it was never written. */
  async read(index: number): Promise<Buffer> {
    return (await this.#file(index)).read((index % SLOTS_PER_FILE) * SLOT_BYTES, SLOT_BYTES)
  }

  /** Makes the slots around an entry durable. */
  async sync(index: number): Promise<void> {
    await (await this.#file(index)).sync()
  }

  /** Overwrites one slot, durably. */
  async overwrite(index: number, slot: Buffer): Promise<void> {
    const file = await this.#file(index)
    await file.write(slot, (index % SLOTS_PER_FILE) * SLOT_BYTES)
    await file.sync()
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await (await file).close()
    this.#files.clear()
  }

  #file(index: number): Promise<DiskFile> {
    const number = Math.floor(index / SLOTS_PER_FILE)
    let file = this.#files.get(number)
    if (file === undefined) {
      file = this.#open(number)
      file.catch(() => this.#files.delete(number)) // a full disk now is not a full disk for ever
      this.#files.set(number, file)
    }
    return file
  }

  async #open(number: number): Promise<DiskFile> {
    await this.#disk.makeDirectory(this.#dir)
    const file = await this.#disk.openFile(join(this.#dir, `${String(number).padStart(6, '0')}.keys`))
    await this.#disk.syncDirectory(this.#dir)
    return file
  }
}
