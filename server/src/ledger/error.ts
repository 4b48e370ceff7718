/** The ledger room's error. */

export type LedgerErrorCode =
  /** Disk full or over a size limit: nothing was acknowledged; the ledger recovers by itself. */
  | 'ledger_not_writable'
  /** A sync failed or the files are not ours any more: the process must end. */
  | 'ledger_failed'
  | 'ledger_closed'
  /** More waits for the disk than the ledger holds in memory. */
  | 'ledger_overloaded'
  | 'ledger_entry_too_large'
  /** A slot the ledger fills itself was given, or a value is not integer-only JSON. */
  | 'ledger_draft_invalid'
  /** An outcome names an index that is not an open intent. */
  | 'ledger_intent_not_open'
  | 'ledger_index_range'
  /** Another process has the directory. */
  | 'ledger_locked'
  /** The directory belongs to another origin or key. */
  | 'ledger_origin_mismatch'
  | 'ledger_origin_malformed'
  /** A checkpoint was signed for more entries than the write-ahead log holds. */
  | 'ledger_checkpoint_ahead'
  /** The write-ahead log gives another root than a checkpoint already signed. */
  | 'ledger_checkpoint_conflict'
  | 'ledger_checkpoint_malformed'
  | 'ledger_wal_corrupt'
  | 'ledger_wal_gap'
  | 'ledger_wal_header'
  | 'ledger_tile_mismatch'
  | 'ledger_blob_mismatch'
  | 'ledger_key_slot_corrupt'
  | 'ledger_key_ring_malformed'

export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode
  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
