/**
 * What statements say about evidence: keys in custody, legal holds, destructions. Part of the folded state.
 *
 * Decisions about requests do not read it, so it is not part of `Snapshot`. Spec: docs/spec/custody.md.
 */
import type { RetentionClass } from '../agreement/index.ts'
import type { Snapshot } from './snapshot.ts'

/** A public key that epoch keys are wrapped to. The newest of an owner is in use. */
export interface CustodyKey {
  readonly kind: 'institution' | 'custodian'
  /** Institution id, or id of a custodian's seat. */
  readonly id: string
  /** Raw X25519 public key, base64. */
  readonly public: string
}

/** While it stands, content it covers is not destroyed. */
export interface LegalHold {
  readonly id: string
  /** Null: of every institution. */
  readonly institution: string | null
  /** Covers what was recorded at this time and later. */
  readonly fromMs: number
  /** Party id, or `institution/<id>`. */
  readonly by: string
}

export interface Destruction {
  /** Ledger index of the statement. */
  readonly index: number
  readonly institution: string
  readonly class: RetentionClass
  /** Content recorded before this time. */
  readonly beforeMs: number
}

export interface CustodyState {
  readonly keys: readonly CustodyKey[]
  readonly holds: readonly LegalHold[]
  readonly destructions: readonly Destruction[]
}

export const NO_CUSTODY: CustodyState = { keys: [], holds: [], destructions: [] }

/** The custody part of a snapshot that was folded; a snapshot made by hand has none. */
export function custodyOf(snapshot: Snapshot): CustodyState {
  // A folded snapshot is a whole state.
  return (snapshot as Snapshot & { readonly custody?: CustodyState }).custody ?? NO_CUSTODY
}
