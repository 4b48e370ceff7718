/**
 * The guard room: no unscanned byte leaves.
 *
 * Spec: docs/spec/leakage.md §guard; design.md §3.6.
 */
export type { Finding, FindingKind } from './finding.ts'
export { holdsCanary, type Redaction, type RedactionOptions, redactRequest } from './redact.ts'
export { createRestorer, type Restorer, restoreWhole } from './restore.ts'
export { scanParts, scanText } from './scan.ts'
export {
  createStreamGuard,
  type GuardOptions,
  type GuardStep,
  guardHeader,
  type StreamGuard,
} from './stream-guard.ts'
export { TokenBook } from './tokens.ts'
