/**
 * Tiles and entry bundles: how the tree lies in files.
 *
 * Spec: c2sp.org/tlog-tiles. A tile holds 256 hashes; level L+1 holds the roots of level L's full tiles.
 */
import { concat } from './bytes.ts'
import { VerifyError } from './error.ts'
import { type Hash, nodeHash } from './merkle.ts'
import type { NodeReader } from './prove.ts'

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256
const HASH_BYTES = 32

/** One tile or bundle of a tree: `width` is 256 when full. */
export interface TileRef {
  readonly level: number | 'entries'
  readonly index: number
  readonly width: number
}

/** Path under the log's prefix, e.g. `tile/0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: TileRef): string {
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  }
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`
}

/** Number of hashes a tree of `size` entries has at a tile level. */
export function levelWidth(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/** The tile holding hash `index` of a level, as a tree of `size` entries has it. */
export function tileAt(level: number, index: number, size: number): TileRef {
  const tile = Math.floor(index / TILE_WIDTH)
  return { level, index: tile, width: Math.min(TILE_WIDTH, levelWidth(level, size) - tile * TILE_WIDTH) }
}

/** Root of a full tile's subtree, or of the first `hashes.length` (a power of two) of its hashes. */
export function foldTile(hashes: readonly Hash[]): Hash {
  let row = hashes
  while (row.length > 1) {
    const next: Hash[] = []
    for (let i = 0; i < row.length; i += 2) next.push(nodeHash(row[i]!, row[i + 1]!)) // a power of two pairs up
    row = next
  }
  return row[0]! // callers pass at least one hash
}

/** @throws {VerifyError} `tile_length` */
export function parseTile(bytes: Uint8Array, width: number, place: string): Hash[] {
  if (bytes.length !== width * HASH_BYTES) {
    throw new VerifyError('tile_length', `tile \`${place}\` has ${bytes.length} bytes`, {
      place,
      expected: String(width * HASH_BYTES),
      got: String(bytes.length),
    })
  }
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/** Entries with big-endian 16-bit length prefixes. Each entry has at most 65,535 bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]))
}

/** @throws {VerifyError} `bundle_truncated`, `bundle_trailing` */
export function parseBundle(bytes: Uint8Array, count: number, place: string): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    const length = at + 2 <= bytes.length ? bytes[at]! * 256 + bytes[at + 1]! : Number.POSITIVE_INFINITY
    if (at + 2 + length > bytes.length) {
      throw new VerifyError(
        'bundle_truncated',
        `bundle \`${place}\` ends inside its entry ${i} of ${count}`,
        {
          place: `${place} byte ${at}`,
          expected: String(count),
          got: String(i),
        },
      )
    }
    entries.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  if (at !== bytes.length) {
    throw new VerifyError('bundle_trailing', `bundle \`${place}\` goes on after its ${count} entries`, {
      place: `${place} byte ${at}`,
      expected: String(at),
      got: String(bytes.length),
    })
  }
  return entries
}

/** Reads subtree hashes of a tree of `size` entries out of its tiles. */
export function nodesFromTiles(size: number, readTile: (ref: TileRef) => Promise<Hash[]>): NodeReader {
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8)
    const span = 2 ** (level % 8)
    const first = index * span
    const hashes = await readTile(tileAt(tileLevel, first, size))
    const offset = first % TILE_WIDTH
    return foldTile(hashes.slice(offset, offset + span))
  }
}
