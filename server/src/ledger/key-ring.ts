/**
 * Epoch keys, one an institution and UTC month: the seam between the ledger and whoever holds the keys.
 *
 * Spec: docs/spec/record.md §6. Today a file of mode 0600 beside the ledger; the same seam takes keys that are
 * themselves wrapped to an institution's public key and to the agreement's k-of-n custodian, once an epoch.
 */

export interface EpochKey {
  /** Stable number written into key slots; at least 1, below 2^32, never reused. */
  readonly id: number
  /** `institution/<id>`. */
  readonly owner: string
  /** UTC month as YYYYMM. */
  readonly epoch: number
  /** 32 bytes. */
  readonly key: Buffer
}

export interface KeyRing {
  /** The owner's key for the epoch of `nowMs`, made durable before it is returned when it is new. */
  sealing(owner: string, nowMs: number): EpochKey
  /** The key with this number, or null when it was destroyed or is not held here. */
  find(id: number): EpochKey | null
}
