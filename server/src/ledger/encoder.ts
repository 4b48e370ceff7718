/**
 * From a draft to what is stored: slots, salts, leaf, encrypted blob, key slot.
 *
 * Spec: docs/spec/record.md. This is the writer's hot path: values are encoded once, used for commitment and record.
 */
import { createCipheriv, createSecretKey } from 'node:crypto'
import {
  canonicalize,
  encodeStatementEntry,
  FIELD_NAMES,
  FIELD_PREFIX,
  type FieldName,
  type JsonValue,
  LEAF_MAGIC,
  LEAF_MAGIC_BYTES,
  type LeafClass,
  RECORD_PREFIX,
  SALT_BYTES,
  type Salts,
  VerifyError,
} from 'sekisho-verify'
import type { Batch } from './batch.ts'
import { LedgerError } from './error.ts'
import { BLOB_AT, FRAME_BYTES_MAX, LEAF_AT, SLOT_AT, slotOf } from './frame.ts'
import { HASH_BYTES, sha256, sha256Into } from './hasher.ts'
import type { EpochKey } from './key-ring.ts'
import { deriveContentKey, EMPTY_SLOT, fillSlot, secretOf } from './key-slot.ts'
import type { ExchangeDraft, StatementDraft } from './ledger.ts'
import type { RandomSource } from './random-pool.ts'

export const EXCHANGE_BLOB = 1
export const TAG_BYTES = 16
export const SALTS_BYTES = SALT_BYTES * FIELD_NAMES.length
export const BLOB_CONTEXT = Buffer.from('sekisho/blob/v1\0')
/** Constant, because every content key encrypts one record only: its secret is fresh (record.md §5). */
export const BLOB_NONCE = Buffer.alloc(12)

/** Names filled by the ledger, which a draft must not carry. */
const OWN_FIELDS: readonly string[] = ['kind', 'time', 'institution']
const DRAFT_FIELDS: ReadonlySet<string> = new Set(FIELD_NAMES.filter((name) => !OWN_FIELDS.includes(name)))
const ROOT_AT = LEAF_AT + LEAF_MAGIC_BYTES
const PLAIN_AT = BLOB_AT + 1
const RECORD_AT = PLAIN_AT + SALTS_BYTES + 4
/** UTF-8 of a UTF-16 code unit. */
const UNIT_BYTES_MAX = 3
/** Room for a value before the first larger one comes; room kept for the next ones at most. */
const VALUE_BYTES = 1024
const VALUE_BYTES_KEPT = 256 * 1024
const COMMITTED = FIELD_NAMES.map(committedSlot)
/** Slots in the order of canonical JSON, each with its text before the value. */
const SORTED = [...FIELD_NAMES.keys()]
  .sort((a, b) => (FIELD_NAMES[a]! < FIELD_NAMES[b]! ? -1 : 1)) // indices of the same array
  .map((slot, i) => ({ slot, before: `${i === 0 ? '{' : ','}"${FIELD_NAMES[slot]!}":` }))

/**
 * What is hashed for one slot: prefix and name stay, salt and value are filled in for each record. Most slots of most
 * records are null, and those need only their salt.
 */
interface CommittedSlot {
  readonly saltAt: number
  readonly empty: Buffer
  /** Replaced by a larger one when a value needs it. */
  filled: Buffer
}

/**
 * Makes frames whose header is still to be filled, in the room of a batch.
 *
 * INVARIANT: one call at a time, each from start to end. What it returns lies in the batch and counts once it was added.
 */
export class Encoder {
  readonly #random: RandomSource
  readonly #commitments = Buffer.alloc(RECORD_PREFIX.length + HASH_BYTES * FIELD_NAMES.length)
  readonly #context = Buffer.alloc(BLOB_CONTEXT.length + HASH_BYTES)

  constructor(random: RandomSource) {
    this.#random = random
    this.#commitments.set(RECORD_PREFIX, 0)
    this.#context.set(BLOB_CONTEXT, 0)
  }

  /** @throws {LedgerError} `ledger_draft_invalid`, `ledger_entry_too_large` */
  exchange(batch: Batch, draft: ExchangeDraft, timeMs: number, epochKey: EpochKey): Buffer {
    const texts = slotTexts(draft, timeMs)
    const record = recordJson(texts)
    const contentBytes = draft.content?.length ?? 0
    const besides = RECORD_AT + contentBytes + TAG_BYTES
    checkSize(besides + record.length)
    const room = batch.reserve(besides + record.length * UNIT_BYTES_MAX)
    // The plaintext is put together where its ciphertext will lie.
    const recordBytes = room.write(record, RECORD_AT, 'utf8')
    checkSize(besides + recordBytes)
    const frame = room.subarray(0, besides + recordBytes)
    frame[BLOB_AT] = EXCHANGE_BLOB
    this.#random(frame, PLAIN_AT, SALTS_BYTES)
    frame.writeUInt32BE(recordBytes, RECORD_AT - 4)
    if (draft.content !== undefined) frame.set(draft.content, RECORD_AT + recordBytes)
    // ASCII: the values lie in the record where their texts do, and are copied from there instead of encoded again.
    const places = recordBytes === record.length ? valuePlaces(texts) : null
    this.#writeRoot('exchange', frame, texts, places, frame, PLAIN_AT)
    const slot = slotOf(frame)
    fillSlot(slot, epochKey, this.#random)
    this.#encrypt(frame, deriveContentKey(epochKey, secretOf(slot)))
    this.#writeBlobHash(frame)
    return frame
  }

  /** @throws {LedgerError} `ledger_draft_invalid`, `ledger_entry_too_large` */
  statement(batch: Batch, draft: StatementDraft, timeMs: number, previous: number | null): Buffer {
    const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, null])) as Record<FieldName, JsonValue> // all names
    Object.assign(fields, { kind: 'statement', time: timeMs, refers: previous })
    const salts = Buffer.alloc(SALTS_BYTES)
    this.#random(salts, 0, SALTS_BYTES)
    const encoded = asDraftError(() => encodeStatementEntry(fields, splitSalts(salts), draft.statement))
    checkSize(BLOB_AT + encoded.length)
    const frame = batch.reserve(BLOB_AT + encoded.length)
    frame.set(EMPTY_SLOT, SLOT_AT)
    frame.set(encoded, BLOB_AT)
    const texts = FIELD_NAMES.map((name) => canonicalize(fields[name]))
    this.#writeRoot('statement', frame, texts, null, salts, 0)
    this.#writeBlobHash(frame)
    return frame
  }

  /** Commits to the values and writes the record root into the leaf. `places`: where the values lie in the frame. */
  #writeRoot(
    leafClass: LeafClass,
    frame: Buffer,
    texts: readonly string[],
    places: Int32Array | null,
    salts: Buffer,
    saltsAt: number,
  ): void {
    let commitments = ''
    for (let i = 0; i < texts.length; i++) {
      const slot = COMMITTED[i]! // one of each a slot
      const text = texts[i]!
      const input = text === 'null' ? slot.empty : withValue(slot, text, frame, places?.[i])
      copy(salts, saltsAt + i * SALT_BYTES, SALT_BYTES, input, slot.saltAt)
      commitments += sha256(input)
    }
    this.#commitments.write(commitments, RECORD_PREFIX.length, 'binary')
    frame.set(LEAF_MAGIC[leafClass], LEAF_AT)
    sha256Into(this.#commitments, frame, ROOT_AT)
  }

  #writeBlobHash(frame: Buffer): void {
    sha256Into(frame.subarray(BLOB_AT), frame, ROOT_AT + HASH_BYTES)
  }

  #encrypt(frame: Buffer, key: Buffer): void {
    // A KeyObject, because handing createCipheriv the bytes costs 12 µs more (Node 24).
    const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), BLOB_NONCE)
    frame.copy(this.#context, BLOB_CONTEXT.length, ROOT_AT, ROOT_AT + HASH_BYTES)
    cipher.setAAD(this.#context)
    const tagAt = frame.length - TAG_BYTES
    frame.set(cipher.update(frame.subarray(PLAIN_AT, tagAt)), PLAIN_AT)
    cipher.final()
    frame.set(cipher.getAuthTag(), tagAt)
    key.fill(0)
  }
}

/** Salts by name out of their 256 bytes. */
export function splitSalts(bytes: Buffer): Salts {
  const pairs = FIELD_NAMES.map(
    (name, i) => [name, bytes.subarray(i * SALT_BYTES, (i + 1) * SALT_BYTES)] as const,
  )
  return Object.fromEntries<Uint8Array>(pairs) as Record<FieldName, Uint8Array> // one pair for every name
}

function slotTexts(draft: ExchangeDraft, timeMs: number): string[] {
  const fields: Partial<Record<string, JsonValue>> = draft.fields
  for (const name in fields) {
    if (!DRAFT_FIELDS.has(name))
      throw new LedgerError('ledger_draft_invalid', `a draft has no slot \`${name}\``)
  }
  const texts: string[] = []
  try {
    for (const name of FIELD_NAMES) {
      if (name === 'kind') texts.push(`"${draft.kind}"`)
      else if (name === 'time') texts.push(String(timeMs))
      else texts.push(canonicalize((name === 'institution' ? draft.institution : fields[name]) ?? null))
    }
  } catch (error) {
    throw draftError(error)
  }
  return texts
}

function committedSlot(name: FieldName): CommittedSlot {
  const prefix = Buffer.concat([FIELD_PREFIX, Buffer.from(`${name}\0`), Buffer.alloc(SALT_BYTES)])
  const filled = Buffer.alloc(VALUE_BYTES)
  filled.set(prefix, 0)
  return { saltAt: prefix.length - SALT_BYTES, empty: Buffer.concat([prefix, Buffer.from('null')]), filled }
}

/** What is hashed for a value but for its salt; the value is taken from `place` in the frame when it is there. */
function withValue(slot: CommittedSlot, text: string, frame: Buffer, place: number | undefined): Buffer {
  const valueAt = slot.saltAt + SALT_BYTES
  const most = valueAt + text.length * UNIT_BYTES_MAX
  let input = slot.filled
  if (input.length < most) {
    input = Buffer.alloc(most * 2)
    slot.filled.copy(input, 0, 0, valueAt)
    if (most <= VALUE_BYTES_KEPT) slot.filled = input
  }
  if (place === undefined) return input.subarray(0, valueAt + input.write(text, valueAt, 'utf8'))
  copy(frame, place, text.length, input, valueAt)
  return input.subarray(0, valueAt + text.length)
}

/** A loop for a few bytes: `Buffer.copy` costs as much as forty of them. */
function copy(from: Buffer, fromAt: number, bytes: number, to: Buffer, at: number): void {
  if (bytes > 40) from.copy(to, at, fromAt, fromAt + bytes)
  else for (let i = 0; i < bytes; i++) to[at + i] = from[fromAt + i]! // both are long enough
}

/** Where the values of an ASCII record lie in its frame; overwritten by the next call. */
function valuePlaces(texts: readonly string[]): Int32Array {
  let at = RECORD_AT
  for (const { slot, before } of SORTED) {
    at += before.length
    places[slot] = at
    at += texts[slot]!.length // one text a slot
  }
  return places
}

const places = new Int32Array(FIELD_NAMES.length)

function recordJson(texts: readonly string[]): string {
  let json = ''
  for (const { slot, before } of SORTED) json += before + texts[slot]! // one text a slot
  return `${json}}`
}

function checkSize(frameBytes: number): void {
  if (frameBytes > FRAME_BYTES_MAX) {
    throw new LedgerError(
      'ledger_entry_too_large',
      `an entry of ${frameBytes} bytes is over the limit of ${FRAME_BYTES_MAX}`,
    )
  }
}

function asDraftError<T>(encode: () => T): T {
  try {
    return encode()
  } catch (error) {
    throw draftError(error)
  }
}

function draftError(cause: unknown): unknown {
  if (!(cause instanceof VerifyError)) return cause
  return new LedgerError('ledger_draft_invalid', `a value cannot be recorded: ${cause.message}`, { cause })
}
