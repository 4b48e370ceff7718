/** Public surface of the authorization room: finding facts and deciding on them. */
export { createDecider, type Decider, type DeciderOptions, type DeciderStats } from './decider.ts'
export type { ClauseRef, Decision, FactFound, NearestPermit, Verdict } from './decision.ts'
export { AuthorizationError, type AuthorizationErrorCode } from './error.ts'
export { type FactsInput, type FoundFacts, findFacts, findFactsAndGrant } from './find-facts.ts'
export { packFacts, unpackFacts } from './pack.ts'
export { joinedAgreements, stricter, strictest } from './strictest.ts'
