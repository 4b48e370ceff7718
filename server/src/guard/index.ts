/**
 * The guard room: no unscanned byte leaves.
 *
 * Spec: docs/spec/leakage.md §guard; design.md §3.6.
 */
export type { Finding, FindingKind } from './finding.ts'
export { scanParts, scanText } from './scan.ts'
export { createStreamGuard, type GuardOptions, type GuardStep, type StreamGuard } from './stream-guard.ts'
