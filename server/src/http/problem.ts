/**
 * Errors of every room as RFC 9457 problem details, from one total table.
 *
 * What is not in the table is a defect: it is answered 500 without its message and logged.
 */
import { VerifyError } from 'sekisho-verify'
import { CustodyError, type CustodyErrorCode } from '../custody/index.ts'
import { DisclosureError, type DisclosureErrorCode } from '../disclosure/index.ts'
import { IdentityError, type IdentityErrorCode } from '../identity/index.ts'
import { LedgerError, type LedgerErrorCode } from '../ledger/index.ts'
import { ProgrammeError, type ProgrammeErrorCode } from '../programme/index.ts'
import { RunsError, type RunsErrorCode } from '../runs/index.ts'
import { StorageError, type StorageErrorCode } from '../storage/index.ts'
import { WireError } from '../wire/index.ts'
import { HttpError, type HttpErrorCode } from './error.ts'

type ErrorCode =
  | HttpErrorCode
  | IdentityErrorCode
  | ProgrammeErrorCode
  | LedgerErrorCode
  | StorageErrorCode
  | CustodyErrorCode
  | DisclosureErrorCode
  | RunsErrorCode

export interface ProblemDetails {
  /** `urn:sekisho:problem:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  http_route_unknown: 404,
  http_method: 405,
  http_host_refused: 421,
  http_origin_refused: 403,
  http_media_type: 415,
  http_body_too_large: 413,
  http_body_timeout: 408,
  http_body_cut: 400,
  http_body_invalid: 400,
  http_credential_required: 401,
  http_not_entitled: 403,
  http_decision_unknown: 404,
  http_hold_unknown: 404,
  http_hold_malformed: 400,
  http_hold_not_held: 409,
  http_hold_ended: 410,
  http_content_unavailable: 410,
  http_entry_unknown: 404,
  http_engagement_unknown: 404,
  http_appeal_unknown: 404,
  http_proposal_unknown: 404,
  http_file_unknown: 404,
  http_receipt_unavailable: 503,
  http_address_in_use: 500,
  http_address_refused: 500,
  http_internal: 500,

  statement_malformed: 400,
  statement_too_large: 413,
  statement_type_unknown: 400,
  statement_payload_invalid: 422,
  statement_foreign_programme: 422,
  statement_replayed: 409,
  statement_too_old: 422,
  statement_from_the_future: 422,
  statement_unsigned: 403,
  statement_key_unknown: 403,
  statement_key_revoked: 403,
  statement_signature_invalid: 403,
  statement_signer_not_entitled: 403,
  statement_threshold_not_met: 403,
  statement_already_founded: 409,
  statement_not_founded: 409,
  statement_agreement_unknown: 422,
  statement_agreement_mismatch: 422,
  statement_id_taken: 409,
  statement_key_taken: 409,
  statement_subject_unknown: 404,
  statement_subject_state: 409,
  statement_own_request: 403,
  statement_already_approved: 409,
  statement_hold_unknown: 404,
  statement_hold_mismatch: 409,
  statement_draft_mismatch: 409,
  statement_terms_missing: 422,
  statement_capability_never_granted: 422,
  statement_founding_differs: 409,
  statement_limit: 422,
  statement_key_expired: 403,
  statement_document_invalid: 422,
  statement_too_early: 409,
  statement_lapsed: 409,
  statement_base_superseded: 409,
  statement_subject_differs: 409,
  statement_invariant_broken: 422,
  statement_override_missing: 422,
  statement_ballot_over: 409,
  statement_seat_not_held: 403,
  statement_seat_not_on_roll: 403,
  statement_seat_examines: 403,
  statement_already_voted: 409,
  statement_proxy_limit: 422,
  statement_gate_closed: 409,
  statement_retention: 409,
  statement_legal_hold: 409,

  programme_database_unavailable: 503,
  programme_not_founded: 503,
  programme_snapshot_stale: 503,
  programme_lease_expired: 503,
  programme_channel_closed: 503,
  programme_channel_protocol: 503,
  programme_closed: 503,
  programme_reservation_unknown: 500,
  programme_sample_keys_exposed: 500,
  programme_sample_keys_incomplete: 500,
  programme_key_file_malformed: 500,
  identity_seed_malformed: 500,
  programme_projection_corrupt: 500,
  token_request_malformed: 400,
  token_request_replayed: 409,
  token_request_expired: 403,
  token_request_signature_invalid: 403,
  token_request_actor_not_active: 403,
  token_request_institution_not_served: 403,
  token_request_engagement_unknown: 422,
  token_request_lifetime: 422,
  token_limit: 429,
  token_unknown: 404,

  ledger_not_writable: 503,
  ledger_failed: 503,
  ledger_closed: 503,
  ledger_overloaded: 503,
  ledger_entry_too_large: 413,
  ledger_draft_invalid: 500,
  ledger_intent_not_open: 500,
  ledger_index_range: 404,
  ledger_locked: 500,
  ledger_origin_mismatch: 500,
  ledger_checkpoint_ahead: 500,
  ledger_checkpoint_conflict: 500,
  ledger_checkpoint_malformed: 500,
  ledger_wal_corrupt: 500,
  ledger_wal_gap: 500,
  ledger_wal_header: 500,
  ledger_tile_mismatch: 500,
  ledger_blob_mismatch: 500,
  ledger_key_ring_malformed: 500,
  ledger_key_slot_corrupt: 500,
  ledger_origin_malformed: 500,

  storage_unavailable: 503,
  storage_timeout: 503,
  storage_query_failed: 500,
  storage_foreign_ledger: 500,
  storage_migration_changed: 500,
  storage_migration_missing: 500,
  storage_migration_failed: 500,
  storage_embedded_unavailable: 500,
  storage_embedded_failed: 500,
  storage_embedded_in_use: 500,

  custody_envelope_invalid: 422,
  custody_key_mismatch: 422,
  custody_not_for_holder: 422,
  custody_shares_missing: 422,
  custody_share_malformed: 422,
  custody_key_file_malformed: 422,
  custody_ring_malformed: 500,
  custody_key_unknown: 404,
  custody_recipient_invalid: 422,
  disclosure_not_an_order: 422,
  disclosure_checkpoint_unknown: 422,
  disclosure_too_large: 422,

  runs_unknown: 404,
  runs_request_malformed: 400,
  runs_input_unknown: 409,
  runs_input_too_large: 413,
  runs_state: 409,
  runs_limit: 429,
  runs_credential: 403,
  runs_rules_unusable: 422,
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'the request is malformed',
  401: 'a credential is needed',
  403: 'not entitled',
  404: 'not found',
  405: 'method not served here',
  408: 'the request took too long',
  410: 'over',
  409: 'conflicts with what stands',
  413: 'too large',
  415: 'media type not served here',
  421: 'not addressed to this server',
  422: 'well-formed, but cannot be accepted',
  429: 'too many',
  500: 'internal error',
  503: 'not available now',
}

/** What a caller is told, and whether the error is a defect that must be logged. */
export function problemOf(error: unknown): { problem: ProblemDetails; defect: boolean } {
  const known = codeOf(error)
  const status = known === null ? 500 : known.status
  const defect = status === 500
  const code = known?.code ?? 'http_internal'
  // HOSTILE: the message of a defect may quote what must not leave.
  const detail =
    defect || !(error instanceof Error) ? 'something failed here; the server log says what' : error.message
  return {
    problem: { type: `urn:sekisho:problem:${code}`, title: TITLES[status] ?? 'error', status, detail, code },
    defect,
  }
}

function codeOf(error: unknown): { code: string; status: number } | null {
  // The strict JSON parser of the wire room: whatever it finds is the caller's malformed body.
  if (error instanceof WireError) return { code: 'http_body_invalid', status: 400 }
  // A statement that is malformed before anyone asks who signed it.
  if (error instanceof VerifyError) return { code: error.code, status: 400 }
  const room =
    error instanceof HttpError ||
    error instanceof ProgrammeError ||
    error instanceof IdentityError ||
    error instanceof LedgerError ||
    error instanceof StorageError ||
    error instanceof CustodyError ||
    error instanceof DisclosureError ||
    error instanceof RunsError
  return room ? { code: error.code, status: STATUS[error.code] } : null
}
