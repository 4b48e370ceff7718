/**
 * One running PostgreSQL server process, and what an earlier one may have left behind.
 *
 * It runs under a small shell that waits on a pipe from this process: when this process ends, even by
 * `kill -9`, the pipe closes and the shell stops PostgreSQL in good order. It has a session of its own, so
 * Ctrl-C in a terminal reaches only the server, which stops PostgreSQL last.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, statSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import { StorageError } from './error.ts'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 20_000
const POLL_MS = 20
/** Line of `postmaster.pid` that says how far the start has come. */
const STATUS_LINE = 7
const LOG_BYTES_MAX = 8 * 1024 * 1024

/** Stops the server when the pipe on standard input closes, and ends with it. */
const WATCH_SCRIPT = `
exec 3<&0
"$@" </dev/null &
server=$!
( read -r _ <&3; kill -INT $server ) &
watcher=$!
exec 3<&-
wait $server
status=$?
kill $watcher 2>/dev/null
exit $status`

const SETTINGS: Readonly<Record<string, string>> = {
  // No TCP: only who may enter the data directory can reach the socket.
  listen_addresses: '',
  unix_socket_directories: '.',
  unix_socket_permissions: '0700',
  port: '5432',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '40',
  shared_buffers: '32MB',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  jit: 'off',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
}

export interface PostmasterOptions {
  readonly program: string
  readonly account: Account
  readonly dataDir: string
  readonly logFile: string
  /** Settings over the ones above. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Postmaster {
  /** Resolves when the server process is gone, for whatever reason. */
  readonly exited: Promise<void>
  /** Disconnects everyone and shuts down in good order. */
  stop(): Promise<void>
}

/**
 * How the data directory is named to PostgreSQL.
 *
 * On Linux the child is started *in* the directory and names it by `/proc/self/cwd`: that works under a
 * parent directory which PostgreSQL's account may not enter.
 */
export function nameOfDataDir(dataDir: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : dataDir
}

/** PostgreSQL takes nothing from our environment but these. */
export function cleanEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
}

/** @throws {StorageError} `storage_embedded_failed` with the end of PostgreSQL's own log */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([k, v]) => [
    '-c',
    `${k}=${v}`,
  ])
  const log = openSync(options.logFile, isLarge(options.logFile) ? 'w' : 'a', 0o600)
  const command = [options.program, '-D', nameOfDataDir(options.dataDir), ...settings]
  const child = spawn('/bin/sh', ['-c', WATCH_SCRIPT, 'sh', ...command], {
    ...options.account,
    cwd: options.dataDir,
    env: cleanEnvironment(),
    detached: true,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  // EPIPE when the shell is gone already: its exit tells more.
  child.stdin?.on('error', () => undefined)
  const exited = exitOf(child)
  child.unref()
  try {
    await waitUntilReady(options, exited)
  } catch (error) {
    child.stdin?.end()
    throw error
  }
  return {
    exited,
    async stop() {
      child.ref()
      child.stdin?.end()
      await Promise.race([exited, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })])
      await clearEarlier(options.dataDir)
    },
  }
}

async function exitOf(child: ChildProcess): Promise<void> {
  await Promise.race([once(child, 'exit'), once(child, 'error')]).catch(() => undefined)
}

async function waitUntilReady(options: PostmasterOptions, exited: Promise<void>): Promise<void> {
  let gone = false
  void exited.then(() => {
    gone = true
  })
  // A wait, not a measurement: the limit only ends a start that hangs.
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS && !gone; waitedMs += POLL_MS) {
    const lines = await readPidFile(options.dataDir)
    if (lines?.[STATUS_LINE]?.trim() === 'ready') return
    await sleep(POLL_MS)
  }
  const log = await readFile(options.logFile, 'utf8').catch(() => '')
  const tail = log.trim().split('\n').slice(-4).join(' / ')
  throw new StorageError('storage_embedded_failed', `PostgreSQL did not start: ${tail || 'it said nothing'}`)
}

/**
 * Ends a server that an earlier run left behind in this directory, and removes its stale `postmaster.pid`.
 *
 * PostgreSQL itself only asks whether *some* process has that number, and after a restart of a container
 * another one often has; we ask whether that process works in this directory.
 */
export async function clearEarlier(dataDir: string): Promise<void> {
  const pid = Number((await readPidFile(dataDir))?.[0])
  const file = path.join(dataDir, 'postmaster.pid')
  if (!Number.isInteger(pid) || pid <= 1) return rm(file, { force: true })
  for (const [signal, waitMs] of [
    ['SIGINT', STOP_TIMEOUT_MS],
    ['SIGQUIT', 5_000],
  ] as const) {
    if (!isServerOf(pid, dataDir)) break
    try {
      process.kill(pid, signal)
    } catch {
      // ESRCH: it went by itself between the two lines.
    }
    for (let waitedMs = 0; waitedMs < waitMs && isServerOf(pid, dataDir); waitedMs += POLL_MS)
      await sleep(POLL_MS)
  }
  await rm(file, { force: true })
}

/** Whether process `pid` is alive and works in `dataDir`. */
function isServerOf(pid: number, dataDir: string): boolean {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    const its = statSync(`/proc/${pid}/cwd`)
    const ours = statSync(dataDir)
    return its.dev === ours.dev && its.ino === ours.ino
  } catch {
    return false
  }
}

async function readPidFile(dataDir: string): Promise<string[] | null> {
  const text = await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8').catch(() => null)
  return text === null ? null : text.split('\n')
}

function isLarge(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX
}
