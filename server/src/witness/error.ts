/** The witness room's error: the witness itself could not go on, or witnesses show that the log must not. */

export type WitnessErrorCode =
  /** Witnesses cosigned more entries than this directory holds: it was put back to an earlier state. */
  | 'witness_rolled_back'
  /** A witness holds a checkpoint signed by our key for other entries. */
  | 'witness_fork'
  /** The policy lists logs, and this one is not among them. */
  | 'witness_policy_foreign'
  /** The witnesses that have an address cannot reach the policy's quorum. */
  | 'witness_policy_unreachable'
  /** What a witness holds on disk was not cosigned by its own keys. */
  | 'witness_state_corrupt'
  | 'witness_key_malformed'
  | 'witness_log_malformed'

export class WitnessError extends Error {
  override readonly name = 'WitnessError'
  readonly code: WitnessErrorCode
  constructor(code: WitnessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
