/**
 * Every kind of statement this build knows, in one total table: its payload's closed shape and its rule.
 *
 * Spec: docs/spec/statement.md §4. A kind is a file in `kinds/` and a line here. An unknown kind or member is
 * refused, never skipped: a statement that this build does not understand must not be half obeyed.
 */
import type { Shaped } from '../identity/index.ts'
import type { Kind } from './kind.ts'
import { proposalActivate } from './kinds/activate.ts'
import { actorReinstate, actorRevoke, actorSuspend, personEnrol, serviceEnrol } from './kinds/actor.ts'
import { programmeFound } from './kinds/agreement.ts'
import { appealAnswer, appealOpen } from './kinds/appeal.ts'
import { ballotCast, ballotClose, ballotOpen, ballotProxy } from './kinds/ballot.ts'
import { contentDestroy, contentHold, contentRelease, custodyKey } from './kinds/custody.ts'
import { delegationGrant, delegationRevoke } from './kinds/delegation.ts'
import { disclosureOrder } from './kinds/disclosure.ts'
import {
  engagementAmend,
  engagementApprove,
  engagementClose,
  engagementDraft,
  engagementSuspend,
} from './kinds/engagement.ts'
import { evaluationAttest, evaluationWithdraw } from './kinds/evaluation.ts'
import {
  exportBasis,
  exportClassify,
  exportLift,
  exportList,
  exportOrder,
  exportWithdraw,
  obligationFulfil,
} from './kinds/export.ts'
import { grantApprove } from './kinds/grant.ts'
import { incidentSet } from './kinds/incident.ts'
import { institutionAdmit, institutionRegister, institutionSuspend } from './kinds/institution.ts'
import { integratorAdmit, integratorSuspend } from './kinds/integrator.ts'
import { agreementJoin, agreementLeave } from './kinds/joined.ts'
import { keyAdd, keyLimit, keyRevoke } from './kinds/key.ts'
import { programmeAccessApprove } from './kinds/programme-access.ts'
import {
  proposalAdopt,
  proposalDiscuss,
  proposalDraft,
  proposalExpire,
  proposalReject,
  proposalRevise,
  proposalVeto,
  proposalWithdraw,
  rulingDraft,
} from './kinds/proposal.ts'
import { refusalLift } from './kinds/refusal.ts'
import { capabilityRegister, clearanceGrant, clearanceRevoke } from './kinds/register.ts'
import { observerAssign, seatAssign } from './kinds/seat.ts'
import { sectorAccept, sectorDecline, sectorPause, sectorResume, sectorStage } from './kinds/sector.ts'
import { stopIssue, stopResume } from './kinds/stop.ts'
import { toolApprove } from './kinds/tool.ts'

/** Every kind by its type. */
export const KINDS = {
  'programme.found': programmeFound,
  'institution.register': institutionRegister,
  'institution.admit': institutionAdmit,
  'institution.suspend': institutionSuspend,
  'integrator.admit': integratorAdmit,
  'integrator.suspend': integratorSuspend,
  'person.enrol': personEnrol,
  'service.enrol': serviceEnrol,
  'actor.suspend': actorSuspend,
  'actor.reinstate': actorReinstate,
  'actor.revoke': actorRevoke,
  'key.add': keyAdd,
  'key.revoke': keyRevoke,
  'key.limit': keyLimit,
  'delegation.grant': delegationGrant,
  'delegation.revoke': delegationRevoke,
  'programme_access.approve': programmeAccessApprove,
  'sector.stage': sectorStage,
  'engagement.draft': engagementDraft,
  'engagement.amend': engagementAmend,
  'engagement.approve': engagementApprove,
  'engagement.suspend': engagementSuspend,
  'engagement.close': engagementClose,
  'grant.approve': grantApprove,
  'refusal.lift': refusalLift,
  'appeal.open': appealOpen,
  'appeal.answer': appealAnswer,
  'stop.issue': stopIssue,
  'stop.resume': stopResume,
  'incident.set': incidentSet,
  'seat.assign': seatAssign,
  'observer.assign': observerAssign,
  'proposal.draft': proposalDraft,
  'ruling.draft': rulingDraft,
  'proposal.revise': proposalRevise,
  'proposal.discuss': proposalDiscuss,
  'ballot.open': ballotOpen,
  'ballot.cast': ballotCast,
  'ballot.proxy': ballotProxy,
  'ballot.close': ballotClose,
  'proposal.adopt': proposalAdopt,
  'proposal.reject': proposalReject,
  'proposal.veto': proposalVeto,
  'proposal.activate': proposalActivate,
  'proposal.withdraw': proposalWithdraw,
  'proposal.expire': proposalExpire,
  'sector.accept': sectorAccept,
  'sector.decline': sectorDecline,
  'sector.pause': sectorPause,
  'sector.resume': sectorResume,
  'evaluation.attest': evaluationAttest,
  'evaluation.withdraw': evaluationWithdraw,
  'export.basis': exportBasis,
  'export.withdraw': exportWithdraw,
  'obligation.fulfil': obligationFulfil,
  'export.list': exportList,
  'export.order': exportOrder,
  'export.lift': exportLift,
  'export.classify': exportClassify,
  'capability.register': capabilityRegister,
  'clearance.grant': clearanceGrant,
  'clearance.revoke': clearanceRevoke,
  'agreement.join': agreementJoin,
  'agreement.leave': agreementLeave,
  'custody.key': custodyKey,
  'content.hold': contentHold,
  'content.release': contentRelease,
  'content.destroy': contentDestroy,
  'disclosure.order': disclosureOrder,
  'tool.approve': toolApprove,
} as const

/** A statement type, e.g. `stop.issue`. */
export type StatementType = keyof typeof KINDS
/** Every statement type this build knows. */
export const STATEMENT_TYPES = Object.keys(KINDS) as readonly StatementType[] // of an object literal: exactly its keys
/** Payload of a statement type. */
export type Payload<T extends StatementType> = Shaped<(typeof KINDS)[T]['shape']>

/** The kind of a type. The table pairs each type with its payload; TypeScript cannot follow the pair. */
export function kindOf(type: StatementType): Kind<Payload<StatementType>> {
  return KINDS[type] as Kind<Payload<StatementType>>
}
