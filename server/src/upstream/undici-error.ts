/**
 * undici's and Node's errors as ours: which of them mean that nothing was sent.
 *
 * Spec: docs/spec/upstream.md §3.
 */
import { UpstreamError, type UpstreamErrorCode } from './error.ts'

/** How far the exchange had come. */
export type Phase = 'connect' | 'head' | 'body'

const BY_CODE: ReadonlyMap<string, UpstreamErrorCode> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', 'upstream_connect_timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'upstream_head_timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'upstream_idle_timeout'],
  ['UND_ERR_HEADERS_OVERFLOW', 'upstream_protocol'],
  ['UND_ERR_RESPONSE_EXCEEDED_MAX_SIZE', 'upstream_answer_too_large'],
  ['UND_ERR_DESTROYED', 'upstream_closed'],
  ['UND_ERR_CLOSED', 'upstream_closed'],
  ['UND_ERR_INVALID_ARG', 'upstream_config'],
  ['UND_ERR_SOCKET', 'upstream_cut'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'upstream_cut'],
  ['ECONNREFUSED', 'upstream_connect_failed'],
  ['ENOTFOUND', 'upstream_connect_failed'],
  ['EAI_AGAIN', 'upstream_connect_failed'],
])

const MESSAGES: Readonly<Record<Phase, string>> = {
  connect: 'the model server could not be reached',
  head: 'the model server did not answer',
  body: 'the answer broke off',
}

/** @param phase decides where the code alone does not: a reset before the head and one after it are not the same */
export function undiciError(error: unknown, phase: Phase): UpstreamError {
  if (error instanceof UpstreamError) return error
  const code = codeOf(error)
  const options = { cause: error }
  const mapped = BY_CODE.get(code)
  if (mapped !== undefined) return new UpstreamError(mapped, `${MESSAGES[phase]} (${code})`, options)
  // undici leaves the parser error's code out when the first bytes already are not HTTP.
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) {
    return new UpstreamError('upstream_protocol', 'the answer is not HTTP', options)
  }
  return new UpstreamError(
    phase === 'connect' ? 'upstream_connect_failed' : 'upstream_cut',
    `${MESSAGES[phase]}${code === '' ? '' : ` (${code})`}`,
    options,
  )
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}
