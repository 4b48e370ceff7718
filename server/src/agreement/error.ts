/**
 * Why a document could not be loaded: one code per defect, with file and line.
 *
 * Codes are API: add, never rename. Spec: docs/spec/agreement.md §6.
 */
export type AgreementErrorCode = 'agreement_too_large' | 'agreement_not_utf8'

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
