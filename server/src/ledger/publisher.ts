/**
 * What strangers read: tiles, bundles, statements, and last the checkpoint that covers them.
 *
 * Spec: c2sp.org/tlog-tiles; ours: docs/spec/ledger.md §4–6. Tiles are immutable: a file that is there already must be
 * the same, byte for byte. Order makes a crash harmless: everything a checkpoint covers is durable before the
 * checkpoint is signed into `signed-checkpoint`, and that before it is shown.
 * Threat: a second writer. The public checkpoint must be the one we wrote last; if not, signing on would fork the log.
 */
import { dirname, join } from 'node:path'
import { STATEMENT_HEAD, statementPath, TILE_WIDTH, tilePath } from 'sekisho-verify'
import type { Disk } from './disk.ts'
import { LedgerError } from './error.ts'
import type { Tile } from './tile-tree.ts'

/** Files written at once: more would keep the group commit's syncs waiting. */
const WRITES_AT_ONCE = 2

/** The newest checkpoint that a quorum of witnesses cosigned; absent before the first. */
const WITNESSED_CHECKPOINT = 'witnessed-checkpoint'

export interface PublishedStatement {
  readonly index: number
  readonly blob: Buffer
}

export interface Publication {
  readonly tiles: readonly Tile[]
  readonly statements: readonly PublishedStatement[]
  readonly note: string
}

export class Publisher {
  readonly publicDir: string
  readonly #disk: Disk
  readonly #dir: string
  readonly #madeDirs = new Set<string>()
  readonly #dirty = new Set<string>()
  #shown: string | null = null
  /** One at a time writes the checkpoint: a cosigned old one must never replace a new one. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, dir: string) {
    this.#disk = disk
    this.#dir = dir
    this.publicDir = join(dir, 'public')
  }

  /** The checkpoint strangers see and the last one signed, as found on disk. */
  async found(): Promise<{ shown: string | null; signed: string | null }> {
    await this.#disk.makeDirectory(this.publicDir)
    const shown = await this.#disk.readWhole(join(this.publicDir, 'checkpoint'))
    const signed = await this.#disk.readWhole(join(this.#dir, 'signed-checkpoint'))
    this.#shown = shown?.toString('utf8') ?? null
    return { shown: this.#shown, signed: signed?.toString('utf8') ?? null }
  }

  /** The last one that a quorum cosigned, as found on disk. */
  async witnessed(): Promise<string | null> {
    const bytes = await this.#disk.readWhole(join(this.publicDir, WITNESSED_CHECKPOINT))
    return bytes?.toString('utf8') ?? null
  }

  /**
   * Writes tiles and bundles, or checks that they are there unchanged.
   *
   * @throws {LedgerError} `ledger_tile_mismatch`
   */
  async writeTiles(tiles: readonly Tile[]): Promise<void> {
    const queue = tiles[Symbol.iterator]()
    let failed = false
    const work = async () => {
      for (const tile of queue) {
        if (failed) return
        try {
          await this.#writeImmutable(tilePath(tile), tile.bytes)
        } catch (error) {
          failed = true
          throw error
        }
      }
    }
    // All settle before a failure is reported: the next attempt writes the same files.
    const works = await Promise.allSettled(Array.from({ length: WRITES_AT_ONCE }, work))
    for (const result of works) if (result.status === 'rejected') throw result.reason
    await this.#syncDirectories()
  }

  /** @throws {LedgerError} `ledger_tile_mismatch`, `ledger_failed` when another writer was here */
  async publish(publication: Publication): Promise<void> {
    await this.writeTiles(publication.tiles)
    await this.#writeStatements(publication.statements)
    await this.#inTurn(async () => {
      const path = await this.#refuseOtherWriter()
      const note = Buffer.from(publication.note)
      await this.#disk.writeWhole(join(this.#dir, 'signed-checkpoint'), note)
      await this.#disk.syncDirectory(this.#dir)
      await this.#disk.writeWhole(path, note)
      await this.#disk.syncDirectory(this.publicDir)
      this.#shown = publication.note
    })
    await this.#dropPartials(publication.tiles)
  }

  /**
   * Shows a checkpoint again with cosignatures, unless a newer one is shown by now.
   *
   * @param quorum whether they are enough: it is then also shown as the newest witnessed one
   * @returns whether it is the one shown
   * @throws {LedgerError} `ledger_failed` when another writer was here
   */
  async showCosigned(note: string, quorum: boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      const path = await this.#refuseOtherWriter()
      const bytes = Buffer.from(note)
      const current = this.#shown !== null && textOf(this.#shown) === textOf(note)
      if (quorum) await this.#disk.writeWhole(join(this.publicDir, WITNESSED_CHECKPOINT), bytes)
      if (current) {
        await this.#disk.writeWhole(path, bytes)
        this.#shown = note
      }
      await this.#disk.syncDirectory(this.publicDir)
      return current
    })
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await this.#turn
  }

  /** The path of the checkpoint, when it is still the one this process showed last. */
  async #refuseOtherWriter(): Promise<string> {
    const path = join(this.publicDir, 'checkpoint')
    const shown = (await this.#disk.readWhole(path))?.toString('utf8') ?? null
    if (shown === this.#shown) return path
    throw new LedgerError(
      'ledger_failed',
      `\`${path}\` was changed by another writer; this one must not sign again`,
    )
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {}) // whoever asked for it is told
    return done
  }

  async #writeStatements(statements: readonly PublishedStatement[]): Promise<void> {
    const last = statements.at(-1)
    if (last === undefined) return
    for (const { index, blob } of statements) await this.#writeImmutable(statementPath(index), blob)
    // The head names a file that is there, also when the power goes in between.
    await this.#syncDirectories()
    await this.#disk.writeWhole(join(this.publicDir, STATEMENT_HEAD), Buffer.from(`${last.index}\n`))
    // It lies beside the statements.
    await this.#disk.syncDirectory(dirname(join(this.publicDir, STATEMENT_HEAD)))
  }

  async #writeImmutable(name: string, bytes: Buffer): Promise<void> {
    const path = join(this.publicDir, name)
    const dir = dirname(path)
    if (!this.#madeDirs.has(dir)) {
      await this.#disk.makeDirectory(dir)
      this.#madeDirs.add(dir)
    }
    const there = await this.#disk.readWhole(path)
    if (there === null) await this.#disk.writeWhole(path, bytes)
    else if (!there.equals(bytes)) throw mismatch(name, bytes, there)
    this.#dirty.add(dir)
  }

  async #syncDirectories(): Promise<void> {
    for (const dir of this.#dirty) {
      await this.#disk.syncDirectory(dir)
      this.#dirty.delete(dir)
    }
  }

  /** A partial tile has served its time once the full one is there (tlog-tiles, "Partial Tiles"). */
  async #dropPartials(tiles: readonly Tile[]): Promise<void> {
    for (const tile of tiles) {
      if (tile.width !== TILE_WIDTH) continue
      const dir = `${join(this.publicDir, tilePath(tile))}.p`
      this.#madeDirs.delete(dir)
      await this.#disk.removeDirectory(dir)
    }
  }
}

/** What a checkpoint's signatures are over. */
export function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n') + 1)
}

function mismatch(name: string, expected: Buffer, got: Buffer): LedgerError {
  let at = 0
  while (at < expected.length && expected[at] === got[at]) at++
  return new LedgerError(
    'ledger_tile_mismatch',
    `\`${name}\` differs from what the write-ahead log makes it, from byte ${at} on; restore it or remove it`,
  )
}
