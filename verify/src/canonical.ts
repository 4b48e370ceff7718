/**
 * Canonical JSON: the one byte sequence that a value is hashed, signed and stored as.
 *
 * Spec: RFC 8785 (JCS) restricted to integers; ours: docs/spec/record.md §2.
 * Threat: two encodings of one value, or one encoding read as two values, would let a signer say afterwards
 * that something else was meant. So floats, lone surrogates and over-deep values are refused, and parsing
 * accepts only text that re-encodes to the same bytes (no duplicate keys, no spaces, no other escapes).
 */
import { VerifyError } from './error.ts'

/** Deepest nesting accepted, so that hostile input cannot exhaust the stack. */
const DEPTH_MAX = 64
/** Printable ASCII without quote and backslash: stands for itself. */
const PLAIN = /^[ !#-[\]-~]*$/

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/**
 * The canonical text of a value. Members that are `undefined` are left out.
 *
 * @throws {VerifyError} `json_number` (not a safe integer, or minus zero), `json_string` (lone surrogate),
 *   `json_depth`, `json_type` (anything that is not JSON)
 */
export function canonicalize(value: JsonValue): string {
  return encode(value, 0)
}

/**
 * Reads canonical JSON and nothing else.
 *
 * @throws {VerifyError} `json_syntax`, `json_not_canonical`, and those of `canonicalize`
 */
export function parseCanonical(text: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue // JSON.parse yields JSON values only
  } catch (cause) {
    throw new VerifyError('json_syntax', 'not JSON', { cause })
  }
  const again = canonicalize(value)
  if (again !== text) {
    let at = 0
    while (at < text.length && again[at] === text[at]) at++
    throw new VerifyError('json_not_canonical', `JSON is not canonical from character ${at} on`, {
      place: `character ${at}`,
      expected: again.slice(at, at + 40),
      got: text.slice(at, at + 40),
    })
  }
  return value
}

function encode(value: JsonValue | undefined, depth: number): string {
  if (typeof value === 'string') return encodeString(value)
  if (typeof value === 'number') return encodeInteger(value)
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value !== 'object') throw new VerifyError('json_type', `a ${typeof value} is not JSON`)
  if (depth >= DEPTH_MAX) throw new VerifyError('json_depth', `JSON is nested deeper than ${DEPTH_MAX}`)
  if (Array.isArray(value)) return encodeArray(value, depth)
  const proto = Object.getPrototypeOf(value)
  if (proto !== Object.prototype && proto !== null) {
    throw new VerifyError('json_type', `a ${proto?.constructor?.name ?? 'value'} is not JSON`)
  }
  return encodeObject(value as JsonObject, depth) // arrays, null and class instances are excluded above
}

function encodeArray(items: readonly JsonValue[], depth: number): string {
  let out = '['
  for (let i = 0; i < items.length; i++) out += (i === 0 ? '' : ',') + encode(items[i], depth + 1)
  return `${out}]`
}

function encodeObject(value: JsonObject, depth: number): string {
  let out = ''
  for (const key of sortedKeys(Object.keys(value))) {
    const member = value[key]
    if (member === undefined) continue
    out += (out === '' ? '{' : ',') + encodeName(key) + encode(member, depth + 1)
  }
  return out === '' ? '{}' : `${out}}`
}

/**
 * Orders and names seen before: a writer encodes the same few shapes again and again. Sorting and quoting them anew took
 * half of the time of encoding (Node 24, a decision of 70 members: 8.5 µs without, 4 µs with). Both are bounded.
 */
const KNOWN_ORDERS_MAX = 64
const KNOWN_ORDERS_EACH_MAX = 8
const KNOWN_NAMES_MAX = 1024
const KNOWN_NAME_LENGTH_MAX = 64
/** By the first name that is out of order, which tells most shapes apart. */
const knownOrders = new Map<string, Order[]>()
const knownNames = new Map<string, string>()

interface Order {
  readonly keys: readonly string[]
  readonly sorted: readonly string[]
}

/** By UTF-16 code units, RFC 8785 §3.2.3: what `<` and the default sort compare. */
function sortedKeys(keys: readonly string[]): readonly string[] {
  let at = 1
  while (at < keys.length && keys[at - 1]! <= keys[at]!) at++ // at is in range
  if (at >= keys.length) return keys
  const first = keys[at]! // at is in range
  const known = knownOrders.get(first)
  const order = known?.find((other) => sameKeys(other.keys, keys))
  if (order !== undefined) return order.sorted
  const sorted = [...keys].sort()
  if (known === undefined && knownOrders.size < KNOWN_ORDERS_MAX) knownOrders.set(first, [{ keys, sorted }])
  else if (known !== undefined && known.length < KNOWN_ORDERS_EACH_MAX) known.push({ keys, sorted })
  return sorted
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A member name with its colon. */
function encodeName(key: string): string {
  const known = knownNames.get(key)
  if (known !== undefined) return known
  const name = `${encodeString(key)}:`
  if (knownNames.size < KNOWN_NAMES_MAX && key.length <= KNOWN_NAME_LENGTH_MAX) knownNames.set(key, name)
  return name
}

function encodeInteger(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw new VerifyError('json_number', `\`${Object.is(value, -0) ? '-0' : value}\` is not a safe integer`)
  }
  return String(value)
}

function encodeString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new VerifyError('json_string', 'a string holds a lone surrogate')
  return JSON.stringify(value)
}
