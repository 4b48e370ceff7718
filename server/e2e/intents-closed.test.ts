/** Property: whatever is opened, closed, closed again or cut short, every intent ends with exactly one outcome. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { closeAmbiguous } from '../src/gateway/close-ambiguous.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from '../src/ledger/fixture.ts'
import { LedgerError } from '../src/ledger/index.ts'

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'open' } as const) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('close' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
)

test('every intent is closed exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      using scratch = scratchDir()
      let ledger = await openTest(scratch.dir)
      const intents: number[] = []
      const restart = async (): Promise<void> => {
        await ledger.close()
        ledger = await openTest(scratch.dir)
        await closeAmbiguous(ledger, () => null)
        assert.deepEqual(ledger.openIntents(), [])
      }
      for (const each of steps) {
        if (each.kind === 'open') intents.push((await ledger.append(intentDraft())).index)
        else if (each.kind === 'restart') await restart()
        else if (intents.length > 0) {
          const intent = intents[each.which % intents.length] ?? 0
          const wasOpen = ledger.openIntents().includes(intent)
          // Two at once: at most one of them is recorded.
          const closing = await Promise.allSettled([
            ledger.append(outcomeDraft(intent)),
            ledger.append(outcomeDraft(intent)),
          ])
          assert.equal(closing.filter(({ status }) => status === 'fulfilled').length, wasOpen ? 1 : 0)
          for (const result of closing)
            if (result.status === 'rejected') assert.ok(result.reason instanceof LedgerError)
        }
      }
      await restart()
      const outcomes = new Map<number, number>()
      for await (const entry of ledger.entries(0)) {
        if (entry.class !== 'exchange' || entry.kind !== 'outcome' || entry.fields === 'unavailable') continue
        const closes = Number(entry.fields.refers)
        outcomes.set(closes, (outcomes.get(closes) ?? 0) + 1)
      }
      assert.deepEqual(
        [...outcomes].sort((a, b) => a[0] - b[0]),
        intents.map((intent) => [intent, 1]),
      )
      await ledger.close()
    }),
    { numRuns: 12 },
  )
})

test('an intent whose key is not held any more is closed for the institution that the key belongs to', async () => {
  const appended: unknown[] = []
  const ledger = {
    openIntents: () => [7],
    read: async () =>
      ({
        class: 'exchange',
        kind: 'intent',
        index: 7,
        timeMs: 1,
        fields: 'unavailable',
        content: 'unavailable',
      }) as const,
    custodyOf: async () => ({ kind: 'intent', timeMs: 1, epochKey: 3 }) as const,
    append: async (draft: unknown) => {
      appended.push(draft)
      return { index: 8, timeMs: 2 }
    },
  }
  const owner = (number: number): string | null => (number === 3 ? 'institution/bank' : null)
  assert.equal(await closeAmbiguous(ledger, owner), 1)
  assert.equal((appended[0] as { institution: string }).institution, 'bank')
  await closeAmbiguous(ledger, () => null)
  assert.equal((appended[1] as { institution: string }).institution, 'unknown')
})
