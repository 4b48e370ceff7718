/** What a handler answers, as a value; the listener writes it. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ProblemDetails } from './problem.ts'

export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
  /** Writes on after the head, and ends the response: for events. `body` is empty then. */
  readonly stream?: (response: ServerResponse) => void
}

/** JSON, never cached: administration says how things stand now. */
export function json(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: Buffer.from(`${JSON.stringify(value)}\n`),
  }
}

export function text(status: number, value: string, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: Buffer.from(value),
  }
}

export function problem(details: ProblemDetails): Answer {
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (details.status === 401) headers['www-authenticate'] = 'Bearer realm="sekisho"'
  if (details.status === 503) headers['retry-after'] = '2'
  return { status: details.status, headers, body: Buffer.from(`${JSON.stringify(details)}\n`) }
}
