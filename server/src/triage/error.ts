/** Errors of the triage room. What is wrong with one record of the input is counted, not thrown. */

export const TRIAGE_ERROR_CODES = [
  'triage_input_too_large',
  'triage_input_empty',
  'triage_assets_malformed',
  'triage_citation_unknown',
  'triage_citation_altered',
  'triage_citation_unfounded',
] as const
export type TriageErrorCode = (typeof TRIAGE_ERROR_CODES)[number]

export class TriageError extends Error {
  override readonly name = 'TriageError'
  readonly code: TriageErrorCode

  constructor(code: TriageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
