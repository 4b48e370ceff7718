/**
 * Strict JSON over bytes.
 *
 * `JSON.parse` decides validity; a byte scanner before it rejects what `JSON.parse` lets through or cannot bound:
 * duplicate keys (two readers could see two different requests), deep nesting and trailing data. The scanner also
 * records where the top-level members lie, so that a member can be changed without re-serialising the rest.
 *
 * Spec: docs/spec/wire.md §2. Input is HOSTILE: every defect is a WireError, never a crash.
 */
import { isUtf8 } from 'node:buffer'
import { WireError } from './error.ts'
import type { JsonValue, MemberSpan } from './request.ts'

/** Deepest nesting accepted, the outermost value counting 1. */
export const DEPTH_MAX = 64

/** Up to this many keys an object's keys are compared pairwise in place; above it a Set is built. */
const PAIRWISE_KEYS_MAX = 12

/** Bytes of a string looked at one by one before `Buffer.indexOf` takes over: a call costs about as much. */
const STRING_PROBE_BYTES = 24

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
  if (bytes.length === 0)
    throw new WireError('wire_body_empty', 'the body is empty, a JSON object was expected')
  if (!isUtf8(bytes)) throw new WireError('wire_utf8_invalid', 'the body is not valid UTF-8')
  const members = new Scanner(bytes).scan()
  try {
    // JSON.parse returns `any`; its results are exactly JsonValue.
    return { value: JSON.parse(bytes.toString('utf8')) as JsonValue, members }
  } catch {
    throw new WireError('wire_json_invalid', 'the body is not valid JSON (or is cut short)')
  }
}

/** One open container: where its keys start in the key stack, or a Set once there are many. */
interface Frame {
  readonly object: boolean
  readonly keysBase: number
  seen: Set<string> | null
}

class Scanner {
  private readonly bytes: Buffer
  private readonly frames: Frame[] = []
  /** Start and end (quotes excluded) of each key of each open object, flattened. */
  private readonly keys: number[] = []
  private readonly members: MemberSpan[] = []
  private memberKeyStart = -1
  private memberKey = ''
  private memberValueStart = -1

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** Walks the bytes once. On bytes that are not JSON it may stop anywhere: `JSON.parse` then rejects them. */
  scan(): readonly MemberSpan[] {
    const { bytes, frames } = this
    let expectKey = false
    let closed = false
    /** End of the last significant token. */
    let last = 0
    for (let i = 0; i < bytes.length; ) {
      const byte = bytes[i] as number
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
        i++
        continue
      }
      if (closed) throw new WireError('wire_json_trailing', `data follows the JSON value at byte ${i}`)
      if (this.memberValueStart === -2) this.memberValueStart = i
      if (byte === QUOTE) {
        const end = this.stringEnd(i)
        if (end < 0) return []
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
        if (frames.length === 1) this.endMember(last)
        this.close()
        closed = frames.length === 0
        expectKey = false
      } else if (byte === 0x2c) {
        if (frames.length === 1) this.endMember(last)
        expectKey = frames.length > 0 && (frames[frames.length - 1] as Frame).object
      } else if (byte === 0x3a) {
        if (frames.length === 1 && this.memberValueStart === -1) this.memberValueStart = -2
      }
      last = i
    }
    return this.members
  }

  private open(object: boolean): void {
    if (this.frames.length >= DEPTH_MAX) {
      throw new WireError('wire_json_too_deep', `the body nests deeper than ${DEPTH_MAX} levels`)
    }
    this.frames.push({ object, keysBase: this.keys.length, seen: null })
  }

  private close(): void {
    const frame = this.frames.pop()
    if (frame !== undefined) this.keys.length = frame.keysBase
  }

  /** Index after the closing quote, or -1 when the string is not closed. */
  private stringEnd(start: number): number {
    const { bytes } = this
    let i = start + 1
    const probeEnd = Math.min(bytes.length, i + STRING_PROBE_BYTES)
    while (i < probeEnd) {
      const byte = bytes[i]
      if (byte === QUOTE) return i + 1
      i += byte === BACKSLASH ? 2 : 1
    }
    // INVARIANT: i stands at the start of an unescaped character, so backslashes are counted from here.
    const from = i
    for (;;) {
      const quote = bytes.indexOf(QUOTE, i)
      if (quote < 0) return -1
      let backslashes = 0
      while (quote - 1 - backslashes >= from && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++
      if (backslashes % 2 === 0) return quote + 1
      i = quote + 1
    }
  }

  private addKey(start: number, end: number): void {
    const frame = this.frames[this.frames.length - 1]
    if (frame === undefined) return
    const { bytes, keys } = this
    if (this.frames.length === 1) {
      this.memberKeyStart = start
      this.memberKey = this.keyText(start + 1, end - 1)
      this.memberValueStart = -1
    }
    if (frame.seen === null) {
      const count = (keys.length - frame.keysBase) / 2
      if (count < PAIRWISE_KEYS_MAX && !this.hasEscape(start + 1, end - 1)) {
        for (let k = frame.keysBase; k < keys.length; k += 2) {
          if (sameBytes(bytes, keys[k] as number, keys[k + 1] as number, start + 1, end - 1)) {
            throw this.duplicate(start, end)
          }
        }
        keys.push(start + 1, end - 1)
        return
      }
      frame.seen = new Set()
      for (let k = frame.keysBase; k < keys.length; k += 2) {
        frame.seen.add(this.keyText(keys[k] as number, keys[k + 1] as number))
      }
    }
    const text = this.keyText(start + 1, end - 1)
    if (frame.seen.has(text)) throw this.duplicate(start, end)
    frame.seen.add(text)
  }

  private endMember(end: number): void {
    const { memberKeyStart: keyStart, memberKey: key, memberValueStart: valueStart } = this
    if (keyStart >= 0 && valueStart >= 0) this.members.push({ key, keyStart, valueStart, end })
    this.memberKeyStart = -1
    this.memberValueStart = -1
  }

  private hasEscape(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.bytes[i] === BACKSLASH) return true
    return false
  }

  /** The key as `JSON.parse` will see it: `"a"` and `"\u0061"` are the same key. */
  private keyText(start: number, end: number): string {
    const raw = this.bytes.toString('utf8', start, end)
    if (!this.hasEscape(start, end)) return raw
    try {
      return JSON.parse(`"${raw}"`) as string
    } catch {
      throw new WireError('wire_json_invalid', `the key at byte ${start - 1} is not a valid JSON string`)
    }
  }

  private duplicate(start: number, end: number): WireError {
    const key = this.keyText(start + 1, end - 1).slice(0, 64)
    return new WireError('wire_json_duplicate_key', `the key \`${key}\` appears twice in one object`)
  }
}

function sameBytes(bytes: Buffer, startA: number, endA: number, startB: number, endB: number): boolean {
  if (endA - startA !== endB - startB) return false
  for (let a = startA, b = startB; a < endA; a++, b++) if (bytes[a] !== bytes[b]) return false
  return true
}
