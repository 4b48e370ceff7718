/**
 * The programme room: the statements it knows, the fold from them to the snapshot, standing, and who must sign what.
 */
export { type CustodyKey, type CustodyState, custodyOf, type Destruction, type LegalHold } from './custody.ts'
export { documentOf } from './documents.ts'
export { ProgrammeError, type ProgrammeErrorCode, type StatementRefusal } from './error.ts'
export { fold, type Standing } from './fold.ts'
export { liftedBy } from './kinds/appeal.ts'
export { KINDS, type Payload, STATEMENT_TYPES, type StatementType } from './kinds.ts'
export { assertListenable } from './listen.ts'
export { engagementStands } from './machine.ts'
export { ROLE_WORDS, rolesInWords } from './role-words.ts'
export { addSignatures, type StatementDraft, signStatement } from './sign.ts'
export type {
  Actor,
  Appeal,
  ApprovedTool,
  Delegation,
  Engagement,
  Grant,
  Institution,
  Integrator,
  Party,
  Principal,
  PublicKey,
  Role,
  Snapshot,
  Stop,
  StopScope,
} from './snapshot.ts'
export { type PrincipalStanding, standingOf } from './standing.ts'
export { type AgreementLookup, decodeState, encodeState, type ProgrammeState } from './state.ts'
export { parseStatement, type Statement } from './statement.ts'
export { stageOf } from './version.ts'
