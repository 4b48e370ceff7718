/** PostgreSQL: the connection, numbered migrations, the embedded server. Layer 1. */
export { bindToLedger } from './bind.ts'
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Sql,
  type SqlValue,
  type TransactionOptions,
} from './database.ts'
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded.ts'
export { StorageError, type StorageErrorCode } from './error.ts'
export { MIGRATIONS_DIR, type MigrateOptions, migrate } from './migrate.ts'
