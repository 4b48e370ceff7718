/** Public surface of the triage room: logs and detection rules in, cases with cited events out. */
export {
  type Assets,
  CRITICALITIES,
  type Criticality,
  NO_ASSETS,
  parseAssets,
  type TriageAsset,
} from './assets.ts'
export { type Citation, type CitedFinding, checkCitations, cite } from './citation.ts'
export { TRIAGE_ERROR_CODES, TriageError, type TriageErrorCode } from './error.ts'
export { eventOf, type TriageEvent } from './event.ts'
export { type FindingContext, findingOf } from './finding.ts'
export { attackLayer } from './layer.ts'
export { type LogRecord, type RecordDefect, readRecords, type Unread } from './records.ts'
export {
  type Case,
  type CaseVerdict,
  caseOf,
  type Detection,
  type Reason,
  type Triage,
  type TriageOptions,
  triage,
  verdictOf,
} from './triage.ts'
