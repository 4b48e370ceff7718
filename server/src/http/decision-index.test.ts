/** Tests of the decision index on a real database: batches, outages, and reading the ledger again. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newDecisionId, silentLogger } from '../base/index.ts'
import type { Database } from '../storage/index.ts'
import { openTestDatabase, type TestDatabase } from '../storage/testing.ts'
import { createDecisionIndex } from './decision-index.ts'
import { HttpError } from './error.ts'
import { FakeLedger, intentDraft, outcomeDraft, someFacts } from './testing.ts'

let server: TestDatabase
before(async () => {
  server = await openTestDatabase()
})
after(() => server.close())

test('found at once, after a restart, and after an outage that lost what was pending', async () => {
  const ledger = new FakeLedger()
  const before = newDecisionId()
  // An entry from before this process: only the ledger has it.
  await ledger.append(intentDraft(before, someFacts()))
  await ledger.append(outcomeDraft(0))

  const first = createDecisionIndex(ledger.asLedger('/none'), server.database, silentLogger)
  const id = newDecisionId()
  const { index } = await first.ledger.append(intentDraft(id, someFacts()))
  assert.deepEqual(await first.find(id), { intent: index, outcome: null })
  await first.ledger.append(outcomeDraft(index))
  assert.deepEqual(await first.find(id), { intent: index, outcome: index + 1 })
  await first.flush()
  assert.deepEqual(await first.find(before), { intent: 0, outcome: 1 })
  await first.close()

  let up = false
  const flaky: Database = { ...server.database, healthy: () => up }
  const second = createDecisionIndex(ledger.asLedger('/none'), flaky, silentLogger)
  await assert.rejects(
    second.find(newDecisionId()),
    (error: unknown) => error instanceof HttpError && error.code === 'http_database_gone',
  )
  const during = newDecisionId()
  const appended = await second.ledger.append(intentDraft(during, someFacts()))
  await second.flush()
  assert.deepEqual(await second.find(during), { intent: appended.index, outcome: null }, 'from memory')
  up = true
  await second.flush()
  await second.close()

  const third = createDecisionIndex(ledger.asLedger('/none'), server.database, silentLogger)
  assert.deepEqual(await third.find(id), { intent: index, outcome: index + 1 })
  assert.deepEqual(await third.find(during), { intent: appended.index, outcome: null })
  assert.equal(await third.find(newDecisionId()), null)
  await third.close()
})

test('a write that fails is made good from the ledger', async () => {
  const ledger = new FakeLedger()
  let failing = true
  const broken: Database = {
    ...server.database,
    transaction: (work) => (failing ? Promise.reject(new Error('no')) : server.database.transaction(work)),
  }
  await server.database.query('update decision_index_cursor set next = 0')
  await server.database.query('delete from decision_index')
  const index = createDecisionIndex(ledger.asLedger('/none'), broken, silentLogger)
  const id = newDecisionId()
  await index.ledger.append(intentDraft(id, someFacts()))
  await index.flush()
  failing = false
  await index.flush()
  await index.flush()
  assert.deepEqual(await server.database.query('select id, intent from decision_index'), [{ id, intent: 0 }])
  await index.close()
})
