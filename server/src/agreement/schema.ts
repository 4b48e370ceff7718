/**
 * The Cedar schema of the facts, and Cedar's own verdict on the clauses.
 *
 * The schema is generated from FACT_VALUES, so that a fact exists in exactly one place.
 * Spec: docs/spec/agreement.md §5.
 */
import { type ValidationError, validate } from '@cedar-policy/cedar-wasm/nodejs'
import type { Clause } from './agreement.ts'
import { AgreementError } from './error.ts'
import { FACT_NAMES } from './facts.ts'

/** Cedar schema text: one caller, one checkpoint, two actions, every fact a required string of the context. */
export const CEDAR_SCHEMA = [
  'entity Caller, Checkpoint;',
  'action "proceed", "hold" appliesTo {',
  '  principal: Caller,',
  '  resource: Checkpoint,',
  '  context: {',
  ...FACT_NAMES.map((name) => `    ${name}: String,`),
  '  }',
  '};',
  '',
].join('\n')

/**
 * Asks Cedar's strict validator; its warnings count as rejections.
 *
 * @throws {AgreementError} `agreement_clause_rejected` at the clause's line
 */
export function validateClauses(
  clauses: readonly Pick<Clause, 'id' | 'policyText' | 'line'>[],
  file: string,
): void {
  const answer = validate({
    schema: CEDAR_SCHEMA,
    policies: { staticPolicies: Object.fromEntries(clauses.map((clause) => [clause.id, clause.policyText])) },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') {
    throw rejected(file, clauses[0]?.line ?? 1, answer.errors[0]?.message ?? 'unknown defect')
  }
  const problem: ValidationError | undefined = answer.validationErrors[0] ?? answer.validationWarnings[0]
  if (problem === undefined) return
  const clause = clauses.find(({ id }) => id === problem.policyId)
  throw rejected(file, clause?.line ?? 1, `clause ${problem.policyId}: ${problem.error.message}`)
}

function rejected(file: string, line: number, message: string): AgreementError {
  return new AgreementError(
    'agreement_clause_rejected',
    file,
    line,
    `rejected by Cedar's validator: ${message}`,
  )
}
