/** What the verifier's tests share: vectors, keys, and a small ledger built from scratch in memory. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import {
  canonicalize,
  encodeBundle,
  encodeLeaf,
  encodeStatementEntry,
  FIELD_NAMES,
  type Fields,
  foldTile,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  type Hash,
  type JsonValue,
  keyIdOf,
  leafHash,
  noteKeyId,
  parseVerifierKey,
  recordRoot,
  type Salts,
  type StatementBody,
  sha256,
  statementBytes,
  statementPath,
  TILE_WIDTH,
  tilePath,
  toBase64,
  toHex,
  treeRoot,
  utf8,
  type VerifierKey,
} from './index.ts'

const VECTORS = new URL('../../vectors/', import.meta.url)
const FOREIGN = new URL('../../../shared/vectors/', import.meta.url)

export function vectors(name: string): URL {
  return new URL(name, VECTORS)
}

export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(vectors(name), 'utf8')) as T // the caller names the file's shape
}

/** Vectors of other projects, or why a test is skipped without them. */
export function foreign(name: string): { url: URL; skip: false | string } {
  const url = new URL(name, FOREIGN)
  return { url, skip: existsSync(url) ? false : `foreign vectors \`${name}\` are not beside the repository` }
}

export interface TestKey {
  readonly key: VerifierKey
  readonly privateKey: KeyObject
}

/** A log key made of one repeated byte. */
export function testKey(name = 'log.example/test', byte = 7): TestKey {
  const pkcs8 = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.alloc(32, byte),
  ])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
  return { key: parseVerifierKey(formatVerifierKey(name, publicKey)), privateKey }
}

export function signNote(text: string, { key, privateKey }: TestKey): string {
  const signature = sign(null, utf8(text), privateKey)
  return formatNote(text, [{ name: key.name, keyId: noteKeyId(key.name, key.publicKey), signature }])
}

export function signCheckpoint(size: number, root: Hash, key: TestKey): string {
  return signNote(formatCheckpoint(key.key.name, size, root), key)
}

/** The leaf of entry `index`: fixed bytes, so that two ledgers with the same entries are the same. */
export function testLeaf(index: number, variant = ''): Uint8Array {
  return encodeLeaf({
    class: 'exchange',
    recordRoot: sha256(utf8(`record ${index}${variant}`)),
    blobHash: sha256(utf8(`blob ${index}${variant}`)),
  })
}

/** The public files of a ledger with these leaves. Built the plain way, level by level: not how the server does it. */
export function publish(leaves: readonly Uint8Array[], key: TestKey): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (let index = 0; index * TILE_WIDTH < leaves.length; index++) {
    const part = leaves.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
    files.set(tilePath({ level: 'entries', index, width: part.length }), encodeBundle(part))
  }
  let row = leaves.map(leafHash)
  const root = treeRoot(row)
  for (let level = 0; row.length > 0; level++) {
    const next: Hash[] = []
    for (let index = 0; index * TILE_WIDTH < row.length; index++) {
      const part = row.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
      files.set(tilePath({ level, index, width: part.length }), Buffer.concat(part))
      if (part.length === TILE_WIDTH) next.push(foldTile(part))
    }
    row = next
  }
  files.set('checkpoint', utf8(signCheckpoint(leaves.length, root, key)))
  return files
}

export function memoryReader(files: ReadonlyMap<string, Uint8Array>) {
  return {
    read: async (path: string) => files.get(path) ?? null,
    list: async (path: string) => {
      const prefix = path === '.' ? '' : `${path}/`
      const inside = [...files.keys()].filter((name) => name.startsWith(prefix))
      const names = inside.map((name) => name.slice(prefix.length).replace(/\/.*/, '/'))
      return [...new Set(names)]
    },
  }
}

/** A statement's leaf and published blob. */
export function testStatement(
  previous: number | null,
  statement: JsonValue,
): { leaf: Uint8Array; blob: Uint8Array } {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, null])) as unknown as Record<
    string,
    JsonValue
  >
  Object.assign(fields, { kind: 'statement', time: 1, refers: previous })
  const salts = Object.fromEntries(
    FIELD_NAMES.map((name, i) => [name, new Uint8Array(16).fill(i)]),
  ) as unknown as Salts
  const blob = encodeStatementEntry(fields as Fields, salts, statement) // all sixteen names are there
  return {
    blob,
    leaf: encodeLeaf({
      class: 'statement',
      recordRoot: recordRoot(fields as Fields, salts),
      blobHash: sha256(blob),
    }),
  }
}

/** A statement of the test programme, signed by `signer`. */
export function signedStatement(signer: TestKey, body: Record<string, JsonValue>): JsonValue {
  const nonce = toHex(sha256(utf8(canonicalize(body)))).slice(0, 32)
  const full = { programme: 'test', issued_at_ms: 1, nonce, ...body } as unknown as StatementBody // callers give the type
  const sig = toBase64(sign(null, statementBytes(full), signer.privateKey))
  return { body: full, signatures: [{ key: keyIdOf(signer.key.publicKey), sig }] }
}

export const enrolled = ({ key }: TestKey) => ({ public: toBase64(key.publicKey), assurance: 'key' })
/** The one party of the test programme, and an institution's directory. */
export const PARTY = testKey('party', 21)
export const DIRECTORY = testKey('directory', 22)

/** Founding, an institution, and what it states. */
export const TEST_STATEMENTS: readonly JsonValue[] = [
  signedStatement(PARTY, { type: 'programme.found', parties: [{ id: 'p', keys: [enrolled(PARTY)] }] }),
  signedStatement(PARTY, { type: 'institution.register', id: 'bank', keys: [enrolled(DIRECTORY)] }),
  signedStatement(DIRECTORY, { type: 'engagement.close', id: 'e', reason: 'drill' }),
]

/** A ledger of 300 entries whose entries 2, 5 and 299 are statements. */
export function testLedger(key: TestKey, statements = TEST_STATEMENTS, size = 300): Map<string, Uint8Array> {
  const leaves = Array.from({ length: size }, (_, i) => testLeaf(i))
  const blobs = new Map<number, Uint8Array>()
  let previous: number | null = null
  for (const [i, statement] of statements.entries()) {
    const index = [2, 5, size - 1][i] ?? 10 + i
    const { leaf, blob } = testStatement(previous, statement)
    leaves[index] = leaf
    blobs.set(index, blob)
    previous = index
  }
  const files = publish(leaves, key)
  for (const [index, blob] of blobs) files.set(statementPath(index), blob)
  if (previous !== null) files.set('statements/head', utf8(`${previous}\n`))
  return files
}

/** A copy with one byte of one file changed. */
export function flipped(
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  at: number,
): Map<string, Uint8Array> {
  const bytes = Uint8Array.from(files.get(path) ?? [])
  bytes[at] = (bytes[at] ?? 0) ^ 0x01
  return new Map(files).set(path, bytes)
}
