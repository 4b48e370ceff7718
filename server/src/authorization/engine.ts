/**
 * The deciding engine: cedar-wasm over closed facts, without entities.
 *
 * Cedar skips a policy that errors, so an erroring forbid would fail open. Here it cannot err: every fact is present, every
 * clause was validated against the schema, nothing is looked up. Any error it reports nevertheless is handed on, and
 * the decider turns it into a deny.
 * Spec: docs/spec/decision.md §2.
 */
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { Agreement, Facts } from '../agreement/index.ts'
import { AuthorizationError } from './error.ts'

export interface Verdicts {
  readonly permitted: boolean
  /** Clause ids that determined it, in no particular order. */
  readonly determining: readonly string[]
  readonly errors: readonly string[]
}

/** Asks whether `action` is permitted on these facts. */
export type Engine = (action: 'proceed' | 'hold', facts: Facts) => Verdicts

const CALLER = { type: 'Caller', id: 'caller' }
const CHECKPOINT = { type: 'Checkpoint', id: 'checkpoint' }

/**
 * Hands the agreement's clauses to cedar-wasm.
 *
 * The engine keeps parsed clauses for the life of the process under a name and cannot forget them (about 270 kB a version).
 * INVARIANT: the name is the document's digest, so two versions never answer for each other.
 *
 * @throws {AuthorizationError} `authorization_engine_refused`
 */
export function createCedarEngine(agreement: Agreement): Engine {
  const preparsedPolicySetId = `agreement/${agreement.digest}`
  const staticPolicies = Object.fromEntries(agreement.clauses.map(({ id, policyText }) => [id, policyText]))
  const answer = preparsePolicySet(preparsedPolicySetId, { staticPolicies })
  if (answer.type === 'failure') {
    const why = answer.errors[0]?.message ?? 'unknown defect'
    throw new AuthorizationError(
      'authorization_engine_refused',
      `the policy engine refused the clauses: ${why}`,
    )
  }
  return (action, facts) => ask(preparsedPolicySetId, action, facts)
}

function ask(preparsedPolicySetId: string, action: 'proceed' | 'hold', facts: Facts): Verdicts {
  try {
    const answer = statefulIsAuthorized({
      principal: CALLER,
      action: { type: 'Action', id: action },
      resource: CHECKPOINT,
      context: { ...facts },
      preparsedPolicySetId,
      entities: [],
    })
    if (answer.type === 'failure') return failed(answer.errors.map(({ message }) => message))
    const { decision, diagnostics } = answer.response
    return {
      permitted: decision === 'allow',
      determining: diagnostics.reason,
      errors: diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`),
    }
  } catch (error) {
    // A trap inside the engine: it stays broken, and every further answer is an error too.
    return failed([String(error)])
  }
}

function failed(errors: readonly string[]): Verdicts {
  return { permitted: false, determining: [], errors: errors.length > 0 ? errors : ['unknown failure'] }
}
