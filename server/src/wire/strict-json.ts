/**
 * Strict JSON over bytes.
 *
 * `JSON.parse` decides validity; a byte scanner before it rejects what `JSON.parse` lets through or cannot bound:
 * duplicate keys (two readers could see two different requests), deep nesting and trailing data. The scanner also
 * records where the top-level members lie, so that a member can be changed without re-serialising the rest.
 *
 * Spec: docs/spec/wire.md §2. Input is HOSTILE: every defect is a WireError, never a crash.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { WireError } from './error.ts'
import type { JsonValue, MemberSpan } from './request.ts'

/** Deepest nesting accepted, the outermost value counting 1. */
export const DEPTH_MAX = 64

/** Up to this many keys an object's keys are compared pairwise in place; above it a Set is built. */
const PAIRWISE_KEYS_MAX = 12

/** Bytes of a string looked at one by one before `indexOf` takes over: a call costs about as much. */
const STRING_PROBE_BYTES = 16

const QUOTE = 0x22
const BACKSLASH = 0x5c

export interface StrictJson {
  readonly value: JsonValue
  /** Top-level members when the value is an object, else empty. */
  readonly members: readonly MemberSpan[]
}

/**
 * Parses `bytes` as one JSON value.
 *
 * @throws {WireError} `wire_body_empty`, `wire_utf8_invalid`, `wire_json_invalid`, `wire_json_trailing`,
 *   `wire_json_duplicate_key`, `wire_json_too_deep`
 */
export function parseStrictJson(bytes: Buffer): StrictJson {
  const members: MemberSpan[] = []
  return { value: parseInto(bytes, members), members }
}

/** As `parseStrictJson`, where nobody asks where the members lie: events of an answer. */
export function parseStrictValue(bytes: Buffer): JsonValue {
  return parseInto(bytes, null)
}

/** @param members filled with the top-level members, unless null */
function parseInto(bytes: Buffer, members: MemberSpan[] | null): JsonValue {
  if (bytes.length === 0)
    throw new WireError('wire_body_empty', 'the body is empty, a JSON object was expected')
  const ascii = isAscii(bytes)
  if (!ascii && !isUtf8(bytes)) throw new WireError('wire_utf8_invalid', 'the body is not valid UTF-8')
  // One character a byte, so that places in it are places in the bytes.
  const raw = bytes.toString('latin1')
  new Scanner(raw, ascii, members).scan()
  try {
    // JSON.parse returns `any`; its results are exactly JsonValue.
    return JSON.parse(ascii ? raw : bytes.toString('utf8')) as JsonValue
  } catch {
    throw new WireError('wire_json_invalid', 'the body is not valid JSON (or is cut short)')
  }
}

/** Keys seen of an open object that has many, else null. */
type SeenKeys = Set<string> | null

class Scanner {
  /** The bytes as Latin-1. */
  private readonly raw: string
  private readonly ascii: boolean
  /** Of each open container: where its keys start in `keys`, or -1 for a list. */
  private readonly bases: number[] = []
  private readonly seen: SeenKeys[] = []
  /** Start and end (quotes excluded) of each key of each open object, flattened. */
  private readonly keys: number[] = []
  private readonly members: MemberSpan[] | null
  private memberKeyStart = -1
  private memberKey = ''
  private memberValueStart = -1

  constructor(raw: string, ascii: boolean, members: MemberSpan[] | null) {
    this.raw = raw
    this.ascii = ascii
    this.members = members
  }

  /** Walks the bytes once. On bytes that are not JSON it may stop anywhere: `JSON.parse` then rejects them. */
  scan(): void {
    const { raw, bases } = this
    const { length } = raw
    let expectKey = false
    let closed = false
    /** End of the last significant token. */
    let last = 0
    for (let i = 0; i < length; ) {
      const byte = raw.charCodeAt(i)
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        i++
        continue
      }
      if (closed) throw new WireError('wire_json_trailing', `data follows the JSON value at byte ${i}`)
      if (this.memberValueStart === -2) this.memberValueStart = i
      if (byte === QUOTE) {
        const end = stringEnd(raw, i)
        if (end < 0) return
        if (expectKey) this.addKey(i, end)
        expectKey = false
        i = end
        last = end
        continue
      }
      i++
      if (byte === 0x7b || byte === 0x5b) {
        this.open(byte === 0x7b)
        expectKey = byte === 0x7b
      } else if (byte === 0x7d || byte === 0x5d) {
        if (bases.length === 1) this.endMember(last)
        this.close()
        closed = bases.length === 0
        expectKey = false
      } else if (byte === 0x2c) {
        if (bases.length === 1) this.endMember(last)
        expectKey = bases.length > 0 && bases[bases.length - 1] !== -1
      } else if (byte === 0x3a) {
        if (bases.length === 1 && this.memberValueStart === -1) this.memberValueStart = -2
      }
      last = i
    }
  }

  private open(object: boolean): void {
    if (this.bases.length >= DEPTH_MAX) {
      throw new WireError('wire_json_too_deep', `the body nests deeper than ${DEPTH_MAX} levels`)
    }
    this.bases.push(object ? this.keys.length : -1)
    this.seen.push(null)
  }

  private close(): void {
    const base = this.bases.pop()
    this.seen.pop()
    if (base !== undefined && base !== -1) this.keys.length = base
  }

  private addKey(start: number, end: number): void {
    const { raw, keys, bases, seen } = this
    const depth = bases.length - 1
    const base = bases[depth]
    if (base === undefined || base === -1) return
    if (depth === 0 && this.members !== null) {
      this.memberKeyStart = start
      this.memberKey = this.keyText(start + 1, end - 1)
      this.memberValueStart = -1
    }
    let known = seen[depth] ?? null
    if (known === null) {
      const count = (keys.length - base) / 2
      if (count < PAIRWISE_KEYS_MAX && !hasEscape(raw, start + 1, end - 1)) {
        for (let k = base; k < keys.length; k += 2) {
          if (sameChars(raw, keys[k] as number, keys[k + 1] as number, start + 1, end - 1)) {
            throw this.duplicate(start, end)
          }
        }
        keys.push(start + 1, end - 1)
        return
      }
      known = new Set()
      seen[depth] = known
      for (let k = base; k < keys.length; k += 2) {
        known.add(this.keyText(keys[k] as number, keys[k + 1] as number))
      }
    }
    const text = this.keyText(start + 1, end - 1)
    if (known.has(text)) throw this.duplicate(start, end)
    known.add(text)
  }

  private endMember(end: number): void {
    const { memberKeyStart: keyStart, memberKey: key, memberValueStart: valueStart } = this
    if (keyStart >= 0 && valueStart >= 0) this.members?.push({ key, keyStart, valueStart, end })
    this.memberKeyStart = -1
    this.memberValueStart = -1
  }

  /** The key as `JSON.parse` will see it: `"a"` and `"\u0061"` are the same key. */
  private keyText(start: number, end: number): string {
    const raw = this.raw.slice(start, end)
    const text = this.ascii ? raw : Buffer.from(raw, 'latin1').toString('utf8')
    if (!raw.includes('\\')) return text
    try {
      return JSON.parse(`"${text}"`) as string
    } catch {
      throw new WireError('wire_json_invalid', `the key at byte ${start - 1} is not a valid JSON string`)
    }
  }

  private duplicate(start: number, end: number): WireError {
    const key = this.keyText(start + 1, end - 1).slice(0, 64)
    return new WireError('wire_json_duplicate_key', `the key \`${key}\` appears twice in one object`)
  }
}

/** Index after the closing quote of the string that opens at `start`, or -1 when it is not closed. */
function stringEnd(raw: string, start: number): number {
  let i = start + 1
  const probeEnd = Math.min(raw.length, i + STRING_PROBE_BYTES)
  while (i < probeEnd) {
    const byte = raw.charCodeAt(i)
    if (byte === QUOTE) return i + 1
    i += byte === BACKSLASH ? 2 : 1
  }
  // INVARIANT: i stands at the start of an unescaped character, so backslashes are counted from here.
  const from = i
  for (;;) {
    const quote = raw.indexOf('"', i)
    if (quote < 0) return -1
    let backslashes = 0
    while (quote - 1 - backslashes >= from && raw.charCodeAt(quote - 1 - backslashes) === BACKSLASH)
      backslashes++
    if (backslashes % 2 === 0) return quote + 1
    i = quote + 1
  }
}

function hasEscape(raw: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (raw.charCodeAt(i) === BACKSLASH) return true
  return false
}

function sameChars(raw: string, startA: number, endA: number, startB: number, endB: number): boolean {
  if (endA - startA !== endB - startB) return false
  for (let a = startA, b = startB; a < endA; a++, b++)
    if (raw.charCodeAt(a) !== raw.charCodeAt(b)) return false
  return true
}
