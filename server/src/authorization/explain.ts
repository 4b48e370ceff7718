/**
 * Why: the clauses behind a verdict with their prose, the facts they read, and for a default deny the nearest permit.
 *
 * Explanations never decide; the engine did. Spec: docs/spec/decision.md §3.
 */
import {
  type Agreement,
  type Atom,
  type Clause,
  type Condition,
  conditionHolds,
  type FactName,
  type Facts,
} from '../agreement/index.ts'
import type { ClauseRef, FactFound, NearestPermit } from './decision.ts'

/**
 * Weight of one unmet test. Which side a request stands on is not the requester's to change, so a permit for another
 * side is the nearest one only when there is no other.
 */
const WEIGHT: Partial<Record<FactName, number>> = { side: 100, capability: 10 }

export interface Explainer {
  /** Clauses by id in document order; ids the agreement does not hold are dropped. */
  clauses(ids: readonly string[]): Clause[]
  ref(clause: Clause): ClauseRef
  because(clauses: readonly Clause[], facts: Facts): FactFound[]
  nearest(facts: Facts): NearestPermit | null
}

export function createExplainer(agreement: Agreement): Explainer {
  const positions = new Map(agreement.clauses.map((clause, position) => [clause.id, position]))
  const refs = new Map(agreement.clauses.map((clause) => [clause.id, makeRef(agreement, clause)]))
  const permits = agreement.clauses.filter((clause) => clause.effect === 'permit')
  const ref = (clause: Clause): ClauseRef => refs.get(clause.id) ?? makeRef(agreement, clause)
  return {
    clauses: (ids) =>
      ids
        .flatMap((id) => positions.get(id) ?? [])
        .sort((a, b) => a - b)
        .flatMap((position) => agreement.clauses[position] ?? []),
    ref,
    because,
    nearest: (facts) => findNearest(permits, facts, ref),
  }
}

function makeRef(agreement: Agreement, clause: Clause): ClauseRef {
  const article = agreement.articles.find(({ id }) => id === clause.article)
  const none = { en: '', ja: '' }
  const { advice, advice_ja } = clause
  return Object.freeze({
    clause: clause.id,
    article: clause.article,
    effect: clause.effect,
    title: article?.title ?? none,
    prose: article?.prose ?? none,
    advice: advice === null || advice_ja === null ? null : Object.freeze({ en: advice, ja: advice_ja }),
    remedy: clause.remedy,
  })
}

/** Facts whose tests are true in conditions that are true, each once. */
function because(clauses: readonly Clause[], facts: Facts): FactFound[] {
  const names = new Set(
    clauses.flatMap((clause) => trueAtoms(clause.condition, facts)).map(({ fact }) => fact),
  )
  return [...names].map((fact) => Object.freeze({ fact, got: facts[fact] }))
}

function trueAtoms(condition: Condition, facts: Facts): Atom[] {
  if (!conditionHolds(condition, facts)) return []
  return condition.kind === 'atom' ? [condition] : condition.of.flatMap((part) => trueAtoms(part, facts))
}

function findNearest(
  permits: readonly Clause[],
  facts: Facts,
  ref: (clause: Clause) => ClauseRef,
): NearestPermit | null {
  let best: { clause: Clause; missing: readonly Atom[]; cost: number } | null = null
  for (const clause of permits) {
    const missing = unmet(clause.condition, facts)
    const cost = costOf(missing)
    // Strictly less: among equals the document's order decides.
    if (best === null || cost < best.cost) best = { clause, missing, cost }
  }
  if (best === null) return null
  const missing = best.missing.map(({ fact, values }) =>
    Object.freeze({ fact, got: facts[fact], wanted: values }),
  )
  return Object.freeze({ clause: ref(best.clause), missing: Object.freeze(missing) })
}

/** Tests that keep `condition` from being true; of alternatives, the cheapest. */
function unmet(condition: Condition, facts: Facts): readonly Atom[] {
  if (conditionHolds(condition, facts)) return []
  if (condition.kind === 'atom') return [condition]
  const parts = condition.of.map((part) => unmet(part, facts))
  if (condition.kind === 'all') return parts.flat()
  return parts.reduce((best, part) => (costOf(part) < costOf(best) ? part : best))
}

function costOf(missing: readonly Atom[]): number {
  return missing.reduce((cost, { fact }) => cost + (WEIGHT[fact] ?? 1), 0)
}
