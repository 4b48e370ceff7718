/**
 * A clause's condition as a tree over facts.
 *
 * Cedar's own JSON is reduced to three forms; whatever does not reduce is not a rule this agreement may hold.
 * Negation is pushed down to the atoms: `!=` becomes the set of the other values.
 * Spec: docs/spec/agreement.md §5.
 */
import type { FactName } from './facts.ts'

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
