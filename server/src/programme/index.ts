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
export { type ConnectedAuthority, type ConnectOptions, connectAuthority } from './authority-worker.ts'
export { type Channel, channelToChild, channelToParent } from './channel.ts'
export { ProgrammeError, type ProgrammeErrorCode, type StatementRefusal } from './error.ts'
export { type DecisionField, REDECIDED_CODE, type ResponseField } from './exchange.ts'
export { fold, type Standing } from './fold.ts'
export { HOLD_MS_MAX } from './hold.ts'
export { generateKeyPair, type KeyPair, keyPairFromSeed, type SigningKey } from './key.ts'
export { type KeyFile, type KeyHolder, readKeyFile, writeKeyFile } from './key-file.ts'
export { assertListenable } from './listen.ts'
export { openProgramme } from './open.ts'
export type {
  AgreementLookup,
  DecisionQuery,
  DecisionRow,
  Hold,
  Programme,
  ProgrammeOptions,
  Submitted,
} from './programme.ts'
export { stickyKey } from './refusal.ts'
export { foundSample, type SampleOptions, type SampleProgramme } from './sample.ts'
export { openSampleKeys, type SampleKeys } from './sample-keys.ts'
export { SAMPLE_ACTORS, SAMPLE_ENGAGEMENT, SAMPLE_INSTITUTIONS, SAMPLE_INTEGRATOR } from './sample-roster.ts'
export { resolveScope, type ScopeResolution } from './scope.ts'
export { addSignatures, type StatementDraft, signStatement } from './sign.ts'
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
export { type PrincipalStanding, standingOf } from './standing.ts'
export { STATEMENT_TYPES, type StatementType } from './statement.ts'
export type { MintedToken, SignedTokenRequest, TokenRequest, TokenSummary } from './token.ts'
export { signTokenRequest, TOKEN_REQUEST_CONTEXT, TOKEN_TTL_S_MAX } from './token.ts'
export { isTokenText, presentedToken, TOKEN_FORM, TOKEN_PREFIX } from './token-text.ts'
