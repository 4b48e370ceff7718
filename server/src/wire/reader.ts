/**
 * One event model for three dialects: stream events and whole answers to StreamPart[].
 *
 * Spec: docs/spec/wire.md §10. What cannot be read (bytes that are not strict JSON, an unlisted event, item or block)
 * is a part of type `unknown`; the guard denies it, so nothing unread leaves.
 */
import { OtherTexts } from './others.ts'
import { ChatReader } from './read-chat.ts'
import { MessagesReader } from './read-messages.ts'
import { ResponsesReader } from './read-responses.ts'
import type { Dialect, JsonObject, StreamPart } from './request.ts'
import type { SseEvent } from './sse.ts'
import { parseStrictValue } from './strict-json.ts'
import { objectOf, type TextLog } from './text-log.ts'

/** What a stream has said of itself so far: what `failureEvents` needs to end it in its own dialect. */
export interface StreamState {
  /** The opening event (`response.created`, first chunk, `message_start`) has been read. */
  readonly started: boolean
  /** A terminal event has been read (`response.completed`…, `[DONE]`, `message_stop`, an error). */
  readonly ended: boolean
  readonly id: string | null
  readonly model: string | null
  readonly createdAtS: number | null
  /** Responses only: highest `sequence_number` read, -1 before the first. */
  readonly sequence: number
}

/** Stateful: one per stream. */
export interface EventReader {
  /** Parts of one event. `usage` may come several times, the last counts; `end` comes at most once. */
  read(event: SseEvent): StreamPart[]
  /** When the upstream's bytes ended: an `end` part where the dialect allows ending without a terminator. */
  finish(): StreamPart[]
  /** A copy: keep the one that belongs to the last event you released. */
  state(): StreamState
  /** Whether a terminal event has been read: `state().ended` without the copy. */
  ended(): boolean
}

export type MutableState = { -readonly [K in keyof StreamState]: StreamState[K] }

/** One dialect's part of an EventReader. */
export interface DialectReader {
  readonly log: TextLog
  event(name: string, data: JsonObject, state: MutableState): StreamPart[]
  finish(state: MutableState): StreamPart[]
}

/** A reader for one stream. */
export function createEventReader(dialect: Dialect): EventReader {
  const state = freshState()
  const reader = readerFor(dialect)
  const others = new OtherTexts()
  const repeats = (text: string): boolean => reader.log.knows(text)
  return {
    read(event) {
      const odd: StreamPart[] = event.odd ? [{ type: 'unknown', name: 'sse_line' }] : []
      const asides = event.event === '' ? event.asides : `${event.event}${event.asides}`
      if (event.data === null || isDone(event.data)) others.read(asides, null, odd, repeats)
      if (event.data === null) {
        return event.event === '' || event.event === 'ping' ? odd : [{ type: 'unknown', name: event.event }]
      }
      if (isDone(event.data)) return odd.concat(reader.finish(state))
      if (state.ended) return [{ type: 'unknown', name: 'after_end' }]
      const data = parseObject(event.data)
      if (data === null) return [{ type: 'unknown', name: 'invalid_json' }]
      const parts = reader.event(event.event, data, state)
      others.read(asides, data, parts, repeats)
      return odd.length === 0 ? parts : odd.concat(parts)
    },
    finish: () => reader.finish(state),
    state: () => ({ ...state }),
    ended: () => state.ended,
  }
}

/** Reads a whole JSON answer (status 200). Never throws: what cannot be read is a part of type `unknown`. */
export function readResponse(dialect: Dialect, body: Buffer): StreamPart[] {
  const data = parseObject(body)
  if (data === null) return [{ type: 'unknown', name: 'invalid_json' }]
  const parts: StreamPart[] = []
  const state = freshState()
  const reader = readerFor(dialect)
  if (reader instanceof ResponsesReader) reader.response(parts, data, true, state)
  else if (reader instanceof ChatReader) reader.completion(parts, data, state)
  else if (reader instanceof MessagesReader) {
    if (data.type !== 'message') return [{ type: 'unknown', name: String(data.type) }]
    reader.message(parts, data, state)
    reader.end(parts, state)
  }
  if (!state.ended && parts.at(-1)?.type !== 'unknown') parts.push({ type: 'unknown', name: 'not_ended' })
  new OtherTexts().read('', data, parts, (text) => reader.log.knows(text))
  return parts
}

function readerFor(dialect: Dialect): DialectReader {
  if (dialect === 'responses') return new ResponsesReader()
  return dialect === 'chat' ? new ChatReader() : new MessagesReader()
}

function freshState(): MutableState {
  return { started: false, ended: false, id: null, model: null, createdAtS: null, sequence: -1 }
}

const DONE = Buffer.from('[DONE]')

function isDone(data: Buffer): boolean {
  return data.length === DONE.length && data.equals(DONE)
}

function parseObject(bytes: Buffer): JsonObject | null {
  try {
    return objectOf(parseStrictValue(bytes))
  } catch {
    return null
  }
}
