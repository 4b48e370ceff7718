/** The governance tour as a test: every row, on a server with two gateway processes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../src/storage/testing.ts'
import { openWorld } from '../tour/governance-world.ts'
import { runRow } from '../tour/row.ts'
import { GOVERNANCE_ROWS } from '../tour/rows-governance.ts'

test('the governance tour', async (context) => {
  const database = await openTestDatabase({ migrate: false })
  const world = await openWorld(database.url)
  try {
    for (const row of GOVERNANCE_ROWS) {
      const report = await runRow(row, world)
      await context.test(`${row.id} ${row.what}`, () => assert.equal(report.got, row.expected))
    }
  } finally {
    await world.close()
    await database.close()
  }
})
