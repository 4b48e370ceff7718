/**
 * Problems dressed in a dialect: before the first byte, and inside a stream that has begun.
 *
 * Spec: docs/spec/problem.md. Threat: clients retry, and some fall back from a cut stream to a plain request or show
 * a denial as an outage. Statuses, codes and `x-should-retry` are chosen so that as few as possible do.
 */
import type { StreamState } from './reader.ts'
import type { Dialect, JsonObject, Problem } from './request.ts'

/** Longest message sent, in UTF-16 code units. */
const MESSAGE_CHARS_MAX = 4000

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** `error.type` per status. Statuses not listed take the class's: 4xx as 400, 5xx as 500. */
export const ERROR_TYPES: ReadonlyMap<number, { readonly openai: string; readonly anthropic: string }> =
  new Map([
    [400, { openai: 'invalid_request_error', anthropic: 'invalid_request_error' }],
    [401, { openai: 'authentication_error', anthropic: 'authentication_error' }],
    [402, { openai: 'insufficient_quota', anthropic: 'billing_error' }],
    [403, { openai: 'permission_error', anthropic: 'permission_error' }],
    [404, { openai: 'not_found_error', anthropic: 'not_found_error' }],
    [413, { openai: 'invalid_request_error', anthropic: 'request_too_large' }],
    [426, { openai: 'invalid_request_error', anthropic: 'invalid_request_error' }],
    [429, { openai: 'rate_limit_error', anthropic: 'rate_limit_error' }],
    [500, { openai: 'server_error', anthropic: 'api_error' }],
    [503, { openai: 'server_error', anthropic: 'overloaded_error' }],
    [504, { openai: 'server_error', anthropic: 'timeout_error' }],
    [529, { openai: 'server_error', anthropic: 'overloaded_error' }],
  ])

/**
 * The whole answer when no byte has been sent yet.
 *
 * OpenAI dialects get RFC 9457 members and the vendor's `error` object in one body; Anthropic clients get theirs.
 * `x-should-retry` is `true` only when the problem names a time to wait: a denial or a hold never does.
 */
export function problemResponse(dialect: Dialect, problem: Problem): WireResponse {
  const body = dialect === 'messages' ? anthropicBody(problem) : openaiBody(problem)
  const headers: Record<string, string> = {
    'content-type': dialect === 'messages' ? 'application/json' : 'application/problem+json',
    'x-should-retry': problem.retryAfterS === undefined ? 'false' : 'true',
    'cache-control': 'no-store',
  }
  if (problem.retryAfterS !== undefined)
    headers['retry-after'] = String(Math.max(0, Math.ceil(problem.retryAfterS)))
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer'
  return { status: problem.status, headers, body: Buffer.from(JSON.stringify(body)) }
}

/**
 * The dialect's own typed failure for a stream that is being stopped. Nothing may follow it.
 *
 * Responses: `response.failed`. Chat: an `error` chunk and no `[DONE]`. Messages: an `error` event.
 *
 * @param state as of the last *released* event; null when none has left yet (Responses then gets its opening event)
 */
export function failureEvents(dialect: Dialect, problem: Problem, state: StreamState | null): Buffer {
  if (dialect === 'messages') return sse('error', anthropicBody(problem))
  if (dialect === 'chat') return sse(null, { error: openaiError(problem) })
  const opened = state?.started ?? false
  const sequence = Math.max(state?.sequence ?? -1, -1)
  const failed = {
    type: 'response.failed',
    sequence_number: sequence + (opened ? 1 : 2),
    response: failedResponse(problem, state),
  }
  if (opened) return sse(failed.type, failed)
  const response = { ...failedResponse(problem, state), status: 'in_progress', error: null }
  const created = { type: 'response.created', sequence_number: sequence + 1, response }
  return Buffer.concat([sse(created.type, created), sse(failed.type, failed)])
}

function openaiBody(problem: Problem): JsonObject {
  const decision = problem.extension?.decision
  return {
    type: `urn:sekisho:problem:${problem.code}`,
    title: problem.code.replaceAll('_', ' '),
    status: problem.status,
    detail: message(problem),
    ...(typeof decision === 'string' ? { instance: `urn:sekisho:decision:${decision}` } : {}),
    error: openaiError(problem),
  }
}

function openaiError(problem: Problem): JsonObject {
  const path = problem.extension?.path
  return {
    message: message(problem),
    type: errorType(problem.status, 'openai'),
    param: typeof path === 'string' ? path : null,
    code: problem.wireCode,
    sekisho: { code: problem.code, ...problem.extension },
  }
}

function anthropicBody(problem: Problem): JsonObject {
  return {
    type: 'error',
    error: {
      type: errorType(problem.status, 'anthropic'),
      message: message(problem),
      sekisho: { code: problem.code, ...problem.extension },
    },
  }
}

function errorType(status: number, vendor: 'openai' | 'anthropic'): string {
  const listed = ERROR_TYPES.get(status) ?? ERROR_TYPES.get(status < 500 ? 400 : 500)
  return listed === undefined ? 'server_error' : listed[vendor]
}

function message(problem: Problem): string {
  const { message: text } = problem
  return text.length > MESSAGE_CHARS_MAX ? `${text.slice(0, MESSAGE_CHARS_MAX)}…` : text
}

function failedResponse(problem: Problem, state: StreamState | null): JsonObject {
  return {
    id: state?.id ?? 'resp_stopped',
    object: 'response',
    created_at: state?.createdAtS ?? 0,
    status: 'failed',
    background: false,
    error: {
      code: problem.wireCode,
      message: message(problem),
      sekisho: { code: problem.code, ...problem.extension },
    },
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: state?.model ?? '',
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: false,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    usage: null,
  }
}

function sse(event: string | null, data: JsonObject): Buffer {
  return Buffer.from(`${event === null ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`)
}
