/**
 * For tests of this room: the sample agreement, named records of facts, and facts near the boundary of what is allowed.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  type Agreement,
  conditionHolds,
  FACT_NAMES,
  FACT_VALUES,
  type FactName,
  type Facts,
  loadAgreement,
  ORDINARY,
} from '../agreement/index.ts'
import type { Verdict } from './decision.ts'

const SAMPLE = new URL('../../../agreements/us-japan-2026/agreement.md', import.meta.url)

export const sampleText = readFileSync(SAMPLE, 'utf8')
export const sampleAgreement: Agreement = loadAgreement(sampleText, 'agreement.md')

/** An employee of an admitted bank asks the rehearsal model for defensive work: allowed. */
export const DEFENSIVE: Facts = { ...ORDINARY, assurance: 'key', model_tier: 'rehearsal' }

/** Exploit validation inside an approved engagement, before anyone has approved the request: held. */
export const ENGAGED: Facts = {
  ...DEFENSIVE,
  side: 'offensive',
  engagement: 'active',
  engagement_approvals: 'two_or_more',
  engagement_window: 'inside',
  engagement_member: 'member',
  engagement_capability: 'allowed',
  targets: 'all_in_scope',
  asset_criticality: 'ordinary',
  autonomy: 'within',
}

/** A restricted model with everything it needs: allowed. */
export const RESTRICTED: Facts = {
  ...DEFENSIVE,
  model_tier: 'red',
  assurance: 'phishing_resistant',
  programme_access: 'approved',
  evaluation: 'current',
  legal_basis: 'in_force',
  deemed_export: 'cleared',
}

/** Records from which the boundary is a few facts away, one for every way to be allowed or held. */
export const BASES: readonly Facts[] = [
  DEFENSIVE,
  RESTRICTED,
  { ...RESTRICTED, model_tier: 'critical' },
  ENGAGED,
  { ...ENGAGED, grant: 'covering' },
  { ...ENGAGED, asset_criticality: 'designated' },
  { ...DEFENSIVE, side: 'non_cyber', capability: 'not_applicable' },
  {
    ...RESTRICTED,
    side: 'non_cyber',
    engagement: 'active',
    engagement_window: 'inside',
    engagement_member: 'member',
  },
  { ...DEFENSIVE, side: 'dual_use' },
  { ...ENGAGED, side: 'dual_use' },
  { ...DEFENSIVE, side: 'dual_use', targets: 'unresolved' },
  { ...DEFENSIVE, side: 'dual_use', targets: 'unresolved', grant: 'covering' },
  { ...DEFENSIVE, side: 'dual_use', targets: 'unresolved', incident_mode: 'incident' },
  { ...DEFENSIVE, side: 'dual_use', surface: 'tool_call', injection: 'suspected' },
  { ...DEFENSIVE, side: 'dual_use', surface: 'tool_call', injection: 'suspected', grant: 'covering' },
  { ...DEFENSIVE, use_ruling: 'restricted' },
  { ...DEFENSIVE, use_ruling: 'restricted', grant: 'covering' },
  { ...RESTRICTED, export_order: 'inside', location: 'listed_partner', reexport: 'granted' },
  { ...DEFENSIVE, side: 'uncertain' },
  { ...DEFENSIVE, side: 'uncertain', grant: 'covering' },
  { ...DEFENSIVE, extraction: 'suspected' },
  { ...DEFENSIVE, extraction: 'suspected', grant: 'covering' },
]

export function withFact(facts: Facts, name: FactName, value: string): Facts {
  // Callers take `value` from FACT_VALUES[name].
  return { ...facts, [name]: value } as Facts
}

/** Any fact with any of its values. */
export const anyFact: fc.Arbitrary<readonly [FactName, string]> = fc
  .constantFrom(...FACT_NAMES)
  .chain((name) => fc.constantFrom(...FACT_VALUES[name]).map((value) => [name, value] as const))

/** Records near the boundary: a base with up to four facts changed. */
export const boundaryFacts: fc.Arbitrary<Facts> = fc
  .tuple(fc.constantFrom(...BASES), fc.array(anyFact, { maxLength: 4 }))
  .map(([base, changes]) => changes.reduce((facts, [name, value]) => withFact(facts, name, value), base))

/** The verdict by the conditions' trees: a second reading of the clauses, without the engine. */
export function verdictByTree({ clauses }: Agreement, facts: Facts): Verdict {
  const applies = clauses.filter((clause) => conditionHolds(clause.condition, facts))
  if (applies.some(({ effect }) => effect === 'forbid')) return 'deny'
  if (applies.some(({ action }) => action === 'proceed')) return 'allow'
  return applies.some(({ action }) => action === 'hold') ? 'hold' : 'deny'
}
