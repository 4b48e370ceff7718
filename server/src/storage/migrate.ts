/**
 * Migrations: numbered `.sql` files, run once each, in order, and never changed afterwards.
 *
 * The table `migration` keeps each file's SHA-256. A file that was edited after it ran, or that is missing
 * while the database has it, stops the start: the schema in the field must be the one that was reviewed.
 * Each file runs in one transaction; an advisory lock keeps two servers from migrating at once.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Logger, silentLogger } from '../base/index.ts'
import type { Database, Sql } from './database.ts'
import { StorageError } from './error.ts'

/** Any constant will do as long as it stays: the key of the advisory lock. */
const LOCK_KEY = 5_348_117
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/

/** Where the server's own migrations are. */
export const MIGRATIONS_DIR = path.join(import.meta.dirname, 'migrations')

/** Which migrations run, and who is told. */
export interface MigrateOptions {
  readonly directory?: string
  readonly logger?: Logger
}

interface Migration {
  readonly number: number
  readonly name: string
  readonly sha256: string
  readonly text: string
}

/**
 * Brings the schema up to date and returns the names of the files that ran.
 *
 * @throws {StorageError} `storage_migration_changed`, `storage_migration_missing`, `storage_migration_failed`,
 *   or `storage_unavailable`
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations(options.directory ?? MIGRATIONS_DIR)
  const logger = options.logger ?? silentLogger
  return database.session(async (sql) => {
    await sql.query(
      "select set_config('lock_timeout', '60s', false), set_config('statement_timeout', '60s', false)",
    )
    await sql.query('select pg_advisory_lock($1)', [LOCK_KEY])
    try {
      return await runPending(sql, migrations, logger)
    } finally {
      await sql.query('select pg_advisory_unlock($1)', [LOCK_KEY]).catch(() => undefined)
      await sql.query('reset lock_timeout').catch(() => undefined)
      await sql.query('reset statement_timeout').catch(() => undefined)
    }
  })
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const migrations: Migration[] = []
  for (const name of names) {
    const match = FILE_NAME.exec(name)
    if (match === null) throw failed(`\`${name}\` is not named like \`0101_what_it_does.sql\``)
    const number = Number(match[1])
    if (migrations.at(-1)?.number === number) throw failed(`two migrations are numbered ${match[1]}`)
    const text = await readFile(path.join(directory, name), 'utf8')
    migrations.push({ number, name, text, sha256: createHash('sha256').update(text).digest('hex') })
  }
  return migrations
}

async function runPending(sql: Sql, migrations: Migration[], logger: Logger): Promise<string[]> {
  await sql.query(`create table if not exists migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    ran_at timestamptz not null default now())`)
  const done = await sql.query<{ number: number; name: string; sha256: string }>(
    'select number, name, sha256 from migration order by number',
  )
  for (const row of done) checkUnchanged(row, migrations)
  const pending = migrations.filter((migration) => !done.some((row) => row.number === migration.number))
  for (const migration of pending) {
    await runOne(sql, migration)
    logger.info({ event: 'migrated', migration: migration.name }, 'migration ran')
  }
  return pending.map((migration) => migration.name)
}

function checkUnchanged(
  row: { number: number; name: string; sha256: string },
  migrations: Migration[],
): void {
  const file = migrations.find((migration) => migration.number === row.number)
  if (file === undefined) {
    throw new StorageError(
      'storage_migration_missing',
      `the database ran migration \`${row.name}\`, which this build does not have: start the newer build`,
    )
  }
  if (file.sha256 !== row.sha256) {
    throw new StorageError(
      'storage_migration_changed',
      `migration \`${file.name}\` was changed after it ran: restore it and put the change in a new file`,
    )
  }
}

async function runOne(sql: Sql, migration: Migration): Promise<void> {
  try {
    await sql.query('begin')
    await sql.query(migration.text)
    await sql.query('insert into migration (number, name, sha256) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.sha256,
    ])
    await sql.query('commit')
  } catch (error) {
    await sql.query('rollback').catch(() => undefined)
    const reason = error instanceof Error ? error.message : String(error)
    throw failed(`migration \`${migration.name}\` failed: ${reason}`, error)
  }
}

function failed(message: string, cause?: unknown): StorageError {
  return new StorageError('storage_migration_failed', message, { cause })
}
