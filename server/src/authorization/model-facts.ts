/**
 * Facts about the model and the sector's stage: tier, state, access programme, evaluation, capability.
 *
 * Spec: docs/spec/facts.md §2.
 */
import { type Agreement, type Facts, type ModelEntry, modelState, STAGE_IDS } from '../agreement/index.ts'
import type { Institution, Snapshot } from '../programme/index.ts'
import { findEvaluation, isRestricted } from './change-facts.ts'
import type { FactsInput } from './find-facts.ts'

type ModelFacts = Pick<
  Facts,
  'sector_stage' | 'model_tier' | 'model_state' | 'programme_access' | 'evaluation' | 'capability'
>

export function findModelFacts(input: FactsInput): ModelFacts {
  const { snapshot, principal, model, reading, nowMs } = input
  const institution = snapshot.institutions.get(principal.institution.id)
  const sector = institution?.sector ?? principal.institution.sector
  const stage = stageOf(snapshot, sector)
  return {
    sector_stage: stage,
    model_tier: model?.tier ?? 'unknown',
    model_state: modelState(model, nowMs),
    programme_access: findAccess(snapshot.agreement, institution, model),
    evaluation: findEvaluation(input, sector, stage),
    capability: findCapability(snapshot.agreement, stage, reading.capability),
  }
}

function stageOf({ agreement, stages }: Snapshot, sector: string): Facts['sector_stage'] {
  const moved = stages.get(sector) ?? agreement.sectors.get(sector)?.stage
  return STAGE_IDS.find((stage) => stage === moved) ?? 'unknown'
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

function findCapability(
  { stages }: Agreement,
  stage: Facts['sector_stage'],
  capability: string,
): Facts['capability'] {
  if (capability === 'none') return 'not_applicable'
  if (stage === 'unknown') return 'unknown'
  return stages.get(stage)?.capabilities.has(capability) === true ? 'granted' : 'not_granted'
}
