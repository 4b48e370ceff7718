/** Conditions over facts, written out: `is('side', 'offensive')`. Values are checked by the compiler. */
import { type Condition, FACT_VALUES, type FactName, type FactValue } from '../agreement/index.ts'

export function is<N extends FactName>(
  fact: N,
  ...values: readonly (FactValue<N> | (string & {}))[]
): Condition {
  return { kind: 'atom', fact, values }
}

/** Any value but these, `unknown` included. */
export function isNot<N extends FactName>(fact: N, ...values: readonly FactValue<N>[]): Condition {
  const excluded: readonly string[] = values
  return { kind: 'atom', fact, values: FACT_VALUES[fact].filter((value) => !excluded.includes(value)) }
}

export function allOf(...of: readonly Condition[]): Condition {
  return { kind: 'all', of }
}

export function anyOf(...of: readonly Condition[]): Condition {
  return { kind: 'any', of }
}
