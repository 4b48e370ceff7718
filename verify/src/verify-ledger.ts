/**
 * Checking a whole ledger: every public byte, led back to one signature.
 *
 * Spec: docs/spec/ledger.md §8. The steps, in order:
 *   1. the checkpoint is signed by the key, for the key's own origin
 *   2. every saved checkpoint is signed by the key, and not ahead of the ledger
 *   3. statements are walked from the head back to the first, without a gap; no saved head is ahead of the newest
 *   4. every entry bundle is read; each leaf is well formed; its hash is the one in its tile
 *   5. every tile of every level is what the entries make it; older partial ones still there are prefixes of it
 *   6. each saved checkpoint's root is the root at its size, and the last root is the signed one
 *   7. every leaf that is a statement's is on the chain, and each statement of the chain is the content of its leaf; for a
 *      programme, signed by keys introduced before
 * Threat: whoever holds the log key can sign anything; only step 6 with a checkpoint saved earlier, or a witness,
 * exposes a dropped tail or a fork.
 */
import { sha256 } from '#sha256'
import { equalBytes, toBase64 } from './bytes.ts'
import type { JsonValue } from './canonical.ts'
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts'
import { VerifyError } from './error.ts'
import { CompactTree, type Hash, leafHash } from './merkle.ts'
import type { VerifierKey } from './note.ts'
import { Partials } from './partials.ts'
import { verifyInclusion } from './proof.ts'
import { proveInclusion } from './prove.ts'
import type { LedgerReader } from './reader.ts'
import { encodeLeaf, isLeaf, type Leaf, leafClass, parseLeaf, recordRoot } from './record.ts'
import { checkHeads, offChain, walkStatements } from './statement-chain.ts'
import { openStatementEntry, parseStatementEntry } from './statement-entry.ts'
import { StatementKeys } from './statement-keys.ts'
import { foldTile, levelWidth, TILE_WIDTH } from './tile.ts'
import { nodesOf, readBundle, readTile } from './tiles-reader.ts'

/** Bundles fetched ahead of the one being checked. */
const READ_AHEAD = 8

export interface SavedCheckpoint {
  /** File name or other place, for messages. */
  readonly place: string
  readonly note: Uint8Array
}

export interface SavedHead {
  readonly place: string
  readonly index: number
}

export interface LedgerCheck {
  readonly key: VerifierKey
  readonly saved?: readonly SavedCheckpoint[]
  /** Newest statements seen earlier. */
  readonly savedHeads?: readonly SavedHead[]
  /**
   * The ledger is a programme's: it has a founding statement, and every statement is signed by keys introduced before.
   * Without it the statements are contents of any form. The command always sets it.
   */
  readonly programme?: boolean
  /** Full bundles that end at or below this index may be missing (tlog-tiles, Pruning): level-0 tiles stand for them. */
  readonly prunedBelow?: number
  readonly onStatement?: (index: number, statement: JsonValue) => void
  readonly onProgress?: (entries: number, size: number) => void
}

export interface LedgerReport {
  readonly checkpoint: Checkpoint
  readonly entries: number
  readonly tiles: number
  readonly statements: number
  /** Index of the newest statement, or null. Of pruned bundles only those on the chain were seen. */
  readonly statementsHead: number | null
  /** Older partial files compared, or null when the reader cannot list them. */
  readonly partials: number | null
  /** Entries whose bundle was missing: their hashes count, the entries were not seen. */
  readonly pruned: number
  /** Saved checkpoints found to be prefixes of this ledger. */
  readonly saved: number
}

/**
 * Checks a ledger whole.
 *
 * @throws {VerifyError} for the first defect found, with its place and both values
 */
export async function verifyLedger(reader: LedgerReader, check: LedgerCheck): Promise<LedgerReport> {
  const note = await reader.read('checkpoint')
  if (note === null)
    throw new VerifyError('checkpoint_missing', 'there is no checkpoint', { place: 'checkpoint' })
  const checkpoint = await verifyCheckpoint(note, check.key)
  const saved = await verifySaved(check, checkpoint)
  const statements = await walkStatements(reader, checkpoint.size)
  const programme = check.programme === true
  const statementsHead = checkHeads(statements, checkpoint.size, check.savedHeads ?? [], programme)
  const keys = programme ? new StatementKeys() : null
  const partials = await Partials.find(reader)
  const walk = new LedgerWalk(reader, checkpoint, saved, partials, check.prunedBelow ?? 0)
  for await (const { first, entries, hashes } of walk.bundles(check.onProgress)) {
    for (let i = 0; i < hashes.length; i++) {
      const blob = statements.get(first + i)
      if (blob === undefined) {
        if (entries !== null && leafClass(entries[i]!) === 'statement')
          throw offChain(first + i, statementsHead) // i is in range
        continue
      }
      const place = `statements/${first + i}`
      const leaf = entries === null ? prunedLeaf(blob, hashes[i]!, place) : parseLeaf(entries[i]!, place) // i is in range
      const entry = openStatementEntry(blob, leaf, place)
      await keys?.follow(entry.statement, entry.fields.time, place)
      check.onStatement?.(first + i, entry.statement)
    }
  }
  return {
    checkpoint,
    entries: checkpoint.size,
    tiles: walk.tiles,
    statements: statements.size,
    statementsHead,
    partials: partials.checked,
    pruned: walk.pruned,
    saved: saved.length,
  }
}

/** Entries null: pruned. */
interface Bundle {
  readonly entries: Uint8Array[] | null
  readonly place: string
}

/** A statement's blob makes its whole leaf: where the bundle was pruned, the tile's hash decides whether it is the one. */
function prunedLeaf(blob: Uint8Array, hash: Hash, place: string): Leaf {
  const { fields, salts } = parseStatementEntry(blob, place)
  const leaf: Leaf = { class: 'statement', recordRoot: recordRoot(fields, salts), blobHash: sha256(blob) }
  const got = leafHash(encodeLeaf(leaf))
  if (equalBytes(got, hash)) return leaf
  throw new VerifyError('record_blob_mismatch', 'the statement is not that of its pruned entry', {
    place,
    expected: toBase64(hash),
    got: toBase64(got),
  })
}

type Saved = Checkpoint & { readonly place: string }

async function verifySaved(check: LedgerCheck, current: Checkpoint): Promise<Saved[]> {
  const all: Saved[] = []
  for (const { place, note } of check.saved ?? []) {
    const saved = await verifySavedNote(place, note, check.key)
    if (saved.size > current.size) {
      throw new VerifyError(
        'checkpoint_saved_ahead',
        `the ledger lost entries that \`${place}\` was signed for`,
        {
          place,
          expected: `at least ${saved.size} entries`,
          got: `${current.size} entries`,
        },
      )
    }
    all.push({ ...saved, place })
  }
  return all.sort((a, b) => a.size - b.size)
}

async function verifySavedNote(place: string, note: Uint8Array, key: VerifierKey): Promise<Checkpoint> {
  try {
    return await verifyCheckpoint(note, key)
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    const { code, message, expected, got } = cause
    throw new VerifyError(code, `saved checkpoint \`${place}\`: ${message}`, {
      place: cause.place === undefined ? place : `${place}, ${cause.place}`,
      ...(expected === undefined ? {} : { expected }),
      ...(got === undefined ? {} : { got }),
      cause,
    })
  }
}

/** One pass over the entries that rebuilds every level and compares it with what is published. */
class LedgerWalk {
  tiles = 0
  pruned = 0
  readonly #prunedBelow: number
  readonly #reader: LedgerReader
  readonly #checkpoint: Checkpoint
  readonly #saved: Saved[]
  readonly #partials: Partials
  readonly #tree = new CompactTree()
  /** Hashes of each level's unfinished tile. */
  readonly #rows: Hash[][] = []

  constructor(
    reader: LedgerReader,
    checkpoint: Checkpoint,
    saved: readonly Saved[],
    partials: Partials,
    prunedBelow: number,
  ) {
    this.#prunedBelow = prunedBelow
    this.#reader = reader
    this.#checkpoint = checkpoint
    this.#saved = [...saved]
    this.#partials = partials
  }

  /** Checks bundle after bundle; what it yields is checked up to the bundle's own level-0 tile. */
  async *bundles(
    onProgress?: LedgerCheck['onProgress'],
  ): AsyncGenerator<Pick<Bundle, 'entries'> & { first: number; hashes: readonly Hash[] }> {
    const { size } = this.#checkpoint
    this.#compareRoots()
    for await (const { index, entries, place } of this.#readBundles()) {
      const first = index * TILE_WIDTH
      const malformed = entries?.find((entry) => !isLeaf(entry))
      if (malformed !== undefined)
        parseLeaf(malformed, `${place} entry ${first + (entries?.indexOf(malformed) ?? 0)}`) // says what is wrong
      const hashes = entries?.map(leafHash) ?? (await this.#prunedHashes(index))
      await this.#compareTile(0, index, hashes)
      if (entries !== null) await this.#partials.compare('entries', index, entries)
      const root = hashes.length === TILE_WIDTH ? foldTile(hashes) : null
      this.#grow(hashes, root)
      if (root !== null) await this.#climb(root)
      yield { first, entries, hashes }
      onProgress?.(first + hashes.length, size)
    }
    for (const [i, row] of this.#rows.entries()) {
      if (row.length > 0)
        await this.#compareTile(i + 1, Math.floor(levelWidth(i + 1, size) / TILE_WIDTH), row)
    }
    this.#compareLastRoot()
  }

  async *#readBundles(): AsyncGenerator<Bundle & { index: number }> {
    const { size } = this.#checkpoint
    const count = Math.ceil(size / TILE_WIDTH)
    const ahead: Promise<Bundle>[] = []
    for (let index = 0; index < count; index++) {
      for (let next = index + ahead.length; next < count && ahead.length < READ_AHEAD; next++) {
        const reading = this.#readBundle(next, Math.min(TILE_WIDTH, size - next * TILE_WIDTH))
        reading.catch(() => {}) // a failure is reported when its turn comes
        ahead.push(reading)
      }
      const bundle = await ahead.shift()
      if (bundle !== undefined) yield { index, ...bundle }
    }
  }

  /** Entry by entry only where a saved checkpoint may end inside; otherwise the root just made is taken as it is. */
  #grow(hashes: readonly Hash[], root: Hash | null): void {
    const next = this.#saved[0]?.size ?? Number.POSITIVE_INFINITY
    if (root !== null && next >= this.#tree.size + hashes.length) {
      this.#tree.push(root, hashes.length)
      this.#compareRoots()
      return
    }
    for (const hash of hashes) {
      this.#tree.push(hash)
      this.#compareRoots()
    }
  }

  /** A bundle that may be pruned and is not there has no entries; any other missing one is a defect. */
  async #readBundle(index: number, width: number): Promise<Bundle> {
    try {
      return await readBundle(this.#reader, index, width)
    } catch (error) {
      const allowed = width === TILE_WIDTH && (index + 1) * TILE_WIDTH <= this.#prunedBelow
      if (allowed && error instanceof VerifyError && error.code === 'bundle_missing')
        return { entries: null, place: error.place ?? '' }
      throw error
    }
  }

  /** They count only because they lead to the signed root, like every other hash. */
  async #prunedHashes(index: number): Promise<Hash[]> {
    this.pruned += TILE_WIDTH
    return (await readTile(this.#reader, { level: 0, index, width: TILE_WIDTH })).hashes
  }

  /** A full tile's root is the next hash one level up. */
  async #climb(root: Hash): Promise<void> {
    let hash = root
    for (let level = 1; ; level++) {
      this.#rows[level - 1] ??= []
      const row = this.#rows[level - 1]! // set above
      row.push(hash)
      if (row.length < TILE_WIDTH) return
      await this.#compareTile(level, this.#tree.size / TILE_WIDTH ** (level + 1) - 1, row)
      hash = foldTile(row)
      this.#rows[level - 1] = []
    }
  }

  async #compareTile(level: number, index: number, expected: readonly Hash[]): Promise<void> {
    const tile = await readTile(this.#reader, { level, index, width: expected.length })
    this.tiles++
    for (const [i, hash] of expected.entries()) {
      const got = tile.hashes[i]
      if (got === undefined || equalBytes(got, hash)) continue
      const place = `${tile.place} hash ${i}`
      const values = { place, expected: toBase64(hash), got: toBase64(got) }
      if (level === 0 && (await this.#isProved(index * TILE_WIDTH + i, got))) {
        const entry = index * TILE_WIDTH + i
        throw new VerifyError('bundle_entry_mismatch', `entry ${entry} is not the one that was signed`, {
          place: `entry ${entry}`,
          expected: values.got,
          got: values.expected,
        })
      }
      throw new VerifyError('tile_hash_mismatch', `\`${place}\` is not what the entries make it`, values)
    }
    await this.#partials.compare(level, index, expected)
  }

  /** Whether the tiles lead from this leaf hash to the signed root: then the tile is right and the entry is not. */
  async #isProved(index: number, hash: Hash): Promise<boolean> {
    const { size, root } = this.#checkpoint
    try {
      verifyInclusion(await proveInclusion(index, size, nodesOf(this.#reader, size)), hash, index, size, root)
      return true
    } catch {
      return false
    }
  }

  #compareRoots(): void {
    for (;;) {
      const next = this.#saved[0]
      if (next === undefined || next.size !== this.#tree.size) return
      const root = this.#tree.root()
      if (!equalBytes(root, next.root)) {
        throw new VerifyError(
          'checkpoint_fork',
          `\`${next.place}\` was signed for other entries than the ledger now has`,
          {
            place: `${next.place}, size ${next.size}`,
            expected: toBase64(next.root),
            got: toBase64(root),
          },
        )
      }
      this.#saved.shift()
    }
  }

  #compareLastRoot(): void {
    const root = this.#tree.root()
    if (equalBytes(root, this.#checkpoint.root)) return
    throw new VerifyError('root_mismatch', 'the entries make another root than the signed one', {
      place: `checkpoint, size ${this.#checkpoint.size}`,
      expected: toBase64(this.#checkpoint.root),
      got: toBase64(root),
    })
  }
}
