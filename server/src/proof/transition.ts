/**
 * The exact difference of two versions as sets of records: what is decided otherwise, and by which clauses.
 *
 * Spec: docs/spec/proof.md §10.
 */
import {
  type Clause,
  type Condition,
  FACT_NAMES,
  type FactName,
  type Facts,
  factsRead,
} from '../agreement/index.ts'
import type { Verdict } from '../authorization/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { pickExample } from './check.ts'
import type { ClauseChange } from './clause-change.ts'
import type { Replayer } from './replay.ts'
import type { Space } from './space.ts'
import type { Verdicts } from './verdicts.ts'

/** Two versions over one space. */
export interface Comparison {
  readonly space: Space
  readonly coherent: Node
  readonly before: Verdicts
  readonly after: Verdicts
  readonly replayBefore: Replayer
  readonly replayAfter: Replayer
}

/** Values of one fact in a set. */
export interface FactRange {
  readonly fact: FactName
  readonly values: readonly string[]
}

export interface TransitionGroup {
  /** Clauses without whose change the records of the group would be decided as before. */
  readonly clauses: readonly string[]
  readonly records: bigint
  readonly coherent: bigint
  /** Facts that tell the group from whatever else is decided so: each with the values that occur in it. */
  readonly telling: readonly FactRange[]
  /** All facts that do not take every value in the group. */
  readonly where: readonly FactRange[]
  /** Whether the group is exactly the records with those values, and not only among them. */
  readonly exact: boolean
  readonly example: { readonly facts: Facts; readonly coherent: boolean }
}

export interface Transition {
  readonly from: Verdict
  readonly to: Verdict
  readonly direction: 'gained' | 'lost'
  readonly records: bigint
  readonly coherent: bigint
  readonly groups: readonly TransitionGroup[]
  /** For each fact that does not take every value: those that occur. */
  readonly facts: readonly FactRange[]
}

/** LIMIT: groups of one transition; beyond it the clauses not yet told apart stay together. */
const GROUPS_MAX = 64

const PAIRS: readonly (readonly [Verdict, Verdict, Transition['direction']])[] = [
  ['deny', 'allow', 'gained'],
  ['deny', 'hold', 'gained'],
  ['hold', 'allow', 'gained'],
  ['allow', 'deny', 'lost'],
  ['allow', 'hold', 'lost'],
  ['hold', 'deny', 'lost'],
]

/** The transitions that have records, gained ones first. */
export function findTransitions(comparison: Comparison, changes: readonly ClauseChange[]): Transition[] {
  const { space, coherent, before, after } = comparison
  return PAIRS.flatMap(([from, to, direction]) => {
    const set = space.bdd.and(before[from], after[to])
    if (set === FALSE) return []
    const groups = splitByClause(comparison, set, changes, from, to, direction)
    return [
      {
        from,
        to,
        direction,
        records: space.count(set),
        coherent: space.count(space.bdd.and(set, coherent)),
        groups: groups.map((group) => describe(comparison, group, from, to)),
        facts: narrowed(space, set),
      },
    ]
  })
}

interface Group {
  readonly set: Node
  readonly changes: readonly ClauseChange[]
}

/** Splits a transition by the set of clauses that flipped the way it goes; every record has at least one. */
function splitByClause(
  { space, before, after }: Comparison,
  set: Node,
  changes: readonly ClauseChange[],
  from: Verdict,
  to: Verdict,
  direction: Transition['direction'],
): Group[] {
  const { bdd } = space
  const permit = (direction === 'gained' ? to : from) === 'allow' ? 'proceed' : 'hold'
  let groups: Group[] = [{ set, changes: [] }]
  for (const change of changes) {
    const old: Side = { clause: change.before, set: clauseSet(before, change.before) }
    const now: Side = { clause: change.after, set: clauseSet(after, change.after) }
    const flips = direction === 'gained' ? widening(bdd, old, now, permit) : widening(bdd, now, old, permit)
    if (bdd.and(set, flips) === FALSE) continue
    groups = groups.flatMap((group) => {
      const touched = { set: bdd.and(group.set, flips), changes: [...group.changes, change] }
      if (touched.set === FALSE) return [group]
      if (groups.length >= GROUPS_MAX) return [{ ...touched, set: group.set }]
      const rest = { ...group, set: bdd.minus(group.set, flips) }
      return rest.set === FALSE ? [touched] : [rest, touched]
    })
  }
  return groups
}

interface Side {
  readonly clause: Clause | null
  readonly set: Node
}

/** Records at which going from `a` to `b` lifts a forbid or begins a permit. */
function widening(bdd: Space['bdd'], a: Side, b: Side, permit: 'proceed' | 'hold'): Node {
  const lifted =
    a.clause?.action === 'both' ? bdd.minus(a.set, b.clause?.action === 'both' ? b.set : FALSE) : FALSE
  const began =
    b.clause?.action === permit ? bdd.minus(b.set, a.clause?.action === permit ? a.set : FALSE) : FALSE
  return bdd.or(lifted, began)
}

function describe(comparison: Comparison, group: Group, from: Verdict, to: Verdict): TransitionGroup {
  const { space, coherent, before, after, replayBefore, replayAfter } = comparison
  const { bdd } = space
  const where = narrowed(space, group.set)
  const example = pickExample(space, coherent, group.set)
  replayBefore.confirm(example.facts, from)
  replayAfter.confirm(example.facts, to)
  return {
    clauses: group.changes.map(({ before: old, after: now }) => (now ?? old)?.id ?? ''),
    records: space.count(group.set),
    coherent: space.count(bdd.and(group.set, coherent)),
    telling: tellingFacts(comparison, group, where, bdd.or(before.passing, after.passing)),
    where,
    exact:
      where.reduce((box, { fact, values }) => bdd.and(box, space.atom(fact, values)), space.all) ===
      group.set,
    example,
  }
}

/** Facts that the changed clauses read, or that are narrower here than in whatever passes. */
function tellingFacts(
  { space }: Comparison,
  { changes }: Group,
  where: readonly FactRange[],
  passing: Node,
): FactRange[] {
  const background = space.projection(passing)
  const ruled = (change: ClauseChange): FactName[] => {
    const both = [change.before, change.after].flatMap((clause) =>
      clause === null ? [] : [factsRead(clause.condition)],
    )
    // A clause that changed is told by the tests that changed; all others are the same on both sides.
    return both.flat().filter((fact) => testsOf(change.before, fact) !== testsOf(change.after, fact))
  }
  const read = new Set(changes.flatMap(ruled))
  return where.filter(
    ({ fact, values }) =>
      values.length < (background.get(fact)?.length ?? 0) ||
      (read.has(fact) && values.join() !== (background.get(fact) ?? []).join()),
  )
}

function testsOf(clause: Clause | null, fact: FactName): string {
  const tests = (condition: Condition): string[] =>
    condition.kind === 'atom'
      ? condition.fact === fact
        ? [condition.values.join()]
        : []
      : condition.of.flatMap(tests)
  return clause === null ? '' : tests(clause.condition).join(';')
}

/** Facts that do not take every value in the set. */
export function narrowed(space: Space, set: Node): FactRange[] {
  return [...space.projection(set)]
    .filter(([fact, values]) => values.length < space.slot(fact).values.length)
    .map(([fact, values]) => ({ fact, values }))
    .sort((a, b) => FACT_NAMES.indexOf(a.fact) - FACT_NAMES.indexOf(b.fact))
}

function clauseSet({ clauses }: Verdicts, clause: Clause | null): Node {
  return clause === null ? FALSE : (clauses.get(clause.id) ?? FALSE)
}
