/**
 * Partial tiles and bundles of earlier checkpoints that are still published: each must be a prefix of what is there now.
 *
 * Spec: c2sp.org/tlog-tiles. Only a reader that can list knows them; over HTTP nobody asks for a file without its name.
 */
import { equalBytes, toBase64 } from './bytes.ts'
import { VerifyError } from './error.ts'
import type { LedgerReader } from './reader.ts'
import { parseBundle, parseTile, TILE_WIDTH, type TileRef, tilePath } from './tile.ts'

const WIDTH = /^[1-9][0-9]{0,2}$/

export class Partials {
  /** Files compared, or null when the reader cannot list. */
  checked: number | null
  readonly #reader: LedgerReader
  readonly #widths: ReadonlyMap<string, readonly number[]>

  private constructor(reader: LedgerReader, widths: ReadonlyMap<string, readonly number[]> | null) {
    this.#reader = reader
    this.#widths = widths ?? new Map()
    this.checked = widths === null ? null : 0
  }

  static async find(reader: LedgerReader): Promise<Partials> {
    if (reader.list === undefined) return new Partials(reader, null)
    const widths = new Map<string, number[]>()
    const pending = ['tile']
    for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
      for (const name of await reader.list(dir)) {
        if (dir.endsWith('.p')) {
          if (WIDTH.test(name) && Number(name) < TILE_WIDTH)
            widths.set(dir, [...(widths.get(dir) ?? []), Number(name)])
        } else if (name.endsWith('/')) pending.push(`${dir}/${name.slice(0, -1)}`)
      }
    }
    return new Partials(reader, widths)
  }

  /**
   * Compares the other partials of one tile or bundle with what the checkpoint covers of it.
   *
   * @param expected hashes of the tile, or entries of the bundle, already checked; a partial with more than these is
   *   of a newer checkpoint and compared as far as they go
   * @throws {VerifyError} `tile_length`, `tile_hash_mismatch`, `bundle_truncated`, `bundle_trailing`,
   *   `bundle_entry_mismatch`
   */
  async compare(level: TileRef['level'], index: number, expected: readonly Uint8Array[]): Promise<void> {
    if (this.#widths.size === 0) return
    const dir = `${tilePath({ level, index, width: TILE_WIDTH })}.p`
    for (const width of this.#widths.get(dir) ?? []) {
      if (width === expected.length) continue // read as the tile itself
      const place = tilePath({ level, index, width })
      const bytes = await this.#reader.read(place)
      if (bytes === null) continue // dropped since it was listed
      const parse = level === 'entries' ? parseBundle : parseTile
      const parts = parse(bytes, width, place).slice(0, expected.length)
      for (const [i, part] of parts.entries()) {
        if (!equalBytes(part, expected[i]!)) throw mismatch(level, `${place} ${i}`, expected[i]!, part) // i < both lengths
      }
      if (this.checked !== null) this.checked++
    }
  }
}

function mismatch(
  level: TileRef['level'],
  place: string,
  expected: Uint8Array,
  got: Uint8Array,
): VerifyError {
  const code = level === 'entries' ? 'bundle_entry_mismatch' : 'tile_hash_mismatch'
  return new VerifyError(code, `\`${place}\` in an older partial file is not what the ledger has`, {
    place,
    expected: toBase64(expected),
    got: toBase64(got),
  })
}
