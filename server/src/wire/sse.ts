/**
 * Incremental Server-Sent Events over Buffers.
 *
 * Spec: WHATWG HTML §9.2.6 for the framing; docs/spec/wire.md §9 for the limits. Chunks may end anywhere, also inside
 * a UTF-8 character or between CR and LF; the events, raw bytes included, are the same however the stream was cut.
 *
 * Threat: bytes that a client's parser would show but ours would skip. So every byte is in exactly one event's `raw`,
 * a stream without a final blank line still yields its tail, and lines that no vendor sends are marked `odd`.
 */
import { WireError } from './error.ts'

const EVENT_BYTES_MAX = 8 * 1024 * 1024
/** A comment longer than this is no keep-alive. */
const COMMENT_BYTES_MAX = 128
const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20

export interface SseLimits {
  /** Longest event, all its lines and the blank line included, in bytes. */
  readonly eventBytesMax: number
  /** Longest single line, in bytes. */
  readonly lineBytesMax: number
}

/** One event with the exact bytes it stood in: concatenating `raw` over a stream gives the stream back. */
export interface SseEvent {
  /** Value of the last `event:` line, or '' when there was none. */
  readonly event: string
  /** `data:` lines joined with LF, undecoded; null when the block had no data line (comment, ping, retry). */
  readonly data: Buffer | null
  readonly raw: Buffer
  /** Holds an unknown field or a long comment: text that would leave without being read as an event. */
  readonly odd: boolean
  /** Comments, `id` and `retry` values, each after a line break. */
  readonly asides: string
}

export interface SseParser {
  /** @throws {WireError} `wire_sse_line_too_large`, `wire_sse_event_too_large`; the parser is dead afterwards. */
  push(chunk: Buffer): SseEvent[]
  /** What is left when the stream ends without a final blank line: clients read it, so it must be scanned too. */
  end(): SseEvent[]
}

/** A parser for one stream. */
export function createSseParser(limits?: Partial<SseLimits>): SseParser {
  const eventBytesMax = limits?.eventBytesMax ?? EVENT_BYTES_MAX
  return new Parser(eventBytesMax, limits?.lineBytesMax ?? eventBytesMax)
}

class Parser implements SseParser {
  private readonly eventBytesMax: number
  private readonly lineBytesMax: number
  /** Bytes [base, length) are not yet in an event. INVARIANT: bytes below `length` are never written again. */
  private bytes: Buffer = Buffer.alloc(0)
  private length = 0
  private base = 0
  private owned = false
  /** Start of the line being read, and how far it was searched for its end. */
  private line = 0
  private searched = 0
  private first = true
  private event = ''
  private data: Buffer[] = []
  private odd = false
  private asides = ''

  constructor(eventBytesMax: number, lineBytesMax: number) {
    this.eventBytesMax = eventBytesMax
    this.lineBytesMax = lineBytesMax
  }

  push(chunk: Buffer): SseEvent[] {
    if (chunk.length === 0) return []
    this.append(chunk)
    const events: SseEvent[] = []
    this.scan(events, false)
    if (this.length - this.line > this.lineBytesMax) throw this.lineTooLarge()
    if (this.length - this.base > this.eventBytesMax) throw this.eventTooLarge()
    this.keepRest()
    return events
  }

  end(): SseEvent[] {
    const events: SseEvent[] = []
    this.scan(events, true)
    if (this.line < this.length) this.field(this.line, this.length)
    if (this.base < this.length) this.dispatch(events, this.length)
    this.keepRest()
    return events
  }

  private append(chunk: Buffer): void {
    if (this.base === this.length) {
      this.bytes = chunk
      this.length = chunk.length
      this.base = this.line = this.searched = 0
      this.owned = false
      return
    }
    const needed = this.length + chunk.length
    if (!this.owned || needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(4096, needed * 2))
      this.bytes.copy(grown, 0, 0, this.length)
      this.bytes = grown
      this.owned = true
    }
    chunk.copy(this.bytes, this.length)
    this.length = needed
  }

  /** After the whole events: the rest moves to the front of storage of our own, once. */
  private keepRest(): void {
    if (this.base === this.length || (this.owned && this.base === 0)) return
    const rest = this.length - this.base
    const storage = Buffer.allocUnsafe(Math.max(4096, rest * 2))
    this.bytes.copy(storage, 0, this.base, this.length)
    this.line -= this.base
    this.searched -= this.base
    this.bytes = storage
    this.length = rest
    this.base = 0
    this.owned = true
  }

  private scan(events: SseEvent[], final: boolean): void {
    const { bytes, length } = this
    let nextCr = this.find(CR, this.searched)
    for (;;) {
      const lf = this.find(LF, this.searched)
      if (nextCr < this.searched) nextCr = this.find(CR, this.searched)
      const end = Math.min(lf, nextCr)
      if (end === length) {
        this.searched = length
        return
      }
      let next = end + 1
      if (end === nextCr) {
        // A CR at the very end may be half of CRLF: wait, so that the split never shows.
        if (next === length && !final) {
          this.searched = end
          return
        }
        if (next < length && bytes[next] === LF) next++
      }
      if (end - this.line > this.lineBytesMax) throw this.lineTooLarge()
      const blank = end === this.line
      if (!blank) this.field(this.line, end)
      this.line = this.searched = next
      if (blank) this.dispatch(events, next)
    }
  }

  /** Index of the byte within what was received, or its length. */
  private find(byte: number, from: number): number {
    const at = this.bytes.indexOf(byte, from)
    return at < 0 || at >= this.length ? this.length : at
  }

  private field(lineStart: number, end: number): void {
    const { bytes } = this
    let start = lineStart
    if (this.first && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf)
      start += 3
    this.first = false
    if (start >= end) return
    if (bytes[start] === COLON) {
      if (end - start > COMMENT_BYTES_MAX) this.odd = true
      else this.asides += `\n${bytes.toString('utf8', start + 1, end)}`
      return
    }
    let colon = bytes.indexOf(COLON, start)
    if (colon < 0 || colon >= end) colon = end
    const name = colon - start <= 8 ? bytes.toString('latin1', start, colon) : ''
    const valueStart = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
    const value = bytes.subarray(Math.min(valueStart, end), end)
    if (name === 'data') this.data.push(value)
    else if (name === 'event') this.event = value.toString('utf8')
    else if ((name !== 'id' && name !== 'retry') || value.length > COMMENT_BYTES_MAX) this.odd = true
    else this.asides += `\n${value.toString('utf8')}`
  }

  private dispatch(events: SseEvent[], end: number): void {
    const raw = this.bytes.subarray(this.base, end)
    if (raw.length > this.eventBytesMax) throw this.eventTooLarge()
    events.push({ event: this.event, data: joinLines(this.data), raw, odd: this.odd, asides: this.asides })
    this.base = end
    this.line = end
    this.event = ''
    this.data = []
    this.odd = false
    this.asides = ''
  }

  private lineTooLarge(): WireError {
    return new WireError('wire_sse_line_too_large', `a line of the answer is over ${this.lineBytesMax} bytes`)
  }

  private eventTooLarge(): WireError {
    return new WireError(
      'wire_sse_event_too_large',
      `an event of the answer is over ${this.eventBytesMax} bytes`,
    )
  }
}

const NEWLINE = Buffer.from('\n')

function joinLines(lines: readonly Buffer[]): Buffer | null {
  if (lines.length <= 1) return lines[0] ?? null
  return Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [NEWLINE, line])))
}
