/**
 * Why a proof or a difference could not be made. A broken invariant is a finding, not an error.
 *
 * Spec: docs/spec/proof.md §9.
 */
export type GovernanceErrorCode =
  /** The diagram of a document's clauses grew beyond its limit. */
  | 'governance_nodes_exhausted'
  /** The deciding engine did not confirm what the diagram says about a record: neither may be believed. */
  | 'governance_replay_disagrees'
  /** A record of facts is not total, or holds a value that the fact never has. */
  | 'governance_facts_invalid'

export class GovernanceError extends Error {
  override readonly name = 'GovernanceError'
  readonly code: GovernanceErrorCode
  constructor(code: GovernanceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
