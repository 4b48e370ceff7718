/**
 * A clause's condition as a tree over facts.
 *
 * Cedar's own JSON is reduced to three forms; whatever does not reduce is not a rule an agreement may hold.
 * Negation is pushed down to the atoms: `!=` becomes the set of the other values, `unknown` among them.
 * Permits may not negate and may not name `unknown`, so that what is not known never allows.
 * Spec: docs/spec/agreement.md §5.
 */
import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { AgreementErrorCode } from './error.ts'
import { FACT_VALUES, type FactName, type Facts } from './facts.ts'

/** `fact` is one of `values`. */
export interface Atom {
  readonly kind: 'atom'
  readonly fact: FactName
  readonly values: readonly string[]
}
export interface AllOf {
  readonly kind: 'all'
  readonly of: readonly Condition[]
}
export interface AnyOf {
  readonly kind: 'any'
  readonly of: readonly Condition[]
}
export type Condition = Atom | AllOf | AnyOf

/** Refuses a clause; the caller knows file, line and clause. */
export type Refuse = (code: AgreementErrorCode, message: string) => never

/** Reduces the `when` and `unless` parts of a policy to one condition, or refuses it. */
export function readCondition(policy: PolicyJson, refuse: Refuse): Condition {
  const permit = policy.effect === 'permit'
  if (policy.conditions.length === 0) refuse('agreement_clause_condition', 'a clause needs a condition')
  const parts = policy.conditions.map((part) => {
    if (part.kind === 'unless' && permit) refuse('agreement_permit_negative', 'a permit may not say `unless`')
    return reduce(part.body, part.kind === 'unless', { permit, refuse })
  })
  return join('all', parts)
}

/** Whether `condition` is true of `facts`. */
export function conditionHolds(condition: Condition, facts: Facts): boolean {
  switch (condition.kind) {
    case 'atom':
      return condition.values.includes(facts[condition.fact])
    case 'all':
      return condition.of.every((part) => conditionHolds(part, facts))
    case 'any':
      return condition.of.some((part) => conditionHolds(part, facts))
  }
}

/** Facts the condition reads, in order of appearance, each once. */
export function factsRead(condition: Condition): FactName[] {
  if (condition.kind === 'atom') return [condition.fact]
  return [...new Set(condition.of.flatMap(factsRead))]
}

interface Rules {
  readonly permit: boolean
  readonly refuse: Refuse
}

function reduce(expr: Expr, negated: boolean, rules: Rules): Condition {
  const node = expr as Record<string, unknown>
  const [operator] = Object.keys(node)
  switch (operator) {
    case '&&':
    case '||': {
      const { left, right } = node[operator] as { left: Expr; right: Expr }
      const kind = (operator === '&&') !== negated ? 'all' : 'any'
      return join(kind, [reduce(left, negated, rules), reduce(right, negated, rules)])
    }
    case '!': {
      if (rules.permit)
        rules.refuse('agreement_permit_negative', 'a permit may not negate; name the values it accepts')
      return reduce((node['!'] as { arg: Expr }).arg, !negated, rules)
    }
    case '==':
    case '!=': {
      if (operator === '!=' && rules.permit) {
        rules.refuse('agreement_permit_negative', 'a permit may not say `!=`; name the values it accepts')
      }
      const { left, right } = node[operator] as { left: Expr; right: Expr }
      const literalRight = 'Value' in (right as object)
      const fact = readFact(literalRight ? left : right, rules)
      const value = readValue(literalRight ? right : left, fact, rules)
      return atom(fact, [value], negated !== (operator === '!='), rules)
    }
    case 'contains': {
      const { left, right } = node.contains as { left: Expr; right: Expr }
      const fact = readFact(right, rules)
      return atom(fact, readValues(left, fact, rules), negated, rules)
    }
    default:
      return rules.refuse(
        'agreement_clause_condition',
        `\`${operator ?? ''}\` is not a form a clause may use; use ==, [..].contains(context.fact), &&, ||` +
          (rules.permit ? '' : ', != and !'),
      )
  }
}

function atom(fact: FactName, values: readonly string[], negated: boolean, rules: Rules): Atom {
  if (rules.permit && values.includes('unknown')) {
    rules.refuse('agreement_permit_unknown', `a permit may not accept \`unknown\` for \`${fact}\``)
  }
  // Values in declared order, so that equal conditions have equal trees.
  const chosen = FACT_VALUES[fact].filter((value) => values.includes(value) !== negated)
  if (chosen.length === 0 || chosen.length === FACT_VALUES[fact].length) {
    rules.refuse('agreement_clause_condition', `the test of \`${fact}\` is always ${chosen.length > 0}`)
  }
  return { kind: 'atom', fact, values: chosen }
}

function readFact(expr: Expr, { refuse }: Rules): FactName {
  const access = (expr as { '.'?: { left: { Var?: string }; attr: string } })['.']
  if (access?.left.Var !== 'context') {
    return refuse('agreement_clause_condition', 'a test compares `context.<fact>` with values written out')
  }
  if (!Object.hasOwn(FACT_VALUES, access.attr)) {
    return refuse('agreement_fact_undeclared', `\`${access.attr}\` is not a declared fact`)
  }
  return access.attr as FactName
}

function readValues(expr: Expr, fact: FactName, rules: Rules): string[] {
  const set = (expr as { Set?: Expr[] }).Set
  if (set === undefined) {
    return rules.refuse(
      'agreement_clause_condition',
      '`contains` needs a list of values written out before it',
    )
  }
  const values = set.map((item) => readValue(item, fact, rules))
  if (new Set(values).size !== values.length) {
    rules.refuse('agreement_clause_condition', `a value of \`${fact}\` stands twice`)
  }
  return values
}

function readValue(expr: Expr, fact: FactName, { refuse }: Rules): string {
  const value = (expr as { Value?: unknown }).Value
  if (typeof value !== 'string') {
    return refuse('agreement_clause_condition', `\`${fact}\` is compared with something other than text`)
  }
  const known: readonly string[] = FACT_VALUES[fact]
  if (!known.includes(value)) {
    refuse(
      'agreement_fact_value_unknown',
      `\`${fact}\` is never \`${value}\`; it is one of ${known.join(', ')}`,
    )
  }
  return value
}

/** Flattens nested conjunctions and disjunctions, which Cedar's JSON holds as chains of pairs. */
function join(kind: 'all' | 'any', parts: readonly Condition[]): Condition {
  const of = parts.flatMap((part) => (part.kind === kind ? part.of : [part]))
  const [only] = of
  return of.length === 1 && only !== undefined ? only : { kind, of }
}
