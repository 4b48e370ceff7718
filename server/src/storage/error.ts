/** Errors of the storage room; codes are API, see docs/spec/http.md for what administration answers. */

/** Codes are API: add, never rename. */
export type StorageErrorCode =
  /** No connection, or it was lost: the work may or may not have happened. */
  | 'storage_unavailable'
  | 'storage_timeout'
  | 'storage_query_failed'
  /** The database projects another ledger than the one that is open. */
  | 'storage_foreign_ledger'
  | 'storage_migration_changed'
  | 'storage_migration_missing'
  | 'storage_migration_failed'
  | 'storage_embedded_unavailable'
  | 'storage_embedded_failed'
  | 'storage_embedded_in_use'

/** PostgreSQL could not be reached or did not do what was asked. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode
  /** PostgreSQL's five-character SQLSTATE, when the server answered: `23505` is a broken unique constraint. */
  readonly sqlState: string | null
  constructor(
    code: StorageErrorCode,
    message: string,
    options?: ErrorOptions & { sqlState?: string | null },
  ) {
    super(message, options)
    this.code = code
    this.sqlState = options?.sqlState ?? null
  }
}
