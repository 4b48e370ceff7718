/** Errors of the operations room. A denied or held call is a decision, not an error. */

export const OPERATIONS_ERROR_CODES = [
  'operations_tools_malformed',
  'operations_ledger_unavailable',
  'operations_lease_expired',
  'operations_programme_moving',
] as const
export type OperationsErrorCode = (typeof OPERATIONS_ERROR_CODES)[number]

export class OperationsError extends Error {
  override readonly name = 'OperationsError'
  readonly code: OperationsErrorCode

  constructor(code: OperationsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
