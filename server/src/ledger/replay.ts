/**
 * What a start does before the first append: read the log, cut its torn tail, and hold the result against every
 * checkpoint that was ever signed here.
 *
 * Spec: docs/spec/ledger.md §7. Refuses rather than guesses: a tail is cut only where nothing in it can have been
 * acknowledged.
 */
import {
  type Checkpoint,
  equalBytes,
  leafClass,
  parseVerifierKey,
  toBase64,
  utf8,
  VerifyError,
  verifyCheckpoint,
} from 'sekisho-verify'
import type { Disk, DiskFile } from './disk.ts'
import { LedgerError } from './error.ts'
import type { Frame } from './frame.ts'
import { OpenIntents } from './open-intents.ts'
import type { PublishedStatement, Publisher } from './publisher.ts'
import { provesDurable, scanFrames } from './segment.ts'
import { EMPTY_STATE, type LedgerState, readState } from './state-file.ts'
import { type Tile, TileTree } from './tile-tree.ts'
import type { Wal } from './wal.ts'

export interface Replayed {
  readonly tree: TileTree
  readonly intents: OpenIntents
  readonly lastStatement: number | null
  /** Statements replayed, for the publisher to show or compare. */
  readonly statements: readonly PublishedStatement[]
  /** Tiles replayed up to the latest checkpoint, for the publisher to write or compare. */
  readonly tiles: readonly Tile[]
  /** Latest checkpoint signed, null before the first. */
  readonly checkpoint: Shown | null
}

interface Signed extends Checkpoint {
  readonly note: string
}

/** A signed checkpoint and how many entries it covers. */
export interface Shown {
  readonly note: string
  readonly size: number
}

export interface ReplayParts {
  readonly disk: Disk
  readonly dir: string
  readonly verifierKey: string
  readonly wal: Wal
  readonly publisher: Publisher
}

/**
 * @throws {LedgerError} `ledger_wal_corrupt`, `ledger_wal_gap`, `ledger_wal_header`, `ledger_origin_mismatch`,
 *   `ledger_checkpoint_malformed`, `ledger_checkpoint_ahead`, `ledger_checkpoint_conflict`
 */
export async function replay(parts: ReplayParts): Promise<Replayed> {
  const signed = await signedCheckpoints(parts)
  const covered = Math.max(0, ...signed.map((checkpoint) => checkpoint.size))
  const state = await startingState(parts, signed)
  const walk = new Walk(parts, state, signed)
  const firsts = parts.wal.firsts.filter((first) => first >= state.edge.size)
  for (const [i, first] of firsts.entries()) {
    await walk.segment(first, i === firsts.length - 1, covered)
  }
  if (walk.tree.size < covered) {
    throw new LedgerError(
      'ledger_checkpoint_ahead',
      `a checkpoint was signed for ${covered} entries, the write-ahead log holds ${walk.tree.size}: it was rolled back or cut`,
    )
  }
  return walk.result()
}

/**
 * Frames that nothing read so far proves durable. All others are applied as they are read, so that a start holds no more
 * of a segment than what was on its way at once.
 */
class Tail {
  #frames: Frame[] = []
  /** Entries proved durable, by a checkpoint or by what a later frame says. */
  #durable: number

  constructor(covered: number) {
    this.#durable = covered
  }

  /** Takes the next frame and returns those that are proved durable now. */
  push(frame: Frame): readonly Frame[] {
    this.#frames.push(frame)
    const [first] = this.#frames
    if (frame.durable > this.#durable) this.#durable = frame.durable
    const proved = Math.min(this.#frames.length, this.#durable - (first?.index ?? 0))
    return proved > 0 ? this.#frames.splice(0, proved) : []
  }

  /**
   * What stays of the rest. A slot is outside its frame's CRC, so a tear can be in it alone: frames are cut from the first
   * whose slot is neither live nor empty. Secrets are destroyed only of entries that a checkpoint covers, so an overwrite
   * that was interrupted is never taken for a tear.
   */
  keep(): readonly Frame[] {
    const torn = this.#frames.findIndex((frame) => frame.slot.state === 'defect')
    return torn < 0 ? this.#frames : this.#frames.slice(0, torn)
  }

  all(): readonly Frame[] {
    return this.#frames
  }
}

class Walk {
  readonly tree: TileTree
  readonly #parts: ReplayParts
  readonly #signed: readonly Signed[]
  readonly #intents: OpenIntents
  #lastStatement: number | null
  readonly #statements: PublishedStatement[] = []
  readonly #tiles: Tile[] = []

  constructor(parts: ReplayParts, state: LedgerState, signed: readonly Signed[]) {
    this.#parts = parts
    this.#signed = signed
    this.#intents = new OpenIntents(state.open)
    this.#lastStatement = state.lastStatement
    this.tree = new TileTree(state.edge)
    this.#compareRoots()
  }

  async segment(first: number, last: boolean, covered: number): Promise<void> {
    const { wal } = this.#parts
    if (first !== this.tree.size) {
      throw new LedgerError(
        'ledger_wal_gap',
        `entries ${this.tree.size} to ${first - 1} are missing from the write-ahead log`,
      )
    }
    const file = await wal.openSegment(first)
    const offsets: number[] = []
    const tail = new Tail(covered)
    const scan = await scanFrames(file, first, (frame, offset) => {
      offsets.push(offset)
      for (const proved of tail.push(frame)) this.#apply(proved)
    })
    const end = first + offsets.length
    if (scan.torn && (!last || end < covered || (await provesDurable(file, scan.end, end)))) {
      throw new LedgerError(
        'ledger_wal_corrupt',
        `entry ${end} is damaged at byte ${scan.end} of the segment of entry ${first}`,
      )
    }
    for (const frame of last ? tail.keep() : tail.all()) this.#apply(frame)
    if (!last) return file.close()
    const kept = this.tree.size - first
    const whole = kept === offsets.length && !scan.torn
    await this.#resume(
      file,
      offsets.slice(0, kept),
      offsets[kept] ?? scan.end,
      whole ? scan.fileBytes : undefined,
    )
  }

  result(): Replayed {
    const best = this.#signed.at(-1) ?? null
    return {
      tree: this.tree,
      intents: this.#intents,
      lastStatement: this.#lastStatement,
      statements: this.#statements,
      tiles: this.#tiles,
      checkpoint: best === null ? null : { note: best.note, size: best.size },
    }
  }

  /** What was read may still be only in memory: it is synced before anything is built on it. */
  async #resume(file: DiskFile, offsets: number[], end: number, roomTo?: number): Promise<void> {
    await this.#parts.wal.resume(file, offsets, end, roomTo)
    await this.#parts.wal.sync()
  }

  #apply(frame: Frame): void {
    if ((leafClass(frame.leaf) === 'statement') !== (frame.kind === 'statement'))
      throw broken(
        frame,
        'has the leaf of another class: an earlier build wrote it, or it was altered (a sample begins anew when its data directory is moved away)',
      )
    if (frame.kind === 'intent') this.#intents.opened(frame.index)
    if (frame.kind === 'outcome' && !this.#intents.closed(frame.refers))
      throw broken(frame, 'closes no open intent')
    if (frame.kind === 'statement') {
      if (frame.refers !== this.#lastStatement) throw broken(frame, 'does not follow the statement before it')
      this.#lastStatement = frame.index
      this.#statements.push({ index: frame.index, blob: Buffer.from(frame.blob) }) // free of the read window's memory
    }
    this.tree.push(frame.leaf)
    this.#compareRoots()
  }

  #compareRoots(): void {
    for (const checkpoint of this.#signed) {
      if (checkpoint.size !== this.tree.size) continue
      const root = this.tree.root()
      if (!equalBytes(root, checkpoint.root)) {
        throw new LedgerError(
          'ledger_checkpoint_conflict',
          `the write-ahead log gives root \`${toBase64(root)}\` at ${checkpoint.size} entries, ` +
            `a checkpoint was signed for \`${toBase64(checkpoint.root)}\``,
        )
      }
      if (checkpoint === this.#signed.at(-1))
        this.#tiles.push(...this.tree.takeFull(), ...this.tree.partials())
    }
  }
}

function broken(frame: Frame, what: string): LedgerError {
  return new LedgerError('ledger_wal_corrupt', `entry ${frame.index} ${what}`)
}

/** The checkpoints on disk, smaller first, each signed by our key. */
async function signedCheckpoints(parts: ReplayParts): Promise<Signed[]> {
  const { shown, signed } = await parts.publisher.found()
  const all: Signed[] = []
  // Of two for one size the shown one goes last, and on: it may carry cosignatures.
  for (const note of new Set([signed, shown])) {
    if (note !== null) all.push({ ...(await checkOwn(note, parts.verifierKey)), note })
  }
  return all.sort((a, b) => a.size - b.size)
}

/**
 * The newest witnessed checkpoint, to build receipts on. It was one of those signed, so it is never ahead of them.
 *
 * @throws {LedgerError} `ledger_origin_mismatch`, `ledger_checkpoint_malformed`, `ledger_checkpoint_ahead`
 */
export async function witnessedCheckpoint(
  parts: Pick<ReplayParts, 'publisher' | 'verifierKey'>,
  signedSize: number,
): Promise<Shown | null> {
  const witnessed = await parts.publisher.witnessed()
  if (witnessed === null) return null
  const { size } = await checkOwn(witnessed, parts.verifierKey)
  if (size <= signedSize) return { note: witnessed, size }
  throw new LedgerError(
    'ledger_checkpoint_ahead',
    `witnesses cosigned ${size} entries, the newest checkpoint here is for ${signedSize}: the directory was rolled back`,
  )
}

async function checkOwn(note: string, verifierKey: string): Promise<Checkpoint> {
  try {
    return await verifyCheckpoint(utf8(note), parseVerifierKey(verifierKey))
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    const foreign = cause.code === 'note_key_absent' || cause.code === 'checkpoint_origin'
    throw new LedgerError(
      foreign ? 'ledger_origin_mismatch' : 'ledger_checkpoint_malformed',
      foreign
        ? 'the checkpoint was signed by another key or for another origin'
        : `the checkpoint is damaged: ${cause.message}`,
      { cause },
    )
  }
}

/** A saved state is usable when a segment begins there and every checkpoint lies at or after it. */
async function startingState(parts: ReplayParts, signed: readonly Signed[]): Promise<LedgerState> {
  const state = await readState(parts.disk, parts.dir)
  if (state === null) return EMPTY_STATE
  const usable = signed.length > 0 && signed.every((checkpoint) => checkpoint.size >= state.edge.size)
  return usable && parts.wal.firsts.includes(state.edge.size) ? state : EMPTY_STATE
}
