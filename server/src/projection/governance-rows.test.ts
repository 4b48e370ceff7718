/** Tests of the governance rows: written behind statements, made again from the state, a changed row named. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, party } from '../authority/testing.ts'
import { openTestDatabase } from '../storage/testing.ts'
import { governanceRows, writeGovernance } from './governance-rows.ts'

test('rows follow the statements; a rebuild names what somebody changed, and mends it', async () => {
  const { database, close } = await openTestDatabase()
  await using world = await createWorld({ database })
  const stage = { sector: 'finance', stage: 'defensive', reason: 'because' } as const
  await world.submit('sector.stage', stage, [party('jp')])
  await world.programme.flush()
  const sectors = () =>
    database.query(`select stage, rollout from governance_sector where sector = 'finance'`)
  assert.deepEqual(await sectors(), [{ stage: 'defensive', rollout: 'paused' }])
  const snapshot = world.programme.snapshot()
  const rows = governanceRows(snapshot).length
  assert.deepEqual(await writeGovernance(database, snapshot), { rows, differing: [] })
  await database.query(`update governance_row set body = '{"stage":"full"}' where id = 'finance'`)
  await database.query(`delete from governance_row where id = 'gas'`)
  await database.query(`insert into governance_row values ('seat', 'x/y', '{}')`)
  const { differing } = await writeGovernance(database, snapshot)
  assert.deepEqual(differing, [
    { row: 'seat/x/y', how: 'foreign' },
    { row: 'sector/gas', how: 'missing' },
    { row: 'sector/finance', how: 'changed' },
  ])
  assert.deepEqual(await writeGovernance(database, snapshot), { rows, differing: [] })
  assert.deepEqual(await sectors(), [{ stage: 'defensive', rollout: 'paused' }])
  await world.programme.close()
  await close()
})
