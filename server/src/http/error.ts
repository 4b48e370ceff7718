/** Reasons for which administration or a page could not be served. Codes are API: add, never rename. */

/** Statuses are in `problem.ts`, meanings in docs/spec/http.md §1. */
export type HttpErrorCode =
  | 'http_route_unknown'
  | 'http_method'
  | 'http_host_refused'
  | 'http_origin_refused'
  | 'http_media_type'
  | 'http_body_too_large'
  | 'http_body_timeout'
  | 'http_body_cut'
  | 'http_body_invalid'
  | 'http_credential_required'
  | 'http_not_entitled'
  | 'http_decision_unknown'
  | 'http_hold_unknown'
  | 'http_hold_malformed'
  | 'http_hold_not_held'
  | 'http_hold_ended'
  | 'http_content_unavailable'
  | 'http_entry_unknown'
  | 'http_engagement_unknown'
  | 'http_appeal_unknown'
  | 'http_proposal_unknown'
  | 'http_file_unknown'
  | 'http_receipt_unavailable'
  | 'http_address_in_use'
  | 'http_address_refused'
  | 'http_internal'

/** A request to a listener that cannot be answered as asked. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code: HttpErrorCode
  /** Methods that the path takes, for `http_method`. */
  readonly allow: readonly string[]
  constructor(
    code: HttpErrorCode,
    message: string,
    options?: ErrorOptions & { readonly allow?: readonly string[] },
  ) {
    super(message, options)
    this.code = code
    this.allow = options?.allow ?? []
  }
}
