/**
 * Reasons for which the gateway could not decide or could not go on, and what a client is told.
 *
 * A denial or a hold is a decision, not an error. Codes are API: add, never rename. Spec: docs/spec/problem.md.
 */
import type { Problem } from '../wire/index.ts'

export type GatewayErrorCode =
  | 'gateway_route_unknown'
  | 'gateway_method'
  | 'gateway_upgrade_refused'
  | 'gateway_expectation_refused'
  | 'gateway_host_refused'
  | 'gateway_head_malformed'
  | 'gateway_head_too_large'
  | 'gateway_head_timeout'
  | 'gateway_header_too_long'
  | 'gateway_header_conflict'
  | 'gateway_media_type'
  | 'gateway_body_timeout'
  | 'gateway_body_cut'
  | 'gateway_busy'
  | 'gateway_actor_busy'
  | 'gateway_closing'
  | 'gateway_credential_missing'
  | 'gateway_credential_conflicting'
  | 'gateway_credential_malformed'
  | 'gateway_credential_unknown'
  | 'gateway_credential_expired'
  | 'gateway_credential_revoked'
  | 'gateway_not_ready'
  | 'gateway_lease_expired'
  | 'gateway_ledger_unavailable'
  | 'gateway_dialect_unserved'
  | 'gateway_upstream_missing'
  | 'gateway_receipt_tier_unavailable'
  | 'gateway_witness_quorum'
  | 'gateway_opaque_foreign'
  | 'gateway_answer_too_large'
  | 'gateway_answer_unreadable'
  | 'gateway_served_programme_differs'
  | 'gateway_guard_cut'
  | 'gateway_redecided'
  | 'gateway_repeated_refusal'
  | 'gateway_receipt_unknown'
  | 'gateway_internal'

/** Status and OpenAI `code`: `invalid_prompt` is what the clients show without sending again. */
const ANSWERS: Record<GatewayErrorCode, { status: number; wireCode: string; retryAfterS?: number }> = {
  gateway_route_unknown: { status: 404, wireCode: 'not_found' },
  gateway_method: { status: 405, wireCode: 'not_found' },
  gateway_upgrade_refused: { status: 426, wireCode: 'not_found' },
  gateway_expectation_refused: { status: 417, wireCode: 'invalid_prompt' },
  gateway_host_refused: { status: 421, wireCode: 'not_found' },
  gateway_head_malformed: { status: 400, wireCode: 'invalid_prompt' },
  gateway_head_too_large: { status: 431, wireCode: 'invalid_prompt' },
  gateway_head_timeout: { status: 408, wireCode: 'invalid_prompt' },
  gateway_header_too_long: { status: 431, wireCode: 'invalid_prompt' },
  gateway_header_conflict: { status: 400, wireCode: 'invalid_prompt' },
  gateway_media_type: { status: 415, wireCode: 'invalid_prompt' },
  gateway_body_timeout: { status: 408, wireCode: 'invalid_prompt' },
  gateway_body_cut: { status: 400, wireCode: 'invalid_prompt' },
  gateway_busy: { status: 503, wireCode: 'server_overloaded', retryAfterS: 1 },
  gateway_actor_busy: { status: 429, wireCode: 'rate_limit_exceeded', retryAfterS: 1 },
  gateway_closing: { status: 503, wireCode: 'server_overloaded', retryAfterS: 5 },
  gateway_credential_missing: { status: 401, wireCode: 'invalid_api_key' },
  gateway_credential_conflicting: { status: 401, wireCode: 'invalid_api_key' },
  gateway_credential_malformed: { status: 401, wireCode: 'invalid_api_key' },
  gateway_credential_unknown: { status: 401, wireCode: 'invalid_api_key' },
  gateway_credential_expired: { status: 401, wireCode: 'invalid_api_key' },
  gateway_credential_revoked: { status: 401, wireCode: 'invalid_api_key' },
  gateway_not_ready: { status: 503, wireCode: 'server_overloaded', retryAfterS: 2 },
  gateway_lease_expired: { status: 503, wireCode: 'server_overloaded', retryAfterS: 1 },
  gateway_ledger_unavailable: { status: 503, wireCode: 'server_overloaded', retryAfterS: 5 },
  gateway_dialect_unserved: { status: 400, wireCode: 'invalid_prompt' },
  gateway_receipt_tier_unavailable: { status: 400, wireCode: 'invalid_prompt' },
  gateway_witness_quorum: { status: 503, wireCode: 'server_overloaded', retryAfterS: 5 },
  gateway_upstream_missing: { status: 503, wireCode: 'server_overloaded' },
  gateway_opaque_foreign: { status: 400, wireCode: 'invalid_prompt' },
  gateway_answer_too_large: { status: 502, wireCode: 'invalid_prompt' },
  gateway_answer_unreadable: { status: 502, wireCode: 'invalid_prompt' },
  gateway_served_programme_differs: { status: 502, wireCode: 'invalid_prompt' },
  gateway_guard_cut: { status: 400, wireCode: 'invalid_prompt' },
  gateway_redecided: { status: 400, wireCode: 'invalid_prompt' },
  gateway_repeated_refusal: { status: 400, wireCode: 'invalid_prompt' },
  gateway_receipt_unknown: { status: 404, wireCode: 'not_found' },
  gateway_internal: { status: 500, wireCode: 'invalid_prompt' },
}

/** The gateway could not decide, or could not go on. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
  constructor(code: GatewayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Every code with its answer, for the specification page. */
export const GATEWAY_ANSWERS: Readonly<Record<GatewayErrorCode, { status: number; wireCode: string }>> =
  ANSWERS

/** What a client is told about a `GatewayError`. */
export function problemOfGatewayError(code: GatewayErrorCode, message: string): Problem {
  return { code, message, ...ANSWERS[code] }
}
