/** Public surface of the proof room: what is proved of an agreement, and what an amendment changes. */
export { type Counterexample, checkInvariants, type Ground, type InvariantResult } from './check.ts'
export type { ClauseChange, TextChange } from './clause-change.ts'
export { coherentRecords } from './coherence.ts'
export {
  compareAgreements,
  type Difference,
  type DifferenceOptions,
  type GradeChange,
  gradeName,
} from './difference.ts'
export { ProofError, type ProofErrorCode } from './error.ts'
export { EXAMINER, sectorsTouched } from './examine.ts'
export { differences, nearestRecord } from './example.ts'
export { allowedNear, parseFacts, type Wanted } from './explain.ts'
export { FINDING_WORDS, type Finding, type FindingKind, findingWords } from './findings.ts'
export { INVARIANTS, type Invariant, type Query, type Step, WORSE } from './invariants.ts'
export {
  completeFacts,
  decideScenarios,
  parseScenarios,
  type ReplayChange,
  type ReplayReport,
  replayDecisions,
  type Scenario,
  type ScenarioResult,
} from './lenses.ts'
export { factSchemaDigest, invariantsDigest, type Proof, type ProveOptions, proveAgreement } from './prove.ts'
export { differenceText, proofText, replayText, requestInWords } from './report-text.ts'
export { makeReports, makeReportsAside, type Reports, reportsOf } from './reports.ts'
export { expectedAnswers, readAnswers, writeSmt } from './smt.ts'
export { createSpace, type Space } from './space.ts'
export type { TableChange } from './table-change.ts'
export type { TableEffect } from './table-effect.ts'
export type { FactRange, Transition, TransitionGroup } from './transition.ts'
export { buildVerdicts, spaceFor, type Verdicts, verdictOf } from './verdicts.ts'
