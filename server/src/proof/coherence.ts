/**
 * Which records of facts the fact finder can make.
 *
 * Used only to choose examples and to label them, never to prove: an invariant holds of every record, so that a defect of the
 * fact finder cannot undo it. Spec: docs/spec/proof.md §6; the rules follow docs/spec/facts.md §2.
 */
import { type Condition, FACT_VALUES, type FactName } from '../agreement/index.ts'
import type { Node } from './bdd.ts'
import { allOf, anyOf, is, isNot } from './condition-of.ts'
import type { Space } from './space.ts'

const RESTRICTED = ['blue', 'red', 'critical']
const OPEN_ENGAGEMENT = ['draft', 'active', 'suspended', 'closed']
const ABOUT_ENGAGEMENT: readonly FactName[] = [
  'engagement_approvals',
  'engagement_window',
  'engagement_member',
  'engagement_capability',
]
const ABOUT_ACTOR: readonly FactName[] = ['actor_kind', 'employer', 'delegation']
/** Facts that the gateway and the directory always know. */
const ALWAYS_KNOWN: readonly FactName[] = [
  'institution_standing',
  'surface',
  'stop',
  'incident_mode',
  'ledger',
  'budget',
  'entity_list',
  'use_ruling',
  'injection',
]

/** Each is true of every record that the fact finder makes. */
export const COHERENCE: readonly Condition[] = [
  ...ALWAYS_KNOWN.map((fact) => isNot(fact, 'unknown')),
  ...ABOUT_ACTOR.map((fact) => same(is('actor_standing', 'unknown'), is(fact, 'unknown'))),
  // An actor may be enrolled with a nationality or a place that nobody has established.
  ...(['nationality', 'location'] as const).map((fact) =>
    implies(is('actor_standing', 'unknown'), is(fact, 'unknown')),
  ),
  implies(is('employer', 'integrator'), isNot('delegation', 'not_applicable')),
  implies(
    is('model_tier', ...RESTRICTED),
    allOf(isNot('programme_access', 'not_applicable'), isNot('evaluation', 'not_applicable')),
  ),
  implies(
    is('model_tier', 'rehearsal', 'standard'),
    allOf(is('programme_access', 'not_applicable'), is('evaluation', 'not_applicable')),
  ),
  ...(['programme_access', 'evaluation'] as const).map((fact) =>
    same(is('model_tier', 'unknown'), is(fact, 'unknown')),
  ),
  ...(['legal_basis', 'deemed_export', 'reexport'] as const).map((fact) =>
    implies(is('model_tier', 'rehearsal', 'standard'), is(fact, 'not_applicable')),
  ),
  ...(['legal_basis', 'deemed_export'] as const).map((fact) =>
    implies(is('model_tier', ...RESTRICTED), isNot(fact, 'not_applicable')),
  ),
  implies(is('model_tier', ...RESTRICTED), same(is('location', 'party'), is('reexport', 'not_applicable'))),
  same(is('model_tier', 'unknown'), is('legal_basis', 'unknown')),
  same(is('model_tier', 'unknown'), is('export_order', 'unknown')),
  implies(is('capability', 'not_applicable'), is('use_ruling', 'none')),
  implies(is('sector_stage', 'closed'), isNot('capability', 'granted')),
  implies(is('capability', 'unknown'), is('sector_stage', 'unknown')),
  ...[...ABOUT_ENGAGEMENT, 'targets' as const, 'asset_criticality' as const, 'grant' as const].map((fact) =>
    same(is('engagement', 'unknown'), is(fact, 'unknown')),
  ),
  implies(is('engagement', 'unknown'), is('autonomy', 'unknown')),
  ...ABOUT_ENGAGEMENT.map((fact) => implies(is('engagement', 'none'), is(fact, 'not_applicable'))),
  implies(
    is('engagement', 'none'),
    allOf(
      is('autonomy', 'not_applicable'),
      is('targets', 'none', 'unresolved'),
      is('asset_criticality', 'not_applicable'),
    ),
  ),
  ...(['engagement_approvals', 'engagement_window', 'engagement_member', 'autonomy'] as const).map((fact) =>
    implies(is('engagement', ...OPEN_ENGAGEMENT), isNot(fact, 'not_applicable')),
  ),
  implies(
    is('engagement', ...OPEN_ENGAGEMENT),
    same(is('capability', 'not_applicable'), is('engagement_capability', 'not_applicable')),
  ),
  implies(is('targets', 'none'), is('asset_criticality', 'not_applicable')),
  implies(is('targets', 'all_in_scope'), isNot('asset_criticality', 'not_applicable')),
]

/** The set of all coherent records. */
export function coherentRecords(space: Space): Node {
  return COHERENCE.reduce((set, rule) => space.bdd.and(set, space.where(rule)), space.all)
}

function implies(premise: Condition, conclusion: Condition): Condition {
  return anyOf(negated(premise), conclusion)
}

function same(a: Condition, b: Condition): Condition {
  return allOf(implies(a, b), implies(b, a))
}

function negated(condition: Condition): Condition {
  if (condition.kind === 'atom') {
    const others = FACT_VALUES[condition.fact].filter((value) => !condition.values.includes(value))
    return { kind: 'atom', fact: condition.fact, values: others }
  }
  const of = condition.of.map(negated)
  return condition.kind === 'all' ? anyOf(...of) : allOf(...of)
}
