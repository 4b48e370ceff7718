/**
 * Facts about the model and the sector's stage: tier, state, access programme, evaluation, capability.
 *
 * Spec: docs/spec/facts.md §2.
 */
import { type Agreement, type Facts, type ModelEntry, modelState, STAGE_IDS } from '../agreement/index.ts'
import type { Institution, Snapshot } from '../programme/index.ts'
import type { FactsInput } from './find-facts.ts'

type ModelFacts = Pick<
  Facts,
  'sector_stage' | 'model_tier' | 'model_state' | 'programme_access' | 'evaluation' | 'capability'
>

export function findModelFacts({ snapshot, principal, model, reading, nowMs }: FactsInput): ModelFacts {
  const institution = snapshot.institutions.get(principal.institution.id)
  const stage = stageOf(snapshot, institution?.sector ?? principal.institution.sector)
  return {
    sector_stage: stage,
    model_tier: model?.tier ?? 'unknown',
    model_state: modelState(model, nowMs),
    programme_access: findAccess(snapshot.agreement, institution, model),
    evaluation: findEvaluation(snapshot.agreement, model),
    capability: findCapability(snapshot.agreement, stage, reading.capability),
  }
}

function stageOf({ agreement, stages }: Snapshot, sector: string): Facts['sector_stage'] {
  const moved = stages.get(sector) ?? agreement.sectors.get(sector)?.stage
  return STAGE_IDS.find((stage) => stage === moved) ?? 'unknown'
}

function isRestricted(agreement: Agreement, model: ModelEntry): boolean {
  // A tier the agreement does not describe counts as restricted.
  return agreement.tiers.get(model.tier)?.restricted ?? true
}

function findAccess(
  agreement: Agreement,
  institution: Institution | undefined,
  model: ModelEntry | null,
): Facts['programme_access'] {
  if (model === null) return 'unknown'
  if (!isRestricted(agreement, model)) return 'not_applicable'
  return institution?.programmeAccess.includes(model.tier) === true ? 'approved' : 'not_approved'
}

/** No statement attests an evaluation yet, so none covers a restricted tier: `missing`, which denies. */
function findEvaluation(agreement: Agreement, model: ModelEntry | null): Facts['evaluation'] {
  if (model === null) return 'unknown'
  return isRestricted(agreement, model) ? 'missing' : 'not_applicable'
}

function findCapability(
  { stages }: Agreement,
  stage: Facts['sector_stage'],
  capability: string,
): Facts['capability'] {
  if (capability === 'none') return 'not_applicable'
  if (stage === 'unknown') return 'unknown'
  return stages.get(stage)?.capabilities.has(capability) === true ? 'granted' : 'not_granted'
}
