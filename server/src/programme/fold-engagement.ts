/** Rules for engagements, grants, and lifting a sticky refusal: what people inside one institution approve. */
import { parseAsset } from '../scope/index.ts'
import { ProgrammeError } from './error.ts'
import { ENGAGEMENT_MACHINE, next } from './machine.ts'
import type { Changes, RuleContext, RulesFor } from './rule.ts'
import { notEntitled, signedByDirectoryOf } from './signers.ts'
import type { Actor, Engagement, Grant, Role } from './snapshot.ts'
import type { StateFields } from './state.ts'
import type { Payload } from './statement.ts'
import { actorOf, actsFor, engagementOf, institutionOf } from './subject.ts'

const ENGAGEMENT_MS_MAX = 366 * 24 * 3_600_000
/** Live grants of one person or service, those still short of approvals included. */
const GRANTS_PER_ACTOR_MAX = 64

const AUTHOR_ROLES: readonly Role[] = ['operations_lead']
const APPROVER_ROLES: readonly Role[] = ['approver', 'operations_lead']
const LIFT_ROLES: readonly Role[] = ['approver']

export const ENGAGEMENT_RULES: RulesFor<
  | 'engagement.draft'
  | 'engagement.approve'
  | 'engagement.suspend'
  | 'engagement.close'
  | 'grant.approve'
  | 'refusal.lift'
> = {
  'engagement.draft': (state, payload, context) => {
    const [author, another] = withRole(context, payload.institution, AUTHOR_ROLES)
    if (author === undefined || another !== undefined) {
      throw notEntitled(`exactly one operations lead of \`${payload.institution}\` drafts an engagement`)
    }
    if (institutionOf(state, payload.institution).standing === 'suspended') {
      throw notEntitled(`\`${payload.institution}\` is suspended`)
    }
    checkDraft(state, payload, context)
    const engagement: Engagement = {
      id: payload.id,
      institution: payload.institution,
      author: author.id,
      purpose: payload.purpose,
      state: 'draft',
      assets: payload.assets,
      capabilities: payload.capabilities,
      members: payload.members,
      autonomy: payload.autonomy,
      fromMs: payload.from_ms,
      untilMs: payload.until_ms,
      approvedBy: [],
      draft: context.digest,
    }
    return { engagements: state.engagements.with(engagement.id, engagement) }
  },

  'engagement.approve': (state, payload, context) => {
    const engagement = engagementOf(state, payload.id)
    if (payload.draft !== engagement.draft) {
      throw new ProgrammeError(
        'statement_draft_mismatch',
        'the approval names another draft: approve what stands',
      )
    }
    // Refused in a state where no approval is wanted, whoever signs.
    const approved = next(ENGAGEMENT_MACHINE, engagement.state, 'approve', engagement.id)
    const approvers = withRole(context, engagement.institution, APPROVER_ROLES)
    refuseRequester(context, engagement.author)
    const approvedBy = addApprovers(engagement.approvedBy, approvers)
    const enough = approvedBy.length >= state.agreement.engagementApprovals
    const standing = enough ? approved : engagement.state
    return {
      engagements: state.engagements.with(engagement.id, { ...engagement, approvedBy, state: standing }),
    }
  },

  'engagement.suspend': (state, payload, context) => moveEngagement(state, payload.id, 'suspend', context),
  'engagement.close': (state, payload, context) => moveEngagement(state, payload.id, 'close', context),

  /** One approval of what was held. The writer also compares it with the hold on record. */
  'grant.approve': (state, payload, context) => {
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

  /** Changes no state: the writer forgets the refusal. It stands in the ledger with the name of who lifted it. */
  'refusal.lift': (state, payload, context) => {
    const actor = actorOf(state, payload.actor)
    refuseRequester(context, actor.id)
    const lifters = context.signers.actors.filter(
      (signer) =>
        actsFor(state, actor, signer.institution, context.at.timeMs) &&
        signer.roles.some((role) => LIFT_ROLES.includes(role)),
    )
    if (lifters.length === 0)
      throw notEntitled(`an approver of the institution \`${actor.id}\` works for must sign`)
    return {}
  },
}

/** Roles that some hold of the agreement names. */
export function approverRoles(state: Pick<StateFields, 'agreement'>): readonly string[] {
  return [...new Set([...state.agreement.holds.values()].flatMap((hold) => hold.roles))]
}

function checkDraft(state: StateFields, payload: Payload<'engagement.draft'>, { at }: RuleContext): void {
  if (state.engagements.has(payload.id))
    throw new ProgrammeError('statement_id_taken', `\`${payload.id}\` is taken`)
  const never = payload.capabilities.find(
    (each) => each === 'none' || state.agreement.neverGranted.includes(each),
  )
  if (never !== undefined) {
    throw new ProgrammeError('statement_capability_never_granted', `the agreement never grants \`${never}\``)
  }
  const windowGood = payload.until_ms > payload.from_ms && payload.until_ms > at.timeMs
  if (!windowGood || payload.until_ms - payload.from_ms > ENGAGEMENT_MS_MAX) {
    throw invalid('`from_ms` to `until_ms` must be a window of at most 366 days that has not ended')
  }
  for (const asset of payload.assets) {
    if (parseAsset(asset) === null)
      throw invalid(`asset \`${asset.id}\`: \`${asset.value}\` is no ${asset.kind}, or too wide`)
  }
  for (const id of payload.members) {
    if (!actsFor(state, actorOf(state, id), payload.institution, at.timeMs)) {
      throw invalid(`\`${id}\` does not work for \`${payload.institution}\``)
    }
  }
}

/** An operations lead or approver of the institution, or its directory key, may narrow at once. */
function moveEngagement(
  state: StateFields,
  id: string,
  event: 'suspend' | 'close',
  context: RuleContext,
): Changes {
  const engagement = engagementOf(state, id)
  const byLead = withRole(context, engagement.institution, APPROVER_ROLES).length > 0
  if (!byLead && !signedByDirectoryOf('institution', engagement.institution, context.signers)) {
    throw notEntitled(`an operations lead or approver of \`${engagement.institution}\` must sign`)
  }
  const standing = next(ENGAGEMENT_MACHINE, engagement.state, event, id)
  // What was suspended is approved anew by as many people as before.
  return { engagements: state.engagements.with(id, { ...engagement, state: standing, approvedBy: [] }) }
}

function checkGrant(state: StateFields, payload: Payload<'grant.approve'>, { at }: RuleContext): void {
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

function newGrant(payload: Payload<'grant.approve'>): Grant {
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
function sameGrant(begun: Grant, payload: Payload<'grant.approve'>): Grant {
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

/** Signers with one of these roles at this very institution; nobody approves for another institution. */
function withRole({ signers }: RuleContext, institution: string, roles: readonly string[]): Actor[] {
  return signers.actors.filter(
    (actor) => actor.institution === institution && actor.roles.some((role) => roles.includes(role)),
  )
}

/** Nobody approves what they asked for, whatever their roles and whoever signs beside them. */
function refuseRequester({ signers }: RuleContext, requester: string): void {
  if (signers.actors.some((actor) => actor.id === requester)) throw ownRequest(requester)
}

/** @throws {ProgrammeError} `statement_already_approved`, `statement_signer_not_entitled` */
function addApprovers(approvedBy: readonly string[], approvers: readonly Actor[]): readonly string[] {
  if (approvers.length === 0) throw notEntitled('nobody with an approving role at the institution signed')
  const again = approvers.find((approver) => approvedBy.includes(approver.id))
  if (again !== undefined) {
    throw new ProgrammeError(
      'statement_already_approved',
      `\`${again.id}\` approved this before: another must`,
    )
  }
  return [...approvedBy, ...approvers.map((approver) => approver.id)]
}

function ownRequest(id: string): ProgrammeError {
  return new ProgrammeError('statement_own_request', `\`${id}\` cannot approve what \`${id}\` asked for`)
}

function invalid(why: string): ProgrammeError {
  return new ProgrammeError('statement_payload_invalid', why)
}
