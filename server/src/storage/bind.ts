/**
 * Ties a database to the ledger it projects.
 *
 * A database restored from another site, or a URL pasted from another configuration, would show the state of a
 * programme that is not this one's: found here, at start.
 */
import type { Database } from './database.ts'
import { StorageError } from './error.ts'

/** @throws {StorageError} `storage_foreign_ledger` */
export async function bindToLedger(database: Database, origin: string): Promise<void> {
  await database.query('insert into server (ledger_origin) values ($1) on conflict do nothing', [origin])
  const [row] = await database.query<{ ledger_origin: string }>('select ledger_origin from server')
  if (row?.ledger_origin === origin) return
  throw new StorageError(
    'storage_foreign_ledger',
    `this database belongs to the ledger \`${row?.ledger_origin}\`, not to \`${origin}\`: use an empty one`,
  )
}
