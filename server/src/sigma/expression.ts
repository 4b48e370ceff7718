/**
 * What a detection says, reduced to one tree over elementary tests of single fields.
 *
 * Spec: github.com/SigmaHQ/sigma-specification, version 2.1, "Sigma Rules Specification", Detection and Condition.
 */

/** `*` stands for every value of the event: an unbound keyword. */
export const ANY_FIELD = '*'

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte'

/** Text is lower-cased where `cased` is false; values are then compared in lower case. */
export type Test =
  | {
      readonly kind: 'equals' | 'contains' | 'startswith' | 'endswith'
      readonly text: string
      readonly cased: boolean
    }
  /** Wildcards inside: literal parts in order, `*` between them, `?` as null. Anchored at both ends. */
  | { readonly kind: 'glob'; readonly parts: readonly GlobPart[]; readonly cased: boolean }
  /** RE2 syntax, found anywhere in the value. */
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly number: number }
  | { readonly kind: 'exists'; readonly wanted: boolean }
  /** Absent, null or empty. */
  | { readonly kind: 'null' }
  | {
      readonly kind: 'fieldref'
      readonly other: string
      readonly how: 'equals' | 'contains' | 'startswith' | 'endswith'
    }

export type GlobPart = { readonly text: string } | 'any' | 'one'

export interface Atom {
  readonly field: string
  readonly test: Test
}

export type Expression =
  | { readonly kind: 'atom'; readonly atom: Atom }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }

export function allOf(of: readonly Expression[]): Expression {
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'and', of }
}

export function anyOf(of: readonly Expression[]): Expression {
  return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'or', of }
}
