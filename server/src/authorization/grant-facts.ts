/**
 * Which grant, if any, covers a request: same person, engagement, capability and session, approved by enough others.
 *
 * Spec: docs/spec/facts.md §4.
 */
import type { Facts } from '../agreement/index.ts'
import type { Engagement, Grant, Snapshot } from '../programme/index.ts'
import type { FactsInput } from './find-facts.ts'

export interface FoundGrant {
  readonly state: Facts['grant']
  /** The covering grant whose time runs out first; null unless `state` is `covering`. */
  readonly grant: Grant | null
}

/** Grants by person: built once for each snapshot, forgotten with it. */
const INDEXES = new WeakMap<Snapshot, ReadonlyMap<string, readonly Grant[]>>()

export function findGrantOf(
  input: FactsInput,
  engagement: Engagement | null,
  criticality: Facts['asset_criticality'],
): FoundGrant {
  const needed = approvalsNeeded(input, criticality)
  let state: Facts['grant'] = 'none'
  let covering: Grant | null = null
  for (const grant of grantsOf(input.snapshot, input.principal.actor.id)) {
    if (!matches(grant, input, engagement) || approvers(grant) < Math.max(needed, grant.approvalsNeeded))
      continue
    if (input.nowMs >= grant.untilMs) {
      if (state === 'none') state = 'expired'
    } else if (input.grantUses(grant) >= countOf(grant, input)) {
      if (state !== 'covering') state = 'spent'
    } else if (covering === null || grant.untilMs < covering.untilMs) {
      state = 'covering'
      covering = grant
    }
  }
  return { state, grant: covering }
}

function grantsOf(snapshot: Snapshot, actor: string): readonly Grant[] {
  let index = INDEXES.get(snapshot)
  if (index === undefined) {
    index = Map.groupBy(snapshot.grants, (grant) => grant.actor)
    INDEXES.set(snapshot, index)
  }
  return index.get(actor) ?? []
}

function matches(
  grant: Grant,
  { principal, reading, session }: FactsInput,
  engagement: Engagement | null,
): boolean {
  return (
    grant.session === session &&
    grant.institution === principal.institution.id &&
    grant.capability === reading.capability &&
    grant.engagement === (engagement?.id ?? null)
  )
}

/** Distinct approvers, the requester never among them. */
function approvers({ approvedBy, actor }: Grant): number {
  return new Set(approvedBy.filter((approver) => approver !== actor)).size
}

/** A grant approved for ordinary assets does not reach designated ones. */
function approvalsNeeded({ snapshot }: FactsInput, criticality: Facts['asset_criticality']): number {
  const { grantApprovals } = snapshot.agreement
  if (criticality === 'unknown' || criticality === 'not_applicable') return grantApprovals.ordinary
  return grantApprovals[criticality]
}

function countOf(grant: Grant, { snapshot }: FactsInput): number {
  return Math.min(grant.count, snapshot.agreement.grants.requestsMax)
}
