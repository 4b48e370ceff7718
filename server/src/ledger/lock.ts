/**
 * One writer a directory.
 *
 * Spec: docs/spec/ledger.md §7. Node has no flock, so two things together: a Linux abstract socket named after the
 * directory's inode and path, which the kernel frees when the process dies however it dies, and a file naming the process,
 * for other network namespaces and for the message. Behind both, the publisher ends the process when the
 * published checkpoint is not the one it wrote.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, realpathSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { errnoOf } from './disk.ts'
import { LedgerError } from './error.ts'

export interface DirectoryLock {
  /** Whether the file still names this process. */
  held(): boolean
  release(): Promise<void>
}

/** @throws {LedgerError} `ledger_locked` */
export async function lockDirectory(dir: string): Promise<DirectoryLock> {
  const socket = await holdSocket(dir)
  const path = join(dir, 'lock')
  const mine = `${JSON.stringify({ pid: process.pid, started: startOf(process.pid), boot: bootId(), nonce: nonce() })}\n`
  try {
    takeFile(path, mine)
  } catch (error) {
    socket?.close()
    throw error
  }
  const held = () => readOrNull(path) === mine
  return {
    held,
    async release() {
      if (held()) unlinkSync(path)
      await new Promise<void>((resolve) => (socket === null ? resolve() : socket.close(() => resolve())))
    },
  }
}

/** The kernel's lock: bound as long as this process lives. Null where there are no abstract sockets. */
async function holdSocket(dir: string): Promise<Server | null> {
  if (process.platform !== 'linux') return null
  const { dev, ino } = statSync(dir)
  // A number is given again once a directory is gone; its place is not, while somebody holds it.
  const place = createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 16)
  const server = createServer((connection) => connection.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(errnoOf(error) === 'EADDRINUSE' ? locked(dir, join(dir, 'lock')) : error)
    })
    server.listen({ path: `\0sekisho-ledger-${dev}-${ino}-${place}`, exclusive: true }, () =>
      resolve(server.unref()),
    )
  })
}

function takeFile(path: string, mine: string): void {
  const other = readOrNull(path)
  if (other !== null && isAlive(other)) throw locked(path, path)
  // Under the socket no other process of this namespace is here; rename replaces the dead one's file at once.
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, mine, { mode: 0o600 })
  renameSync(temporary, path)
}

function isAlive(text: string): boolean {
  let owner: unknown
  try {
    owner = JSON.parse(text)
  } catch {
    return false // torn by a power cut
  }
  if (typeof owner !== 'object' || owner === null || !('pid' in owner) || typeof owner.pid !== 'number')
    return false
  if (!('boot' in owner) || owner.boot !== bootId()) return false
  const started = startOf(owner.pid)
  return started !== null && 'started' in owner && owner.started === started
}

/** When a process began, in ticks since boot: a pid alone may have been given to another since. */
function startOf(pid: number): string | null {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0)
      return 'alive'
    } catch {
      return null
    }
  }
  const stat = readOrNull(`/proc/${pid}/stat`)
  // Field 22; the command name in field 2 may hold spaces, so count from its closing parenthesis.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function bootId(): string {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}

function nonce(): string {
  return randomBytes(8).toString('hex')
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function locked(dir: string, path: string): LedgerError {
  const owner = readOrNull(path)?.trim() ?? 'unknown'
  return new LedgerError('ledger_locked', `\`${dir}\` is in use by another process (${owner}); stop it first`)
}
