/**
 * Asks the deciding engine about a record before the record is shown.
 *
 * The diagram is our own code; Cedar decides. Where both do not say the same of a record, neither a proof nor a difference may
 * be believed, and nothing is shown. Spec: docs/spec/proof.md §5.
 */
import type { Agreement, Facts } from '../agreement/index.ts'
import { createDecider, type Decision, type Verdict } from '../authorization/index.ts'
import { ProofError } from './error.ts'

export type Decide = (facts: Facts) => Decision

export interface Replayer {
  /** Records confirmed so far. */
  readonly confirmed: number
  /** @throws {ProofError} `proof_replay_disagrees` */
  confirm(facts: Facts, verdict: Verdict): Decision
}

/** @param decide for tests: an engine that disagrees; the default is the decider, made when it is first needed */
export function createReplayer(agreement: Agreement, decide?: Decide): Replayer {
  let engine = decide
  let confirmed = 0
  return {
    get confirmed() {
      return confirmed
    },
    confirm(facts, verdict) {
      if (engine === undefined) {
        const decider = createDecider(agreement)
        engine = (record) => decider.decide(record)
      }
      const decision = engine(facts)
      if (decision.verdict !== verdict || decision.engineErrors.length > 0) {
        throw new ProofError(
          'proof_replay_disagrees',
          `the diagram says \`${verdict}\`, the engine \`${decision.verdict}\` (${decision.engineErrors.join() || 'no errors'}) of ${JSON.stringify(facts)}`,
        )
      }
      confirmed++
      return decision
    },
  }
}
