/**
 * Reduces one request to the closed record of facts. Pure and total: no clock, no database, no text of the request.
 *
 * Claims in a prompt are not facts: everything here comes from the snapshot of signed records, from the reader, or from
 * the gateway's own state.
 * Spec: docs/spec/facts.md.
 */
import type { Facts, FactValue, ModelEntry } from '../agreement/index.ts'
import type { Reading } from '../boundary/index.ts'
import type { Grant, Principal, Snapshot } from '../programme/index.ts'
import { resolveScope } from '../scope/index.ts'
import { findActorFacts } from './actor-facts.ts'
import { findExportFacts, findRuling } from './change-facts.ts'
import { findEngagementFacts, namedEngagement } from './engagement-facts.ts'
import { findGrantOf } from './grant-facts.ts'
import { findModelFacts } from './model-facts.ts'
import { findStop } from './stop-facts.ts'

export interface FactsInput {
  readonly snapshot: Snapshot
  readonly principal: Principal
  /** Catalogue entry of the requested model; null when the catalogue does not know it. */
  readonly model: ModelEntry | null
  readonly reading: Reading
  /** Engagement named by header; null falls back to the one the token is bound to. */
  readonly engagementId: string | null
  /** Session the client named, or one derived for it. Grants are per session. */
  readonly session: string
  /** Requests already counted against a grant. When an open stream is decided again, its own use is not counted. */
  readonly grantUses: (grant: Grant) => number
  readonly budget: FactValue<'budget'>
  readonly extraction: FactValue<'extraction'>
  readonly ledgerWritable: boolean
  readonly nowMs: number
  readonly surface: 'model_request' | 'tool_call'
}

export interface FoundFacts {
  readonly facts: Facts
  /** The grant behind the fact `grant`, to be counted when a decision `usesGrant`. */
  readonly grant: Grant | null
}

/** The facts alone. */
export function findFacts(input: FactsInput): Facts {
  return findFactsAndGrant(input).facts
}

/** @param resolve compares targets with assets; the default is the programme's, tests hand in others */
export function findFactsAndGrant(
  input: FactsInput,
  resolve: typeof resolveScope = resolveScope,
): FoundFacts {
  const named = namedEngagement(input)
  const engagement = named === 'unknown' ? null : named
  const scope = resolve(engagement, input.reading.targets)
  const actor = findActorFacts(input)
  const model = findModelFacts(input)
  const about = findEngagementFacts(input, named, scope)
  const { state: grantState, grant } = findGrantOf(input, engagement, about.asset_criticality)
  // Named one by one: spreading five parts into one object cost more than finding them.
  const facts: Facts = {
    actor_standing: actor.actor_standing,
    actor_kind: actor.actor_kind,
    assurance: actor.assurance,
    employer: actor.employer,
    delegation: actor.delegation,
    nationality: actor.nationality,
    location: actor.location,
    institution_standing: actor.institution_standing,
    sector_stage: model.sector_stage,
    model_tier: model.model_tier,
    model_state: model.model_state,
    programme_access: model.programme_access,
    evaluation: model.evaluation,
    side: input.reading.side,
    capability: model.capability,
    surface: input.surface,
    engagement: about.engagement,
    engagement_approvals: about.engagement_approvals,
    engagement_window: about.engagement_window,
    engagement_member: about.engagement_member,
    engagement_capability: about.engagement_capability,
    targets: about.targets,
    asset_criticality: about.asset_criticality,
    autonomy: about.autonomy,
    grant: named === 'unknown' ? 'unknown' : grantState,
    leakage: input.reading.leakage,
    budget: input.budget,
    extraction: input.extraction,
    stop: findStop(input, named),
    incident_mode: input.snapshot.incidentMode ? 'incident' : 'normal',
    ledger: input.ledgerWritable ? 'writable' : 'not_writable',
    ...findExportFacts(input),
    use_ruling: findRuling(input, engagement, about.asset_criticality),
    injection: input.reading.injection,
  }
  return { facts, grant: named === 'unknown' ? null : grant }
}
