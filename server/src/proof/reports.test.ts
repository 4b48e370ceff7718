/** Tests of the reports that voters are shown: the same aside and here; a thread that ends without them is an error. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeReports, makeReportsAside } from './reports.ts'
import { sampleText } from './testing.ts'

test('aside and here the same; what is no agreement ends the thread with an error', async () => {
  const after = sampleText.replace('version: 1\n', 'version: 2\n')
  assert.deepEqual(await makeReportsAside(sampleText, after), makeReports(sampleText, after))
  await assert.rejects(makeReportsAside(sampleText, 'no agreement'), { code: 'proof_thread_failed' })
})
