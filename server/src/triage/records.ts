/**
 * The records of a log file, each with the bytes it stands in.
 *
 * Forms: one JSON value a line; one JSON array; JSON objects one after the other, over lines (as evtx tools print them);
 * anything else is a line of text. HOSTILE: logs hold what attackers wrote into them; a record that cannot be read is
 * counted with its line and the others are read.
 */
import { TriageError } from './error.ts'

/** LIMITS. A longer line is not read, and counted. */
const INPUT_BYTES_MAX = 1024 * 1024 * 1024
const RECORD_BYTES_MAX = 1024 * 1024

export interface LogRecord {
  /** Position among the records of the file, from 1. */
  readonly number: number
  /** Where its bytes begin, and how many they are. */
  readonly offset: number
  readonly bytes: number
  /** A JSON object, or the line as text. */
  readonly value: Readonly<Record<string, unknown>> | string
}

export type RecordDefect = 'too_long' | 'not_json' | 'not_an_object' | 'encoding'

export interface Unread {
  /** Line of the file, from 1. */
  readonly line: number
  readonly defect: RecordDefect
}

/** @throws {TriageError} `triage_input_too_large`, `triage_input_empty` */
export function* readRecords(input: Buffer, unread: (one: Unread) => void): Generator<LogRecord> {
  if (input.length > INPUT_BYTES_MAX) {
    throw new TriageError(
      'triage_input_too_large',
      `input is ${input.length} bytes, limit is ${INPUT_BYTES_MAX}: split it by time`,
    )
  }
  const start = input.length >= 3 && input.readUIntBE(0, 3) === 0xef_bb_bf ? 3 : 0
  const first = firstByte(input, start)
  if (first < 0) throw new TriageError('triage_input_empty', 'input holds no record')
  const json = input[first] === 0x7b || input[first] === 0x5b
  let number = 0
  for (const span of json && !oneALine(input, first) ? objectSpans(input, first) : lineSpans(input, start)) {
    const value = readValue(input, span, json, unread)
    if (value === null) continue
    number += 1
    yield { number, offset: span.offset, bytes: span.bytes, value }
  }
}

interface Span {
  readonly offset: number
  readonly bytes: number
  readonly line: number
}

function readValue(
  input: Buffer,
  span: Span,
  json: boolean,
  unread: (one: Unread) => void,
): LogRecord['value'] | null {
  const defect = (kind: RecordDefect): null => {
    unread({ line: span.line, defect: kind })
    return null
  }
  if (span.bytes > RECORD_BYTES_MAX) return defect('too_long')
  const text = input.toString('utf8', span.offset, span.offset + span.bytes)
  // Bytes that are not UTF-8 are read as replacement characters and said: the line may still be evidence.
  if (text.includes('\ufffd')) unread({ line: span.line, defect: 'encoding' })
  if (!json) return text
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return defect('not_json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return defect('not_an_object')
  return value as Readonly<Record<string, unknown>>
}

function firstByte(input: Buffer, from: number): number {
  for (let i = from; i < input.length; i += 1) if (!isSpace(input[i])) return i
  return -1
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** Whether the first line holds a whole object. */
function oneALine(input: Buffer, first: number): boolean {
  if (input[first] !== 0x7b) return false
  const end = input.indexOf(0x0a, first)
  const line = input.toString('utf8', first, Math.min(end < 0 ? input.length : end, first + RECORD_BYTES_MAX))
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

function* lineSpans(input: Buffer, start: number): Generator<Span> {
  let line = 0
  for (let offset = start; offset < input.length; ) {
    line += 1
    const found = input.indexOf(0x0a, offset)
    const end = found < 0 ? input.length : found
    const bytes = end > offset && input[end - 1] === 0x0d ? end - 1 - offset : end - offset
    if (bytes > 0 && firstByte(input.subarray(offset, offset + bytes), 0) >= 0) yield { offset, bytes, line }
    offset = end + 1
  }
}

/** Top-level objects, within an array or one after the other. Braces inside strings do not count. */
function* objectSpans(input: Buffer, first: number): Generator<Span> {
  let depth = 0
  let line = 1
  let start = 0
  let startLine = 1
  let inString = false
  for (let i = first; i < input.length; i += 1) {
    const byte = input[i]
    if (byte === 0x0a) line += 1
    if (inString) {
      if (byte === 0x5c) i += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = depth > 0
    else if (byte === 0x7b) {
      if (depth === 0) {
        start = i
        startLine = line
      }
      depth += 1
    } else if (byte === 0x7d && depth > 0) {
      depth -= 1
      if (depth === 0) yield { offset: start, bytes: i + 1 - start, line: startLine }
    }
  }
  // An object that never ends is a record that cannot be read, not nothing.
  if (depth > 0) yield { offset: start, bytes: input.length - start, line: startLine }
}
