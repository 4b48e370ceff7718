/**
 * A database of a test's own.
 *
 * The test runner starts one PostgreSQL for the whole run and names it in `SEKISHO_TEST_DATABASE_URL`;
 * each caller gets a fresh database in it. A single test file run by hand starts a server for itself.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from './database.ts'
import { startEmbeddedPostgres } from './embedded.ts'
import { migrate } from './migrate.ts'

/** Tests give up durability of what they throw away anyway. */
export const TEST_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
}

export interface TestDatabase {
  readonly url: string
  readonly database: Database
  /** Closes the pool and drops the database. */
  close(): Promise<void>
}

/** Opens an empty database and, unless told otherwise, runs the server's migrations on it. */
export async function openTestDatabase(options: { migrate?: boolean } = {}): Promise<TestDatabase> {
  const server = await serverForTests()
  const name = `test_${randomBytes(8).toString('hex')}`
  const admin = await openDatabase({ url: server.url, connectionsMax: 1, statementTimeoutMs: 60_000 })
  await admin.query(`create database ${name}`)
  const url = server.url.replace(/\/[^/]*$/, `/${name}`)
  const database = await openDatabase({ url })
  if (options.migrate !== false) await migrate(database)
  return {
    url,
    database,
    async close() {
      await database.close()
      await admin.query(`drop database ${name} with (force)`)
      await admin.close()
      await server.stop()
    },
  }
}

async function serverForTests(): Promise<{ url: string; stop(): Promise<void> }> {
  const shared = process.env.SEKISHO_TEST_DATABASE_URL
  if (shared !== undefined) return { url: shared, stop: async () => undefined }
  const directory = await mkdtemp(path.join(tmpdir(), 'sekisho-test-pg-'))
  const server = await startEmbeddedPostgres({ directory, settings: TEST_SETTINGS, restart: false })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
