/**
 * The ledger on one node: drafts in, durable entries, checkpoints and receipts out.
 *
 * Spec: docs/spec/ledger.md. Indices are given at `append` and become the tree's only once durable.
 */
import { FIELD_NAMES, type FieldName, parseCheckpoint, utf8 } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import type { Batch } from './batch.ts'
import { type Opened, openEntry } from './decoder.ts'
import { type Disk, isCapacityError } from './disk.ts'
import type { Encoder } from './encoder.ts'
import { LedgerError } from './error.ts'
import { BLOB_AT, type EntryKind, type Frame, finishFrame, leafOf } from './frame.ts'
import { GroupCommit } from './group-commit.ts'
import type {
  Appended,
  CustodyLedger,
  EntryCustody,
  EntryDraft,
  ExchangeDraft,
  LedgerOptions,
  StoredEntry,
  StoredStatement,
} from './ledger.ts'
import type { OpenIntents } from './open-intents.ts'
import { type PublishedStatement, type Publisher, textOf } from './publisher.ts'
import { createReceiptWriter } from './receipts.ts'
import type { Replayed, Shown } from './replay.ts'
import type { Signer } from './signer.ts'
import { type LedgerState, writeState } from './state-file.ts'
import type { Tile, TileTree } from './tile-tree.ts'
import type { Wal } from './wal.ts'

export const CHECKPOINT_INTERVAL_MS = 1000
/** Entries read ahead of the one handed out by `entries`. */
const READ_AHEAD = 8

export interface LedgerParts {
  readonly disk: Disk
  readonly signer: Signer
  readonly encoder: Encoder
  readonly wal: Wal
  readonly publisher: Publisher
  readonly replayed: Replayed
  /** Lets go of the directory. */
  readonly release: () => Promise<void>
  /** Whether the directory is still ours. */
  readonly held: () => boolean
}

interface Waiter {
  readonly index: number
  readonly resolve: (note: string) => void
  readonly reject: (error: Error) => void
}

export class FileLedger implements CustodyLedger {
  readonly origin: string
  readonly verifierKey: string
  readonly publicDir: string
  readonly #options: LedgerOptions
  readonly #parts: LedgerParts
  readonly #tree: TileTree
  readonly #intents: OpenIntents
  readonly #commit: GroupCommit
  readonly #writeReceipt: ReturnType<typeof createReceiptWriter>
  #lastStatement: number | null
  /** Index and statement chain as they will be once everything that waits is durable. */
  #next: { index: number; statement: number | null }
  #tiles: Tile[] = []
  #statements: PublishedStatement[]
  #note: string
  #noteSize: number
  #witnessed: Shown | null
  #waiters: Waiter[] = []
  #stateToSave: LedgerState | null = null
  #publishing: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(
    options: LedgerOptions,
    parts: LedgerParts,
    shown: { note: string; statements: PublishedStatement[]; witnessed: Shown | null },
  ) {
    const { signer, publisher, replayed } = parts
    this.origin = options.origin
    this.verifierKey = signer.verifierKey
    this.publicDir = publisher.publicDir
    this.#options = options
    this.#parts = parts
    this.#tree = replayed.tree
    this.#intents = replayed.intents
    this.#lastStatement = replayed.lastStatement
    this.#next = { index: replayed.tree.size, statement: replayed.lastStatement }
    this.#statements = shown.statements
    this.#note = shown.note
    this.#noteSize = parseCheckpoint(utf8(shown.note)).size
    this.#witnessed = shown.witnessed
    this.#writeReceipt = createReceiptWriter(directoryReader(publisher.publicDir))
    this.#commit = new GroupCommit({
      wal: parts.wal,
      onDurable: (batch) => this.#settle(batch),
      onRejected: () => this.#forgetPending(),
      onRoll: () => this.#keepState(),
      onFatal: (error) => options.onFatal(error),
    })
    this.#schedule()
  }

  state(): 'writable' | 'not_writable' {
    return this.#commit.writable && !this.#closed ? 'writable' : 'not_writable'
  }

  size(): number {
    return this.#tree.size
  }

  openIntents(): number[] {
    return this.#intents.list()
  }

  checkpoint(): string {
    return this.#note
  }

  append(draft: EntryDraft): Promise<Appended> {
    return new Promise((resolve, reject) => this.#append(draft, resolve, reject)) // what it throws rejects
  }

  #append(
    draft: EntryDraft,
    resolve: (appended: Appended) => void,
    reject: (error: LedgerError) => void,
  ): void {
    if (this.#closed) throw closedError()
    this.#commit.check()
    const timeMs = this.#options.clock.nowMs()
    const { index } = this.#next
    const refers = draft.class === 'statement' ? this.#next.statement : closes(draft)
    const frame = this.#encode(draft, timeMs)
    if (
      draft.class === 'exchange' &&
      draft.kind === 'outcome' &&
      (refers === null || !this.#intents.claim(refers))
    ) {
      throw new LedgerError('ledger_intent_not_open', `entry \`${refers}\` is not an open intent`)
    }
    const kind: EntryKind = draft.class === 'statement' ? 'statement' : draft.kind
    this.#next = { index: index + 1, statement: kind === 'statement' ? index : this.#next.statement }
    const header = { kind, index, timeMs, refers, durable: this.#tree.size }
    finishFrame(frame, header)
    this.#commit.push({
      kind,
      index,
      refers,
      frameBytes: frame.length,
      resolve: () => resolve({ index, timeMs }),
      reject,
    })
  }

  async read(index: number): Promise<StoredEntry> {
    const frame = await this.#frame(index)
    return toStored(frame, this.#open(frame))
  }

  async *entries(from: number, to = this.size()): AsyncGenerator<StoredEntry> {
    const end = Math.min(to, this.size())
    const ahead: Promise<StoredEntry>[] = []
    for (let index = from; index < end; index++) {
      for (let next = index + ahead.length; next < end && ahead.length < READ_AHEAD; next++) {
        const reading = this.read(next)
        reading.catch(() => {}) // reported when its turn comes
        ahead.push(reading)
      }
      const entry = await ahead.shift()
      if (entry !== undefined) yield entry
    }
  }

  async *statements(from: number, to = this.size()): AsyncGenerator<StoredStatement> {
    const indices: number[] = []
    for (let index = this.#lastStatement; index !== null && index >= from; ) {
      if (index < to) indices.push(index)
      index = (await this.#frame(index)).refers
    }
    for (const index of indices.reverse()) {
      const entry = await this.read(index)
      if (entry.class === 'statement') yield entry
    }
  }

  async checkpointCovering(index: number): Promise<string> {
    if (!Number.isSafeInteger(index) || index < 0) throw rangeError(index, this.size())
    if (index < this.#noteSize) return this.#note
    if (this.#closed) throw closedError()
    return new Promise((resolve, reject) => this.#waiters.push({ index, resolve, reject }))
  }

  async showCosigned(note: string, quorum: boolean): Promise<void> {
    // A cosignature may come after the directory was let go: it is another process's then.
    if (this.#closed) throw closedError()
    const { size } = parseCheckpoint(utf8(note))
    if (size > this.#noteSize || (size === this.#noteSize && textOf(note) !== textOf(this.#note))) {
      throw new LedgerError(
        'ledger_checkpoint_malformed',
        `the cosigned checkpoint for ${size} entries was never shown here`,
      )
    }
    const newest = quorum && size >= (this.#witnessed?.size ?? 0)
    try {
      const shown = await this.#parts.publisher.showCosigned(note, newest)
      if (shown && textOf(note) === textOf(this.#note)) this.#note = note
    } catch (error) {
      this.#publishFailed(error)
      throw error
    }
    if (newest) this.#witnessed = { note, size }
  }

  async receipt(
    index: number,
    disclose: readonly FieldName[] = FIELD_NAMES,
    under?: string,
  ): Promise<string> {
    const frame = await this.#frame(index)
    const witnessed = this.#witnessed
    const shown = witnessed !== null && index < witnessed.size ? witnessed.note : null
    const note = under ?? shown ?? (await this.checkpointCovering(index))
    return this.#writeReceipt(frame, this.#open(frame), note, disclose)
  }

  async custodyOf(index: number): Promise<EntryCustody> {
    const { kind, timeMs, slot } = await this.#frame(index)
    if (slot.state === 'defect')
      throw new LedgerError('ledger_key_slot_corrupt', `the key slot of entry ${index} is damaged`)
    return { kind, timeMs, epochKey: slot.state === 'live' ? slot.epochKey : null }
  }

  async leaf(index: number): Promise<Buffer> {
    return Buffer.from((await this.#frame(index)).leaf)
  }

  /**
   * Destroys the secret of one exchange, so that its content and slots can never be read again; proofs stay valid.
   * Waits for a checkpoint that covers it, so that an interrupted overwrite is never taken for a torn tail.
   */
  async shred(index: number): Promise<void> {
    await this.#frame(index)
    await this.checkpointCovering(index)
    await this.#parts.wal.destroySlot(index)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#commit.idle()
    await this.#publishing
    if (this.#commit.writable && this.#tree.size > this.#noteSize) await this.#publish()
    this.#commit.stop()
    if (!this.#commit.failed) await this.#parts.wal.rewind()
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError())
    await this.#parts.wal.close()
    await this.#parts.publisher.idle()
    await this.#parts.release()
  }

  #encode(draft: EntryDraft, timeMs: number): Buffer {
    const { encoder } = this.#parts
    const batch = this.#commit.batch()
    if (draft.class === 'statement') return encoder.statement(batch, draft, timeMs, this.#next.statement)
    const epochKey = this.#epochKey(`institution/${draft.institution}`, timeMs)
    return encoder.exchange(batch, draft, timeMs, epochKey)
  }

  #epochKey(owner: string, timeMs: number) {
    try {
      return this.#options.kek.sealing(owner, timeMs)
    } catch (cause) {
      if (!isCapacityError(cause)) throw cause
      throw new LedgerError('ledger_not_writable', 'a new key could not be stored: the disk is full', {
        cause,
      })
    }
  }

  /** A batch became durable: it is part of the tree now. */
  #settle({ entries, frames }: Batch): void {
    let at = 0
    for (const { kind, index, refers, frameBytes } of entries) {
      const frame = frames.subarray(at, at + frameBytes)
      at += frameBytes
      if (kind === 'intent') this.#intents.opened(index)
      if (kind === 'outcome') this.#intents.closed(refers)
      if (kind === 'statement') {
        this.#lastStatement = index
        this.#statements.push({ index, blob: Buffer.from(frame.subarray(BLOB_AT)) }) // the batch is used again
      }
      this.#tree.push(leafOf(frame))
    }
  }

  #forgetPending(): void {
    this.#next = { index: this.#tree.size, statement: this.#lastStatement }
    this.#intents.releaseAll()
  }

  #keepState(): void {
    this.#stateToSave = {
      edge: this.#tree.edge(),
      open: this.#intents.list(),
      lastStatement: this.#lastStatement,
    }
  }

  #schedule(): void {
    const intervalMs = this.#options.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS
    this.#timer = setTimeout(() => {
      this.#publishing = this.#publish().finally(() => {
        this.#publishing = null
        if (!this.#closed) this.#schedule()
      })
    }, intervalMs).unref()
  }

  /** Shows everything durable under a new checkpoint, when there is anything new. Never rejects. */
  async #publish(): Promise<void> {
    const size = this.#tree.size
    if (size === this.#noteSize) return
    const note = this.#parts.signer.sign(size, this.#tree.root())
    this.#tiles.push(...this.#tree.takeFull())
    const tiles = this.#tiles
    const statements = this.#statements
    this.#tiles = []
    this.#statements = []
    try {
      if (!this.#parts.held())
        throw new LedgerError('ledger_failed', 'the directory was taken over by another process')
      await this.#parts.publisher.publish({ tiles: [...tiles, ...this.#partialsAt(size)], statements, note })
      this.#shown(note, size)
      await this.#saveState(size)
    } catch (error) {
      this.#tiles = [...tiles, ...this.#tiles]
      this.#statements = [...statements, ...this.#statements]
      this.#publishFailed(error)
    }
  }

  /** Taken in the same turn as the root: the tree must not have grown in between. */
  #partialsAt(size: number): Tile[] {
    if (this.#tree.size !== size)
      throw new LedgerError('ledger_failed', 'the tree grew while its edge was taken')
    return this.#tree.partials()
  }

  #shown(note: string, size: number): void {
    this.#note = note
    this.#noteSize = size
    const waiters = this.#waiters
    this.#waiters = waiters.filter((waiter) => waiter.index >= size)
    for (const waiter of waiters) if (waiter.index < size) waiter.resolve(note)
  }

  async #saveState(size: number): Promise<void> {
    const state = this.#stateToSave
    if (state === null || state.edge.size > size) return
    await writeState(this.#parts.disk, this.#options.dir, state)
    if (this.#stateToSave === state) this.#stateToSave = null
  }

  #publishFailed(error: unknown): void {
    if (isCapacityError(error)) {
      this.#commit.pause()
      return
    }
    const cause =
      error instanceof LedgerError
        ? error
        : new LedgerError('ledger_failed', `cannot publish: ${String(error)}`, { cause: error })
    this.#commit.fail(cause)
    for (const waiter of this.#waiters.splice(0)) waiter.reject(cause)
    this.#options.onFatal(cause)
  }

  async #frame(index: number): Promise<Frame> {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size())
      throw rangeError(index, this.size())
    return this.#parts.wal.readFrame(index)
  }

  #open(frame: Frame): Opened | null {
    return openEntry(frame, this.#options.kek)
  }
}

function closes(draft: ExchangeDraft): number | null {
  if (draft.kind === 'intent') return null
  const { refers } = draft.fields
  if (typeof refers === 'number' && Number.isSafeInteger(refers)) return refers
  throw new LedgerError(
    'ledger_draft_invalid',
    'an outcome needs `refers`: the index of the intent it closes',
  )
}

function toStored(frame: Frame, opened: Opened | null): StoredEntry {
  const { index, timeMs } = frame
  if (frame.kind !== 'statement') {
    const readable =
      opened === null
        ? ({ fields: 'unavailable', content: 'unavailable' } as const)
        : { fields: opened.fields, content: opened.content }
    return { class: 'exchange', kind: frame.kind, index, timeMs, ...readable }
  }
  if (opened?.statement === undefined)
    throw new LedgerError('ledger_blob_mismatch', `entry ${index} holds no statement`)
  return {
    class: 'statement',
    kind: 'statement',
    index,
    timeMs,
    statement: opened.statement,
    fields: opened.fields,
  }
}

function rangeError(index: number, size: number): LedgerError {
  return new LedgerError('ledger_index_range', `entry \`${index}\` is not among the ${size} durable ones`)
}

function closedError(): LedgerError {
  return new LedgerError('ledger_closed', 'the ledger is closed')
}
