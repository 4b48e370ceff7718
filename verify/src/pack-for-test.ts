/**
 * An evidence pack made from nothing: a programme of three statements, exchanges of two institutions, an order.
 *
 * Everything in it is fixed, so that it is also the committed vector (vectors/generate-pack.ts). It is put together here
 * the plain way, not as the server does it.
 */

import {
  enrolled,
  PARTY,
  signCheckpoint,
  signedStatement,
  signNote,
  type TestKey,
  testKey,
} from './fixture.ts'
import {
  commitField,
  drawSample,
  type Envelope,
  encodeLeaf,
  encodeSpan,
  encodeStatementEntry,
  epochKeyCheck,
  FIELD_NAMES,
  type FieldName,
  type Fields,
  formatHashes,
  formatManifest,
  formatReceipt,
  formatVerifierKey,
  formatWrappedKey,
  groupsOf,
  type Hash,
  type JsonValue,
  leafHash,
  type Manifest,
  nodeHash,
  PACK_FILES,
  type PackFiles,
  packNoteText,
  proveConsistency,
  proveInclusion,
  proveRange,
  recordRoot,
  type Salts,
  type Slot,
  sha256,
  toBase64,
  toHex,
  treeRoot,
  utf8,
} from './index.ts'

export const PACK_LOG = testKey('log.example/pack', 9)
const ORDER_AT = 11
const SIZE = 14
export const SPAN = { from: 2, to: 10 }
const DOCUMENT = '# An agreement\n\nFor tests only.\n'
const DOCUMENT_DIGEST = toHex(sha256(utf8(DOCUMENT)))
/** Size of the checkpoint that the examiner fixed. */
const FIXED_SIZE = 11
const SEED = new Uint8Array(32).fill(0x5e)
/** A statement inside the span, and the one that destroyed entry 7. */
const HELD_AT = 8
const DESTROYED_AT = 10
const SHOWN: readonly FieldName[] = [
  'kind',
  'time',
  'institution',
  'decision',
  'request',
  'response',
  'refers',
]

export interface PackOptions {
  readonly sample?: boolean
  /** The statement inside the span is beside the chain, and called out of scope. */
  readonly beside?: boolean
  /** Changes the body of the order. */
  readonly order?: Readonly<Record<string, JsonValue>>
  /** Changes the body of the statement that destroyed entry 7. */
  readonly destroy?: Readonly<Record<string, JsonValue>>
  readonly manifest?: Partial<Manifest>
}

interface Entry {
  readonly leaf: Uint8Array
  readonly slots: (shown: readonly FieldName[]) => Record<FieldName, Slot>
  readonly blob: Uint8Array | null
  readonly content: Uint8Array | null
}

/** The files of a good pack, manifest and signature included. */
export async function testPack(options: PackOptions = {}): Promise<Map<string, Uint8Array>> {
  const beside = options.beside === true
  const exchanges = new Map<number, Entry>()
  for (let index = 1; index < SIZE; index++) exchanges.set(index, exchange(index))
  const hold = {
    type: 'content.hold',
    id: 'hold-1',
    institution: 'bank',
    from_ms: 1,
    reason: 'for the vectors',
  }
  exchanges.set(HELD_AT, statement(0, signedStatement(PARTY, hold), HELD_AT))
  const destroy = {
    type: 'content.destroy',
    institution: 'bank',
    classes: ['intent'],
    before_ms: 1,
    reason: 'for the vectors',
    ...options.destroy,
  }
  exchanges.set(DESTROYED_AT, statement(beside ? 0 : HELD_AT, signedStatement(PARTY, destroy), DESTROYED_AT))
  const fixedRoot = treeRoot(tree(exchanges, null).slice(0, FIXED_SIZE))
  const order = signedStatement(PARTY, {
    type: 'disclosure.order',
    profile: 'auditor',
    institution: 'bank',
    ...SPAN,
    entries: null,
    fields: FIELD_NAMES.filter((name) => name === 'actor' || SHOWN.includes(name)),
    content: true,
    sample:
      options.sample === true
        ? { seed: toHex(SEED), count: 3, size: FIXED_SIZE, root: toBase64(fixedRoot) }
        : null,
    reason: 'for the vectors',
    ...options.order,
  })
  const entries = new Map(exchanges)
  entries.set(0, founding())
  entries.set(ORDER_AT, statement(DESTROYED_AT, order, ORDER_AT))
  const hashes = [...Array(SIZE).keys()].map((index) => leafHash(entries.get(index)!.leaf)) // all are set
  const node = nodesOf(hashes)
  const checkpoint = utf8(signCheckpoint(SIZE, treeRoot(hashes), PACK_LOG))
  const files = new Map<string, Uint8Array>()
  const receipt = async (index: number, shown: readonly FieldName[]): Promise<Uint8Array> => {
    const { leaf, slots, blob } = entries.get(index)! // all are set
    const proof = await proveInclusion(index, SIZE, node)
    return utf8(formatReceipt({ index, leaf, slots: slots(shown), blob, proof, checkpoint }))
  }
  files.set(PACK_FILES.checkpoint, checkpoint)
  files.set(
    PACK_FILES.span,
    encodeSpan(
      [...entries.keys()]
        .sort((a, b) => a - b)
        .slice(SPAN.from, SPAN.to)
        .map((index) => entries.get(index)!.leaf),
    ), // all are set
  )
  files.set(PACK_FILES.spanProof, formatHashes(await proveRange(SPAN, SIZE, node)))
  if (options.sample === true)
    files.set(PACK_FILES.consistency, formatHashes(await proveConsistency(FIXED_SIZE, SIZE, node)))
  for (const index of [0, ...(beside ? [] : [HELD_AT]), DESTROYED_AT, ORDER_AT])
    files.set(`statements/${index}.tlog-proof`, await receipt(index, []))
  files.set(`agreements/${DOCUMENT_DIGEST}.md`, utf8(DOCUMENT))
  files.set('keys/7.json', utf8(wrappedKey()))
  files.set('index.en.html', utf8('<!doctype html><title>Evidence pack</title>\n'))
  const drawn = options.sample === true ? drawSample(SEED, fixedRoot, SPAN, 3) : null
  const runs = runsOf((index) => {
    if (index === HELD_AT && !beside) return { state: 'statement', reason: null }
    if (drawn !== null && !drawn.includes(index)) return { state: 'withheld', reason: 'not_chosen' }
    if (index % 4 === 0) return { state: 'withheld', reason: 'out_of_scope' }
    if (index === 2) return { state: 'withheld', reason: 'label' }
    if (index === 6) return { state: 'unavailable', reason: 'key_not_held' }
    if (index === 7) return { state: 'unavailable', reason: 'destroyed' }
    return { state: 'shown', reason: null }
  })
  for (const { from, to, state } of runs) {
    for (let index = from; state === 'shown' && index < to; index++) {
      files.set(`entries/${index}.tlog-proof`, await receipt(index, SHOWN))
      files.set(`contents/${index}`, entries.get(index)!.content ?? new Uint8Array()) // all are set
    }
  }
  return sealPack(files, {
    origin: PACK_LOG.key.name,
    verifierKey: formatVerifierKey(PACK_LOG.key.name, PACK_LOG.key.publicKey),
    order: ORDER_AT,
    madeAtMs: 1_795_000_000_000,
    span: SPAN,
    size: SIZE,
    agreements: [DOCUMENT_DIGEST],
    fields: { shown: SHOWN, withheld: ['actor'] },
    content: true,
    sample: drawn,
    entries: runs,
    files: [],
    ...options.manifest,
  })
}

/** Lists the files in the manifest and signs it: what an operator who holds the log key can do with any files. */
export function sealPack(
  files: PackFiles,
  manifest: Manifest,
  key: TestKey = PACK_LOG,
): Map<string, Uint8Array> {
  const sealed = new Map(files)
  sealed.delete(PACK_FILES.manifest)
  sealed.delete(PACK_FILES.note)
  const listed = [...sealed.keys()].sort().map((path) => {
    const bytes = sealed.get(path)! // a key of the same map
    return { path, bytes: bytes.length, sha256: toHex(sha256(bytes)) }
  })
  const text = utf8(formatManifest({ ...manifest, files: listed }))
  sealed.set(PACK_FILES.manifest, text)
  sealed.set(PACK_FILES.note, utf8(signNote(packNoteText(key.key.name, sha256(text)), key)))
  return sealed
}

function tree(entries: ReadonlyMap<number, Entry>, order: Entry | null): Hash[] {
  return [...Array(SIZE).keys()].map((index) => {
    const entry = index === 0 ? founding() : index === ORDER_AT ? order : entries.get(index)
    return leafHash(entry?.leaf ?? new Uint8Array(72))
  })
}

export function nodesOf(hashes: readonly Hash[]) {
  return async (level: number, index: number): Promise<Hash> => {
    const span = 2 ** level
    let row = hashes.slice(index * span, (index + 1) * span)
    while (row.length > 1) row = row.flatMap((hash, i) => (i % 2 === 0 ? [nodeHash(hash, row[i + 1]!)] : [])) // a power of two pairs up
    return row[0]! // a complete subtree has a hash
  }
}

function exchange(index: number): Entry {
  const intent = index % 2 === 1
  const content = utf8(`content of entry ${index}`)
  const digest = { bytes: content.length, sha256: toHex(sha256(content)) }
  const fields = slotsBy((name) => {
    if (name === 'kind') return intent ? 'intent' : 'outcome'
    if (name === 'time') return 1_794_000_000_000 + index
    if (name === 'institution') return index % 4 === 0 ? 'other' : 'bank'
    if (name === 'decision') return { id: `dec_${index}`, verdict: 'allow' }
    if (name === 'request') return intent ? digest : null
    if (name === 'response') return intent ? null : digest
    if (name === 'refers') return intent ? null : index - 1
    return null
  })
  const salts = saltsOf(index)
  return {
    leaf: encodeLeaf({
      class: 'exchange',
      recordRoot: recordRoot(fields, salts),
      blobHash: sha256(utf8(`blob ${index}`)),
    }),
    slots: (shown) => slotsBy((name) => slotOf(name, fields, salts, shown)),
    blob: null,
    content,
  }
}

function founding(): Entry {
  return statement(
    null,
    signedStatement(PARTY, {
      type: 'programme.found',
      agreement: { id: 'test', version: 1, digest: DOCUMENT_DIGEST },
      sample: true,
      parties: [{ id: 'p', keys: [enrolled(PARTY)] }],
    }),
    0,
  )
}

function statement(previous: number | null, signed: JsonValue, index: number): Entry {
  const fields = slotsBy((name): JsonValue => {
    if (name === 'kind') return 'statement'
    if (name === 'time') return 1
    return name === 'refers' ? previous : null
  })
  const salts = saltsOf(index)
  const blob = encodeStatementEntry(fields, salts, signed)
  return {
    leaf: encodeLeaf({ class: 'statement', recordRoot: recordRoot(fields, salts), blobHash: sha256(blob) }),
    slots: (shown) => slotsBy((name) => slotOf(name, fields, salts, shown)),
    blob,
    content: null,
  }
}

function slotOf(name: FieldName, fields: Fields, salts: Salts, shown: readonly FieldName[]): Slot {
  const [salt, value] = [salts[name], fields[name]]
  return shown.includes(name) ? { salt, value } : { commitment: commitField(name, salt, value) }
}

function slotsBy<T>(part: (name: FieldName) => T): Record<FieldName, T> {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, part(name)])) as Record<FieldName, T> // all names
}

function saltsOf(index: number): Salts {
  return slotsBy((name) => sha256(utf8(`salt ${index} ${name}`)).subarray(0, 16))
}

function runsOf(stateOf: (index: number) => Pick<Manifest['entries'][number], 'state' | 'reason'>) {
  const runs: {
    from: number
    to: number
    state: Manifest['entries'][number]['state']
    reason: string | null
  }[] = []
  for (let index = SPAN.from; index < SPAN.to; index++) {
    const { state, reason } = stateOf(index)
    const last = runs.at(-1)
    if (last?.state === state && last.reason === reason) last.to = index + 1
    else runs.push({ from: index, to: index + 1, state, reason })
  }
  return runs
}

/** Of the right form; what is in its envelopes is noise. */
function wrappedKey(): string {
  const noise = (name: string, length: number): Uint8Array =>
    Uint8Array.from([...sha256(utf8(`${name} 1`)), ...sha256(utf8(`${name} 2`))].slice(0, length))
  const envelope = (name: string): Envelope => ({
    enc: noise(`enc ${name}`, 32),
    sealed: noise(`sealed ${name}`, 48),
  })
  const seats = ['first', 'second', 'third']
  return formatWrappedKey({
    number: 7,
    owner: 'institution/bank',
    epoch: 202_611,
    check: epochKeyCheck(7, new Uint8Array(32).fill(7)),
    institution: [{ key: '0123456789abcdef', ...envelope('institution') }],
    custodians: {
      threshold: 2,
      seats: seats.map((id, i) => ({ id, key: `000000000000000${i}` })),
      groups: groupsOf(seats, 2).map((group) => ({
        seats: group,
        shares: group.map((id) => envelope(`${group.join()} ${id}`)),
      })),
    },
  })
}

/** Signs any text with the log's key. */
export function logNote(text: string): Uint8Array {
  return utf8(signNote(text, PACK_LOG))
}
