/** Loads an agreement document. Spec: docs/spec/agreement.md. */
import type { Agreement } from './agreement.ts'

/** @throws {AgreementError} with file, line and code */
export function loadAgreement(_text: string | Uint8Array, _file: string): Agreement {
  throw new Error('under construction')
}

/**
 * Checks that every capability the agreement names exists, and that every existing one is granted by a stage or never.
 * @throws {AgreementError} `agreement_capability_unknown`, `agreement_capability_unplaced`
 */
export function checkCapabilities(_agreement: Agreement, _capabilities: readonly string[]): void {
  throw new Error('under construction')
}
