/** Write-ahead log, Merkle tree, tiles, checkpoints, escrow. Layer 2. */

export type { FieldName, JsonValue } from 'sekisho-verify'
export { LedgerError, type LedgerErrorCode } from './error.ts'
export { openFileKeyRing } from './file-key-ring.ts'
export type { EpochKey, EpochKey as Kek, KeyRing } from './key-ring.ts'
export type {
  Appended,
  CustodyLedger,
  EntryCustody,
  EntryDraft,
  ExchangeDraft,
  Ledger,
  LedgerField,
  LedgerOptions,
  StatementDraft,
  StoredEntry,
  StoredExchange,
  StoredStatement,
} from './ledger.ts'
export { type DirectoryLock, lockDirectory } from './lock.ts'
export { openLedger } from './open.ts'
