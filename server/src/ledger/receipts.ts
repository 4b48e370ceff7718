/**
 * Receipts: inclusion proofs out of the published tiles, and the slots the owner may show.
 *
 * Spec: docs/spec/receipt.md.
 */
import {
  commitField,
  FIELD_NAMES,
  type FieldName,
  formatReceipt,
  type Hash,
  type LedgerReader,
  nodesFromTiles,
  parseCheckpoint,
  proveInclusion,
  readTile,
  type Slot,
  TILE_WIDTH,
  type TileRef,
  tilePath,
  utf8,
} from 'sekisho-verify'
import { createLru } from '../base/index.ts'
import type { Opened } from './decoder.ts'
import type { Frame } from './frame.ts'

/** Full tiles kept: they never change. */
const TILES_KEPT = 64

/** Returns a function that writes the receipt of an entry covered by a published checkpoint. */
export function createReceiptWriter(reader: LedgerReader) {
  const kept = createLru<string, Hash[]>(TILES_KEPT)
  const tile = async (ref: TileRef): Promise<Hash[]> => {
    if (ref.width !== TILE_WIDTH) return (await readTile(reader, ref)).hashes
    const path = tilePath(ref)
    const hashes = kept.get(path) ?? (await readTile(reader, ref)).hashes
    kept.set(path, hashes)
    return hashes
  }
  return async (
    frame: Frame,
    opened: Opened | null,
    note: string,
    disclose: readonly FieldName[],
  ): Promise<string> => {
    const checkpoint = utf8(note)
    const { size } = parseCheckpoint(checkpoint)
    const proof = await proveInclusion(frame.index, size, nodesFromTiles(size, tile))
    const blob = frame.kind === 'statement' ? frame.blob : null
    return formatReceipt({
      index: frame.index,
      leaf: frame.leaf,
      slots: slotsOf(opened, disclose),
      blob,
      proof,
      checkpoint,
    })
  }
}

function slotsOf(opened: Opened | null, disclose: readonly FieldName[]): Record<FieldName, Slot> | null {
  if (opened === null) return null
  const { fields, salts } = opened
  const slots = FIELD_NAMES.map((name): [FieldName, Slot] => {
    const [salt, value] = [salts[name], fields[name]]
    return [name, disclose.includes(name) ? { salt, value } : { commitment: commitField(name, salt, value) }]
  })
  return Object.fromEntries(slots) as Record<FieldName, Slot> // one pair for every name
}
