/**
 * The vendors' error codes, and what each means for the user and for us.
 *
 * Spec: docs/spec/upstream.md §4 (this table is printed there). Facts: the OpenAI guides "Cybersecurity checks",
 * "Daybreak" and "Misalignment monitoring", Anthropic's error and stop-reason references, read 2026-11.
 */

/** Who stopped it: told to the user, because the vendors' own codes do not say. */
export type StoppedBy =
  /** The provider's filter looked at this request and refused it. */
  | 'provider_request_filter'
  /** The provider acted against the account, organisation or end user. */
  | 'provider_account_action'
  /** The provider says this organisation has no access to the model or programme. */
  | 'provider_entitlement'
  | 'provider_quota'
  | 'provider_outage'
  /** The provider rejected the request as malformed. */
  | 'provider_validation'
  /** The deployment's own credentials or settings for the provider are wrong. */
  | 'deployment'

export interface VendorCode {
  readonly by: StoppedBy
  /** Ours, stable. */
  readonly code: string
  /** Status towards the client when no byte has been sent. */
  readonly status: number
  /** `code` towards OpenAI-dialect clients. */
  readonly wireCode: string
  readonly sticky: boolean
  readonly retryable: boolean
}

function refusedByFilter(wireCode: string): VendorCode {
  return {
    by: 'provider_request_filter',
    code: 'provider_refused',
    status: 400,
    wireCode,
    sticky: true,
    retryable: false,
  }
}

function accountAction(wireCode: string): VendorCode {
  return {
    by: 'provider_account_action',
    code: 'provider_account_action',
    status: 400,
    wireCode,
    sticky: true,
    retryable: false,
  }
}

function notEntitled(status: number, wireCode: string): VendorCode {
  return {
    by: 'provider_entitlement',
    code: 'provider_no_access',
    status,
    wireCode,
    sticky: false,
    retryable: false,
  }
}

/** 400 and not 5xx: a client's retries would repeat the rejected credentials at the provider. */
const DEPLOYMENT: VendorCode = {
  by: 'deployment',
  code: 'provider_settings',
  status: 400,
  wireCode: 'invalid_prompt',
  sticky: false,
  retryable: false,
}

const OUTAGE: VendorCode = {
  by: 'provider_outage',
  code: 'provider_unavailable',
  status: 503,
  wireCode: 'server_error',
  sticky: false,
  retryable: true,
}

const RATE_LIMIT: VendorCode = {
  by: 'provider_quota',
  code: 'provider_rate_limit',
  status: 429,
  wireCode: 'rate_limit_exceeded',
  sticky: false,
  retryable: true,
}

const QUOTA: VendorCode = {
  by: 'provider_quota',
  code: 'provider_quota',
  status: 429,
  wireCode: 'insufficient_quota',
  sticky: false,
  retryable: false,
}

function invalid(wireCode: string): VendorCode {
  return {
    by: 'provider_validation',
    code: 'provider_rejected',
    status: 400,
    wireCode,
    sticky: false,
    retryable: false,
  }
}

/** By the vendor's `code`, or its `type` where it has no code. */
export const VENDOR_CODES: ReadonlyMap<string, VendorCode> = new Map<string, VendorCode>([
  // Refusals: never sent again.
  ['cyber_policy', refusedByFilter('cyber_policy')],
  ['bio_policy', refusedByFilter('invalid_prompt')],
  ['misalignment_policy_violation', refusedByFilter('invalid_prompt')],
  ['content_filter', refusedByFilter('invalid_prompt')],
  ['content_policy_violation', refusedByFilter('invalid_prompt')],
  ['image_content_policy_violation', refusedByFilter('invalid_prompt')],
  ['invalid_prompt', refusedByFilter('invalid_prompt')],
  ['refusal', refusedByFilter('invalid_prompt')],
  ['cyber', refusedByFilter('invalid_prompt')],
  ['bio', refusedByFilter('invalid_prompt')],
  ['frontier_llm', refusedByFilter('invalid_prompt')],
  ['reasoning_extraction', refusedByFilter('invalid_prompt')],
  ['general_harms', refusedByFilter('invalid_prompt')],
  // Action against the account.
  ['account_deactivated', accountAction('invalid_prompt')],
  ['account_suspended', accountAction('invalid_prompt')],
  ['organization_suspended', accountAction('invalid_prompt')],
  ['organization_disabled', accountAction('invalid_prompt')],
  ['unsupported_country_region_territory', accountAction('invalid_prompt')],
  // No access.
  ['access_program_not_enabled', notEntitled(403, 'access_program_not_enabled')],
  ['workspace_access_denied', notEntitled(403, 'access_program_not_enabled')],
  ['model_not_found', notEntitled(404, 'model_not_found')],
  ['not_found_error', notEntitled(404, 'model_not_found')],
  // Our own settings.
  ['invalid_access_program', DEPLOYMENT],
  ['unsupported_access_program', DEPLOYMENT],
  ['invalid_api_key', DEPLOYMENT],
  ['ip_not_authorized', DEPLOYMENT],
  ['authentication_error', DEPLOYMENT],
  ['data_residency_mismatch', DEPLOYMENT],
  // Limits.
  ['rate_limit_exceeded', RATE_LIMIT],
  ['rate_limit_error', RATE_LIMIT],
  ['insufficient_quota', QUOTA],
  ['usage_limit_reached', QUOTA],
  ['billing_hard_limit_reached', QUOTA],
  ['billing_error', QUOTA],
  // Outages.
  ['policy_capacity_unavailable', { ...OUTAGE, wireCode: 'policy_capacity_unavailable' }],
  ['server_error', OUTAGE],
  ['server_is_overloaded', OUTAGE],
  ['api_error', OUTAGE],
  ['overloaded_error', OUTAGE],
  ['timeout_error', OUTAGE],
  // The client's own mistakes; codes that clients act on are kept (`context_length_exceeded` starts compaction).
  ['context_length_exceeded', invalid('context_length_exceeded')],
  ['request_too_large', { ...invalid('context_length_exceeded'), status: 413 }],
  ['invalid_request_error', invalid('invalid_prompt')],
])

/** By status, when no code is known. */
export function byStatus(status: number): VendorCode {
  if (status === 401) return DEPLOYMENT
  if (status === 402) return QUOTA
  if (status === 403) return notEntitled(403, 'access_program_not_enabled')
  if (status === 404) return notEntitled(404, 'model_not_found')
  if (status === 408 || status === 409 || status === 425) return OUTAGE
  if (status === 413) return { ...invalid('context_length_exceeded'), status: 413 }
  if (status === 429) return RATE_LIMIT
  return status >= 500 ? OUTAGE : invalid('invalid_prompt')
}

/** An account action in a refusal's clothes: `cyber_policy` is used for both, only the message tells. */
export const ACCOUNT_WORDS =
  /\b(?:revoked?|suspend(?:ed|s)?|disabled|deactivated|terminated|banned|blocked identifier|appeal)\b/i

export const AS_ACCOUNT_ACTION = accountAction
