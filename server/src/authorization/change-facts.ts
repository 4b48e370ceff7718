/**
 * Facts from what the parties and bodies stated: export control, rulings on a use, evaluations.
 *
 * Spec: docs/spec/facts.md §2, docs/spec/emergency.md §3–6, docs/spec/rollout.md §3.
 */
import { type Agreement, type Facts, type ModelEntry, STAGE_IDS, TIER_IDS } from '../agreement/index.ts'
import { exportFacts, isCurrent, rulingOn } from '../governance/index.ts'
import type { Engagement } from '../programme/index.ts'
import type { FactsInput } from './find-facts.ts'

type ExportFacts = Pick<Facts, 'entity_list' | 'legal_basis' | 'deemed_export' | 'reexport' | 'export_order'>

/** Nothing of export control is stated: the common case, without looking through anything. */
const NOTHING: ExportFacts = {
  entity_list: 'clear',
  legal_basis: 'not_applicable',
  deemed_export: 'not_applicable',
  reexport: 'not_applicable',
  export_order: 'none',
}

export function isRestricted(agreement: Agreement, model: ModelEntry): boolean {
  // A tier the agreement does not describe counts as restricted.
  return agreement.tiers.get(model.tier)?.restricted ?? true
}

export function findExportFacts({ snapshot, principal, model, nowMs }: FactsInput): ExportFacts {
  const { governance, agreement } = snapshot
  const restricted = model !== null && isRestricted(agreement, model)
  const lists = Object.keys(governance.lists).length > 0
  if (!restricted && !lists && governance.orders.length === 0) {
    return model === null ? UNKNOWN_MODEL : NOTHING
  }
  const actor = snapshot.actors.get(principal.actor.id) ?? principal.actor
  const found = exportFacts(
    governance,
    {
      actor: actor.id,
      institution: principal.institution.id,
      employedBy: actor.institution,
      employer: actor.employer,
      nationality: actor.nationality,
      location: actor.location,
      // Only orders and lists are read of a model the catalogue does not hold: it counts as the strictest.
      tier: model?.tier ?? TIER_IDS[TIER_IDS.length - 1] ?? 'critical',
    },
    nowMs,
  )
  if (restricted) return found
  const { entity_list, export_order } = found
  return model === null ? { ...UNKNOWN_MODEL, entity_list } : { ...NOTHING, entity_list, export_order }
}

const UNKNOWN_MODEL: ExportFacts = {
  ...NOTHING,
  legal_basis: 'unknown',
  deemed_export: 'unknown',
  reexport: 'unknown',
  export_order: 'unknown',
}

/** What the bodies ruled on this use; without an engagement it is at A0. */
export function findRuling(
  { snapshot, principal, reading, nowMs }: FactsInput,
  engagement: Engagement | null,
  asset: Facts['asset_criticality'],
): Facts['use_ruling'] {
  const { rulings } = snapshot.governance
  if (rulings.length === 0 || reading.capability === 'none') return 'none'
  return rulingOn(
    rulings,
    {
      sector: snapshot.institutions.get(principal.institution.id)?.sector ?? principal.institution.sector,
      capability: reading.capability,
      autonomy: engagement?.autonomy ?? 'A0',
      asset: asset === 'not_applicable' || asset === 'unknown' ? 'none' : asset,
    },
    nowMs,
  )
}

/** Whether a current attestation of the sector at its stage covers the tier. */
export function findEvaluation(
  { snapshot, model, nowMs }: Pick<FactsInput, 'snapshot' | 'model' | 'nowMs'>,
  sector: string,
  stage: string,
): Facts['evaluation'] {
  if (model === null) return 'unknown'
  if (!isRestricted(snapshot.agreement, model)) return 'not_applicable'
  const at = STAGE_IDS.find((each) => each === stage)
  const covering = Object.values(snapshot.governance.attestations).filter(
    (each) => each.sector === sector && each.stage === at && each.passed && each.tiers.includes(model.tier),
  )
  if (covering.some((each) => isCurrent(each, nowMs))) return 'current'
  return covering.length > 0 ? 'expired' : 'missing'
}
