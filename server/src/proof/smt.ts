/**
 * The same queries for an SMT solver: anyone may re-check a proof with a solver of their own.
 *
 * SMT-LIB 2, quantifier-free, one enumerated datatype a fact. Written from the agreement's conditions and the invariants' data,
 * without a look at the diagrams: a defect there shows as a disagreement. Spec: docs/spec/proof.md §11.
 */
import {
  type Agreement,
  type Clause,
  type Condition,
  FACT_NAMES,
  FACT_VALUES,
  type FactName,
} from '../agreement/index.ts'
import { INVARIANTS, type Outcome, type Query } from './invariants.ts'

/**
 * A script that prints one line `ID` and one line `sat` or `unsat` for every query of the invariants, after `expected`.
 *
 * `unsat` proves a query that expects no record, `sat` one that expects some.
 */
export function writeSmt(agreement: Agreement): string {
  const queries = INVARIANTS.flatMap(({ queries }) => queries(agreement))
  return [
    `; ${agreement.id} version ${agreement.version}, SHA-256 ${agreement.digest}`,
    '; docs/spec/proof.md §11. Each query prints its name and what is expected, then what the solver found.',
    '(set-logic QF_DT)',
    ...FACT_NAMES.map(declareFact),
    ...FACT_NAMES.map((fact) => `(declare-const ${fact} ${typeOf(fact)})`),
    ...agreement.clauses.map((clause) => define(clauseName(clause), formula(clause.condition))),
    define('forbidden', join('or', calls(agreement, 'both'))),
    define('allow', `(and (not ${call('forbidden')}) ${join('or', calls(agreement, 'proceed'))})`),
    define(
      'hold',
      `(and (not ${call('forbidden')}) (not ${call('allow')}) ${join('or', calls(agreement, 'hold'))})`,
    ),
    define('passing', `(or ${call('allow')} ${call('hold')})`),
    ...queries.flatMap(writeQuery),
    '(exit)',
    '',
  ].join('\n')
}

/** What the solver must answer when the invariants hold, by query id. */
export function expectedAnswers(agreement: Agreement): Map<string, 'sat' | 'unsat'> {
  const queries = INVARIANTS.flatMap((invariant) => invariant.queries(agreement))
  return new Map(queries.map(({ id, expect }) => [id, expect === 'none' ? 'unsat' : 'sat']))
}

/** Reads a solver's output. Lines that are neither a query's name nor an answer are left out, so that it cannot pass for one. */
export function readAnswers(output: string): Map<string, 'sat' | 'unsat' | 'unknown'> {
  const answers = new Map<string, 'sat' | 'unsat' | 'unknown'>()
  let query: string | null = null
  for (const line of output.split('\n')) {
    const word = line.trim().replaceAll('"', '')
    if (word.startsWith('query ')) query = word.split(' ')[1] ?? null
    else if (query !== null && (word === 'sat' || word === 'unsat' || word === 'unknown')) {
      answers.set(query, word)
      query = null
    }
  }
  return answers
}

function writeQuery(query: Query): string[] {
  const expected = query.expect === 'none' ? 'unsat' : 'sat'
  return [
    '(push 1)',
    ...assertions(query).map((text) => `(assert ${text})`),
    `(echo "query ${query.id} expect ${expected}")`,
    '(check-sat)',
    '(pop 1)',
  ]
}

function assertions(query: Query): string[] {
  if (query.form === 'single') return [call(query.outcome), formula(query.when)]
  return [
    callAt(query.outcome, query.fact, query.worse),
    `(not ${callAt(query.otherwise, query.fact, query.better)})`,
    `(= ${query.fact} ${valueName(query.fact, query.worse)})`,
    ...(query.when === null ? [] : [formula(query.when)]),
  ]
}

function declareFact(fact: FactName): string {
  const values = FACT_VALUES[fact].map((value) => `(${valueName(fact, value)})`).join(' ')
  return `(declare-datatypes ((${typeOf(fact)} 0)) ((${values})))`
}

const PARAMETERS = FACT_NAMES.map((fact) => `(${fact} ${typeOf(fact)})`).join(' ')

function define(name: string, body: string): string {
  return `(define-fun ${name} (${PARAMETERS}) Bool ${body})`
}

function call(name: string): string {
  return `(${name} ${FACT_NAMES.join(' ')})`
}

function callAt(outcome: Outcome, fact: FactName, value: string): string {
  return `(${outcome} ${FACT_NAMES.map((name) => (name === fact ? valueName(fact, value) : name)).join(' ')})`
}

function calls({ clauses }: Agreement, action: Clause['action']): string[] {
  return clauses.filter((clause) => clause.action === action).map((clause) => call(clauseName(clause)))
}

function formula(condition: Condition): string {
  if (condition.kind === 'atom') {
    const { fact, values } = condition
    return join(
      'or',
      values.map((value) => `(= ${fact} ${valueName(fact, value)})`),
    )
  }
  return join(condition.kind === 'all' ? 'and' : 'or', condition.of.map(formula))
}

/** Both solvers want two operands. */
function join(operator: 'and' | 'or', parts: readonly string[]): string {
  if (parts.length === 0) return operator === 'and' ? 'true' : 'false'
  return parts.length === 1 ? parts[0]! : `(${operator} ${parts.join(' ')})`
}

function clauseName({ id }: Clause): string {
  return `clause_${id.replace('.', '_')}`
}

function typeOf(fact: FactName): string {
  return `Fact_${fact}`
}

/** Values of different facts share names, constructors may not. */
function valueName(fact: FactName, value: string): string {
  return `${fact}.${value}`
}
