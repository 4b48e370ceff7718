/**
 * Why a decider could not be made, or a record of facts could not be read.
 *
 * `decide` itself never throws: what cannot be decided is a deny with an alarm. Spec: docs/spec/decision.md §4.
 */
export type AuthorizationErrorCode =
  /** The policy engine refused clauses that the agreement's parser had accepted. */
  | 'authorization_engine_refused'
  /** A record of facts lacks a fact, or holds a value that the fact never has. */
  | 'authorization_fact_invalid'

export class AuthorizationError extends Error {
  override readonly name = 'AuthorizationError'
  readonly code: AuthorizationErrorCode
  constructor(code: AuthorizationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
