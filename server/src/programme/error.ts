/**
 * The one error class of the programme room. Codes are API: add, never rename.
 *
 * `statement_*`: the statement itself is refused. `programme_*`: the programme cannot do what was asked now.
 */

/** Why a statement has no effect. Spec: docs/spec/statement.md §5. */
export type StatementRefusal =
  | 'statement_malformed'
  | 'statement_too_large'
  | 'statement_type_unknown'
  | 'statement_payload_invalid'
  | 'statement_foreign_programme'
  | 'statement_replayed'
  | 'statement_too_old'
  | 'statement_from_the_future'
  | 'statement_unsigned'
  | 'statement_key_unknown'
  | 'statement_key_revoked'
  | 'statement_signature_invalid'
  | 'statement_signer_not_entitled'
  | 'statement_threshold_not_met'
  | 'statement_already_founded'
  | 'statement_not_founded'
  | 'statement_agreement_unknown'
  | 'statement_agreement_mismatch'
  | 'statement_id_taken'
  | 'statement_key_taken'
  | 'statement_subject_unknown'
  | 'statement_subject_state'
  | 'statement_own_request'
  | 'statement_already_approved'
  | 'statement_hold_unknown'
  | 'statement_hold_mismatch'
  | 'statement_terms_missing'
  | 'statement_draft_mismatch'
  | 'statement_capability_never_granted'
  | 'statement_founding_differs'
  | 'statement_limit'
  | 'statement_key_expired'
  | 'statement_document_invalid'
  | 'statement_too_early'
  | 'statement_lapsed'
  | 'statement_base_superseded'
  | 'statement_subject_differs'
  | 'statement_invariant_broken'
  | 'statement_override_missing'
  | 'statement_ballot_over'
  | 'statement_seat_not_held'
  | 'statement_seat_not_on_roll'
  | 'statement_seat_examines'
  | 'statement_already_voted'
  | 'statement_proxy_limit'
  | 'statement_gate_closed'
  | 'statement_retention'
  | 'statement_legal_hold'

/** Every code of the rooms around the programme; API: add, never rename. */
export type ProgrammeErrorCode =
  | StatementRefusal
  | 'programme_database_unavailable'
  | 'programme_not_founded'
  | 'programme_snapshot_stale'
  | 'programme_lease_expired'
  | 'programme_channel_closed'
  | 'programme_channel_protocol'
  | 'programme_closed'
  | 'programme_reservation_unknown'
  | 'programme_sample_keys_exposed'
  | 'programme_sample_keys_incomplete'
  | 'programme_projection_corrupt'
  | 'token_request_malformed'
  | 'token_request_replayed'
  | 'token_request_expired'
  | 'token_request_signature_invalid'
  | 'token_request_actor_not_active'
  | 'token_request_institution_not_served'
  | 'token_request_engagement_unknown'
  | 'token_request_lifetime'
  | 'token_limit'
  | 'token_unknown'

/** A statement is refused, or the programme cannot do what was asked now. */
export class ProgrammeError extends Error {
  override readonly name = 'ProgrammeError'
  readonly code: ProgrammeErrorCode
  constructor(code: ProgrammeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
