/**
 * Group commit: whatever waits is written together, durably, and only then acknowledged.
 *
 * Spec: docs/spec/ledger.md §7. One batch is on its way to the disk at a time; what arrives meanwhile makes the next.
 * Where many write at once a batch also waits for company, because a commit costs about as much as three entries
 * (docs/decisions/0106). A full disk rejects what waits and is tried again; any other failure ends the process,
 * because after it nobody can know what the disk holds.
 */
import { Batch, type Pending } from './batch.ts'
import { isCapacityError } from './disk.ts'
import { LedgerError } from './error.ts'
import type { Wal } from './wal.ts'

const BATCH_BYTES_MAX = 4 * 1024 * 1024
/** Frames held in memory, the batch being written included; what comes then may be one largest frame more. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024
const RETRY_MS = 250
/** Emptied batches kept for the next use. */
const SPARE_BATCHES_MAX = 2
/** A batch waits for company while entries come at this rate from more than one writer. */
const BUSY_ENTRIES_PER_MS = 2
const BUSY_WRITERS = 1.25
/** Time over which rate and writers are averaged. */
const AVERAGE_MS = 5
/** From the beginning of one commit to the next, when busy. */
const SPACING_MS = 3
/** Company enough: waiting for more saves little. */
const COMPANY_ENTRIES = 32

export interface CommitOptions {
  readonly wal: Wal
  /** A batch is durable; called before its promises resolve. The batch is used again afterwards. */
  readonly onDurable: (batch: Batch) => void
  /** Nothing of what waited will be recorded. */
  readonly onRejected: () => void
  /** The next entry begins a segment. */
  readonly onRoll: () => void
  readonly onFatal: (error: Error) => void
}

export class GroupCommit {
  readonly #options: CommitOptions
  /** Batches that take no more, in order. */
  #ready: Batch[] = []
  #filling = new Batch()
  readonly #spare: Batch[] = []
  #pendingBytes = 0
  #writable = true
  #failure: LedgerError | null = null
  /** Set while a run is scheduled or going on. */
  #run: Promise<void> | null = null
  #retry: NodeJS.Timeout | null = null
  /** Ends the wait for company. */
  #enough: (() => void) | null = null
  #startedMs = 0
  #entriesPerMs = 0
  #writers = 0

  constructor(options: CommitOptions) {
    this.#options = options
    options.wal.onNoRoom = (error) => this.#noRoom(error)
  }

  get writable(): boolean {
    return this.#writable && this.#failure === null
  }

  get failed(): boolean {
    return this.#failure !== null
  }

  /** Throws what an append must be rejected with now, if anything. */
  check(): void {
    if (this.#failure !== null) throw this.#failure
    if (!this.#writable)
      throw new LedgerError(
        'ledger_not_writable',
        'the disk takes no more; free space, the ledger recovers by itself',
      )
    if (this.#pendingBytes > PENDING_BYTES_MAX)
      throw new LedgerError('ledger_overloaded', 'too much waits for the disk; try again')
  }

  /** The batch that the next frame is made in. */
  batch(): Batch {
    if (this.#filling.usedBytes >= BATCH_BYTES_MAX) this.#closeBatch()
    return this.#filling
  }

  /** Takes the frame made in `batch()`. */
  push(pending: Pending): void {
    this.#filling.add(pending)
    this.#pendingBytes += pending.frameBytes
    if (this.#filling.entries.length >= COMPANY_ENTRIES) this.#enough?.()
    this.#start()
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#run !== null) await this.#run
  }

  /** Stops accepting because space ran out, until a probe succeeds. What was accepted is still written. */
  pause(): void {
    if (this.#failure !== null) return
    this.#writable = false
    this.#retry ??= setTimeout(() => this.#recover(), RETRY_MS).unref()
  }

  /** Ends it: nothing is accepted any more. */
  fail(error: LedgerError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#rejectWaiting(error)
    this.#enough?.()
    this.stop()
  }

  /** Ends the retrying. */
  stop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
  }

  get #waits(): boolean {
    return this.#ready.length > 0 || this.#filling.entries.length > 0
  }

  /** One turn of the event loop later: everything that arrived in this turn shares the commit. */
  #start(): void {
    this.#run ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drain())
  }

  async #drain(): Promise<void> {
    while (this.#waits && this.#failure === null) {
      if (this.#wantsCompany()) await this.#company()
      const batch = this.#take()
      if (batch === null || !(await this.#write(batch))) break
      this.#options.wal.commit(batch.entries.map((pending) => pending.frameBytes))
      this.#options.onDurable(batch)
      this.#pendingBytes -= batch.usedBytes
      for (const pending of batch.entries) pending.resolve()
      this.#recycle(batch)
    }
    this.#run = null
  }

  #wantsCompany(): boolean {
    const busy = this.#entriesPerMs >= BUSY_ENTRIES_PER_MS && this.#writers >= BUSY_WRITERS
    return (
      busy &&
      this.#ready.length === 0 &&
      this.#filling.entries.length < COMPANY_ENTRIES &&
      performance.now() - this.#startedMs < SPACING_MS
    )
  }

  async #company(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SPACING_MS)
      this.#enough = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#enough = null
  }

  #take(): Batch | null {
    if (this.#ready.length === 0 && this.#filling.entries.length > 0) this.#closeBatch()
    const batch = this.#ready.shift() ?? null
    if (batch !== null) this.#average(batch.entries.length)
    return batch
  }

  #closeBatch(): void {
    this.#ready.push(this.#filling)
    this.#filling = this.#spare.pop() ?? new Batch()
  }

  #recycle(batch: Batch): void {
    batch.clear()
    if (this.#spare.length < SPARE_BATCHES_MAX) this.#spare.push(batch)
  }

  #average(entries: number): void {
    const nowMs = performance.now()
    const elapsedMs = Math.max(0.01, nowMs - this.#startedMs)
    const kept = Math.exp(-elapsedMs / AVERAGE_MS)
    this.#entriesPerMs = this.#entriesPerMs * kept + (entries / elapsedMs) * (1 - kept)
    this.#writers = this.#writers * kept + entries * (1 - kept)
    this.#startedMs = nowMs
  }

  /** Writes a batch durably; false when it was given up. */
  async #write(batch: Batch): Promise<boolean> {
    const { wal, onRoll } = this.#options
    try {
      if (wal.full) {
        await wal.roll(batch.entries[0]!.index) // batches are never empty
        onRoll()
      }
      await wal.write(batch.frames)
      return true
    } catch (error) {
      await this.#giveUp(batch, error)
      return false
    }
  }

  async #giveUp(batch: Batch, error: unknown): Promise<void> {
    this.#ready.unshift(batch)
    if (!isCapacityError(error)) return this.#fatal(error)
    try {
      await this.#options.wal.rewind()
    } catch (cause) {
      return this.#fatal(cause)
    }
    this.pause()
    this.#options.onRejected()
    this.#rejectWaiting(
      new LedgerError('ledger_not_writable', 'the disk is full; nothing of this was recorded', {
        cause: error,
      }),
    )
  }

  #fatal(cause: unknown): void {
    const error = new LedgerError(
      'ledger_failed',
      `the ledger cannot know what the disk holds: ${String(cause)}`,
      { cause },
    )
    const first = this.#failure === null
    this.fail(error)
    this.#rejectWaiting(error)
    if (first) this.#options.onFatal(error)
  }

  #rejectWaiting(error: LedgerError): void {
    const waiting = [...this.#ready.splice(0), this.#filling]
    this.#filling = new Batch()
    this.#pendingBytes = 0
    for (const batch of waiting) for (const pending of batch.entries) pending.reject(error)
  }

  /** Room for later entries is made ahead: when there is none, no more are taken, before one would be in vain. */
  #noRoom(error: unknown): void {
    if (isCapacityError(error)) this.pause()
    else this.#fatal(error)
  }

  #recover(): void {
    this.#retry = null
    if (this.#run !== null) {
      this.pause()
      return
    }
    // Holds the run, so that no append writes where the probe does.
    this.#run = this.#options.wal
      .probe()
      .then(() => {
        this.#writable = true
      })
      .catch((error) => {
        if (isCapacityError(error)) this.pause()
        else this.#fatal(error)
      })
      .finally(() => {
        this.#run = null
        // What was accepted before a pause is still waiting.
        if (this.writable && this.#waits) this.#start()
      })
  }
}
