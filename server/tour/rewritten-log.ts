/**
 * The operator who holds the log key and rewrites history: what row t11 must expose.
 *
 * Threat: docs/spec/ledger.md §8 step 6. Everything here is signed with the real log key, so signature, tiles and
 * entries agree with each other; only a checkpoint that somebody saved earlier tells.
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  encodeBundle,
  encodeLeaf,
  foldTile,
  formatCheckpoint,
  formatNote,
  leafHash,
  noteKeyId,
  parseLeaf,
  readBundle,
  sha256,
  TILE_WIDTH,
  type TileRef,
  tilePath,
  treeRoot,
  utf8,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'

export interface LogKey {
  readonly origin: string
  readonly privateKey: KeyObject
}

/** Copies a log of `size` entries without its last `dropped`, signed as if they had never been. */
export async function dropTail(
  from: string,
  to: string,
  size: number,
  dropped: number,
  key: LogKey,
): Promise<void> {
  const entries = await readEntries(from, size)
  await rewrite(from, to, entries.slice(0, size - dropped), key)
}

/** Copies a log with another entry in place of `index`, signed as if it had always been that one. */
export async function forkEntry(
  from: string,
  to: string,
  size: number,
  index: number,
  key: LogKey,
): Promise<void> {
  const entries = await readEntries(from, size)
  const leaf = parseLeaf(entries[index] ?? new Uint8Array(), `entry ${index}`)
  entries[index] = encodeLeaf({ ...leaf, recordRoot: sha256(utf8('another record')) })
  await rewrite(from, to, entries, key)
}

/** Every entry of a public directory, as the leaves that were hashed. */
export async function readEntries(dir: string, size: number): Promise<Uint8Array[]> {
  const reader = directoryReader(dir)
  const entries: Uint8Array[] = []
  for (let index = 0; entries.length < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - entries.length)
    entries.push(...(await readBundle(reader, index, width)).entries)
  }
  return entries
}

/** Writes a whole public log: bundles, tiles of every level, signed checkpoint. */
export async function writeLog(dir: string, entries: readonly Uint8Array[], key: LogKey): Promise<void> {
  await writeRows(dir, 'entries', entries, (row) => encodeBundle(row))
  let hashes = entries.map(leafHash)
  for (let level = 0; hashes.length > 0; level += 1) {
    await writeRows(dir, level, hashes, (row) => Buffer.concat(row))
    hashes = rowsOf(hashes)
      .filter((row) => row.length === TILE_WIDTH)
      .map(foldTile)
  }
  await writeFile(join(dir, 'checkpoint'), signCheckpoint(entries, key))
}

async function rewrite(from: string, to: string, entries: readonly Uint8Array[], key: LogKey): Promise<void> {
  await cp(from, to, { recursive: true })
  await rm(join(to, 'tile'), { recursive: true, force: true })
  await writeLog(to, entries, key)
}

async function writeRows(
  dir: string,
  level: TileRef['level'],
  all: readonly Uint8Array[],
  encode: (row: readonly Uint8Array[]) => Uint8Array,
): Promise<void> {
  for (const [index, row] of rowsOf(all).entries()) {
    const path = join(dir, tilePath({ level, index, width: row.length }))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, encode(row))
  }
}

function rowsOf(all: readonly Uint8Array[]): Uint8Array[][] {
  return Array.from({ length: Math.ceil(all.length / TILE_WIDTH) }, (_, index) =>
    all.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH),
  )
}

function signCheckpoint(entries: readonly Uint8Array[], { origin, privateKey }: LogKey): string {
  const text = formatCheckpoint(origin, entries.length, treeRoot(entries.map(leafHash)))
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  // The raw Ed25519 key is the last 32 bytes of its SubjectPublicKeyInfo (RFC 8410).
  const keyId = noteKeyId(origin, der.subarray(-32))
  return formatNote(text, [{ name: origin, keyId, signature: sign(null, Buffer.from(text), privateKey) }])
}
