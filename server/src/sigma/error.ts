/** Errors of the sigma room: one code a defect of a rule. */

export const SIGMA_ERROR_CODES = [
  'sigma_rule_yaml',
  'sigma_rule_malformed',
  'sigma_rule_too_large',
  'sigma_condition_syntax',
  'sigma_selection_unknown',
  'sigma_modifier_unknown',
  'sigma_modifier_misused',
  'sigma_value_invalid',
  'sigma_feature_unsupported',
] as const
export type SigmaErrorCode = (typeof SIGMA_ERROR_CODES)[number]

export class SigmaError extends Error {
  override readonly name = 'SigmaError'
  readonly code: SigmaErrorCode

  constructor(code: SigmaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
