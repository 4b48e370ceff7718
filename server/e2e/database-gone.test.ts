/**
 * PostgreSQL gone: the gateway serves on from its snapshot, a stop still holds, and what needs the database says so.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfigFile } from '../src/config/index.ts'
import { startServer } from '../src/serve.ts'
import { startEmbeddedPostgres } from '../src/storage/index.ts'
import { askResponses } from '../tour/ask.ts'
import { PROVIDER } from '../tour/cast.ts'
import { openDesk } from '../tour/desk.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { ROOT, writeSampleConfig } from './sample-config.ts'

test('with PostgreSQL gone the gateway serves, records and stops; administration answers 503', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-e2e-'))
  const postgres = await startEmbeddedPostgres({ directory: join(dir, 'postgres'), restart: false })
  try {
    const file = await writeSampleConfig({ dir, databaseUrl: postgres.url })
    const { announcement, stop } = await startServer(loadConfigFile(file, { root: ROOT, env: {} }).config)
    const desk = openDesk(announcement.admin, ROOT)
    const keyOf = (name: string): string => join(announcement.dataDir, 'sample-keys', `${name}.json`)
    try {
      const token = await desk.run('token', '--key', keyOf('smbc-engineer'))
      const ask = () =>
        askResponses({
          gatewayUrl: announcement.gateway,
          token,
          model: 'rehearsal/1',
          prompt: DETECTION_RULE_EN,
        })
      const before = await ask()
      assert.equal(before.verdict, 'allow')
      await postgres.stop()

      const after = await ask()
      assert.equal(after.verdict, 'allow', after.refusal?.message)
      assert.match(after.receipt ?? '', /^rcpt-\d+$/)
      // A credential of administration lives in memory: the database being gone does not take it away.
      const credential = await desk.run('token', '--administration', '--key', keyOf('smbc'))
      const decision = await fetch(`${announcement.admin}/v1/decisions/${after.decision}`, {
        headers: { authorization: `Bearer ${credential}` },
      })
      assert.equal(decision.status, 503)
      assert.equal(((await decision.json()) as { code: string }).code, 'programme_database_unavailable')
      const ready = await fetch(`${announcement.admin}/readyz`)
      assert.equal(ready.status, 200, 'the gateway can serve, so it is ready')

      const keys = PROVIDER.flatMap((name) => ['--key', keyOf(name)])
      await desk.run('stop', '--scope', 'model', '--id', 'rehearsal/1', '--reason', 'e2e', ...keys)
      assert.equal((await ask()).verdict, 'deny')
    } finally {
      await stop()
    }
  } finally {
    await postgres.stop()
    await rm(dir, { recursive: true, force: true })
  }
})
