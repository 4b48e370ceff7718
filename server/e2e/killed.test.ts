/** A server killed in the middle of an answer: the intent is listed as open, then closed as ambiguous, once and for all. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLedger } from '../../bench/crash-ledger.ts'
import { askChat } from '../tour/ask.ts'
import { openDesk } from '../tour/desk.ts'
import { DETECTION_RULE_EN } from '../tour/prompts.ts'
import { prepareChild } from './child.ts'
import { ROOT } from './sample-config.ts'

test('in-flight intents of a killed server are closed as ambiguous at its next start, each exactly once', async () => {
  const child = await prepareChild({ chunkDelayMs: 2000 })
  try {
    const first = await child.start()
    const { admin, gateway, dataDir, ledger } = first.announcement
    const key = (name: string): string => join(dataDir, 'sample-keys', `${name}.json`)
    const token = await openDesk(admin, ROOT).run('token', '--key', key('mufg-analyst'))
    const answer = askChat({
      gatewayUrl: gateway,
      token,
      model: 'rehearsal/1',
      prompt: DETECTION_RULE_EN,
    }).catch(() => null)
    const open = await listed(admin, key('jp'), 1)
    process.kill(first.pid, 'SIGKILL')
    await answer
    for (let start = 0; start < 2; start++) {
      const next = await child.start()
      await listed(next.announcement.admin, key('jp'), 0)
      await next.stop()
    }
    const held = await readLedger(dataDir, ledger.origin)
    assert.equal(held.outcomes.get(open[0] ?? -1), 'ambiguous')
    assert.deepEqual([...held.intents.keys()].sort(), [...held.outcomes.keys()].sort())
  } finally {
    await child.close()
  }
})

/** What `sekisho ledger open` lists, once it is as many. */
async function listed(admin: string, key: string, count: number): Promise<number[]> {
  for (let left = 200; ; left--) {
    const { out } = await openDesk(admin, ROOT).ask('ledger', 'open', '--json', '--key', key)
    const { open } = JSON.parse(out) as { open: { index: number; overdue: boolean }[] }
    if (open.length === count) return open.map(({ index }) => index)
    assert.ok(left > 0, `${open.length} are open, not ${count}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
