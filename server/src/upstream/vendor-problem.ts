/** What a vendor's error means, and who stopped the request (under construction). */
import type { Dialect, Problem } from '../wire/index.ts'
import type { UpstreamError } from './error.ts'

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

/** Classifies an answer whose status is not 2xx. `body` may be truncated or not JSON. */
export function classifyVendorAnswer(
  _dialect: Dialect,
  _status: number,
  _headers: Readonly<Record<string, string>>,
  _body: Buffer,
): VendorProblem {
  throw new Error('under construction')
}

/** Classifies a failure inside a 200 stream: the `vendorCode` of an `end` part with how `failed` or `refused`. */
export function classifyVendorFailure(_dialect: Dialect, _vendorCode: string | null): VendorProblem {
  throw new Error('under construction')
}

/** Classifies an upstream that gave no usable answer. */
export function classifyUpstreamError(_error: UpstreamError): VendorProblem {
  throw new Error('under construction')
}
