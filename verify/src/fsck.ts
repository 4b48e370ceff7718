/**
 * Checking the files of any tiled log, and naming every defect instead of the first.
 *
 * Spec: c2sp.org/tlog-tiles; ours: docs/spec/ledger.md §8. Entries are opaque here: what a Sekisho leaf and statement
 * must be is `verifyLedger`'s matter. Where entry and tile disagree the tile is tried against the signed root, so that one
 * flipped byte is one defect and not one a level.
 * LIMIT: a reader over HTTP cannot list, so files that should not be there are found in directories only.
 */
import { equalBytes, toBase64 } from './bytes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { VerifyError } from './error.ts'
import { unexpectedFiles } from './extra-files.ts'
import { EMPTY_ROOT, type Hash, leafHash } from './merkle.ts'
import { Partials } from './partials.ts'
import { verifyInclusion } from './proof.ts'
import { proveInclusion, rootFrom } from './prove.ts'
import type { LedgerReader } from './reader.ts'
import { foldTile, levelWidth, nodesFromTiles, TILE_WIDTH } from './tile.ts'
import { nodesOf, readBundle, readTile } from './tiles-reader.ts'
import type { SavedCheckpoint } from './verify-ledger.ts'

/** Defects told apart before the rest is only counted. */
const DEFECTS_MAX = 1000

export interface FsckCheck {
  /** Reads the log's checkpoint and checks its signatures. */
  readonly verify: (note: Uint8Array) => Promise<Checkpoint>
  /** Signed checkpoints that somebody kept, or that witnesses show. */
  readonly saved?: readonly SavedCheckpoint[]
  readonly onProgress?: (entries: number, size: number) => void
}

export interface FsckReport {
  readonly checkpoint: Checkpoint
  readonly tiles: number
  readonly bundles: number
  /** Files that were listed, or null when the source cannot be listed. */
  readonly files: number | null
  readonly saved: number
  /** In the order found; the first thousand. */
  readonly defects: readonly VerifyError[]
  /** Defects beyond those. */
  readonly more: number
}

/**
 * Checks every tile and bundle of a log and collects the defects.
 *
 * @throws {VerifyError} `checkpoint_missing`, those of `verify`, and `read_failed`: then nothing can be said
 */
export async function fsck(reader: LedgerReader, check: FsckCheck): Promise<FsckReport> {
  const note = await reader.read('checkpoint')
  if (note === null)
    throw new VerifyError('checkpoint_missing', 'there is no checkpoint', { place: 'checkpoint' })
  const checkpoint = await check.verify(note)
  const run = new Fsck(reader, checkpoint, await Partials.find(reader))
  await run.level0(check.onProgress)
  await run.levelsAbove()
  await run.root()
  const saved = [...(check.saved ?? []), ...(await witnessedCheckpoint(reader))]
  for (const each of saved) await run.compareSaved(each, check.verify)
  const files = await run.attempt(() => unexpectedFiles(reader, checkpoint.size, (error) => run.note(error)))
  const { tiles, bundles, defects, more } = run
  return { checkpoint, tiles, bundles, files: files ?? null, saved: saved.length, defects, more }
}

async function witnessedCheckpoint(reader: LedgerReader): Promise<SavedCheckpoint[]> {
  const place = 'witnessed-checkpoint'
  const note = await reader.read(place)
  return note === null ? [] : [{ place, note }]
}

class Fsck {
  tiles = 0
  bundles = 0
  more = 0
  readonly defects: VerifyError[] = []
  readonly #reader: LedgerReader
  readonly #checkpoint: Checkpoint
  readonly #partials: Partials
  /** Hashes of each level's unfinished tile; null where neither entries nor tiles give one. */
  readonly #rows: (Hash | null)[][] = []
  /** Hashes that the level below makes, for the level above to compare. */
  #folded: (Hash | null)[] = []

  constructor(reader: LedgerReader, checkpoint: Checkpoint, partials: Partials) {
    this.#reader = reader
    this.#checkpoint = checkpoint
    this.#partials = partials
  }

  note(error: VerifyError): void {
    if (this.defects.length < DEFECTS_MAX) this.defects.push(error)
    else this.more++
  }

  /** What `work` gives, or undefined when it found a defect. What could not be read at all ends the run. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof VerifyError) || error.code === 'read_failed') throw error
      this.note(error)
      return undefined
    }
  }

  async level0(onProgress: FsckCheck['onProgress']): Promise<void> {
    const { size } = this.#checkpoint
    for (let index = 0; index * TILE_WIDTH < size; index++) {
      const first = index * TILE_WIDTH
      const width = Math.min(TILE_WIDTH, size - first)
      const bundle = await this.attempt(() => readBundle(this.#reader, index, width))
      if (bundle !== undefined) this.bundles++
      const made = bundle?.entries.map(leafHash) ?? Array.from({ length: width }, () => null)
      const hashes = await this.#tile(0, index, made)
      const { entries } = bundle ?? {}
      if (entries !== undefined) await this.attempt(() => this.#partials.compare('entries', index, entries))
      this.#keep(0, hashes)
      onProgress?.(first + width, size)
    }
  }

  async levelsAbove(): Promise<void> {
    for (let level = 1; this.#folded.length > 0; level++) {
      const made = this.#folded
      this.#folded = []
      for (let index = 0; index * TILE_WIDTH < made.length; index++) {
        this.#keep(
          level,
          await this.#tile(level, index, made.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)),
        )
      }
    }
  }

  async root(): Promise<void> {
    const { size, root } = this.#checkpoint
    let hole = false
    const nodes = nodesFromTiles(size, async ({ level }) => {
      const row = this.#rows[level as number] ?? [] // entries are not asked for
      hole ||= row.includes(null)
      return row.map((hash) => hash ?? root)
    })
    const got = size === 0 ? EMPTY_ROOT : await rootFrom(size, nodes)
    if (hole || equalBytes(got, root)) return // a hole has been told already
    this.note(
      new VerifyError('root_mismatch', 'the entries make another root than the signed one', {
        place: `checkpoint, size ${size}`,
        expected: toBase64(root),
        got: toBase64(got),
      }),
    )
  }

  async compareSaved({ place, note }: SavedCheckpoint, verify: FsckCheck['verify']): Promise<void> {
    await this.attempt(async () => {
      const saved = await verify(note)
      const { size } = this.#checkpoint
      if (saved.size > size) {
        throw new VerifyError(
          'checkpoint_saved_ahead',
          `the log lost entries that \`${place}\` was signed for`,
          {
            place,
            expected: `at least ${saved.size} entries`,
            got: `${size} entries`,
          },
        )
      }
      const root = saved.size === 0 ? saved.root : await rootFrom(saved.size, nodesOf(this.#reader, size))
      if (equalBytes(root, saved.root)) return
      throw new VerifyError(
        'checkpoint_fork',
        `\`${place}\` was signed for other entries than the log now has`,
        {
          place: `${place}, size ${saved.size}`,
          expected: toBase64(saved.root),
          got: toBase64(root),
        },
      )
    })
  }

  /** Compares a published tile with what the level below makes of it; gives the hashes to go on with. */
  async #tile(level: number, index: number, made: readonly (Hash | null)[]): Promise<(Hash | null)[]> {
    const tile = await this.attempt(() => readTile(this.#reader, { level, index, width: made.length }))
    if (tile === undefined) return [...made]
    this.tiles++
    const chosen: (Hash | null)[] = []
    for (const [i, hash] of made.entries()) {
      const got = tile.hashes[i] ?? null
      if (hash === null || got === null || equalBytes(hash, got)) chosen.push(hash ?? got)
      else chosen.push(await this.#judge(level, index * TILE_WIDTH + i, `${tile.place} hash ${i}`, hash, got))
    }
    const whole = chosen.filter((hash) => hash !== null)
    if (whole.length === chosen.length) await this.attempt(() => this.#partials.compare(level, index, whole))
    return chosen
  }

  /** Which of two hashes is the right one: the tile's when it leads to the signed root. */
  async #judge(level: number, index: number, place: string, made: Hash, got: Hash): Promise<Hash> {
    const values = { place, expected: toBase64(made), got: toBase64(got) }
    if (level > 0 || !(await this.#isProved(index, got))) {
      this.note(new VerifyError('tile_hash_mismatch', `\`${place}\` is not what the entries make it`, values))
      return made
    }
    this.note(
      new VerifyError('bundle_entry_mismatch', `entry ${index} is not the one that was signed`, {
        place: `entry ${index}`,
        expected: values.got,
        got: values.expected,
      }),
    )
    return got
  }

  async #isProved(index: number, hash: Hash): Promise<boolean> {
    const { size, root } = this.#checkpoint
    try {
      verifyInclusion(await proveInclusion(index, size, nodesOf(this.#reader, size)), hash, index, size, root)
      return true
    } catch {
      return this.#isUnderParent(Math.floor(index / TILE_WIDTH))
    }
  }

  /** Whether a full level-0 tile folds to its hash one level up: what is left to ask when the way to the root is broken. */
  async #isUnderParent(index: number): Promise<boolean> {
    const above = levelWidth(1, this.#checkpoint.size)
    if (index >= above) return false
    try {
      const first = index - (index % TILE_WIDTH)
      const ref = { level: 1, index: first / TILE_WIDTH, width: Math.min(TILE_WIDTH, above - first) }
      const parent = (await readTile(this.#reader, ref)).hashes[index - first]
      const { hashes } = await readTile(this.#reader, { level: 0, index, width: TILE_WIDTH })
      return parent !== undefined && equalBytes(foldTile(hashes), parent)
    } catch {
      return false
    }
  }

  #keep(level: number, hashes: readonly (Hash | null)[]): void {
    this.#rows[level] = [...hashes]
    if (hashes.length < TILE_WIDTH) return
    const whole = hashes.filter((hash) => hash !== null)
    this.#folded.push(whole.length === TILE_WIDTH ? foldTile(whole) : null)
    // A full tile stands for itself one level up; its row begins anew.
    if (levelWidth(level, this.#checkpoint.size) % TILE_WIDTH === 0) this.#rows[level] = []
  }
}
