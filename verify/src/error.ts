/**
 * The verifier's one error: what is wrong, where, and both values.
 *
 * Codes are API: one per distinct defect, added but never renamed. docs/spec/ledger.md §9 lists them.
 */

export type VerifyErrorCode =
  // canonical JSON
  | 'json_syntax'
  | 'json_not_canonical'
  | 'json_number'
  | 'json_string'
  | 'json_depth'
  | 'json_type'
  | 'base64_malformed'
  | 'utf8_malformed'
  // verifier keys
  | 'vkey_malformed'
  | 'vkey_key_id'
  | 'vkey_algorithm'
  // signed notes
  | 'note_too_large'
  | 'note_control_character'
  | 'note_no_signatures'
  | 'note_signature_line'
  | 'note_signature_count'
  | 'note_key_absent'
  | 'note_signature_invalid'
  // checkpoints
  | 'checkpoint_malformed'
  | 'checkpoint_origin'
  | 'checkpoint_size'
  | 'checkpoint_root'
  | 'checkpoint_missing'
  | 'checkpoint_saved_ahead'
  | 'checkpoint_fork'
  // cosignatures and policies
  | 'cosignature_malformed'
  | 'cosignature_timestamp'
  | 'cosignature_invalid'
  | 'cosignature_name'
  | 'policy_too_large'
  | 'policy_character'
  | 'policy_line'
  | 'policy_key'
  | 'policy_key_repeated'
  | 'policy_name'
  | 'policy_name_unknown'
  | 'policy_member_repeated'
  | 'policy_threshold'
  | 'policy_quorum_missing'
  | 'policy_quorum_repeated'
  | 'quorum_not_reached'
  // proofs
  | 'proof_index_range'
  | 'proof_size_range'
  | 'proof_length'
  | 'proof_hash_length'
  | 'proof_root_mismatch'
  // tiles and bundles
  | 'tile_missing'
  | 'tile_length'
  | 'tile_hash_mismatch'
  | 'bundle_missing'
  | 'bundle_truncated'
  | 'bundle_trailing'
  | 'bundle_entry_mismatch'
  | 'root_mismatch'
  | 'file_unexpected'
  // leaves and records
  | 'leaf_length'
  | 'leaf_magic'
  | 'leaf_class'
  | 'record_field_unknown'
  | 'record_field_missing'
  | 'record_field_malformed'
  | 'record_root_mismatch'
  | 'record_blob_mismatch'
  // receipts
  | 'receipt_malformed'
  | 'receipt_version'
  | 'receipt_index'
  | 'receipt_hash_line'
  | 'receipt_extra'
  | 'receipt_leaf'
  // statements in the public directory
  | 'statement_missing'
  | 'statement_malformed'
  | 'statement_chain'
  | 'statement_head_missing'
  | 'statement_head_behind'
  | 'statement_not_founded'
  | 'statement_already_founded'
  | 'statement_foreign_programme'
  | 'statement_replayed'
  | 'statement_key_unknown'
  | 'statement_key_revoked'
  | 'statement_signature_malformed'
  | 'statement_signature_invalid'
  // evidence packs
  | 'pack_container'
  | 'pack_file_missing'
  | 'pack_file_unexpected'
  | 'pack_file_size'
  | 'pack_file_digest'
  | 'pack_manifest_malformed'
  | 'pack_manifest_digest'
  | 'pack_foreign_log'
  | 'pack_entries_gap'
  | 'pack_checkpoint_mismatch'
  | 'pack_order_missing'
  | 'pack_order_malformed'
  | 'pack_order_mismatch'
  | 'pack_sample_malformed'
  | 'pack_sample_mismatch'
  | 'pack_choice_mismatch'
  | 'pack_state_mismatch'
  | 'pack_entry_mismatch'
  | 'pack_field_mismatch'
  | 'pack_content_missing'
  | 'pack_content_mismatch'
  | 'pack_agreement_mismatch'
  | 'wrapped_key_malformed'
  | 'wrapped_key_mismatch'
  // reading
  | 'read_failed'
  | 'read_too_large'

export interface Defect extends ErrorOptions {
  /** Where: an index, a path, a line. */
  readonly place?: string
  readonly expected?: string
  readonly got?: string
}

/** Thrown for every defect found in an artefact; never for a caller's mistake. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError'
  readonly code: VerifyErrorCode
  readonly place: string | undefined
  readonly expected: string | undefined
  readonly got: string | undefined

  constructor(code: VerifyErrorCode, message: string, defect: Defect = {}) {
    super(message, defect.cause === undefined ? undefined : { cause: defect.cause })
    this.code = code
    this.place = defect.place
    this.expected = defect.expected
    this.got = defect.got
  }
}
