/**
 * Answers the queries of the invariants over the diagrams of one agreement.
 *
 * An empty set is a proof over every record of facts. A set that is not empty is broken by each of its records; one is picked and
 * replayed through the deciding engine. Spec: docs/spec/proof.md §4–6.
 */
import { type Facts, factsRead } from '../agreement/index.ts'
import type { Verdict } from '../authorization/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { nearestRecord } from './example.ts'
import { INVARIANTS, type Invariant, type PairQuery, type Query } from './invariants.ts'
import type { Replayer } from './replay.ts'
import type { Space } from './space.ts'
import type { Steps } from './step.ts'
import { type Verdicts, verdictOf } from './verdicts.ts'

/** What an invariant is checked with. */
export interface Ground {
  readonly space: Space
  readonly verdicts: Verdicts
  /** Records that the fact finder could make: examples are taken from here when there are any. */
  readonly coherent: Node
  readonly replayer: Replayer
  readonly steps: Steps
}

export interface Counterexample {
  readonly query: string
  readonly facts: Facts
  readonly verdict: Verdict
  /** For a comparison: the same record at the better value, and its lesser verdict. */
  readonly compared: { readonly facts: Facts; readonly verdict: Verdict } | null
  /** Whether the fact finder of this build could make the record. */
  readonly coherent: boolean
  /** Records that break the query. */
  readonly records: bigint
}

export interface InvariantResult {
  readonly invariant: Invariant
  readonly verdict: 'proved' | 'violated'
  /** Ids of all queries asked, and of those that failed. */
  readonly queries: readonly string[]
  readonly failed: readonly string[]
  /** One for every failed query that a record can show; `some` queries fail without one. */
  readonly counterexamples: readonly Counterexample[]
}

export function checkInvariants(ground: Ground): InvariantResult[] {
  return INVARIANTS.map((invariant) => checkInvariant(ground, invariant))
}

function checkInvariant(ground: Ground, invariant: Invariant): InvariantResult {
  const queries = invariant.queries(ground.verdicts.agreement)
  const answers = queries.map((query) => ({ query, set: recordsOf(ground, query) }))
  const failed = answers.filter(({ query, set }) => (set === FALSE) !== (query.expect === 'none'))
  return {
    invariant,
    verdict: failed.length === 0 ? 'proved' : 'violated',
    queries: queries.map(({ id }) => id),
    failed: failed.map(({ query }) => query.id),
    counterexamples: failed.flatMap(({ query, set }) => (set === FALSE ? [] : [show(ground, query, set)])),
  }
}

/** The records that a query asks about. */
export function recordsOf(ground: Pick<Ground, 'space' | 'verdicts' | 'steps'>, query: Query): Node {
  const { space, verdicts, steps } = ground
  if (query.form === 'single') return space.bdd.and(verdicts[query.outcome], space.where(query.when))
  const { fact, worse, better, outcome, otherwise } = query
  const when = query.when === null ? space.all : space.where(query.when)
  // A condition on the compared fact itself would not be the same on both sides.
  if (outcome === otherwise && (query.when === null || !factsRead(query.when).includes(fact))) {
    return steps.lost(space.bdd.and(verdicts[outcome], when), fact, worse, better)
  }
  const lost = space.bdd.minus(
    space.cofactor(verdicts[outcome], fact, worse),
    space.cofactor(verdicts[otherwise], fact, better),
  )
  return space.bdd.and(space.bdd.and(lost, space.atom(fact, [worse])), when)
}

function show(ground: Ground, query: Query, set: Node): Counterexample {
  const { space, verdicts, replayer } = ground
  const { facts, coherent } = pickExample(space, likely(ground, query), set)
  const verdict = verdictOf(space, verdicts, facts)
  replayer.confirm(facts, verdict)
  return {
    query: query.id,
    facts,
    verdict,
    compared: query.form === 'pair' ? compare(ground, query, facts) : null,
    coherent,
    records: space.count(set),
  }
}

/** For a comparison, both of its records must be coherent. */
function likely({ space, coherent }: Ground, query: Query): Node {
  if (query.form === 'single') return coherent
  return space.bdd.and(coherent, space.shifted(coherent, query.fact, query.better, query.worse))
}

/** The most ordinary record of a set that is not empty, one of `likely` if there is any. */
export function pickExample(
  space: Space,
  likely: Node,
  set: Node,
): { readonly facts: Facts; readonly coherent: boolean } {
  const facts = nearestRecord(space, space.bdd.and(set, likely))
  // The caller's set is not empty.
  return facts === null ? { facts: nearestRecord(space, set)!, coherent: false } : { facts, coherent: true }
}

function compare(
  { space, verdicts, replayer }: Ground,
  query: PairQuery,
  worse: Facts,
): Counterexample['compared'] {
  // `better` is a value of that fact: the table of steps is checked by a test.
  const facts = Object.freeze({ ...worse, [query.fact]: query.better }) as Facts
  const verdict = verdictOf(space, verdicts, facts)
  replayer.confirm(facts, verdict)
  return { facts, verdict }
}
