/**
 * The growing Merkle tree, kept as the unfinished tile of every level.
 *
 * Spec: RFC 6962 §2.1, c2sp.org/tlog-tiles. A full tile leaves memory as soon as it is written: what stays is at
 * most 255 hashes a level and 255 leaves.
 */
import { EMPTY_ROOT, encodeBundle, TILE_WIDTH, type TileRef } from 'sekisho-verify'
import type { Hasher } from './hasher.ts'

/** A tile or bundle with its bytes. */
export interface Tile extends TileRef {
  readonly bytes: Buffer
}

/** The tree's right edge, enough to go on from: a level's bytes are its unfinished tile. */
export interface TreeEdge {
  readonly size: number
  readonly rows: readonly Buffer[]
  readonly leaves: readonly Buffer[]
}

export class TileTree {
  readonly #hasher: Hasher
  #size = 0
  readonly #rows: Uint8Array[][] = []
  #leaves: Buffer[] = []
  #full: Tile[] = []

  constructor(hasher: Hasher, edge: TreeEdge = { size: 0, rows: [], leaves: [] }) {
    this.#hasher = hasher
    this.#size = edge.size
    this.#leaves = [...edge.leaves]
    this.#rows = edge.rows.map((row) =>
      Array.from({ length: row.length / 32 }, (_, i) => row.subarray(i * 32, (i + 1) * 32)),
    )
  }

  get size(): number {
    return this.#size
  }

  push(leaf: Buffer): void {
    this.#leaves.push(leaf)
    this.#size++
    if (this.#leaves.length === TILE_WIDTH) {
      this.#full.push(this.#bundle(this.#size / TILE_WIDTH - 1))
      this.#leaves = []
    }
    let hash = this.#hasher.leaf(leaf)
    for (let level = 0; ; level++) {
      this.#rows[level] ??= []
      const row = this.#rows[level]! // set above
      row.push(hash)
      if (row.length < TILE_WIDTH) return
      this.#full.push({
        level,
        index: this.#size / TILE_WIDTH ** (level + 1) - 1,
        width: TILE_WIDTH,
        bytes: Buffer.concat(row),
      })
      this.#rows[level] = []
      hash = this.#foldRight(row.slice(0, -1), row[TILE_WIDTH - 1]!) // a full row has 256
    }
  }

  root(): Uint8Array {
    let right: Uint8Array | null = null
    for (const row of this.#rows) {
      if (row.length === 0) continue
      right = right === null ? this.#foldRight(row.slice(0, -1), row.at(-1)!) : this.#foldRight(row, right) // row is not empty
    }
    return right ?? EMPTY_ROOT
  }

  /** Full tiles and bundles finished since the last call. */
  takeFull(): Tile[] {
    const full = this.#full
    this.#full = []
    return full
  }

  /** The partial tiles and bundle that a checkpoint at this size needs. */
  partials(): Tile[] {
    const tiles: Tile[] = []
    for (const [level, row] of this.#rows.entries()) {
      if (row.length === 0) continue
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
      tiles.push({ level, index, width: row.length, bytes: Buffer.concat(row) })
    }
    if (this.#leaves.length > 0) tiles.push(this.#bundle(Math.floor(this.#size / TILE_WIDTH)))
    return tiles
  }

  edge(): TreeEdge {
    return { size: this.#size, rows: this.#rows.map((row) => Buffer.concat(row)), leaves: [...this.#leaves] }
  }

  #bundle(index: number): Tile {
    return {
      level: 'entries',
      index,
      width: this.#leaves.length,
      bytes: Buffer.from(encodeBundle(this.#leaves)),
    }
  }

  /**
   * Root over complete subtrees of one size, followed by `right`, which is one of them or the incomplete rest.
   * RFC 6962 splits at the largest power of two, so the row falls into runs of 2^k by the bits of its length.
   */
  #foldRight(row: readonly Uint8Array[], right: Uint8Array): Uint8Array {
    const runs: { hash: Uint8Array; span: number }[] = []
    for (const hash of row) {
      let run = { hash, span: 1 }
      for (let last = runs.at(-1); last !== undefined && last.span === run.span; last = runs.at(-1)) {
        run = { hash: this.#hasher.node(last.hash, run.hash), span: run.span * 2 }
        runs.pop()
      }
      runs.push(run)
    }
    return runs.reduceRight((rest, run) => this.#hasher.node(run.hash, rest), right)
  }
}
