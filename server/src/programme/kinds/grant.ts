/** Grants: the answer to a hold, approval by approval. */
import { CAPABILITIES } from '../../boundary/index.ts'
import { integer, nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { addApprovers, invalid, refuseRequester, withRole } from '../approvers.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { id, timeMs } from '../members.ts'
import type { Grant } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf, actsFor, engagementOf } from '../subject.ts'

/** Live grants of one person or service, those still short of approvals included. */
const GRANTS_PER_ACTOR_MAX = 64

const grantApproveShape = object({
  hold: text(64, /^dec_[0-9a-z]{26}$/),
  actor: id,
  institution: id,
  engagement: nullable(id),
  capability: oneOf(CAPABILITIES),
  session: text(256),
  approvals: integer(1, 8),
  count: integer(1, 100_000),
  until_ms: timeMs,
})

/** One approval of what was held. The writer also compares it with the hold on record. */
export const grantApprove: Kind<Shaped<typeof grantApproveShape>> = {
  shape: grantApproveShape,
  rule: (state, payload, context) => {
    checkGrant(state, payload, context)
    refuseRequester(context, payload.actor)
    const approvers = withRole(context, payload.institution, approverRoles(state))
    const live = (grant: Grant): boolean => grant.untilMs > context.at.timeMs
    const grants = state.grants.filter(live)
    const pending = state.pendingGrants.filter(live)
    if (grants.some((grant) => grant.hold === payload.hold)) {
      throw new ProgrammeError('statement_already_approved', `\`${payload.hold}\` has all its approvals`)
    }
    const begun = pending.find((grant) => grant.hold === payload.hold)
    const grant = begun === undefined ? newGrant(payload) : sameGrant(begun, payload)
    const grown = { ...grant, approvedBy: addApprovers(grant.approvedBy, approvers) }
    const others = pending.filter((each) => each.hold !== payload.hold)
    if (grown.approvedBy.length < grown.approvalsNeeded) return { grants, pendingGrants: [...others, grown] }
    return { grants: [...grants, grown], pendingGrants: others }
  },
}

/** Roles that some hold of the agreement names. */
function approverRoles(state: Pick<StateFields, 'agreement'>): readonly string[] {
  return [...new Set([...state.agreement.holds.values()].flatMap((hold) => hold.roles))]
}

function checkGrant(
  state: StateFields,
  payload: Shaped<typeof grantApproveShape>,
  { at }: RuleContext,
): void {
  const { requestsMax, minutesMax } = state.agreement.grants
  if (payload.count > requestsMax) throw invalid(`\`count\` is at most ${requestsMax} under the agreement`)
  if (payload.until_ms <= at.timeMs || payload.until_ms > at.timeMs + minutesMax * 60_000) {
    throw invalid(`\`until_ms\` must lie within the next ${minutesMax} minutes`)
  }
  if (!actsFor(state, actorOf(state, payload.actor), payload.institution, at.timeMs)) {
    throw invalid(`\`${payload.actor}\` does not work for \`${payload.institution}\``)
  }
  if (
    payload.engagement !== null &&
    engagementOf(state, payload.engagement).institution !== payload.institution
  ) {
    throw invalid(`engagement \`${payload.engagement}\` is not of \`${payload.institution}\``)
  }
  const held = [...state.grants, ...state.pendingGrants].filter(
    (grant) => grant.actor === payload.actor && grant.untilMs > at.timeMs && grant.hold !== payload.hold,
  )
  if (held.length >= GRANTS_PER_ACTOR_MAX) {
    throw new ProgrammeError('statement_limit', `\`${payload.actor}\` holds ${held.length} grants, the limit`)
  }
}

function newGrant(payload: Shaped<typeof grantApproveShape>): Grant {
  const {
    hold,
    actor,
    institution,
    engagement,
    capability,
    session,
    count,
    approvals,
    until_ms: untilMs,
  } = payload
  return {
    hold,
    actor,
    institution,
    engagement,
    capability,
    session,
    count,
    untilMs,
    approvedBy: [],
    approvalsNeeded: approvals,
  }
}

/** A second approver approves what the first one did, or nothing. */
function sameGrant(begun: Grant, payload: Shaped<typeof grantApproveShape>): Grant {
  const asked: Grant = { ...newGrant(payload), approvedBy: begun.approvedBy }
  for (const member of Object.keys(begun) as (keyof Grant)[]) {
    if (asked[member] !== begun[member]) {
      throw new ProgrammeError(
        'statement_hold_mismatch',
        `\`${member}\` differs from what was approved before`,
      )
    }
  }
  return begun
}
