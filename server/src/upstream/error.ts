/**
 * Why an upstream gave no usable answer.
 *
 * An answer with an error status is not an UpstreamError: it arrives by onHead and is read by `classifyVendorAnswer`.
 * Spec: docs/spec/upstream.md §3.
 */
export type UpstreamErrorCode =
  | 'upstream_connect_failed'
  | 'upstream_connect_timeout'
  | 'upstream_head_timeout'
  | 'upstream_idle_timeout'
  | 'upstream_cut'
  | 'upstream_protocol'
  | 'upstream_redirect'
  | 'upstream_encoding'
  | 'upstream_answer_too_large'
  | 'upstream_dialect'
  | 'upstream_aborted'
  | 'upstream_closed'
  | 'upstream_config'

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  constructor(code: UpstreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
