/**
 * Statement entries: the one class whose stored blob is public.
 *
 * Spec: docs/spec/record.md §5. The blob is canonical JSON holding slots, salts and the signed statement; `refers`
 * of each is the index of the statement before it, so that leaving one out breaks the chain.
 */
import { fromUtf8, toBase64, utf8 } from './bytes.ts'
import { canonicalize, type JsonValue, parseCanonical } from './canonical.ts'
import { VerifyError } from './error.ts'
import {
  asBytes,
  asObject,
  bySlot,
  checkBlob,
  checkClass,
  checkRecordRoot,
  FIELD_NAMES,
  type Fields,
  type Leaf,
  recordRoot,
  SALT_BYTES,
  type Salts,
} from './record.ts'

export const STATEMENT_ENTRY_TYPE = 'sekisho/statement-entry/v1'

/** Largest blob read. */
export const STATEMENT_BYTES_MAX = 16 * 1024 * 1024

export interface StatementEntry {
  readonly fields: Fields
  readonly salts: Salts
  readonly statement: JsonValue
  /** Index of the statement before this one, or null for the first. */
  readonly previous: number | null
}

/** The stored blob of a statement. */
export function encodeStatementEntry(fields: Fields, salts: Salts, statement: JsonValue): Uint8Array {
  const encoded = Object.fromEntries(FIELD_NAMES.map((name) => [name, toBase64(salts[name])]))
  return utf8(canonicalize({ type: STATEMENT_ENTRY_TYPE, fields, salts: encoded, statement }))
}

/**
 * Reads a statement blob and checks it against its leaf.
 *
 * @throws {VerifyError} `record_blob_mismatch`, `statement_malformed`, `record_root_mismatch`, `leaf_class` and those of the parts
 */
export function openStatementEntry(blob: Uint8Array, leaf: Leaf, place: string): StatementEntry {
  checkBlob(blob, leaf, place)
  const entry = parseStatementEntry(blob, place)
  checkRecordRoot(recordRoot(entry.fields, entry.salts), leaf, place)
  checkClass(entry.fields.kind, leaf, place)
  return entry
}

/** Reads a statement blob without a leaf to check it against. */
export function parseStatementEntry(blob: Uint8Array, place: string): StatementEntry {
  const object = asObject(parseCanonical(fromUtf8(blob)), place)
  const known = ['fields', 'salts', 'statement', 'type']
  if (object.type !== STATEMENT_ENTRY_TYPE || Object.keys(object).sort().join() !== known.join()) {
    throw new VerifyError('statement_malformed', `not a \`${STATEMENT_ENTRY_TYPE}\``, { place })
  }
  const fields = bySlot(object.fields, (_, value) => value)
  const salts = bySlot(object.salts, (name, value) => asBytes(value, SALT_BYTES, `salt of ${name}`))
  const previous = fields.refers
  const chained = previous === null || (typeof previous === 'number' && previous >= 0)
  if (fields.kind !== 'statement' || !chained || object.statement === undefined) {
    throw new VerifyError(
      'statement_malformed',
      'a statement entry has kind `statement` and refers to an index or null',
      {
        place,
        got: canonicalize([fields.kind, previous]),
      },
    )
  }
  return { fields, salts, statement: object.statement, previous: previous as number | null } // checked by `chained`
}
