/**
 * Key-encryption keys by owner and epoch: the seam between the ledger and whoever holds the keys.
 *
 * Spec: docs/spec/record.md §6. Today a file of mode 0600 beside the ledger; the same seam takes keys that are
 * themselves wrapped to an institution's public key and to the agreement's k-of-n custodian.
 */

export interface Kek {
  /** Stable number written into key slots; never reused. */
  readonly id: number
  /** `institution/<id>` or `custodian`. */
  readonly owner: string
  /** UTC month as YYYYMM. */
  readonly epoch: number
  /** 32 bytes. */
  readonly key: Buffer
}

export interface KeyRing {
  /** The owner's key for the epoch of `nowMs`, made durable before it is returned when it is new. */
  sealing(owner: string, nowMs: number): Kek
  /** The key with this number, or null when it was destroyed or is not held here. */
  find(id: number): Kek | null
}
