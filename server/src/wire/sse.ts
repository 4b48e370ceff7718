/** Incremental Server-Sent Events over Buffers (under construction). */
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
}

export interface SseParser {
  /** @throws {WireError} `wire_sse_line_too_large`, `wire_sse_event_too_large`; the parser is dead afterwards. */
  push(chunk: Buffer): SseEvent[]
  /** What is left when the stream ends without a final blank line: clients read it, so it must be scanned too. */
  end(): SseEvent[]
}

export function createSseParser(_limits?: Partial<SseLimits>): SseParser {
  throw new Error('under construction')
}
