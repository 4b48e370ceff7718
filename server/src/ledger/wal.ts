/**
 * The write-ahead log: segments of frames, and where each entry lies in them.
 *
 * Spec: docs/spec/ledger.md §7. This is the truth; tiles, indices and state are derived from it.
 * INVARIANT: bytes before `committed` are durable and never written again, except key slots, which are zeroed.
 * INVARIANT: from `committed` to `allocated` the active segment holds zeros and at most one batch on its way. A batch
 * written over zeros changes no metadata, so making it durable costs the disk one write (docs/decisions/0106).
 */
import { join } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'
import { LedgerError } from './error.ts'
import { type Frame, parseFrame, SLOT_AT } from './frame.ts'
import { EMPTY_SLOT } from './key-slot.ts'
import { checkSegmentHeader, encodeSegmentHeader, SEGMENT_HEADER_BYTES, scanFrames } from './segment.ts'

export const SEGMENT_BYTES = 64 * 1024 * 1024
/** Sealed segments kept open for reading. */
const OPEN_SEGMENTS_MAX = 8
/** Segments hold record secrets: nobody but their owner reads them. */
const SEGMENT_MODE = 0o600
/** Zeros written at once to make room, and how much of them is left when the next are written. */
const ROOM_BYTES = 1024 * 1024
const ROOM_LEFT_BYTES = ROOM_BYTES / 2
const ZEROS = Buffer.alloc(ROOM_BYTES)

interface Sealed {
  readonly file: DiskFile
  /** One more than the entries: where each frame begins, and where the last ends. */
  readonly offsets: Uint32Array
}

export class Wal {
  readonly #disk: Disk
  readonly #dir: string
  readonly #logId: Buffer
  /** First index of every segment, ascending; the last is the active one. */
  readonly #firsts: number[]
  readonly #sealed = new Map<number, Promise<Sealed>>()
  #active: DiskFile | null = null
  /** Offset of every frame of the active segment. */
  #offsets: number[] = []
  #committed = SEGMENT_HEADER_BYTES
  #allocated = SEGMENT_HEADER_BYTES
  readonly #segmentBytes: number
  /** Set while zeros are being written. Never rejects. */
  #making: Promise<void> | null = null
  #roomError: unknown = null
  /** Told when no room could be made for entries to come. */
  onNoRoom: (error: unknown) => void = () => {}

  private constructor(disk: Disk, dir: string, logId: Buffer, firsts: number[], segmentBytes: number) {
    this.#disk = disk
    this.#dir = dir
    this.#logId = logId
    this.#firsts = firsts
    this.#segmentBytes = segmentBytes
  }

  /** @throws {LedgerError} `ledger_wal_gap` when the first segment is missing */
  static async open(
    disk: Disk,
    dir: string,
    logId: Buffer,
    segmentBytes: number = SEGMENT_BYTES,
  ): Promise<Wal> {
    await disk.makeDirectory(dir)
    const names = (await disk.list(dir)).filter((name) => /^[0-9]{12}\.wal$/.test(name)).sort()
    const wal = new Wal(
      disk,
      dir,
      logId,
      names.map((name) => Number(name.slice(0, 12))),
      segmentBytes,
    )
    if (wal.#firsts.length === 0) await wal.#create(0)
    else await disk.syncDirectory(dir) // the name of a segment made before a crash may still be only in memory
    if (wal.#firsts[0] !== 0)
      throw new LedgerError('ledger_wal_gap', `\`${dir}\` does not begin with entry 0`)
    return wal
  }

  /** First indices of the segments, ascending. */
  get firsts(): readonly number[] {
    return this.#firsts
  }

  /** Whether the next batch belongs into a new segment. */
  get full(): boolean {
    return this.#committed >= this.#segmentBytes
  }

  /** Opens a segment's file and checks its header. */
  async openSegment(first: number): Promise<DiskFile> {
    const path = this.#path(first)
    const file = await this.#disk.openFile(path)
    checkSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES), first, this.#logId, path)
    return file
  }

  /**
   * Makes the last segment the active one. What lies after `end` is cut off, unless it is room: stale frames there could
   * pass for frames written later.
   */
  async resume(file: DiskFile, offsets: number[], end: number, roomTo = end): Promise<void> {
    if (roomTo === end && (await file.size()) > end) {
      await file.truncate(end)
      await file.sync()
    }
    this.#active = file
    this.#offsets = offsets
    this.#committed = end
    this.#allocated = roomTo
  }

  /** Writes frames after the committed ones, durably. They do not count before `commit`. */
  async write(frames: Buffer): Promise<void> {
    const end = this.#committed + frames.length
    while (end > this.#allocated) {
      await this.#makeRoom(end)
      if (this.#roomError !== null) throw this.#roomError
    }
    await this.#file().writeDurably(frames, this.#committed)
  }

  sync(): Promise<void> {
    return this.#file().sync()
  }

  /** Takes the frames written last as durable. */
  commit(lengths: readonly number[]): void {
    for (const length of lengths) {
      this.#offsets.push(this.#committed)
      this.#committed += length
    }
    const left = this.#allocated - this.#committed
    if (left < ROOM_LEFT_BYTES && this.#allocated < this.#segmentBytes) this.#makeRoom(this.#allocated + 1)
  }

  /** Cuts off what was written but not committed. */
  async rewind(): Promise<void> {
    await this.#making
    this.#allocated = this.#committed
    await this.#file().truncate(this.#committed)
    await this.#file().sync() // before zeros are written again: what is left behind them could pass for frames
  }

  /** Tries whether the disk gives room again; it stays made. */
  async probe(): Promise<void> {
    this.#roomError = null
    await this.#makeRoom(this.#allocated + 1)
    if (this.#roomError === null) return
    await this.rewind()
    throw this.#roomError
  }

  /** Closes the active segment and begins the next with entry `first`. */
  async roll(first: number): Promise<void> {
    const sealed = this.#file()
    await this.rewind() // no room is kept in a closed segment
    const offsets = Uint32Array.from([...this.#offsets, this.#committed])
    const previous = this.#firsts.at(-1)! // there is always an active segment
    await this.#create(first)
    this.#active = await this.openSegment(first)
    this.#offsets = []
    this.#committed = SEGMENT_HEADER_BYTES
    this.#allocated = SEGMENT_HEADER_BYTES
    this.#keep(previous, Promise.resolve({ file: sealed, offsets }))
    await this.#disk.writeWhole(this.#indexPath(previous), Buffer.from(offsets.buffer)).catch(() => {}) // rebuilt when missing
  }

  /** @throws {LedgerError} `ledger_wal_corrupt` */
  async readFrame(index: number): Promise<Frame> {
    return (await this.#locate(index)).frame
  }

  /** Zeroes the key slot of an entry, durably. */
  async destroySlot(index: number): Promise<void> {
    const { file, start } = await this.#locate(index)
    await file.writeDurably(EMPTY_SLOT, start + SLOT_AT)
  }

  async close(): Promise<void> {
    const sealed = await Promise.allSettled(this.#sealed.values())
    for (const result of sealed) if (result.status === 'fulfilled') await result.value.file.close()
    this.#sealed.clear()
    if (this.#active === null) return
    await this.#making
    await this.#active.close()
    this.#active = null
  }

  /**
   * Writes zeros after the allocated bytes, up to `to` and a good deal further; one such write is in flight at a time.
   * Never rejects: see `roomError`.
   */
  #makeRoom(to: number): Promise<void> {
    this.#making ??= this.#writeZeros(to).finally(() => {
      this.#making = null
    })
    return this.#making
  }

  async #writeZeros(to: number): Promise<void> {
    const from = this.#allocated
    const end = Math.max(to, Math.min(from + ROOM_BYTES, this.#segmentBytes))
    try {
      for (let at = from; at < end; at += ROOM_BYTES)
        await this.#file().writeDurably(ZEROS.subarray(0, Math.min(end - at, ROOM_BYTES)), at)
      this.#allocated = end
      this.#roomError = null
    } catch (error) {
      this.#roomError = error
      this.onNoRoom(error)
    }
  }

  async #create(first: number): Promise<void> {
    await this.#disk.writeWhole(this.#path(first), encodeSegmentHeader(first, this.#logId), SEGMENT_MODE)
    await this.#disk.syncDirectory(this.#dir)
    this.#firsts.push(first)
  }

  async #locate(index: number): Promise<{ frame: Frame; file: DiskFile; start: number }> {
    const first = this.#segmentOf(index)
    const active = first === this.#firsts.at(-1)
    const place = index - first
    const { file, offsets } = active
      ? { file: this.#file(), offsets: this.#offsets }
      : await this.#openSealed(first)
    const start = offsets[place] ?? 0
    const end = offsets[place + 1] ?? this.#committed // the active segment's last frame ends where the next begins
    const frame = parseFrame(await file.read(start, end - start))
    if (frame === null || frame.index !== index) {
      throw new LedgerError('ledger_wal_corrupt', `entry ${index} in \`${this.#path(first)}\` is damaged`)
    }
    return { frame, file, start }
  }

  #segmentOf(index: number): number {
    let low = 0
    let high = this.#firsts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#firsts[middle]! <= index)
        low = middle // middle is in range
      else high = middle - 1
    }
    return this.#firsts[low]! // there is always one segment
  }

  #openSealed(first: number): Promise<Sealed> {
    const known = this.#sealed.get(first)
    const sealed = known ?? this.#loadSealed(first)
    this.#sealed.delete(first)
    this.#keep(first, sealed)
    return sealed
  }

  /** Most recently used last; the oldest is closed when there are too many. */
  #keep(first: number, sealed: Promise<Sealed>): void {
    this.#sealed.set(first, sealed)
    sealed.catch(() => this.#sealed.delete(first))
    const [oldest] = this.#sealed.keys()
    if (this.#sealed.size <= OPEN_SEGMENTS_MAX || oldest === undefined) return
    const closing = this.#sealed.get(oldest)
    this.#sealed.delete(oldest)
    // Readers that already hold it finish first: a read takes microseconds, this waits a second.
    setTimeout(() => closing?.then(({ file }) => file.close()).catch(() => {}), 1000).unref()
  }

  async #loadSealed(first: number): Promise<Sealed> {
    const file = await this.openSegment(first)
    const index = await this.#disk.readWhole(this.#indexPath(first))
    const entries = (this.#firsts.find((next) => next > first) ?? first) - first
    if (index !== null && index.length === (entries + 1) * 4) {
      return { file, offsets: new Uint32Array(new Uint8Array(index).buffer) }
    }
    const offsets: number[] = []
    const { end } = await scanFrames(file, first, (_, offset) => offsets.push(offset))
    return { file, offsets: Uint32Array.from([...offsets, end]) }
  }

  #file(): DiskFile {
    if (this.#active === null) throw new LedgerError('ledger_closed', 'the write-ahead log is closed')
    return this.#active
  }

  #path(first: number): string {
    return join(this.#dir, `${String(first).padStart(12, '0')}.wal`)
  }

  #indexPath(first: number): string {
    return this.#path(first).replace(/wal$/, 'idx')
  }
}
