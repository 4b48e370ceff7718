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
  RECORD_PREFIX,
  SALT_BYTES,
  type Salts,
  VerifyError,
} from 'sekisho-verify'
import { LedgerError } from './error.ts'
import { allocateFrame, BLOB_AT, FRAME_BYTES_MAX, leafOf, slotOf } from './frame.ts'
import type { Hasher } from './hasher.ts'
import type { EpochKey } from './key-ring.ts'
import { deriveContentKey, SECRET_BYTES, writeSecret } from './key-slot.ts'
import type { ExchangeDraft, StatementDraft } from './ledger.ts'

export const EXCHANGE_BLOB = 1
export const TAG_BYTES = 16
export const SALTS_BYTES = SALT_BYTES * FIELD_NAMES.length
export const BLOB_CONTEXT = Buffer.from('sekisho/blob/v1\0')
/** Constant, because every content key encrypts one record only: its secret is fresh (record.md §5). */
export const BLOB_NONCE = Buffer.alloc(12)

/** Names filled by the ledger, which a draft must not carry. */
const OWN_FIELDS: readonly string[] = ['kind', 'time', 'institution']
const NAME_SET: ReadonlySet<string> = new Set(FIELD_NAMES)
const PREFIXES = FIELD_NAMES.map((name) => Buffer.concat([FIELD_PREFIX, Buffer.from(`${name}\0`)]))
/** Slots in the order of canonical JSON, each with its text before the value. */
const SORTED = [...FIELD_NAMES.keys()]
  .sort((a, b) => (FIELD_NAMES[a]! < FIELD_NAMES[b]! ? -1 : 1)) // indices of the same array
  .map((slot, i) => ({ slot, before: `${i === 0 ? '{' : ','}"${FIELD_NAMES[slot]!}":` }))

/** Makes frames whose header is still to be filled. */
export class Encoder {
  readonly #hasher: Hasher
  readonly #random: (length: number) => Buffer
  readonly #commitments = Buffer.alloc(RECORD_PREFIX.length + 32 * FIELD_NAMES.length)
  #scratch = Buffer.allocUnsafe(4096)

  constructor(hasher: Hasher, random: (length: number) => Buffer) {
    this.#hasher = hasher
    this.#random = random
    this.#commitments.set(RECORD_PREFIX, 0)
  }

  /** @throws {LedgerError} `ledger_draft_invalid`, `ledger_entry_too_large` */
  exchange(draft: ExchangeDraft, timeMs: number, epochKey: EpochKey): Buffer {
    const texts = slotTexts(draft, timeMs)
    const secrets = this.#random(SALTS_BYTES + SECRET_BYTES)
    const salts = secrets.subarray(0, SALTS_BYTES)
    const secret = secrets.subarray(SALTS_BYTES)
    const recordRoot = this.#recordRoot(texts, salts)
    const record = recordJson(texts)
    const recordBytes = Buffer.byteLength(record)
    const content = draft.content ?? Buffer.alloc(0)
    const frame = frameFor(1 + SALTS_BYTES + 4 + recordBytes + content.length + TAG_BYTES)
    const blob = frame.subarray(BLOB_AT)
    const head = Buffer.allocUnsafe(SALTS_BYTES + 4 + recordBytes)
    head.set(salts, 0)
    head.writeUInt32BE(recordBytes, SALTS_BYTES)
    head.write(record, SALTS_BYTES + 4, 'utf8')
    encryptInto(blob, deriveContentKey(epochKey, secret), recordRoot, head, content)
    this.#writeLeaf(frame, recordRoot, blob)
    writeSecret(slotOf(frame), epochKey, secret)
    return frame
  }

  /** @throws {LedgerError} `ledger_draft_invalid`, `ledger_entry_too_large` */
  statement(draft: StatementDraft, timeMs: number, previous: number | null): Buffer {
    const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, null])) as Record<FieldName, JsonValue> // all names
    Object.assign(fields, { kind: 'statement', time: timeMs, refers: previous })
    const bytes = this.#random(SALTS_BYTES)
    const salts = splitSalts(bytes)
    const encoded = asDraftError(() => encodeStatementEntry(fields, salts, draft.statement))
    const frame = frameFor(encoded.length)
    frame.set(encoded, BLOB_AT)
    const recordRoot = this.#recordRoot(
      FIELD_NAMES.map((name) => canonicalize(fields[name])),
      bytes,
    )
    this.#writeLeaf(frame, recordRoot, encoded)
    return frame
  }

  #recordRoot(texts: readonly string[], salts: Buffer): Uint8Array {
    for (let i = 0; i < texts.length; i++) {
      const prefix = PREFIXES[i]! // one a slot
      const text = texts[i]!
      const most = prefix.length + SALT_BYTES + text.length * 3
      if (this.#scratch.length < most) this.#scratch = Buffer.allocUnsafe(most * 2)
      this.#scratch.set(prefix, 0)
      this.#scratch.set(salts.subarray(i * SALT_BYTES, (i + 1) * SALT_BYTES), prefix.length)
      const length =
        prefix.length + SALT_BYTES + this.#scratch.write(text, prefix.length + SALT_BYTES, 'utf8')
      this.#commitments.set(
        this.#hasher.sha256(this.#scratch.subarray(0, length)),
        RECORD_PREFIX.length + i * 32,
      )
    }
    return this.#hasher.sha256(this.#commitments)
  }

  #writeLeaf(frame: Buffer, recordRoot: Uint8Array, blob: Uint8Array): void {
    const leaf = leafOf(frame)
    leaf.set(LEAF_MAGIC, 0)
    leaf.set(recordRoot, 8)
    leaf.set(this.#hasher.sha256(blob), 40)
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
    if (!NAME_SET.has(name) || OWN_FIELDS.includes(name)) {
      throw new LedgerError('ledger_draft_invalid', `a draft has no slot \`${name}\``)
    }
  }
  return FIELD_NAMES.map((name) => {
    if (name === 'kind') return `"${draft.kind}"`
    if (name === 'time') return String(timeMs)
    const value = name === 'institution' ? draft.institution : fields[name]
    if (value === undefined || value === null) return 'null'
    return asDraftError(() => canonicalize(value))
  })
}

function recordJson(texts: readonly string[]): string {
  let json = ''
  for (const { slot, before } of SORTED) json += before + texts[slot]! // one text a slot
  return `${json}}`
}

function encryptInto(blob: Buffer, key: Buffer, recordRoot: Uint8Array, head: Buffer, content: Buffer): void {
  // A KeyObject, because handing createCipheriv the bytes costs 12 µs more (Node 24).
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), BLOB_NONCE)
  cipher.setAAD(Buffer.concat([BLOB_CONTEXT, recordRoot]))
  blob[0] = EXCHANGE_BLOB
  let at = 1
  for (const part of [head, content]) {
    if (part.length === 0) continue
    blob.set(cipher.update(part), at)
    at += part.length
  }
  cipher.final()
  blob.set(cipher.getAuthTag(), at)
}

function frameFor(blobBytes: number): Buffer {
  if (blobBytes + BLOB_AT > FRAME_BYTES_MAX) {
    throw new LedgerError(
      'ledger_entry_too_large',
      `an entry of ${blobBytes} bytes is over the limit of ${FRAME_BYTES_MAX - BLOB_AT}`,
    )
  }
  return allocateFrame(blobBytes)
}

function asDraftError<T>(encode: () => T): T {
  try {
    return encode()
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    throw new LedgerError('ledger_draft_invalid', `a value cannot be recorded: ${cause.message}`, { cause })
  }
}
