/** What a gateway asks for before it records an intent, and the answer. Spec: docs/spec/budget.md §2. */

/** What a gateway sets aside before it records an intent. */
export interface ReserveRequest {
  readonly actor: string
  readonly institution: string
  /** Upper bound of input plus output tokens this request may use. */
  readonly tokens: number
  /** Hold id of the grant this request would use up one count of, or null. */
  readonly grant: string | null
}

/** Which limit refused a reservation. */
export type ReserveRefusal =
  | 'person_requests'
  | 'person_tokens'
  | 'institution_requests'
  | 'institution_tokens'
  | 'grant_spent'
  /** Too many exchanges of this actor are open: one token must not take every place. */
  | 'person_concurrency'

/** A reservation, or which limit refused it and for how long. */
export type Reserved =
  | { readonly ok: true; readonly reservation: string }
  | {
      readonly ok: false
      readonly refusal: ReserveRefusal
      readonly limit: number
      readonly retryAfterS: number
    }
