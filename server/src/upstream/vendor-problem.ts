/**
 * What a vendor's error means: who stopped the request, whether it may ever be sent again, what the client is told.
 *
 * Spec: docs/spec/upstream.md §4. The vendor's own words are quoted, bounded and without control characters: they
 * are input, and they reach a terminal.
 */
import type { Dialect, JsonObject, JsonValue, Problem } from '../wire/index.ts'
import type { UpstreamError, UpstreamErrorCode } from './error.ts'
import {
  ACCOUNT_WORDS,
  AS_ACCOUNT_ACTION,
  byStatus,
  type StoppedBy,
  VENDOR_CODES,
  type VendorCode,
} from './vendor-codes.ts'

const VENDOR_MESSAGE_CHARS_MAX = 500
const RETRY_AFTER_DEFAULT_S = 5
const RETRY_AFTER_MAX_S = 3600

export interface VendorProblem {
  readonly by: StoppedBy
  /** Ours, stable: docs/spec/upstream.md §4. */
  readonly code: string
  readonly vendorStatus: number | null
  readonly vendorCode: string | null
  /** Bounded to 500 characters, control characters removed. */
  readonly vendorMessage: string
  /** The refusal must be remembered and never sent again (`cyber_policy`, `misalignment_policy_violation`, …). */
  readonly sticky: boolean
  /** Whether the client may be told to try again later. */
  readonly retryable: boolean
  readonly problem: Problem
}

/** What the user is told first. */
const SAID: Readonly<Record<StoppedBy, string>> = {
  provider_request_filter:
    "The model provider's filter refused this request. It was not stopped by this checkpoint; sending it again will not help",
  provider_account_action:
    'The model provider has acted against this account or end user. Not this checkpoint, and not this request alone; ask your operations lead to appeal',
  provider_entitlement:
    'The model provider says that this organisation has no access to this model or programme; ask your operations lead',
  provider_quota: "The model provider's limit for this organisation is used up",
  provider_outage: 'The model provider did not answer properly; nothing is wrong with the request',
  provider_validation: 'The model provider rejected the request as invalid',
  deployment:
    'This deployment is not set up correctly for the model provider; nothing is wrong with the request, tell your platform team',
}

/** Classifies an answer whose status is not 2xx. `body` may be truncated or not JSON. */
export function classifyVendorAnswer(
  _dialect: Dialect,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): VendorProblem {
  const error = readError(body)
  const known =
    (error.code === null ? undefined : VENDOR_CODES.get(error.code)) ?? byTypeOrStatus(error, status)
  return vendorProblem(withAccountAction(known, error.code, error.message), {
    vendorStatus: status,
    vendorCode: error.code ?? error.type,
    vendorMessage: error.message,
    retryAfterS: retryAfter(headers),
  })
}

/**
 * Classifies a failure inside a 200 answer: the `vendorCode` of an `end` part with how `failed`, `refused` or
 * `incomplete` (content filter).
 *
 * @param vendorMessage the vendor's words, where the caller has them: they alone tell an account action
 */
export function classifyVendorFailure(
  _dialect: Dialect,
  vendorCode: string | null,
  vendorMessage = '',
): VendorProblem {
  const known = VENDOR_CODES.get(vendorCode ?? 'server_error') ?? byStatus(500)
  return vendorProblem(withAccountAction(known, vendorCode, vendorMessage), {
    vendorStatus: 200,
    vendorCode,
    vendorMessage: clean(vendorMessage),
    retryAfterS: null,
  })
}

/** An outage towards the client: whether a retry is invited, by what went wrong. */
export const UPSTREAM_RETRY: Readonly<
  Record<UpstreamErrorCode, { by: StoppedBy; retryable: boolean; status: number }>
> = {
  upstream_connect_failed: { by: 'provider_outage', retryable: true, status: 503 },
  upstream_connect_timeout: { by: 'provider_outage', retryable: true, status: 503 },
  upstream_head_timeout: { by: 'provider_outage', retryable: false, status: 504 },
  upstream_idle_timeout: { by: 'provider_outage', retryable: false, status: 504 },
  upstream_cut: { by: 'provider_outage', retryable: false, status: 502 },
  upstream_protocol: { by: 'provider_outage', retryable: false, status: 502 },
  upstream_redirect: { by: 'deployment', retryable: false, status: 502 },
  upstream_encoding: { by: 'provider_outage', retryable: false, status: 502 },
  upstream_content_type: { by: 'provider_outage', retryable: false, status: 502 },
  upstream_answer_too_large: { by: 'provider_outage', retryable: false, status: 502 },
  upstream_dialect: { by: 'deployment', retryable: false, status: 400 },
  upstream_aborted: { by: 'provider_outage', retryable: false, status: 503 },
  upstream_closed: { by: 'provider_outage', retryable: true, status: 503 },
  upstream_config: { by: 'deployment', retryable: false, status: 400 },
}

/** Classifies an upstream that gave no usable answer. */
export function classifyUpstreamError(error: UpstreamError): VendorProblem {
  const { by, retryable, status } = UPSTREAM_RETRY[error.code]
  const wireCode = status === 400 ? 'invalid_prompt' : 'server_error'
  return vendorProblem(
    { by, code: error.code, status, wireCode, sticky: false, retryable },
    { vendorStatus: null, vendorCode: null, vendorMessage: clean(error.message), retryAfterS: null },
  )
}

interface Observed {
  readonly vendorStatus: number | null
  readonly vendorCode: string | null
  readonly vendorMessage: string
  readonly retryAfterS: number | null
}

function vendorProblem(known: VendorCode, seen: Observed): VendorProblem {
  const said = [SAID[known.by]]
  if (seen.vendorCode !== null) said.push(`provider code \`${seen.vendorCode}\``)
  if (seen.vendorMessage !== '') said.push(`in its words: ${seen.vendorMessage}`)
  const extension: JsonObject = {
    stopped_by: known.by,
    provider_status: seen.vendorStatus,
    provider_code: seen.vendorCode,
  }
  const problem: Problem = {
    status: known.status,
    code: known.code,
    wireCode: known.wireCode,
    message: said.join('; '),
    extension,
    ...(known.retryable ? { retryAfterS: seen.retryAfterS ?? RETRY_AFTER_DEFAULT_S } : {}),
  }
  return {
    by: known.by,
    code: known.code,
    vendorStatus: seen.vendorStatus,
    vendorCode: seen.vendorCode,
    vendorMessage: seen.vendorMessage,
    sticky: known.sticky,
    retryable: known.retryable,
    problem,
  }
}

function withAccountAction(known: VendorCode, vendorCode: string | null, message: string): VendorCode {
  const disguised = known.by === 'provider_request_filter' || known.by === 'provider_entitlement'
  if (!disguised || !ACCOUNT_WORDS.test(message)) return known
  return AS_ACCOUNT_ACTION(vendorCode === 'cyber_policy' ? 'cyber_policy' : 'invalid_prompt')
}

interface VendorError {
  readonly code: string | null
  readonly type: string | null
  readonly message: string
}

/** Status first where it is telling: OpenAI's `type` is `invalid_request_error` for nearly everything. */
function byTypeOrStatus(error: VendorError, status: number): VendorCode {
  if (status === 400 || status >= 500) {
    const byType = error.type === null ? undefined : VENDOR_CODES.get(error.type)
    if (byType !== undefined) return byType
  }
  return byStatus(status)
}

/** `{error:{message,type,code}}` in both vendors' shapes; anything else is quoted as text. */
function readError(body: Buffer): VendorError {
  const text = body.toString('utf8')
  let value: JsonValue = null
  try {
    // JSON.parse returns `any`; its results are exactly JsonValue.
    value = JSON.parse(text) as JsonValue
  } catch {
    return { code: null, type: null, message: /^\s*</.test(text) ? '' : clean(text) }
  }
  const outer = asObject(value)
  const error = asObject(outer?.error) ?? outer
  return {
    code: asCode(error?.code),
    type: asCode(error?.type),
    message: typeof error?.message === 'string' ? clean(error.message) : '',
  }
}

function asObject(value: JsonValue | undefined): JsonObject | null {
  return value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)
    ? null
    : value
}

function asCode(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(value) ? value : null
}

function retryAfter(headers: Readonly<Record<string, string>>): number | null {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds), RETRY_AFTER_MAX_S) : null
}

function clean(text: string): string {
  // Control characters, bidirectional overrides and line separators: the words end up in terminals and logs.
  const plain = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return plain.length > VENDOR_MESSAGE_CHARS_MAX ? `${plain.slice(0, VENDOR_MESSAGE_CHARS_MAX)}…` : plain
}
