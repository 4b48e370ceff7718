/** Events and whole responses to StreamPart[] (under construction). */
import type { Dialect, StreamPart } from './request.ts'
import type { SseEvent } from './sse.ts'

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
  read(event: SseEvent): StreamPart[]
  state(): StreamState
}

export function createEventReader(_dialect: Dialect): EventReader {
  throw new Error('under construction')
}

/** Reads a whole JSON answer (status 200). Never throws: what cannot be read is a part of type `unknown`. */
export function readResponse(_dialect: Dialect, _body: Buffer): StreamPart[] {
  throw new Error('under construction')
}
