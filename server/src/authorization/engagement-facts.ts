/**
 * Facts about the engagement a request is made in: state, approvals, window, members, targets, autonomy.
 *
 * An engagement that was named and is not this institution's cannot be established: its facts are `unknown`, so that
 * naming another institution's engagement tells nothing about it.
 * Spec: docs/spec/facts.md §2.
 */
import {
  type Agreement,
  ASSET_CLASSES,
  type AssetClass,
  AUTONOMY_LEVELS,
  type Facts,
} from '../agreement/index.ts'
import type { Engagement } from '../programme/index.ts'
import type { ScopeResolution } from '../scope/index.ts'
import type { FactsInput } from './find-facts.ts'

type EngagementFacts = Pick<
  Facts,
  | 'engagement'
  | 'engagement_approvals'
  | 'engagement_window'
  | 'engagement_member'
  | 'engagement_capability'
  | 'targets'
  | 'asset_criticality'
  | 'autonomy'
>

/** `unknown`: one was named, or two different ones, and it could not be established. */
export type NamedEngagement = Engagement | null | 'unknown'

/** The engagement of the request: the one it names, else the one its token is bound to. */
export function namedEngagement({ snapshot, principal, engagementId }: FactsInput): NamedEngagement {
  const bound = principal.engagement
  if (engagementId !== null && bound !== null && engagementId !== bound) return 'unknown'
  const id = engagementId ?? bound
  if (id === null) return null
  const engagement = snapshot.engagements.get(id)
  return engagement?.institution === principal.institution.id ? engagement : 'unknown'
}

export function findEngagementFacts(
  input: FactsInput,
  engagement: NamedEngagement,
  scope: ScopeResolution,
): EngagementFacts {
  if (engagement === 'unknown') return UNKNOWN
  const where = {
    // Without an engagement there is no scope to be in or out of.
    targets: engagement === null && scope.targets !== 'none' ? ('unresolved' as const) : scope.targets,
    asset_criticality: scope.criticality,
  }
  if (engagement === null) return { ...NOT_APPLICABLE, ...where }
  const { reading, principal, nowMs } = input
  return {
    engagement: engagement.state,
    engagement_approvals: countApprovals(engagement),
    engagement_window: nowMs < engagement.fromMs ? 'before' : nowMs < engagement.untilMs ? 'inside' : 'after',
    engagement_member: engagement.members.includes(principal.actor.id) ? 'member' : 'not_member',
    engagement_capability: findCapability(engagement, reading.capability),
    ...where,
    autonomy: findAutonomy(input.snapshot.agreement, principal.institution.sector, engagement, scope),
  }
}

const UNKNOWN: EngagementFacts = {
  engagement: 'unknown',
  engagement_approvals: 'unknown',
  engagement_window: 'unknown',
  engagement_member: 'unknown',
  engagement_capability: 'unknown',
  targets: 'unknown',
  asset_criticality: 'unknown',
  autonomy: 'unknown',
}

const NOT_APPLICABLE = {
  engagement: 'none',
  engagement_approvals: 'not_applicable',
  engagement_window: 'not_applicable',
  engagement_member: 'not_applicable',
  engagement_capability: 'not_applicable',
  autonomy: 'not_applicable',
} as const

function countApprovals({ approvedBy, author }: Engagement): Facts['engagement_approvals'] {
  const approvers = new Set(approvedBy)
  approvers.delete(author)
  if (approvers.size === 0) return 'zero'
  return approvers.size === 1 ? 'one' : 'two_or_more'
}

function findCapability({ capabilities }: Engagement, capability: string): Facts['engagement_capability'] {
  if (capability === 'none') return 'not_applicable'
  return capabilities.some((allowed) => allowed === capability) ? 'allowed' : 'not_allowed'
}

/** Against the class of the assets the request reaches; when it names none, of the highest the engagement holds. */
function findAutonomy(
  agreement: Agreement,
  sector: string,
  engagement: Engagement,
  scope: ScopeResolution,
): Facts['autonomy'] {
  const reached = scope.criticality === 'not_applicable' ? highestClass(engagement) : scope.criticality
  const ceiling = agreement.autonomy.get(sector)?.[reached]
  if (ceiling === undefined) return 'unknown'
  return AUTONOMY_LEVELS.indexOf(engagement.autonomy) <= AUTONOMY_LEVELS.indexOf(ceiling) ? 'within' : 'above'
}

function highestClass({ assets }: Engagement): AssetClass {
  // An engagement without assets reaches nothing we know of: held to the highest class.
  if (assets.length === 0) return 'designated'
  return (
    ASSET_CLASSES.findLast((name) => assets.some(({ criticality }) => criticality === name)) ?? 'designated'
  )
}
