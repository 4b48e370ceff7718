/** Stream events before they are bytes, and how a text is cut into deltas. */
import type { JsonObject } from '../../wire/index.ts'

/** Characters (code points) of one delta. */
const PIECE_CHARS = 12

export interface NamedEvent {
  readonly event: string | null
  readonly data: JsonObject | string
}

/** `text` in pieces that never split a code point, as the vendors' streams do. */
export function* pieces(text: string): Generator<string> {
  let piece = ''
  let count = 0
  for (const character of text) {
    piece += character
    if (++count < PIECE_CHARS) continue
    yield piece
    piece = ''
    count = 0
  }
  if (piece !== '') yield piece
}

export function eventBytes({ event, data }: NamedEvent): Buffer {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return Buffer.from(`${event === null ? '' : `event: ${event}\n`}data: ${text}\n\n`)
}
