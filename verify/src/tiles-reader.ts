/**
 * Tiles and bundles of one signed tree, out of a reader.
 *
 * Spec: c2sp.org/tlog-tiles: a partial tile may be gone once the full one exists, so the full one is tried next and cut.
 */
import { VerifyError } from './error.ts'
import type { Hash } from './merkle.ts'
import type { NodeReader } from './prove.ts'
import type { LedgerReader } from './reader.ts'
import { nodesFromTiles, parseBundle, parseTile, TILE_WIDTH, type TileRef, tilePath } from './tile.ts'

/** @throws {VerifyError} `tile_missing`, `tile_length`, and those of the reader */
export async function readTile(
  reader: LedgerReader,
  ref: TileRef,
): Promise<{ hashes: Hash[]; place: string }> {
  const place = tilePath(ref)
  const bytes = await reader.read(place)
  if (bytes !== null) return { hashes: parseTile(bytes, ref.width, place), place }
  const fullPlace = tilePath({ ...ref, width: TILE_WIDTH })
  const full = ref.width === TILE_WIDTH ? null : await reader.read(fullPlace)
  if (full === null) throw new VerifyError('tile_missing', `tile \`${place}\` is missing`, { place })
  return { hashes: parseTile(full, TILE_WIDTH, fullPlace).slice(0, ref.width), place: fullPlace }
}

/** @throws {VerifyError} `bundle_missing`, `bundle_truncated`, `bundle_trailing`, and those of the reader */
export async function readBundle(
  reader: LedgerReader,
  index: number,
  width: number,
): Promise<{ entries: Uint8Array[]; place: string }> {
  const place = tilePath({ level: 'entries', index, width })
  const bytes = await reader.read(place)
  if (bytes !== null) return { entries: parseBundle(bytes, width, place), place }
  const fullPlace = tilePath({ level: 'entries', index, width: TILE_WIDTH })
  const full = width === TILE_WIDTH ? null : await reader.read(fullPlace)
  if (full === null)
    throw new VerifyError('bundle_missing', `entry bundle \`${place}\` is missing`, { place })
  return { entries: parseBundle(full, TILE_WIDTH, fullPlace).slice(0, width), place: fullPlace }
}

/** Subtree hashes of the tree of `size` entries. They count only once they lead to a signed root. */
export function nodesOf(reader: LedgerReader, size: number): NodeReader {
  return nodesFromTiles(size, async (ref) => (await readTile(reader, ref)).hashes)
}
