/**
 * A real PostgreSQL 18 for trying the system out and for its tests: programs from npm, data below `dataDir`.
 *
 * `fsync` is on and nothing is relaxed, so what it acknowledges survives a power cut. It listens on a Unix
 * socket inside its own data directory, mode 0700, and wants a password besides. Production brings its own
 * PostgreSQL: docs/operating/database.md.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { type Logger, silentLogger } from '../base/index.ts'
import { type Account, chooseAccount } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { StorageError } from './error.ts'
import { takeOwnership } from './ownership.ts'
import {
  cleanEnvironment,
  clearEarlier,
  nameOfDataDir,
  type Postmaster,
  startPostmaster,
} from './postmaster.ts'

const ROLE = 'sekisho'
const DATABASE = 'sekisho'
/** Longest path of a Unix socket: 107 bytes on Linux, 103 elsewhere. */
const SOCKET_PATH_BYTES_MAX = 100
/** After PostgreSQL dies by itself it is started again after so long, doubling up to the second figure. */
const RESTART_DELAY_MS = 500
const RESTART_DELAY_MS_MAX = 30_000

/** Where the embedded PostgreSQL lives and how it is run. */
export interface EmbeddedPostgresOptions {
  /** Directory of its own, made when missing; reused as it is found. */
  readonly directory: string
  readonly logger?: Logger
  /** Starts it again when it dies by itself (default true). */
  readonly restart?: boolean
  /** Settings over the built-in ones; tests turn `fsync` off. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A PostgreSQL of our own, and how to stop it. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Process id of the PostgreSQL server, for operators and tests. */
  pid(): Promise<number>
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL on `directory`, initialising it the first time (about 3 s, later starts about 0.2 s).
 *
 * @throws {StorageError} `storage_embedded_unavailable`, `storage_embedded_failed`, `storage_embedded_in_use`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const logger = options.logger ?? silentLogger
  const directory = path.resolve(options.directory)
  const dataDir = path.join(directory, 'data')
  const account = chooseAccount(dataDir)
  // 0711: PostgreSQL's account passes through, and lists nothing.
  await mkdir(directory, { recursive: true, mode: 0o711 })
  await chmod(directory, 0o711)
  const release = await takeOwnership(directory)
  let socket: SocketPlace | null = null
  try {
    await clearEarlier(dataDir)
    const binaries = await findBinaries(account)
    const password = await prepareCluster(directory, dataDir, account, binaries, logger)
    const start = (): Promise<Postmaster> =>
      startPostmaster({
        program: binaries.postgres,
        account,
        dataDir,
        logFile: path.join(directory, 'postgres.log'),
        ...(options.settings === undefined ? {} : { settings: options.settings }),
      })
    const first = await start()
    socket = await placeForSocket(dataDir)
    const url = urlOf(socket.directory, password, DATABASE)
    const stop = supervise(first, start, options.restart ?? true, dataDir, logger)
    const close = async (): Promise<void> => {
      await stop()
      await socket?.remove()
      await release()
    }
    try {
      await createDatabase(urlOf(socket.directory, password, 'postgres'))
    } catch (error) {
      await close()
      throw error
    }
    return { url, pid: () => pidOf(dataDir), stop: close }
  } catch (error) {
    await socket?.remove()
    await release()
    throw error
  }
}

/** Keeps one PostgreSQL running until the returned function is called. */
function supervise(
  first: Postmaster,
  start: () => Promise<Postmaster>,
  restart: boolean,
  dataDir: string,
  logger: Logger,
): () => Promise<void> {
  const stopping = new AbortController()
  let current: Postmaster | null = first
  const loop = (async () => {
    let delayMs = RESTART_DELAY_MS
    while (!stopping.signal.aborted) {
      if (current !== null) await current.exited
      if (stopping.signal.aborted || !restart) return
      logger.error({ event: 'postgres_exited' }, 'embedded PostgreSQL ended by itself; starting it again')
      await sleep(delayMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      if (stopping.signal.aborted) return
      await clearEarlier(dataDir)
      current = await start().catch((error: unknown) => {
        logger.error(
          { event: 'postgres_start_failed', reason: String(error) },
          'embedded PostgreSQL does not start',
        )
        return null
      })
      delayMs = current === null ? Math.min(delayMs * 2, RESTART_DELAY_MS_MAX) : RESTART_DELAY_MS
    }
  })()
  return async () => {
    stopping.abort()
    await current?.stop()
    await loop
    // A start under way when stopping began.
    await current?.stop()
  }
}

/** Runs `initdb` unless an earlier run finished it, and returns the password. */
async function prepareCluster(
  directory: string,
  dataDir: string,
  account: Account,
  binaries: Binaries,
  logger: Logger,
): Promise<string> {
  const marker = path.join(directory, 'initialised')
  const passwordFile = path.join(directory, 'password')
  if ((await readFile(marker, 'utf8').catch(() => null)) !== null) {
    await giveTo(account, dataDir, 0o700)
    return readFile(passwordFile, 'utf8')
  }
  // No marker: whatever is there is an initialisation cut short.
  await rm(dataDir, { recursive: true, force: true })
  await mkdir(dataDir, { mode: 0o700 })
  await giveTo(account, dataDir, 0o700)
  const password = randomBytes(24).toString('base64url')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await giveTo(account, passwordFile, 0o600)
  logger.info({ event: 'postgres_initialising' }, 'initialising the embedded PostgreSQL, once')
  await runInitdb(binaries.initdb, account, dataDir)
  await writeFile(marker, `${new Date().toISOString()}\n`)
  return password
}

async function runInitdb(program: string, account: Account, dataDir: string): Promise<void> {
  const options = [
    ...['-D', nameOfDataDir(dataDir), '-U', ROLE, '--pwfile=../password', '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ]
  try {
    await promisify(execFile)(program, options, { ...account, cwd: dataDir, env: cleanEnvironment() })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new StorageError('storage_embedded_failed', `PostgreSQL could not be initialised: ${said}`, {
      cause: error,
    })
  }
}

/** The owner may have changed: a directory made by a user and later started by root, for one. */
async function giveTo(account: Account, file: string, mode: number): Promise<void> {
  await chmod(file, mode)
  if (account.uid !== undefined && account.gid !== undefined) await chown(file, account.uid, account.gid)
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}

interface SocketPlace {
  readonly directory: string
  remove(): Promise<void>
}

/** A socket's path has a short limit; a deep data directory gets a short link to it. */
async function placeForSocket(dataDir: string): Promise<SocketPlace> {
  if (Buffer.byteLength(path.join(dataDir, '.s.PGSQL.5432')) <= SOCKET_PATH_BYTES_MAX) {
    return { directory: dataDir, remove: async () => undefined }
  }
  const short = await mkdtemp(path.join(tmpdir(), 'sekisho-'))
  await symlink(dataDir, path.join(short, 'pg'))
  return { directory: path.join(short, 'pg'), remove: () => rm(short, { recursive: true, force: true }) }
}

function urlOf(socketDir: string, password: string, database: string): string {
  return `postgresql://${ROLE}:${password}@${encodeURIComponent(socketDir)}/${database}`
}

async function pidOf(dataDir: string): Promise<number> {
  return Number((await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0])
}
