/**
 * Why a proof or a difference could not be made. A broken invariant is a finding, not an error.
 *
 * Spec: docs/spec/proof.md §9.
 */
export type ProofErrorCode =
  /** The diagram of a document's clauses grew beyond its limit. */
  | 'proof_nodes_exhausted'
  /** The deciding engine did not confirm what the diagram says about a record: neither may be believed. */
  | 'proof_replay_disagrees'
  /** A record of facts is not total, or holds a value that the fact never has. */
  | 'proof_facts_invalid'
  /** The thread that computes reports ended without them. */
  | 'proof_thread_failed'

export class ProofError extends Error {
  override readonly name = 'ProofError'
  readonly code: ProofErrorCode
  constructor(code: ProofErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
