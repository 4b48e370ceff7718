/** Tests of the pool, transactions, migrations and health on a real PostgreSQL. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { bindToLedger, type Database, migrate, openDatabase, StorageError } from './index.ts'
import { openTestDatabase, type TestDatabase } from './testing.ts'

let server: TestDatabase
let db: Database
let scratch: string
before(async () => {
  server = await openTestDatabase({ migrate: false })
  db = server.database
  scratch = await mkdtemp(path.join(tmpdir(), 'sekisho-migrations-'))
})
after(async () => {
  await server.close()
  await rm(scratch, { recursive: true, force: true })
})

const rejectsWith = (code: string, work: Promise<unknown>) =>
  assert.rejects(work, (error: unknown) => error instanceof StorageError && error.code === code)

test('bigint columns are numbers, and one that does not fit is refused', async () => {
  const rows = await db.query<{ n: number; j: unknown }>(`select $1::bigint as n, '{"a":[1]}'::jsonb as j`, [
    Number.MAX_SAFE_INTEGER,
  ])
  assert.deepEqual(rows, [{ n: Number.MAX_SAFE_INTEGER, j: { a: [1] } }])
  await rejectsWith('storage_query_failed', db.query('select 9007199254740993::bigint as n'))
})

test('a refused statement carries its SQLSTATE and leaves the database healthy', async () => {
  await assert.rejects(
    db.query('select * from no_such_table'),
    (error: unknown) => error instanceof StorageError && error.sqlState === '42P01',
  )
  assert.equal(db.healthy(), true)
})

test('a transaction is whole or nothing, and the error of its own work passes through', async () => {
  await db.query('create table account (id integer primary key, amount integer not null)')
  await db.transaction((tx) => tx.query('insert into account values (1, 10)'))
  const own = new Error('changed my mind')
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.query('update account set amount = 0')
      throw own
    }),
    own,
  )
  assert.deepEqual(await db.query('select amount from account'), [{ amount: 10 }])
})

test('concurrent serialisable increments all count: PostgreSQL asks to repeat and it is repeated', async () => {
  const increment = () =>
    db.transaction(
      async (tx) => {
        const [row] = await tx.query<{ amount: number }>('select amount from account where id = 1')
        await tx.query('update account set amount = $1 where id = 1', [(row?.amount ?? 0) + 1])
      },
      { isolation: 'serializable' },
    )
  const before = await db.query<{ amount: number }>('select amount from account')
  const results = await Promise.allSettled([increment(), increment(), increment()])
  const done = results.filter((result) => result.status === 'fulfilled').length
  const [row] = await db.query<{ amount: number }>('select amount from account')
  assert.equal(row?.amount, (before[0]?.amount ?? 0) + done)
  assert.ok(done >= 1)
})

test('a statement that runs too long ends, and the connection is good again', async () => {
  const quick = await openDatabase({ url: server.url, statementTimeoutMs: 100, connectionsMax: 1 })
  await rejectsWith('storage_timeout', quick.query('select pg_sleep(30)'))
  assert.deepEqual(await quick.query('select 1 as one'), [{ one: 1 }])
  await quick.close()
})

test('a connection cut from the other side is an error once, then a new one is made', async () => {
  const own = await openDatabase({ url: server.url, connectionsMax: 1 })
  await rejectsWith('storage_unavailable', own.query('select pg_terminate_backend(pg_backend_pid())'))
  assert.deepEqual(await own.query('select 1 as one'), [{ one: 1 }])
  assert.equal(own.healthy(), true)
  await own.close()
})

test('no database at all is `storage_unavailable`', async () => {
  await rejectsWith('storage_unavailable', openDatabase({ url: 'postgresql://u@127.0.0.1:1/d' }))
  const wrong = server.url.replace(/\/[^/]*$/, '/no_such_database')
  await assert.rejects(openDatabase({ url: wrong }), StorageError)
})

test('migrations run once, in order, under concurrency', async () => {
  const fresh = await openTestDatabase({ migrate: false })
  await writeFile(
    path.join(scratch, '0101_first.sql'),
    'create table a (x integer); insert into a values (1);',
  )
  await writeFile(path.join(scratch, '0102_second.sql'), 'alter table a add column y text;')
  const second = await openDatabase({ url: fresh.url })
  const ran = await Promise.all([fresh.database, second].map((d) => migrate(d, { directory: scratch })))
  assert.deepEqual(ran.flat().sort(), ['0101_first.sql', '0102_second.sql'])
  assert.deepEqual(await second.query('select x, y from a'), [{ x: 1, y: null }])
  assert.deepEqual(await migrate(second, { directory: scratch }), [])
  await second.close()

  await writeFile(path.join(scratch, '0103_broken.sql'), 'create table b (x integer); select nonsense;')
  await rejectsWith('storage_migration_failed', migrate(fresh.database, { directory: scratch }))
  assert.deepEqual(await fresh.database.query("select to_regclass('b') as b"), [{ b: null }], 'rolled back')
  await rm(path.join(scratch, '0103_broken.sql'))

  await writeFile(path.join(scratch, '0102_second.sql'), 'alter table a add column z text;')
  await rejectsWith('storage_migration_changed', migrate(fresh.database, { directory: scratch }))
  await rm(path.join(scratch, '0102_second.sql'))
  await rejectsWith('storage_migration_missing', migrate(fresh.database, { directory: scratch }))
  await fresh.close()
})

test('a misnamed or doubly numbered migration is refused before anything runs', async () => {
  const directory = await mkdtemp(path.join(scratch, 'bad-'))
  await writeFile(path.join(directory, '1-nope.sql'), '')
  await rejectsWith('storage_migration_failed', migrate(db, { directory }))
  await rm(path.join(directory, '1-nope.sql'))
  await writeFile(path.join(directory, '0001_a.sql'), '')
  await writeFile(path.join(directory, '0001_b.sql'), '')
  await rejectsWith('storage_migration_failed', migrate(db, { directory }))
})

test("the server's own migrations run on an empty database", async () => {
  const fresh = await openTestDatabase({ migrate: false })
  assert.ok((await migrate(fresh.database)).length > 0)
  assert.deepEqual(await migrate(fresh.database), [])
  await fresh.close()
})

test('a database belongs to one ledger', async () => {
  const fresh = await openTestDatabase()
  await bindToLedger(fresh.database, 'test/one')
  await bindToLedger(fresh.database, 'test/one')
  await rejectsWith('storage_foreign_ledger', bindToLedger(fresh.database, 'test/two'))
  await fresh.close()
})

test('a database that is away at the start is prepared when it comes, and counts as away until then', async () => {
  const fresh = await openTestDatabase({ migrate: false })
  let refuse = true
  let prepared = 0
  const late = await openDatabase({
    url: fresh.url,
    required: false,
    probeIntervalMs: 10,
    async prepare(database) {
      if (refuse) throw new StorageError('storage_unavailable', 'not yet')
      prepared += 1
      await database.query('create table made_late (x integer)')
    },
  })
  assert.equal(late.healthy(), false)
  await rejectsWith('storage_unavailable', late.query('select 1'))
  await rejectsWith(
    'storage_unavailable',
    late.transaction(async () => undefined),
  )
  const back = new Promise<boolean>((resolve) => late.onHealth(resolve))
  refuse = false
  assert.equal(await back, true)
  assert.deepEqual(await late.query('select * from made_late'), [])
  assert.equal(prepared, 1)
  await late.close()
  await fresh.close()
})
