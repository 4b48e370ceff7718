/** Public surface of the authorization room: finding facts and deciding on them. */
export { createDecider, type Decider, type DeciderStats } from './decider.ts'
export type { ClauseRef, Decision, NearestPermit, Verdict } from './decision.ts'
export { type FactsInput, findFacts } from './find-facts.ts'
