/**
 * The pivots of a rule: elementary tests of which at least one holds whenever the rule does.
 *
 * A negation, or a test that holds on an absent field, gives none. Of several sets that would do, the one that is
 * expected to hold least often is taken.
 */
import { ANY_FIELD, type Atom, type Expression } from './expression.ts'

/** @returns null when nothing has to hold: the rule is then evaluated on every event of its log source */
export function pivotsOf(expression: Expression): readonly Atom[] | null {
  switch (expression.kind) {
    case 'atom':
      return impliesPresence(expression.atom) ? [expression.atom] : null
    case 'not':
      return null
    case 'or': {
      const each = expression.of.map(pivotsOf)
      return each.every((pivots) => pivots !== null) ? each.flat() : null
    }
    case 'and':
      return expression.of
        .map(pivotsOf)
        .filter((pivots) => pivots !== null)
        .reduce<readonly Atom[] | null>(
          (best, one) => (best === null || expected(one) < expected(best) ? one : best),
          null,
        )
  }
}

function impliesPresence({ test }: Atom): boolean {
  return test.kind !== 'null' && !(test.kind === 'exists' && !test.wanted)
}

/** How often one of them may be expected to hold: a rule of thumb that only costs time when it is wrong. */
function expected(pivots: readonly Atom[]): number {
  return pivots.reduce((sum, atom) => sum + frequency(atom), 0)
}

function frequency({ field, test }: Atom): number {
  const everywhere = field === ANY_FIELD ? 4 : 1
  switch (test.kind) {
    case 'equals':
      return 1 / (8 + test.text.length)
    case 'startswith':
    case 'endswith':
      return 1 / (2 + test.text.length)
    case 'contains':
      return everywhere / (1 + test.text.length)
    case 'glob':
      return (
        1 / (1 + test.parts.reduce((sum, part) => sum + (typeof part === 'object' ? part.text.length : 0), 0))
      )
    case 'regex':
      return 0.25
    default:
      return 1
  }
}
