/** Engagements: drafted by one operations lead, approved by others, narrowed at once. */
import { CAPABILITIES } from '../../boundary/index.ts'
import { list, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { parseAsset } from '../../scope/index.ts'
import { addApprovers, invalid, refuseRequester, withRole } from '../approvers.ts'
import { checkTerms, isOffensive, withTerms } from '../engagement-terms.ts'
import { ProgrammeError } from '../error.ts'
import type { Changes, Kind, RuleContext } from '../kind.ts'
import { ENGAGEMENT_MACHINE, next } from '../machine.ts'
import { ASSETS_MAX, asset, digest, id, MEMBERS_MAX, reason, timeMs } from '../members.ts'
import { notEntitled, signedByDirectoryOf } from '../signers.ts'
import type { Engagement, Role } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf, actsFor, engagementOf, institutionOf } from '../subject.ts'

const ENGAGEMENT_MS_MAX = 366 * 24 * 3_600_000

const AUTHOR_ROLES: readonly Role[] = ['operations_lead']
const APPROVER_ROLES: readonly Role[] = ['approver', 'operations_lead', 'legal', 'risk']
/** One of those who approve offensive work. */
const COUNSEL_ROLES: readonly Role[] = ['legal', 'risk']

const engagementDraftShape = withTerms(
  object({
    id,
    institution: id,
    purpose: text(1000),
    assets: list(asset, 0, ASSETS_MAX, (each) => each.id),
    capabilities: list(oneOf(CAPABILITIES), 1, CAPABILITIES.length, String),
    members: list(id, 1, MEMBERS_MAX, String),
    autonomy: oneOf(['A0', 'A1', 'A2', 'A3', 'A4']),
    from_ms: timeMs,
    until_ms: timeMs,
  }),
)

const engagementApproveShape = object({ id, draft: digest })

const engagementSuspendShape = object({ id, reason })

const engagementCloseShape = object({ id, reason })

export const engagementDraft: Kind<Shaped<typeof engagementDraftShape>> = {
  shape: engagementDraftShape,
  rule: (state, payload, context) => {
    const [author, another] = withRole(context, payload.institution, AUTHOR_ROLES)
    if (author === undefined || another !== undefined) {
      throw notEntitled(`exactly one operations lead of \`${payload.institution}\` drafts an engagement`)
    }
    if (institutionOf(state, payload.institution).standing === 'suspended') {
      throw notEntitled(`\`${payload.institution}\` is suspended`)
    }
    if (state.engagements.has(payload.id))
      throw new ProgrammeError('statement_id_taken', `\`${payload.id}\` is taken`)
    checkDraft(state, payload, context)
    const engagement = drafted(payload, author.id, context.digest)
    return { engagements: state.engagements.with(engagement.id, engagement) }
  },
}

/** A change is a draft anew: whatever stood before it was approved for something else. */
export const engagementAmend: Kind<Shaped<typeof engagementDraftShape>> = {
  shape: engagementDraftShape,
  rule: (state, payload, context) => {
    const before = engagementOf(state, payload.id)
    const [author, another] = withRole(context, before.institution, AUTHOR_ROLES)
    if (author === undefined || another !== undefined || payload.institution !== before.institution) {
      throw notEntitled(
        `exactly one operations lead of \`${before.institution}\` changes an engagement of it`,
      )
    }
    next(ENGAGEMENT_MACHINE, before.state, 'amend', before.id)
    checkDraft(state, payload, context)
    return { engagements: state.engagements.with(before.id, drafted(payload, author.id, context.digest)) }
  },
}

function drafted(payload: Shaped<typeof engagementDraftShape>, author: string, draft: string): Engagement {
  return {
    id: payload.id,
    institution: payload.institution,
    author,
    purpose: payload.purpose,
    state: 'draft',
    assets: payload.assets,
    capabilities: payload.capabilities,
    members: payload.members,
    autonomy: payload.autonomy,
    fromMs: payload.from_ms,
    untilMs: payload.until_ms,
    approvedBy: [],
    draft,
    ...(payload.terms === undefined ? {} : { terms: payload.terms }),
  }
}

export const engagementApprove: Kind<Shaped<typeof engagementApproveShape>> = {
  shape: engagementApproveShape,
  rule: (state, payload, context) => {
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
    if (context.at.timeMs >= engagement.untilMs) throw expired(engagement.id)
    const enough =
      approvedBy.length >= state.agreement.engagementApprovals &&
      (!isOffensive(engagement.capabilities) || approvedBy.some((each) => isCounsel(state, each)))
    const standing = enough ? approved : engagement.state
    return {
      engagements: state.engagements.with(engagement.id, { ...engagement, approvedBy, state: standing }),
    }
  },
}

export const engagementSuspend: Kind<Shaped<typeof engagementSuspendShape>> = {
  shape: engagementSuspendShape,
  rule: (state, payload, context) => moveEngagement(state, payload.id, 'suspend', context),
}

export const engagementClose: Kind<Shaped<typeof engagementCloseShape>> = {
  shape: engagementCloseShape,
  rule: (state, payload, context) => moveEngagement(state, payload.id, 'close', context),
}

function checkDraft(
  state: StateFields,
  payload: Shaped<typeof engagementDraftShape>,
  { at }: RuleContext,
): void {
  checkTerms(payload)
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

function isCounsel(state: StateFields, id: string): boolean {
  return state.actors.get(id)?.roles.some((role) => COUNSEL_ROLES.includes(role)) === true
}

function expired(id: string): ProgrammeError {
  return new ProgrammeError('statement_subject_state', `\`${id}\` is expired: draft another or amend it`)
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
