/** Rebuilding from the ledger: a changed row is found and mended; a key that left is noticed. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createLogger } from '../src/base/index.ts'
import { type Config, loadConfigFile } from '../src/config/index.ts'
import { rebuild } from '../src/rebuild.ts'
import { startServer } from '../src/serve.ts'
import { openTestDatabase, type TestDatabase } from '../src/storage/testing.ts'
import { askChat } from '../tour/ask.ts'
import { openDesk } from '../tour/desk.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { ROOT, writeSampleConfig } from './sample-config.ts'

const logger = createLogger({ level: 'error' })
let dir: string
let database: TestDatabase
let config: Config

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sekisho-rebuild-'))
  database = await openTestDatabase({ migrate: false })
  config = loadConfigFile(await writeSampleConfig({ dir, databaseUrl: database.url }), {
    root: ROOT,
    env: {},
  }).config
  const server = await startServer(config)
  const { admin, gateway, dataDir } = server.announcement
  const key = join(dataDir, 'sample-keys', 'mufg-analyst.json')
  const token = await openDesk(admin, ROOT).run('token', '--key', key)
  for (let i = 0; i < 3; i++)
    await askChat({ gatewayUrl: gateway, token, model: 'rehearsal/1', prompt: `${DETECTION_RULE_EN} ${i}` })
  await server.stop()
})
after(async () => {
  await database.close()
  await rm(dir, { recursive: true, force: true })
})

test('an untouched database is what the ledger makes', async () => {
  const rebuilt = await rebuild(config, logger, false)
  assert.deepEqual(rebuilt?.differences, [])
  assert.ok((rebuilt?.entries ?? 0) > 6)
  assert.match(rebuilt?.snapshot ?? '', /^[0-9a-f]{64}$/)
})

test('a changed row, a removed one and one made up are each found, and are right afterwards', async () => {
  await database.database.query(
    `update programme_decision set actor = 'smbc-analyst' where index = (select max(index) from programme_decision)`,
  )
  await database.database.query(`delete from programme_statement where index = 3`)
  await database.database.query(`insert into programme_usage values ('person', 'nobody', 1, 5, 5)`)
  const rebuilt = await rebuild(config, logger, false)
  assert.deepEqual(
    rebuilt?.differences.map(({ table, rows }) => [table, rows]),
    [
      ['programme_statement', 1],
      ['programme_decision', 1],
      ['programme_usage', 1],
    ],
  )
  assert.deepEqual((await rebuild(config, logger, false))?.differences, [])
})

test('nothing is rebuilt away because its key has left: the caller must say so', async () => {
  const file = join(config.dataDir, 'keys', 'escrow.jsonl')
  const before = await readFile(file, 'utf8')
  await writeFile(file, before.replace(/"key":"[^"]*"/, '"key":null'))
  assert.equal(await rebuild(config, logger, false), null)
  const rebuilt = await rebuild(config, logger, true)
  assert.ok((rebuilt?.notHeld ?? 0) > 0)
  const rows = await database.database.query(`select index from programme_decision`)
  assert.equal(rows.length, 0)
  await writeFile(file, before)
  assert.equal((await rebuild(config, logger, false))?.notHeld, 0)
})
