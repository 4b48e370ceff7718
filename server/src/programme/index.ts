/**
 * The programme room: signed statements, directory, snapshot, tokens, budgets, stops, leases.
 *
 * A gateway is written against `Authority`; administration against `Programme`.
 */
export {
  type AppendOptions,
  type Authentication,
  type AuthenticationFailure,
  type Authority,
  type AuthorityAppended,
  LEASE_MS_MAX,
  type Reserved,
  type ReserveRefusal,
  type ReserveRequest,
  type StickyRefusal,
} from './authority.ts'
export { type Channel, channelToChild, channelToParent } from './channel.ts'
export { ProgrammeError, type ProgrammeErrorCode, type StatementRefusal } from './error.ts'
export type { DecisionField, RefersField, ResponseField } from './exchange.ts'
export { openProgramme } from './open.ts'
export type { AgreementLookup, Hold, Programme, ProgrammeOptions, Submitted } from './programme.ts'
export { resolveScope, type ScopeResolution } from './scope.ts'
export type {
  Actor,
  Asset,
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
export type { MintedToken, SignedTokenRequest, TokenRequest, TokenSummary } from './token.ts'
