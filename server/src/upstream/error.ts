/**
 * Why an upstream gave no usable answer.
 *
 * An answer with an error status is not an UpstreamError: it arrives by onHead and is read by `classifyVendorAnswer`.
 * Spec: docs/spec/upstream.md §3. Codes are API: add, never rename.
 */
export type UpstreamErrorCode =
  /** No connection: refused, name not found, TLS not accepted. Nothing was sent. */
  | 'upstream_connect_failed'
  | 'upstream_connect_timeout'
  /** Sent, and no answer's head in time: whether the model ran is not known. */
  | 'upstream_head_timeout'
  /** The answer's body fell silent. */
  | 'upstream_idle_timeout'
  /** The connection broke after the request was sent. */
  | 'upstream_cut'
  /** The bytes were not HTTP, or a status that no model answer has. */
  | 'upstream_protocol'
  | 'upstream_redirect'
  /** Compressed although not asked for. */
  | 'upstream_encoding'
  /** A 200 that is not JSON where JSON was asked for, or not an event stream where a stream was. */
  | 'upstream_content_type'
  | 'upstream_answer_too_large'
  /** This upstream does not speak the dialect, or cannot state the access programme in it. */
  | 'upstream_dialect'
  /** The caller aborted. */
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
