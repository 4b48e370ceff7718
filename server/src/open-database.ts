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
    // The configuration was refused if kind `url` had no URL.
    const database = await openDatabase({
      url: embedded?.url ?? url ?? '',
      logger,
      connectionsMax,
      statementTimeoutMs,
    })
    try {
      await migrate(database, { logger })
      await bindToLedger(database, origin)
    } catch (error) {
      await database.close()
      throw error
    }
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
