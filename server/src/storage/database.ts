/**
 * One PostgreSQL database: a small pool, limits on every statement, and a health that others can watch.
 *
 * Administration needs the database, the gateway does not: it serves on from its snapshot while
 * `healthy()` is false. A lost connection is never an answer, it is a `StorageError`.
 */
import pg from 'pg'
import { type Logger, silentLogger } from '../base/index.ts'
import { StorageError } from './error.ts'
import { toStorageError } from './failure.ts'
import { createHealth, type Health } from './health.ts'

const POOL_CONNECTIONS_MAX = 8
const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 5_000
/** Ours waits a little longer than the server's, so that the server's own answer wins when it is alive. */
const ANSWER_GRACE_MS = 1_000
const IDLE_CONNECTION_MS = 30_000
/** A transaction that PostgreSQL asks to repeat (serialisation failure, deadlock) is tried so often. */
const TRANSACTION_ATTEMPTS_MAX = 4

/** How to reach PostgreSQL, and what to run on it first. */
export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database`; a host of `%2Fdir` is a Unix socket's directory. */
  readonly url: string
  readonly logger?: Logger
  readonly connectionsMax?: number
  readonly statementTimeoutMs?: number
  /** How often the database is asked whether it is there. */
  readonly probeIntervalMs?: number
  /** Run once, when the database first answers; until it has, the database counts as away. */
  readonly prepare?: (database: Database) => Promise<void>
  /** False: opens although the database is away, and prepares it when it comes. Default true. */
  readonly required?: boolean
}

/** A value for a `$1` place. Objects and arrays are sent as JSON text by the caller. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Buffer
  | Date
  | readonly string[]
  | readonly number[]

/** Whatever can run a statement: the database itself, or one transaction. */
export interface Sql {
  /**
   * Runs one statement and returns its rows. `bigint` columns arrive as numbers.
   *
   * @typeParam R shape of a row; the query lives beside the table's owner, who answers for it
   * @throws {StorageError}
   */
  query<R extends object = Record<string, unknown>>(text: string, values?: readonly SqlValue[]): Promise<R[]>
}

/** How a transaction is run. */
export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
}

/** A pool of connections to PostgreSQL that says whether it is there. */
export interface Database extends Sql {
  /**
   * Runs `work` in one transaction: committed when it resolves, rolled back when it rejects.
   * Repeated from the start on a serialisation failure, so `work` must have no other effect.
   */
  transaction<T>(work: (tx: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Whether the last statement or probe reached the database. */
  healthy(): boolean
  /** Calls back on every change of `healthy()`; returns the unsubscriber. */
  onHealth(listener: (healthy: boolean) => void): () => void
  /** A connection of one's own, for a lock held across statements; released when `work` ends. */
  session<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Opens a pool and prepares the database.
 *
 * @throws {StorageError} `storage_unavailable` when it cannot be reached and is required; what `prepare` throws
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const pool = createPool(options)
  const prepare = async (): Promise<void> => {
    await pool.query('select 1')
    await options.prepare?.(assemble(pool, SILENT_HEALTH))
  }
  const health = createHealth({
    prepare,
    probe: async () => void (await pool.query('select 1')),
    logger: options.logger ?? silentLogger,
    ...(options.probeIntervalMs === undefined ? {} : { intervalMs: options.probeIntervalMs }),
  })
  // HOSTILE: without a listener, a connection dying while idle would end the process.
  pool.on('error', (error) => health.report(toStorageError(error)))
  const database = assemble(pool, health)
  try {
    await health.prepare()
  } catch (error) {
    const failure = toStorageError(error)
    if (options.required === false && failure.code === 'storage_unavailable') return database
    await database.close()
    throw failure
  }
  return database
}

function assemble(pool: pg.Pool, health: Health): Database {
  return {
    query: (text, values) => runStatement(pool, health, text, values),
    transaction: (work, how) => repeat(() => withSession(pool, health, (sql) => transact(sql, work, how))),
    session: (work) => withSession(pool, health, work),
    healthy: health.healthy,
    onHealth: health.onChange,
    async close() {
      health.close()
      await pool.end()
    },
  }
}

/** Errors of `work` itself pass through untouched; only the database's own become `StorageError`. */
async function runStatement<R extends object>(
  runner: pg.Pool | pg.PoolClient,
  health: Health,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<R[]> {
  if (!health.prepared()) throw notPrepared()
  try {
    const result = await runner.query<R & pg.QueryResultRow>(text, [...values])
    health.report(null)
    return result.rows
  } catch (error) {
    const failure = toStorageError(error)
    health.report(failure)
    throw failure
  }
}

async function withSession<T>(pool: pg.Pool, health: Health, work: (sql: Sql) => Promise<T>): Promise<T> {
  if (!health.prepared()) throw notPrepared()
  const client = await pool.connect().catch((error: unknown) => {
    const failure = toStorageError(error)
    health.report(failure)
    throw failure
  })
  // A connection may die between two statements; the next statement reports it.
  const onError = (error: Error): void => health.report(toStorageError(error))
  client.on('error', onError)
  let broken = false
  try {
    return await work({ query: (text, values) => runStatement(client, health, text, values) })
  } catch (error) {
    broken = error instanceof StorageError && error.code !== 'storage_query_failed'
    throw error
  } finally {
    client.off('error', onError)
    // A connection in doubt is thrown away: what state it is in, nobody knows.
    client.release(broken)
  }
}

async function transact<T>(
  sql: Sql,
  work: (tx: Sql) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  await sql.query(`begin isolation level ${options?.isolation ?? 'read committed'}`)
  try {
    const value = await work(sql)
    await sql.query('commit')
    return value
  } catch (error) {
    // When even this fails the connection is gone, and PostgreSQL rolls back by itself.
    await sql.query('rollback').catch(() => undefined)
    throw error
  }
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK_DETECTED = '40P01'

async function repeat<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      const state = error instanceof StorageError ? error.sqlState : null
      const again = state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED
      if (!again || attempts >= TRANSACTION_ATTEMPTS_MAX) throw error
    }
  }
}

/** What `prepare` itself runs on: nobody watches its health, its errors are the caller's. */
const SILENT_HEALTH: Health = {
  prepared: () => true,
  prepare: async () => undefined,
  healthy: () => true,
  report: () => undefined,
  onChange: () => () => false,
  close: () => undefined,
}

function notPrepared(): StorageError {
  return new StorageError(
    'storage_unavailable',
    'database cannot be reached: it has not answered since the start',
  )
}

function createPool(options: DatabaseOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
  return new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax ?? POOL_CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs * 2,
    query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    application_name: 'sekisho',
    keepAlive: true,
    types: { getTypeParser },
  })
}

const INT8_OID = 20

/** Ledger indexes and millisecond times are `bigint` columns and fit a number: anything larger is a defect. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => {
  if (oid === INT8_OID && format !== 'binary') return parseInt8
  return pg.types.getTypeParser(oid, format)
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new StorageError('storage_query_failed', `\`${text}\` is beyond the integers a number can hold`)
}
