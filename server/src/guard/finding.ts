/** What the guard found and where. A finding never carries the secret itself. Spec: docs/spec/leakage.md. */
export type FindingKind =
  | 'private_key'
  | 'cloud_key'
  | 'provider_token'
  | 'jwt'
  | 'sekisho_token'
  | 'canary'
  | 'personal_data'
  | 'unknown_event'
  | 'window_exceeded'

export interface Finding {
  readonly kind: FindingKind
  /** Name of the rule, e.g. `aws_access_key`, or of the unknown event. */
  readonly rule: string
  /** Channel and key of the stream the finding stands in, or null for a whole text. */
  readonly channel: string | null
  /** UTF-16 code units into that channel's text. */
  readonly start: number
  readonly end: number
}
