/**
 * The boundary room: reads what is asked, of which side, against which targets, and what would leak.
 *
 * Spec: docs/spec/boundary.md and docs/spec/leakage.md. The reader proposes, the agreement decides.
 */

export { BoundaryError, type BoundaryErrorCode } from './error.ts'
export { LEAKAGE_TYPES, type LeakageSpan, type LeakageType } from './leakage/leakage-type.ts'
export { leaksIn } from './leakage/leaks.ts'
export { SECRET_FORMATS, type SecretFormat, type SecretType } from './leakage/secret-formats.ts'
export {
  createSecretScanner,
  type Frontier,
  type SecretScanner,
  type SecretSpan,
  secretSpans,
} from './leakage/secrets.ts'
export { leakageSpans } from './leakage/spans.ts'
export { readBatchItem } from './read-batch.ts'
export { readText, type TextReading } from './read-text.ts'
export {
  type Asker,
  createReader,
  READER_VERSION,
  type Reader,
  type ReaderOptions,
  type ReaderStats,
} from './reader.ts'
export {
  CAPABILITIES,
  type Capability,
  type EvidenceSpan,
  type Reading,
  SIDES,
  type Side,
  type Target,
  type TargetKind,
} from './reading.ts'
export { findSteering, type SteeringSpan, steers } from './steering.ts'
export { type FoundTarget, findTargets, UNRESOLVED } from './targets.ts'
export { type CalledProgram, readToolCall, type ToolCall } from './tool-call.ts'
