/** Errors of the runs room. A denied or held step is a decision, and a run that fails says so in its record. */

export type RunsErrorCode =
  | 'runs_unknown'
  | 'runs_request_malformed'
  | 'runs_input_unknown'
  | 'runs_input_too_large'
  | 'runs_state'
  | 'runs_limit'
  | 'runs_credential'
  | 'runs_rules_unusable'

export class RunsError extends Error {
  override readonly name = 'RunsError'
  readonly code: RunsErrorCode

  constructor(code: RunsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
