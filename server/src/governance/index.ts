/**
 * The governance room: pure machines of change, without clock, keys or ledger. The fold (`programme`) applies them to
 * signed statements; `proof` says what an amendment does.
 */
export { closeBallot, countBody, participation, withVote } from './count.ts'
export {
  BASIS_KINDS,
  type Condition,
  covers,
  type EmployerClass,
  type EntityList,
  type ExportClass,
  type ExportFacts,
  type ExportOrder,
  type ExportSubject,
  type ExportView,
  exportFacts,
  isInForce,
  isOrderInForce,
  type LegalBasis,
  ORIGIN_CLASSES,
  type OriginClass,
  obligations,
} from './export-control.ts'
export {
  isOpen,
  machineTable,
  PROPOSAL_MACHINE,
  PROPOSAL_STATES,
  type ProposalEvent,
  type ProposalState,
  ROLLOUT_MACHINE,
  type RolloutEvent,
  type RolloutState,
} from './machine.ts'
export {
  type Ballot,
  type BodyBallot,
  type BodyResult,
  type BroughtParty,
  ballotSubject,
  CHOICES,
  type ChamberCount,
  type Choice,
  digestOf,
  type Override,
  type Proposal,
  type Vote,
} from './proposal.ts'
export { entry, type Rec } from './record.ts'
export {
  type Clearance,
  clearanceOf,
  LABELS,
  type Label,
  labelOf,
  labelOfAll,
  mayRead,
  type RegisterEntry,
  type RegisterView,
  registerFor,
  registerKey,
} from './register.ts'
export {
  type Acceptance,
  type Attestation,
  type CalendarLine,
  calendarView,
  currentAttestation,
  evidenceProblems,
  type GateProblem,
  gateProblems,
  isCurrent,
  plannedMs,
  type RolloutTrack,
  type RolloutView,
} from './rollout.ts'
export {
  RULING_VERDICTS,
  type Ruling,
  type RulingInForce,
  type RulingVerdict,
  rulingOn,
  type UseCase,
} from './ruling.ts'
export {
  concerns,
  type ObserverHolding,
  proxySeat,
  rollOf,
  type Seat,
  type SeatHolding,
  type SeatProxy,
  seatKey,
  seatsOf,
} from './seats.ts'
export { type GovernanceState, type JoinedAgreement, NO_GOVERNANCE } from './state.ts'
