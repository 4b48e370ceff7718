/**
 * The evidence pack: what it is made of, and its manifest.
 *
 * Spec: docs/spec/evidence-pack.md §2–4. The manifest says for every entry of the span what became of it; the operator
 * signs it, so that what it withholds, and why, is said for good.
 */
import { concat, fromBase64, fromUtf8, toBase64 } from './bytes.ts'
import { canonicalize, type JsonObject, type JsonValue, parseCanonical } from './canonical.ts'
import { VerifyError } from './error.ts'
import { SIZE_MAX } from './merkle.ts'
import type { Span } from './range.ts'
import { FIELD_NAMES, type FieldName } from './record.ts'

export const PACK_TYPE = 'sekisho/evidence-pack/v1'
/** First line of the note over the manifest. It holds spaces, so that no checkpoint can begin with it. */
export const PACK_NOTE_LINE = 'sekisho evidence pack v1'
/** Entries of one span. */
export const SPAN_MAX = 65_536

export const PACK_FILES = {
  manifest: 'manifest.json',
  note: 'manifest.note',
  checkpoint: 'checkpoint',
  span: 'span',
  spanProof: 'span-proof',
  consistency: 'consistency-proof',
} as const

export const receiptFile = (index: number): string => `entries/${index}.tlog-proof`
export const statementFile = (index: number): string => `statements/${index}.tlog-proof`
export const contentFile = (index: number): string => `contents/${index}`
export const agreementFile = (digest: string): string => `agreements/${digest}.md`
export const wrappedKeyFile = (number: number): string => `keys/${number}.json`

/** What became of an entry of the span. */
export const ENTRY_STATES = ['shown', 'statement', 'unavailable', 'withheld'] as const
export type EntryState = (typeof ENTRY_STATES)[number]
/** Why an entry is not shown. */
export const ENTRY_REASONS: Readonly<Record<EntryState, readonly (string | null)[]>> = {
  shown: [null],
  statement: [null],
  unavailable: ['destroyed', 'key_not_held'],
  withheld: ['label', 'not_chosen', 'out_of_scope'],
}

/** Consecutive entries with the same fate. */
export interface EntryRun extends Span {
  readonly state: EntryState
  readonly reason: string | null
}

export interface Manifest {
  readonly origin: string
  readonly verifierKey: string
  /** Index of the statement that ordered this pack. */
  readonly order: number
  readonly madeAtMs: number
  readonly span: Span
  /** Entries of the tree that the checkpoint signs. */
  readonly size: number
  /** Digests of the agreement versions that are in the pack. */
  readonly agreements: readonly string[]
  /** Slots that every shown entry shows, and slots that were ordered and are kept back. */
  readonly fields: {
    readonly shown: readonly FieldName[]
    readonly withheld: readonly FieldName[]
  }
  /** Whether content is shown. */
  readonly content: boolean
  /** Entries the sample drew, or null. */
  readonly sample: readonly number[] | null
  readonly entries: readonly EntryRun[]
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

export function formatManifest(manifest: Manifest): string {
  const { fields } = manifest
  return canonicalize({
    type: PACK_TYPE,
    origin: manifest.origin,
    verifier_key: manifest.verifierKey,
    order: manifest.order,
    made_at_ms: manifest.madeAtMs,
    span: { from: manifest.span.from, to: manifest.span.to },
    size: manifest.size,
    agreements: [...manifest.agreements],
    fields: { shown: [...fields.shown], withheld: [...fields.withheld] },
    content: manifest.content,
    sample: manifest.sample === null ? null : [...manifest.sample],
    entries: manifest.entries.map(({ from, to, state, reason }) => ({ from, to, state, reason })),
    files: manifest.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  })
}

/** @throws {VerifyError} `pack_manifest_malformed`, `json_syntax`, `json_not_canonical`, `utf8_malformed` */
export function parseManifest(bytes: Uint8Array): Manifest {
  const top = members(parseCanonical(fromUtf8(bytes)), 'manifest', [
    'agreements',
    'content',
    'entries',
    'fields',
    'files',
    'made_at_ms',
    'order',
    'origin',
    'sample',
    'size',
    'span',
    'type',
    'verifier_key',
  ])
  if (top.type !== PACK_TYPE) throw malformed('type', PACK_TYPE, top.type)
  const fields = members(top.fields, 'fields', ['shown', 'withheld'])
  const span = members(top.span, 'span', ['from', 'to'])
  const size = index(top.size, 'size')
  const [from, to] = [index(span.from, 'span.from'), index(span.to, 'span.to')]
  if (!(from < to && to <= size && to - from <= SPAN_MAX))
    throw malformed('span', `1 to ${SPAN_MAX} entries below ${size}`, top.span)
  const [shown, withheld] = [
    slotNames(fields.shown, 'fields.shown'),
    slotNames(fields.withheld, 'fields.withheld'),
  ]
  if (shown.some((name) => withheld.includes(name))) throw malformed('fields', 'no slot twice', top.fields)
  return {
    origin: text(top.origin, 'origin'),
    verifierKey: text(top.verifier_key, 'verifier_key'),
    order: index(top.order, 'order'),
    madeAtMs: index(top.made_at_ms, 'made_at_ms'),
    span: { from, to },
    size,
    agreements: ascending(
      list(top.agreements, 'agreements').map((item, i) => hex(item, `agreements[${i}]`)),
      'agreements',
    ),
    fields: { shown, withheld },
    content: flag(top.content, 'content'),
    sample:
      top.sample === null
        ? null
        : ascending(
            list(top.sample, 'sample').map((item, i) => index(item, `sample[${i}]`)),
            'sample',
          ),
    entries: runs(top.entries, { from, to }),
    files: ascending(
      list(top.files, 'files').map((item, i) => {
        const file = members(item, `files[${i}]`, ['bytes', 'path', 'sha256'])
        return {
          path: text(file.path, `files[${i}].path`),
          bytes: index(file.bytes, `files[${i}].bytes`),
          sha256: hex(file.sha256, `files[${i}].sha256`),
        }
      }),
      'files',
      ({ path }) => path,
    ),
  }
}

/** The text that is signed for a manifest with this SHA-256. */
export function packNoteText(origin: string, manifestHash: Uint8Array): string {
  return `${PACK_NOTE_LINE}\n${origin}\n${toBase64(manifestHash)}\n`
}

/** Hashes one after another, 32 bytes each. @throws {VerifyError} `proof_hash_length` */
export function parseHashes(bytes: Uint8Array, place: string): Uint8Array[] {
  if (bytes.length % 32 !== 0)
    throw new VerifyError('proof_hash_length', `\`${place}\` does not hold whole hashes`, {
      place,
      got: String(bytes.length),
    })
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, i * 32 + 32))
}

export function formatHashes(hashes: readonly Uint8Array[]): Uint8Array {
  return concat(hashes)
}

/** Runs cover the span without gap or overlap, and two neighbours differ: one encoding for one content. */
function runs(value: JsonValue | undefined, span: Span): EntryRun[] {
  let at = span.from
  let before = ''
  const read = list(value, 'entries').map((item, i) => {
    const place = `entries[${i}]`
    const run = members(item, place, ['from', 'reason', 'state', 'to'])
    const state = ENTRY_STATES.find((known) => known === run.state)
    if (state === undefined) throw malformed(`${place}.state`, ENTRY_STATES.join(', '), run.state)
    const reason = run.reason === null || typeof run.reason === 'string' ? run.reason : undefined
    if (reason === undefined || !ENTRY_REASONS[state].includes(reason))
      throw malformed(`${place}.reason`, ENTRY_REASONS[state].join(', ') || 'null', run.reason)
    const [from, to] = [index(run.from, `${place}.from`), index(run.to, `${place}.to`)]
    const kind = `${state} ${reason}`
    if (from !== at || to <= from || kind === before)
      throw new VerifyError('pack_entries_gap', 'the entries of the manifest do not cover the span once', {
        place,
        expected: String(at),
        got: String(from),
      })
    at = to
    before = kind
    return { from, to, state, reason }
  })
  if (at !== span.to)
    throw new VerifyError('pack_entries_gap', 'the entries of the manifest do not cover the span once', {
      place: 'entries',
      expected: String(span.to),
      got: String(at),
    })
  return read
}

function slotNames(value: JsonValue | undefined, place: string): FieldName[] {
  const names = list(value, place).map((item) => {
    const name = FIELD_NAMES.find((known) => known === item)
    if (name === undefined) throw malformed(place, 'names of slots', item)
    return name
  })
  const order = names.map((name) => FIELD_NAMES.indexOf(name))
  if (order.some((slot, i) => i > 0 && slot <= order[i - 1]!))
    throw malformed(place, 'in the order of the record', value) // i - 1 is in range
  return names
}

function members(value: JsonValue | undefined, place: string, names: readonly string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(place, 'an object', value)
  const object = value as JsonObject // not an array
  const got = Object.keys(object).join()
  if (got !== names.join()) throw malformed(place, names.join(), got)
  return object
}

function list(value: JsonValue | undefined, place: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value
  throw malformed(place, 'a list', value)
}

function ascending<T>(
  items: readonly T[],
  place: string,
  key: (item: T) => string | number = (item) => item as string | number,
): readonly T[] {
  // without `key` items are texts or numbers
  if (items.some((item, i) => i > 0 && key(item) <= key(items[i - 1]!)))
    // i - 1 is in range
    throw malformed(place, 'ascending, each once', 'another order')
  return items
}

function index(value: JsonValue | undefined, place: string): number {
  if (typeof value === 'number' && value >= 0 && value <= SIZE_MAX) return value
  throw malformed(place, 'a number', value)
}

function text(value: JsonValue | undefined, place: string): string {
  if (typeof value === 'string') return value
  throw malformed(place, 'a text', value)
}

function flag(value: JsonValue | undefined, place: string): boolean {
  if (typeof value === 'boolean') return value
  throw malformed(place, 'true or false', value)
}

function hex(value: JsonValue | undefined, place: string): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value
  throw malformed(place, '64 hex digits', value)
}

function malformed(place: string, expected: string, got: JsonValue | undefined): VerifyError {
  return new VerifyError('pack_manifest_malformed', `the manifest is not as specified at \`${place}\``, {
    place,
    expected,
    got: canonicalize(got ?? null).slice(0, 120),
  })
}

// ---- the order

/** What a statement of type `disclosure.order` asks for. */
export interface PackOrder {
  readonly profile: string
  readonly institution: string | null
  readonly span: Span
  /** Chosen entries, or null for all of the span. */
  readonly entries: readonly number[] | null
  readonly fields: readonly FieldName[]
  readonly content: boolean
  readonly sample: {
    readonly seed: Uint8Array
    readonly count: number
    /** The checkpoint the examiner fixed before naming the seed. */
    readonly size: number
    readonly root: Uint8Array
  } | null
}

/** Reads the members of an order's body. @throws {VerifyError} `pack_order_malformed` */
export function parseOrder(body: JsonObject, place: string): PackOrder {
  try {
    if (body.type !== 'disclosure.order') throw malformed('type', 'disclosure.order', body.type)
    const { sample, entries } = body
    return {
      profile: text(body.profile, 'profile'),
      institution: body.institution === null ? null : text(body.institution, 'institution'),
      span: { from: index(body.from, 'from'), to: index(body.to, 'to') },
      entries: entries === null ? null : list(entries, 'entries').map((item) => index(item, 'entries')),
      fields: slotNames(body.fields, 'fields'),
      content: flag(body.content, 'content'),
      sample: sample === null ? null : sampleOf(members(sample, 'sample', ['count', 'root', 'seed', 'size'])),
    }
  } catch (cause) {
    if (!(cause instanceof VerifyError) || cause.code !== 'pack_manifest_malformed') throw cause
    throw new VerifyError('pack_order_malformed', `\`${place}\` orders no pack: ${cause.place}`, {
      place: `${place} ${cause.place}`,
      ...(cause.expected === undefined ? {} : { expected: cause.expected }),
      ...(cause.got === undefined ? {} : { got: cause.got }),
      cause,
    })
  }
}

function sampleOf(sample: JsonObject): NonNullable<PackOrder['sample']> {
  const seed = hex(sample.seed, 'sample.seed')
  const root = fromBase64(text(sample.root, 'sample.root'), 'sample.root')
  return {
    seed: Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(seed.slice(i * 2, i * 2 + 2), 16)),
    count: index(sample.count, 'sample.count'),
    size: index(sample.size, 'sample.size'),
    root,
  }
}

/** Files by name, as they are packed. */
export type PackFiles = ReadonlyMap<string, Uint8Array>
