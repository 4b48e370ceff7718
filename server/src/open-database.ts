/** The database of a server: the embedded one below `dataDir`, or the one its configuration names. */
import path from 'node:path'
import type { Logger } from './base/index.ts'
import type { Config } from './config/index.ts'
import { bindToLedger, type Database, migrate, openDatabase, startEmbeddedPostgres } from './storage/index.ts'

export interface OpenedDatabase {
  readonly database: Database
  close(): Promise<void>
}

/** Opens, migrates, and checks that it is this ledger's. @throws {StorageError} */
export async function openServerDatabase(
  config: Config,
  origin: string,
  logger: Logger,
): Promise<OpenedDatabase> {
  const { kind, url, connectionsMax, statementTimeoutMs } = config.database
  const embedded =
    kind === 'embedded'
      ? await startEmbeddedPostgres({ directory: path.join(config.dataDir, 'postgres'), logger })
      : null
  try {
    const database = await openDatabase({
      // The configuration was refused if kind `url` had no URL.
      url: embedded?.url ?? url ?? '',
      logger,
      connectionsMax,
      statementTimeoutMs,
      // One's own database may be away at the start: the gateway serves from the ledger's statements meanwhile.
      required: embedded !== null,
      async prepare(fresh) {
        await migrate(fresh, { logger })
        await bindToLedger(fresh, origin)
      },
    })
    return {
      database,
      async close() {
        await database.close()
        await embedded?.stop()
      },
    }
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}
