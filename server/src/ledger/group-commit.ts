/**
 * Group commit: whatever waits is written together, synced once, and only then acknowledged.
 *
 * Spec: docs/spec/ledger.md §7. One sync is in flight at a time; what arrives meanwhile makes the next batch.
 * A full disk rejects what waits and is tried again; a failed sync ends the process, because after it nobody can
 * know what the disk holds.
 */
import { isCapacityError } from './disk.ts'
import { LedgerError } from './error.ts'
import type { Frame } from './frame.ts'
import type { Wal } from './wal.ts'

const BATCH_BYTES_MAX = 4 * 1024 * 1024
/** Frames held in memory, the batch being written included; what comes then may be one largest frame more. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024
const RETRY_MS = 250
/** Room that must be free before the ledger counts as writable again. */
const PROBE_BYTES = 256 * 1024

export interface Pending extends Pick<Frame, 'kind' | 'index' | 'timeMs' | 'refers'> {
  readonly frame: Buffer
  readonly resolve: () => void
  readonly reject: (error: LedgerError) => void
}

export interface CommitOptions {
  readonly wal: Wal
  readonly segmentBytes: number
  /** A batch is durable; called before its promises resolve. */
  readonly onDurable: (batch: readonly Pending[]) => void
  /** Nothing of what waited will be recorded. */
  readonly onRejected: () => void
  /** The next entry begins a segment. */
  readonly onRoll: () => void
  readonly onFatal: (error: Error) => void
}

export class GroupCommit {
  readonly #options: CommitOptions
  #queue: Pending[] = []
  #pendingBytes = 0
  #writable = true
  #failure: LedgerError | null = null
  /** Set while a run is scheduled or going on. */
  #run: Promise<void> | null = null
  #retry: NodeJS.Timeout | null = null

  constructor(options: CommitOptions) {
    this.#options = options
  }

  get writable(): boolean {
    return this.#writable && this.#failure === null
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

  push(pending: Pending): void {
    this.#queue.push(pending)
    this.#pendingBytes += pending.frame.length
    this.#start()
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#run !== null) await this.#run
  }

  /** Stops accepting because space ran out elsewhere, until a probe succeeds. */
  pause(): void {
    if (this.#failure !== null) return
    this.#writable = false
    this.#retry ??= setTimeout(() => this.#recover(), RETRY_MS).unref()
  }

  /** Ends it: nothing is accepted any more. */
  fail(error: LedgerError): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#rejectAll(this.#queue.splice(0), error)
    this.stop()
  }

  /** Ends the retrying. */
  stop(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
  }

  /** One turn of the event loop later: everything that arrived in this turn shares the sync. */
  #start(): void {
    this.#run ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#drain())
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0 && this.writable) {
      const batch = this.#take()
      if (!(await this.#write(batch)) || !(await this.#sync(batch))) break
      this.#options.wal.commit(batch.map((pending) => pending.frame.length))
      this.#options.onDurable(batch)
      for (const { frame } of batch) this.#pendingBytes -= frame.length
      for (const pending of batch) pending.resolve()
    }
    this.#run = null
  }

  #take(): Pending[] {
    let bytes = 0
    let count = 0
    for (const { frame } of this.#queue) {
      if (count > 0 && bytes + frame.length > BATCH_BYTES_MAX) break
      bytes += frame.length
      count++
    }
    return this.#queue.splice(0, count)
  }

  /** Writes a batch; false when it was given up. */
  async #write(batch: readonly Pending[]): Promise<boolean> {
    const { wal, segmentBytes, onRoll } = this.#options
    const first = batch[0]!.index // batches are never empty
    try {
      if (wal.activeBytes >= segmentBytes) {
        await wal.roll(first)
        onRoll()
      }
      wal.write(batch.map((pending) => pending.frame))
      return true
    } catch (error) {
      await this.#giveUp(batch, error)
      return false
    }
  }

  async #sync(batch: readonly Pending[]): Promise<boolean> {
    try {
      await this.#options.wal.sync()
      return true
    } catch (error) {
      this.#fatal(error, batch)
      return false
    }
  }

  async #giveUp(batch: readonly Pending[], error: unknown): Promise<void> {
    if (!isCapacityError(error)) return this.#fatal(error, batch)
    try {
      await this.#options.wal.rewind()
    } catch (cause) {
      return this.#fatal(cause, batch)
    }
    this.pause()
    const rejection = new LedgerError(
      'ledger_not_writable',
      'the disk is full; nothing of this was recorded',
      { cause: error },
    )
    this.#options.onRejected()
    this.#rejectAll([...batch, ...this.#queue.splice(0)], rejection)
  }

  #fatal(cause: unknown, batch: readonly Pending[]): void {
    const error = new LedgerError(
      'ledger_failed',
      `the ledger cannot know what the disk holds: ${String(cause)}`,
      { cause },
    )
    const first = this.#failure === null
    this.fail(error)
    this.#rejectAll(batch, error)
    if (first) this.#options.onFatal(error)
  }

  #rejectAll(batch: readonly Pending[], error: LedgerError): void {
    this.#pendingBytes = 0
    for (const pending of batch) pending.reject(error)
  }

  #recover(): void {
    this.#retry = null
    if (this.#run !== null) {
      this.pause()
      return
    }
    // Holds the run, so that no append writes where the probe does.
    this.#run = this.#options.wal
      .probe(PROBE_BYTES)
      .then(() => {
        this.#writable = true
      })
      .catch((error) => {
        if (isCapacityError(error)) this.pause()
        else this.#fatal(error, [])
      })
      .finally(() => {
        this.#run = null
        // What was accepted before a pause is still waiting.
        if (this.writable && this.#queue.length > 0) this.#start()
      })
  }
}
