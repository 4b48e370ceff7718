/** Runs killed with -9 and taken up again from the ledger: nothing repeated, nothing lost. The bench does two hundred. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { prepareRunTrials, runTrial } from '../../bench/run-crash.ts'

let template: string
before(async () => {
  template = await prepareRunTrials()
})
after(() => rmSync(template, { recursive: true, force: true }))

// Around a tool's effect, in the second of two calls, at the end.
for (const killAt of [17, 33, 48]) {
  test(`killed at point ${killAt}`, async () => {
    const { repeated, lost, beyond } = await runTrial(template, killAt)
    assert.deepEqual({ repeated, lost, beyond }, { repeated: 0, lost: 0, beyond: false })
  })
}
