/**
 * Why a document could not be loaded: one code per defect, with file and line.
 *
 * Codes are API: add, never rename. Each has a reject vector in reject.test.ts. Spec: docs/spec/agreement.md §7.
 */

/** Every code, in the order in which a load can meet them. */
export const AGREEMENT_ERROR_CODES = [
  // the file
  'agreement_too_large',
  'agreement_not_utf8',
  'agreement_control_character',
  'agreement_front_matter_missing',
  // the front matter and the model catalogue
  'agreement_yaml_invalid',
  'agreement_yaml_alias',
  'agreement_yaml_too_deep',
  'agreement_key_unknown',
  'agreement_key_missing',
  'agreement_value_invalid',
  'agreement_language_missing',
  'agreement_id_duplicate',
  // the front matter against itself
  'agreement_sector_unknown',
  'agreement_sector_without_seat',
  'agreement_seats_mismatch',
  'agreement_threshold_impossible',
  'agreement_party_unknown',
  'agreement_stop_missing',
  'agreement_majority_chambers',
  'agreement_gate_missing',
  'agreement_calendar_order',
  'agreement_stage_missing',
  'agreement_stage_empty',
  'agreement_tier_missing',
  'agreement_capability_conflict',
  'agreement_capability_unknown',
  'agreement_capability_unplaced',
  // the articles
  'agreement_article_malformed',
  'agreement_article_order',
  'agreement_article_without_clause',
  'agreement_article_not_normative',
  'agreement_fence_unknown',
  'agreement_fence_unclosed',
  // the clauses
  'agreement_clause_too_complex',
  'agreement_clause_syntax',
  'agreement_clause_without_id',
  'agreement_clause_id_invalid',
  'agreement_clause_duplicate',
  'agreement_clause_scope',
  'agreement_clause_condition',
  'agreement_clause_rejected',
  'agreement_annotation_unknown',
  'agreement_annotation_missing',
  'agreement_annotation_invalid',
  'agreement_fact_undeclared',
  'agreement_fact_value_unknown',
  'agreement_permit_negative',
  'agreement_permit_unknown',
  'agreement_permit_missing',
] as const

export type AgreementErrorCode = (typeof AGREEMENT_ERROR_CODES)[number]

/** A document that is not an agreement (or not a catalogue), and where it stops being one. */
export class AgreementError extends Error {
  override readonly name = 'AgreementError'
  readonly code: AgreementErrorCode
  readonly file: string
  /** 1-based. */
  readonly line: number
  constructor(code: AgreementErrorCode, file: string, line: number, message: string, options?: ErrorOptions) {
    super(`${file}:${line}: ${message}`, options)
    this.code = code
    this.file = file
    this.line = line
  }
}
