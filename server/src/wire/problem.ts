/** Problems dressed in a dialect (under construction). */
import type { StreamState } from './reader.ts'
import type { Dialect, Problem } from './request.ts'

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Before any byte was sent: status, headers (`x-should-retry`, `retry-after`, content type) and body. */
export function problemResponse(_dialect: Dialect, _problem: Problem): WireResponse {
  throw new Error('under construction')
}

/**
 * The dialect's own typed failure for a stream that is being stopped.
 *
 * @param state what was *released* so far; null when no event has left yet (an opening event is then sent first)
 */
export function failureEvents(_dialect: Dialect, _problem: Problem, _state: StreamState | null): Buffer {
  throw new Error('under construction')
}
