/** What a gateway asks for before it records an intent, and the answer. Spec: docs/spec/budget.md §2. */

export interface ReserveRequest {
  readonly actor: string
  readonly institution: string
  /** Upper bound of input plus output tokens this request may use. */
  readonly tokens: number
  /** Hold id of the grant this request would use up one count of, or null. */
  readonly grant: string | null
}

export type ReserveRefusal =
  | 'person_requests'
  | 'person_tokens'
  | 'institution_requests'
  | 'institution_tokens'
  | 'grant_spent'
  /** Too many exchanges of this actor are open: one token must not take every place. */
  | 'person_concurrency'

export type Reserved =
  | { readonly ok: true; readonly reservation: string }
  | {
      readonly ok: false
      readonly refusal: ReserveRefusal
      readonly limit: number
      readonly retryAfterS: number
    }
