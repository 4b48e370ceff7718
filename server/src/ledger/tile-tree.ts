/**
 * The growing Merkle tree, kept as the unfinished tile of every level.
 *
 * Spec: RFC 6962 §2.1, c2sp.org/tlog-tiles. A full tile leaves memory as soon as it is written: what stays is one
 * buffer of a tile's size a level and one of a bundle's.
 */
import { EMPTY_ROOT, LEAF_BYTES, TILE_WIDTH, type TileRef } from 'sekisho-verify'
import { HASH_BYTES, leafHashInto, nodeHashInto } from './hasher.ts'

/** A leaf in a bundle: its length in two bytes, then itself. */
const BUNDLED_BYTES = 2 + LEAF_BYTES
/** Complete subtrees of a row, one a bit of its length, and the incomplete rest to their right. */
const STACK_HASHES_MAX = 10

/** A tile or bundle with its bytes. */
export interface Tile extends TileRef {
  readonly bytes: Buffer
}

/** The tree's right edge, enough to go on from: a level's bytes are its unfinished tile, `bundle` the unfinished bundle. */
export interface TreeEdge {
  readonly size: number
  readonly rows: readonly Buffer[]
  readonly bundle: Buffer
}

interface Row {
  readonly bytes: Buffer
  width: number
}

export class TileTree {
  #size = 0
  readonly #rows: Row[]
  readonly #bundle = Buffer.alloc(BUNDLED_BYTES * TILE_WIDTH)
  readonly #stack = Buffer.alloc(HASH_BYTES * STACK_HASHES_MAX)
  #full: Tile[] = []

  constructor(edge: TreeEdge = { size: 0, rows: [], bundle: Buffer.alloc(0) }) {
    this.#size = edge.size
    this.#bundle.set(edge.bundle)
    this.#rows = edge.rows.map((bytes) => {
      const row = newRow()
      row.bytes.set(bytes)
      row.width = bytes.length / HASH_BYTES
      return row
    })
  }

  get size(): number {
    return this.#size
  }

  push(leaf: Buffer): void {
    const at = (this.#size % TILE_WIDTH) * BUNDLED_BYTES
    this.#bundle.writeUInt16BE(LEAF_BYTES, at)
    this.#bundle.set(leaf, at + 2)
    this.#size++
    if (this.#size % TILE_WIDTH === 0) this.#full.push(this.#bundleAt(this.#size))
    const row = this.#row(0)
    leafHashInto(leaf, row.bytes, row.width * HASH_BYTES)
    row.width++
    for (let level = 0; this.#row(level).width === TILE_WIDTH; level++) this.#climb(level)
  }

  root(): Uint8Array {
    let right: Buffer | null = null
    for (const row of this.#rows) if (row.width > 0) right = this.#fold(row, right)
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
    for (const [level, { bytes, width }] of this.#rows.entries()) {
      if (width === 0) continue
      const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1))
      tiles.push({ level, index, width, bytes: Buffer.from(bytes.subarray(0, width * HASH_BYTES)) })
    }
    if (this.#size % TILE_WIDTH > 0) tiles.push(this.#bundleAt(this.#size))
    return tiles
  }

  edge(): TreeEdge {
    return {
      size: this.#size,
      rows: this.#rows.map(({ bytes, width }) => Buffer.from(bytes.subarray(0, width * HASH_BYTES))),
      bundle: Buffer.from(this.#bundle.subarray(0, (this.#size % TILE_WIDTH) * BUNDLED_BYTES)),
    }
  }

  /** A full row becomes a tile, and its root the next hash one level up. */
  #climb(level: number): void {
    const row = this.#row(level)
    const above = this.#row(level + 1)
    const index = this.#size / TILE_WIDTH ** (level + 1) - 1
    this.#full.push({ level, index, width: TILE_WIDTH, bytes: Buffer.from(row.bytes) })
    above.bytes.set(this.#fold(row, null), above.width * HASH_BYTES)
    above.width++
    row.width = 0
  }

  /** The bundle that ends with entry `size - 1`. */
  #bundleAt(size: number): Tile {
    const width = ((size - 1) % TILE_WIDTH) + 1
    const index = Math.ceil(size / TILE_WIDTH) - 1
    return {
      level: 'entries',
      index,
      width,
      bytes: Buffer.from(this.#bundle.subarray(0, width * BUNDLED_BYTES)),
    }
  }

  #row(level: number): Row {
    this.#rows[level] ??= newRow()
    return this.#rows[level]! // set above
  }

  /**
   * Root over complete subtrees of one size, followed by `right`, the incomplete rest, if there is one.
   * RFC 6962 splits at the largest power of two, so the row falls into runs of 2^k by the bits of its length.
   */
  #fold({ bytes, width }: Row, right: Buffer | null): Buffer {
    const stack = this.#stack
    let top = 0
    const join = () => {
      top--
      nodeHashInto(stack, (top - 1) * HASH_BYTES, stack, (top - 1) * HASH_BYTES)
    }
    for (let i = 0; i < width; i++) {
      bytes.copy(stack, top * HASH_BYTES, i * HASH_BYTES, (i + 1) * HASH_BYTES)
      top++
      for (let rest = i; rest % 2 === 1; rest = (rest - 1) / 2) join()
    }
    if (right !== null) {
      stack.set(right, top * HASH_BYTES)
      top++
    }
    while (top > 1) join()
    return Buffer.from(stack.subarray(0, HASH_BYTES))
  }
}

function newRow(): Row {
  return { bytes: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0 }
}
