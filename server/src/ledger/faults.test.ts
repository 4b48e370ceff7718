/** The disk fails: nothing acknowledged is lost, nothing unacknowledged is claimed, and the service says which. */
import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseVerifierKey, utf8, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { faultyDisk } from './faulty-disk.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import type { Ledger } from './ledger.ts'
import { SimulatedDisk, seededRandom } from './simulated-disk.ts'

const code = (name: string) => ({ name: 'LedgerError', code: name })

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

async function verify(ledger: Ledger): Promise<number> {
  const report = await verifyLedger(directoryReader(ledger.publicDir), {
    key: parseVerifierKey(ledger.verifierKey),
  })
  return report.entries
}

for (const full of ['ENOSPC', 'EFBIG', 'EDQUOT']) {
  test(`disk full (${full}): refused while it lasts, then on without a gap`, async () => {
    using scratch = scratchDir()
    const { disk, faults } = faultyDisk()
    const ledger = await openTest(scratch.dir, { disk })
    const { index } = await ledger.append(intentDraft(0))
    const wal = join(scratch.dir, 'wal/000000000000.wal')
    const walBytes = statSync(wal).size
    faults.write = { path: '/wal/', code: full }
    const refused = await Promise.allSettled([
      ledger.append(intentDraft(1)),
      ledger.append({ class: 'statement', statement: 'lost' }),
      ledger.append(outcomeDraft(index)),
    ])
    for (const result of refused) {
      assert.ok(result.status === 'rejected' && result.reason.code === 'ledger_not_writable')
    }
    assert.equal(ledger.state(), 'not_writable')
    assert.ok(statSync(wal).size < walBytes, 'what was refused is cut off at once, with the room made for it')
    await assert.rejects(ledger.append(intentDraft(2)), code('ledger_not_writable'))
    assert.deepEqual([ledger.size(), ledger.openIntents()], [1, [index]])
    faults.write = null
    await until(() => ledger.state() === 'writable')
    assert.equal((await ledger.append(outcomeDraft(index))).index, 1)
    assert.equal((await ledger.append({ class: 'statement', statement: 'kept' })).index, 2)
    await ledger.close()
    const again = await openTest(scratch.dir)
    const statements: unknown[] = []
    for await (const { statement } of again.statements(0)) statements.push(statement)
    assert.deepEqual([again.size(), statements], [3, ['kept']])
    await again.close()
    assert.equal(await verify(again), 3)
  })
}

test('no room ahead: nothing more is taken, while what was accepted is recorded; and on once there is', async () => {
  using scratch = scratchDir()
  const disk = new SimulatedDisk(seededRandom(1))
  const ledger = await openTest(scratch.dir, { disk: disk.mount(scratch.dir) })
  const draft = (i: number) => ({ ...intentDraft(i), content: Buffer.alloc(60_000) })
  await ledger.append(draft(0))
  disk.faults.capacityBytes = 1_200_000 // the room made first, and little else
  const accepted = await Promise.all(Array.from({ length: 10 }, (_, i) => ledger.append(draft(i))))
  assert.equal(accepted.at(-1)?.index, 10)
  await until(() => ledger.state() === 'not_writable')
  await assert.rejects(ledger.append(draft(11)), code('ledger_not_writable'))
  disk.faults.capacityBytes = Number.POSITIVE_INFINITY
  await until(() => ledger.state() === 'writable')
  assert.equal((await ledger.append(draft(11))).index, 11)
  await ledger.close()
})

test('room that cannot be made for another reason than space ends it', async () => {
  using scratch = scratchDir()
  const disk = new SimulatedDisk(seededRandom(2))
  const fatal: Error[] = []
  const ledger = await openTest(scratch.dir, {
    disk: disk.mount(scratch.dir),
    onFatal: (error) => fatal.push(error),
  })
  disk.faults.broken = '/wal/'
  await assert.rejects(ledger.append(intentDraft(0)), code('ledger_failed'))
  assert.equal(fatal.length, 1)
  await ledger.close()
})

test('a failed sync ends it once and for all', async () => {
  using scratch = scratchDir()
  const { disk, faults } = faultyDisk()
  const fatal: Error[] = []
  const ledger = await openTest(scratch.dir, { disk, onFatal: (error) => fatal.push(error) })
  await ledger.append(intentDraft(0))
  faults.sync = { path: '/wal/', code: 'EIO' }
  const both = await Promise.allSettled([ledger.append(intentDraft(1)), ledger.append(intentDraft(2))])
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  faults.sync = null
  await assert.rejects(ledger.append(intentDraft(3)), code('ledger_failed'))
  assert.equal(ledger.state(), 'not_writable')
  assert.equal(fatal.length, 1)
  await ledger.close()
  const again = await openTest(scratch.dir)
  assert.ok(again.size() >= 1 && again.size() <= 3, 'the acknowledged entry is there; the others may be')
  await again.close()
})

test('a disk that does not answer: what waits is bounded, and taken again once it does', async () => {
  using scratch = scratchDir()
  const { disk, faults } = faultyDisk()
  const ledger = await openTest(scratch.dir, { disk })
  const { promise, resolve } = Promise.withResolvers<void>()
  faults.hold = promise
  const draft = { ...intentDraft(0), content: Buffer.alloc(20 * 2 ** 20) }
  const waiting = [1, 2, 3, 4].map(() => ledger.append(draft))
  await assert.rejects(ledger.append(intentDraft(1)), code('ledger_overloaded'))
  resolve()
  faults.hold = null
  assert.deepEqual((await Promise.all(waiting)).at(-1)?.index, 3)
  assert.equal((await ledger.append(intentDraft(1))).index, 4)
  await ledger.close()
})

test('no room for a checkpoint: nothing more is taken until there is, then everything is shown', async () => {
  using scratch = scratchDir()
  const { disk, faults } = faultyDisk()
  const ledger = await openTest(scratch.dir, { disk, checkpointIntervalMs: 5 })
  faults.write = { path: '/public/', code: 'ENOSPC' }
  await Promise.all(Array.from({ length: 300 }, (_, i) => ledger.append(intentDraft(i, 8))))
  await until(() => ledger.state() === 'not_writable')
  const covering = ledger.checkpointCovering(299)
  faults.write = null
  await covering
  await until(() => ledger.state() === 'writable')
  assert.equal(await verify(ledger), 300)
  await ledger.close()
})

test('a checkpoint that another writer changed is never signed over', async () => {
  using scratch = scratchDir()
  const fatal: Error[] = []
  const ledger = await openTest(scratch.dir, {
    checkpointIntervalMs: 5,
    onFatal: (error) => fatal.push(error),
  })
  await ledger.append(intentDraft())
  await ledger.checkpointCovering(0)
  writeFileSync(join(ledger.publicDir, 'checkpoint'), 'someone else was here\n')
  await ledger.append(intentDraft())
  await assert.rejects(ledger.checkpointCovering(1), code('ledger_failed'))
  assert.equal(fatal.length, 1)
  await assert.rejects(ledger.append(intentDraft()), code('ledger_failed'))
  await ledger.close()
})

test('a clock that steps back changes times, not the order or the log', async () => {
  using scratch = scratchDir()
  let nowMs = 5_000
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0 }
  const ledger = await openTest(scratch.dir, { clock })
  await ledger.append(intentDraft())
  nowMs = 1_000
  assert.deepEqual(await ledger.append(intentDraft()), { index: 1, timeMs: 1_000 })
  await ledger.close()
  assert.equal(await verify(ledger), 2)
  assert.equal(utf8(ledger.checkpoint()).length > 0, true)
})
