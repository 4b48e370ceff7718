/**
 * Checking an evidence pack: everything in it, led back to the order it answers and to one signed checkpoint.
 *
 * Spec: docs/spec/evidence-pack.md §8. The steps, in order:
 *   1. container: one tar, or a directory, of plain files
 *   2. manifest: its form; the log's key signed it
 *   3. files: those of the manifest, each with its size and digest, no other
 *   4. checkpoint: signed by the key; of the size the manifest says
 *   5. span: every leaf of it is there, and leads to the signed root
 *   6. statements: a chain without a gap, each in the tree, signed by keys introduced before; the order is one of them
 *   7. order: the manifest answers it; the sample is the one its seed draws
 *   8. entries: each shown one is its leaf, shows exactly the slots said; content is what its record says
 *   9. agreements: the documents whose digests statements named
 *  10. wrapped keys: of their form, for epochs of the institution
 * Not checked, because a pack cannot prove it: why an entry is kept back, and what the readable pages say.
 */
import { sha256 } from '#sha256'
import { equalBytes, fromUtf8, toBase64, toHex } from './bytes.ts'
import type { JsonObject, JsonValue } from './canonical.ts'
import { type Checkpoint, verifyCheckpoint } from './checkpoint.ts'
import { VerifyError, type VerifyErrorCode } from './error.ts'
import { leafHash } from './merkle.ts'
import { formatVerifierKey, parseNote, type VerifierKey, verifyNote } from './note.ts'
import {
  agreementFile,
  contentFile,
  type EntryState,
  type Manifest,
  PACK_FILES,
  type PackFiles,
  type PackOrder,
  packNoteText,
  parseHashes,
  parseManifest,
  parseOrder,
  receiptFile,
  statementFile,
} from './pack.ts'
import { verifyConsistency } from './proof.ts'
import { verifyRange } from './range.ts'
import { parseReceipt, type VerifiedReceipt, verifyReceipt } from './receipt.ts'
import { type FieldName, LEAF_BYTES, leafClass, parseLeaf } from './record.ts'
import { drawSample } from './sample.ts'
import { parseSignedStatement, type StatementBody } from './statement.ts'
import { offChain } from './statement-chain.ts'
import { parseStatementEntry } from './statement-entry.ts'
import { StatementKeys } from './statement-keys.ts'
import { readTar } from './tar.ts'
import { encodeBundle, parseBundle } from './tile.ts'
import { parseWrappedKey } from './wrapped-key.ts'

export interface PackReport {
  readonly checkpoint: Checkpoint
  readonly manifest: Manifest
  readonly order: PackOrder
  /** Entries of the span by what became of them: `shown`, `withheld: label`, … */
  readonly counts: Readonly<Record<string, number>>
  readonly statements: number
  /** What the order asked for and how much of it is shown: the first thing to read. */
  readonly asked: {
    readonly by: 'drawn' | 'chosen' | 'in the span'
    readonly entries: number
    readonly shown: number
  }
  readonly shown: ReadonlyMap<number, Readonly<Partial<Record<FieldName, JsonValue>>>>
  readonly contents: number
  readonly wrappedKeys: readonly number[]
}

/** Reads the container. @throws {VerifyError} `pack_container` */
export function openPack(bytes: Uint8Array): PackFiles {
  return readTar(bytes)
}

/** @throws {VerifyError} for the first defect found, with its place and both values */
export async function verifyPack(files: PackFiles, key: VerifierKey): Promise<PackReport> {
  const manifest = await checkManifest(files, key)
  await checkFiles(files, manifest)
  const checkpoint = await checkCheckpoint(files, manifest, key)
  const leaves = checkSpan(files, manifest, checkpoint)
  const pack: Pack = { files, manifest, checkpoint, leaves, key }
  const statements = await checkStatements(pack)
  const order = checkOrder(pack, statements)
  checkSample(pack, order)
  const { shown, contents } = await checkEntries(pack, statements)
  checkAgreements(pack, statements)
  const wrappedKeys = checkWrappedKeys(pack, order)
  return {
    checkpoint,
    manifest,
    order,
    counts: countEntries(manifest),
    statements: statements.size,
    asked: askedFor(manifest, order, shown.size),
    shown,
    contents,
    wrappedKeys,
  }
}

interface Pack {
  readonly files: PackFiles
  readonly manifest: Manifest
  readonly checkpoint: Checkpoint
  /** Leaves of the span, in order. */
  readonly leaves: readonly Uint8Array[]
  readonly key: VerifierKey
}

// ---- 2 and 3

async function checkManifest(files: PackFiles, key: VerifierKey): Promise<Manifest> {
  const bytes = fileOf(files, PACK_FILES.manifest)
  const manifest = parseManifest(bytes)
  same('pack_foreign_log', 'verifier_key', formatVerifierKey(key.name, key.publicKey), manifest.verifierKey)
  same('pack_foreign_log', 'origin', key.name, manifest.origin)
  const { note } = await verifyNote(fileOf(files, PACK_FILES.note), [key])
  same('pack_manifest_digest', PACK_FILES.manifest, packNoteText(key.name, sha256(bytes)), note.text)
  return manifest
}

async function checkFiles(files: PackFiles, manifest: Manifest): Promise<void> {
  const listed = new Set<string>([PACK_FILES.manifest, PACK_FILES.note])
  for (const { path, bytes, sha256: digest } of manifest.files) {
    const file = fileOf(files, path)
    same('pack_file_size', path, String(bytes), String(file.length))
    same('pack_file_digest', path, digest, toHex(sha256(file)))
    listed.add(path)
  }
  for (const path of files.keys())
    if (!listed.has(path))
      throw new VerifyError('pack_file_unexpected', `\`${path}\` is not in the manifest`, { place: path })
}

// ---- 4 and 5

async function checkCheckpoint(files: PackFiles, manifest: Manifest, key: VerifierKey): Promise<Checkpoint> {
  const checkpoint = await verifyCheckpoint(fileOf(files, PACK_FILES.checkpoint), key)
  same('pack_checkpoint_mismatch', 'size', String(manifest.size), String(checkpoint.size))
  return checkpoint
}

function checkSpan(files: PackFiles, { span }: Manifest, { size, root }: Checkpoint): Uint8Array[] {
  const leaves = parseBundle(fileOf(files, PACK_FILES.span), span.to - span.from, PACK_FILES.span)
  for (const [i, leaf] of leaves.entries()) parseLeaf(leaf, `entry ${span.from + i}`)
  const proof = parseHashes(fileOf(files, PACK_FILES.spanProof), PACK_FILES.spanProof)
  verifyRange(proof, leaves.map(leafHash), span, size, root)
  return leaves
}

/** A bundle of leaves, as the file `span` holds them. */
export function encodeSpan(leaves: readonly Uint8Array[]): Uint8Array {
  const wrong = leaves.find((leaf) => leaf.length !== LEAF_BYTES)
  if (wrong !== undefined) throw new VerifyError('leaf_length', `a leaf has ${wrong.length} bytes`)
  return encodeBundle(leaves)
}

// ---- 6

async function checkStatements(pack: Pack): Promise<Map<number, StatementBody>> {
  const indices = numbered(pack.files, /^statements\/(0|[1-9][0-9]{0,15})\.tlog-proof$/)
  const bodies = new Map<number, StatementBody>()
  const keys = new StatementKeys()
  let before: number | null = null
  for (const index of indices) {
    const place = statementFile(index)
    const receipt = await receiptAt(pack, place, index)
    const { blob } = parseReceipt(fileOf(pack.files, place))
    if (blob === null || receipt.statement === undefined)
      throw new VerifyError('statement_malformed', `\`${place}\` shows no statement`, { place })
    const { previous, fields } = parseStatementEntry(blob, place)
    same('statement_chain', place, String(before), String(previous))
    await keys.follow(receipt.statement, fields.time, place)
    bodies.set(index, parseSignedStatement(receipt.statement).body)
    before = index
  }
  return bodies
}

// ---- 7

function checkOrder({ manifest }: Pack, statements: ReadonlyMap<number, StatementBody>): PackOrder {
  const body = statements.get(manifest.order)
  if (body === undefined)
    throw new VerifyError(
      'pack_order_missing',
      `the order, entry ${manifest.order}, is not among the statements`,
      {
        place: statementFile(manifest.order),
      },
    )
  const order = parseOrder(body, statementFile(manifest.order))
  same('pack_order_mismatch', 'span.from', String(order.span.from), String(manifest.span.from))
  same('pack_order_mismatch', 'span.to', String(order.span.to), String(manifest.span.to))
  const answered = [...manifest.fields.shown, ...manifest.fields.withheld].sort().join()
  same('pack_order_mismatch', 'fields', [...order.fields].sort().join(), answered)
  if (manifest.content && !order.content) throw mismatch('pack_order_mismatch', 'content', 'false', 'true')
  if (
    manifest.content &&
    !['request', 'response'].every((name) => manifest.fields.shown.some((each) => each === name))
  )
    throw mismatch('pack_order_mismatch', 'fields', 'request and response, with content', answered)
  return order
}

function checkSample(pack: Pack, order: PackOrder): void {
  const { manifest, files, checkpoint } = pack
  const drawn =
    order.sample === null
      ? null
      : drawSample(order.sample.seed, order.sample.root, order.span, order.sample.count)
  same('pack_sample_mismatch', 'sample', drawn?.join() ?? 'none', manifest.sample?.join() ?? 'none')
  if (order.sample !== null) {
    const { size, root } = order.sample
    if (order.span.to > size)
      throw mismatch('pack_sample_malformed', 'sample.size', `at least ${order.span.to}`, String(size))
    const proof = parseHashes(fileOf(files, PACK_FILES.consistency), PACK_FILES.consistency)
    verifyConsistency(proof, size, checkpoint.size, root, checkpoint.root)
  }
  const chosen = drawn ?? order.entries
  if (chosen === null) return
  const set = new Set(chosen)
  for (const { from, to, state, reason } of manifest.entries) {
    for (let index = from; index < to; index++) {
      const passedOver = reason === 'not_chosen'
      // Statements are public; a chosen entry may be kept back for a reason that is said, never passed over.
      if (state === 'statement' || set.has(index) !== passedOver) continue
      throw mismatch(
        'pack_choice_mismatch',
        `entry ${index}`,
        set.has(index) ? 'chosen' : 'not chosen',
        stateText(state, reason),
      )
    }
  }
}

// ---- 8

async function checkEntries(pack: Pack, statements: ReadonlyMap<number, StatementBody>) {
  const { manifest, files } = pack
  const shown = new Map<number, Readonly<Partial<Record<FieldName, JsonValue>>>>()
  const contents = new Set<number>()
  const expected = manifest.fields.shown.join()
  for (const { from, to, state, reason } of manifest.entries) {
    for (let index = from; index < to; index++) {
      checkState(pack, index, state, statements)
      if (reason === 'destroyed') checkDestroyed(index, statements)
      if (state !== 'shown') continue
      const place = receiptFile(index)
      const { disclosed } = await receiptAt(pack, place, index)
      same('pack_field_mismatch', place, expected, manifestOrder(disclosed))
      shown.set(index, disclosed)
      if (manifest.content && checkContent(files, index, disclosed)) contents.add(index)
    }
  }
  for (const index of numbered(files, /^entries\/(0|[1-9][0-9]{0,15})\.tlog-proof$/))
    if (!shown.has(index)) throw unexpected(receiptFile(index))
  for (const index of numbered(files, /^contents\/(0|[1-9][0-9]{0,15})$/))
    if (!contents.has(index)) throw unexpected(contentFile(index))
  return { shown, contents: contents.size }
}

/** Its leaf tells a statement. Every one of the span is on the chain, and is called what it is. */
function checkState(
  { leaves, manifest }: Pack,
  index: number,
  state: EntryState,
  statements: ReadonlyMap<number, unknown>,
): void {
  const leaf = leaves[index - manifest.span.from]
  const statement = leaf !== undefined && leafClass(leaf) === 'statement'
  const place = `entry ${index}`
  if (statement && !statements.has(index)) throw offChain(index, [...statements.keys()].at(-1) ?? null)
  if ((state === 'statement') === statement) return
  throw mismatch('pack_state_mismatch', place, statement ? 'statement' : 'no statement', state)
}

/** Content is destroyed under a statement alone, and only of entries before it. Whose entry it was its record told. */
function checkDestroyed(index: number, statements: ReadonlyMap<number, StatementBody>): void {
  for (const [at, { type }] of statements) if (type === 'content.destroy' && at > index) return
  throw mismatch('pack_state_mismatch', `entry ${index}`, 'a `content.destroy` after it', 'none: destroyed')
}

function manifestOrder(disclosed: Readonly<Partial<Record<FieldName, JsonValue>>>): string {
  return Object.keys(disclosed).join() // a receipt's slots are taken apart in the order of the record
}

/** Content is not committed to by itself: the record holds its digest, and that slot is shown. */
function checkContent(
  files: PackFiles,
  index: number,
  { request, response }: Readonly<Partial<Record<FieldName, JsonValue>>>,
): boolean {
  const digest = digestIn(request) ?? digestIn(response)
  if (digest === null) return false
  const place = contentFile(index)
  const file = files.get(place)
  if (file === undefined)
    throw new VerifyError('pack_content_missing', `the content of entry ${index} is missing`, { place })
  same('pack_content_mismatch', place, digest, toHex(sha256(file)))
  return true
}

function digestIn(slot: JsonValue | undefined): string | null {
  if (typeof slot !== 'object' || slot === null || Array.isArray(slot)) return null
  const { sha256: digest } = slot as JsonObject // not an array
  return typeof digest === 'string' ? digest : null
}

/** A receipt of the pack: under the pack's checkpoint, and inside the span the leaf that is there. */
async function receiptAt(pack: Pack, place: string, index: number): Promise<VerifiedReceipt> {
  const bytes = fileOf(pack.files, place)
  const { checkpoint } = parseReceipt(bytes)
  const whole = fileOf(pack.files, PACK_FILES.checkpoint)
  if (!equalBytes(checkpoint, whole))
    throw mismatch(
      'pack_checkpoint_mismatch',
      place,
      parseNote(whole).text,
      fromUtf8(checkpoint).slice(0, 200),
    )
  const receipt = await verifyReceipt(bytes, pack.key)
  same('pack_entry_mismatch', place, String(index), String(receipt.index))
  const { from, to } = pack.manifest.span
  const leaf = index >= from && index < to ? pack.leaves[index - from] : undefined
  if (leaf !== undefined && !equalBytes(leaf, receipt.leaf))
    throw mismatch('pack_entry_mismatch', place, toBase64(leaf), toBase64(receipt.leaf))
  return receipt
}

// ---- 9 and 10

function checkAgreements({ files, manifest }: Pack, statements: ReadonlyMap<number, StatementBody>): void {
  const named = new Set([...statements.values()].flatMap(({ agreement }) => agreementDigest(agreement)))
  for (const digest of manifest.agreements) {
    const place = agreementFile(digest)
    same('pack_agreement_mismatch', place, digest, toHex(sha256(fileOf(files, place))))
    if (!named.has(digest)) throw mismatch('pack_agreement_mismatch', place, [...named].join(), digest)
  }
  const known = new Set(manifest.agreements.map(agreementFile))
  for (const path of files.keys())
    if (path.startsWith('agreements/') && !known.has(path)) throw unexpected(path)
}

function agreementDigest(agreement: JsonValue | undefined): string[] {
  if (typeof agreement !== 'object' || agreement === null || Array.isArray(agreement)) return []
  const { digest } = agreement as JsonObject // not an array
  return typeof digest === 'string' ? [digest] : []
}

function checkWrappedKeys({ files }: Pack, { institution }: PackOrder): number[] {
  const numbers = numbered(files, /^keys\/([1-9][0-9]{0,9})\.json$/)
  for (const number of numbers) {
    const place = `keys/${number}.json`
    const wrapped = parseWrappedKey(fileOf(files, place), place)
    same('wrapped_key_mismatch', place, String(number), String(wrapped.number))
    if (institution !== null) same('wrapped_key_mismatch', place, `institution/${institution}`, wrapped.owner)
  }
  return numbers
}

// ---- what the steps share

function askedFor(manifest: Manifest, order: PackOrder, shown: number): PackReport['asked'] {
  if (manifest.sample !== null) return { by: 'drawn', entries: manifest.sample.length, shown }
  if (order.entries !== null) return { by: 'chosen', entries: order.entries.length, shown }
  const statements = manifest.entries.filter(({ state }) => state === 'statement')
  const aside = statements.reduce((sum, { from, to }) => sum + to - from, 0)
  return { by: 'in the span', entries: manifest.span.to - manifest.span.from - aside, shown }
}

function countEntries({ entries }: Manifest): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { from, to, state, reason } of entries) {
    const name = stateText(state, reason)
    counts[name] = (counts[name] ?? 0) + to - from
  }
  return counts
}

function stateText(state: EntryState, reason: string | null): string {
  return reason === null ? state : `${state}: ${reason}`
}

/** Numbers in the names of files, ascending. */
function numbered(files: PackFiles, pattern: RegExp): number[] {
  const numbers: number[] = []
  for (const path of files.keys()) {
    const [, number] = pattern.exec(path) ?? []
    if (number !== undefined) numbers.push(Number(number))
  }
  return numbers.sort((a, b) => a - b)
}

function fileOf(files: PackFiles, path: string): Uint8Array {
  const bytes = files.get(path)
  if (bytes !== undefined) return bytes
  throw new VerifyError('pack_file_missing', `\`${path}\` is missing from the pack`, { place: path })
}

function same(code: VerifyErrorCode, place: string, expected: string, got: string): void {
  if (expected !== got) throw mismatch(code, place, expected, got)
}

function mismatch(code: VerifyErrorCode, place: string, expected: string, got: string): VerifyError {
  return new VerifyError(code, `\`${place}\` is not what it must be`, { place, expected, got })
}

function unexpected(path: string): VerifyError {
  return new VerifyError('pack_file_unexpected', `\`${path}\` belongs to no entry that is shown`, {
    place: path,
  })
}
