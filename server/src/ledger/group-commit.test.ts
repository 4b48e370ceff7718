/** What was accepted is recorded, though nothing comes after it that would set the commit going again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { faultyDisk } from './faulty-disk.ts'
import { scratchDir } from './fixture.ts'
import { BLOB_AT, finishFrame } from './frame.ts'
import { GroupCommit } from './group-commit.ts'
import { SEGMENT_HEADER_BYTES } from './segment.ts'
import { Wal } from './wal.ts'

test('a pause while a batch is being written: what was accepted behind it is written, and more once there is room', async () => {
  using scratch = scratchDir()
  const { disk, faults } = faultyDisk()
  const wal = await Wal.open(disk, scratch.dir, Buffer.alloc(32))
  await wal.resume(await wal.openSegment(0), [], SEGMENT_HEADER_BYTES)
  const durable: number[] = []
  const commit = new GroupCommit({
    wal,
    onDurable: (batch) => durable.push(...batch.entries.map(({ index }) => index)),
    onRejected: () => assert.fail('nothing was refused'),
    onRoll: () => {},
    onFatal: (error) => assert.fail(error),
  })
  const push = (index: number): Promise<void> => {
    const header = { kind: 'intent', index, timeMs: 1, refers: null, durable: 0 } as const
    const frame = commit.batch().reserve(BLOB_AT + 10)
    finishFrame(frame.fill(0), header)
    return new Promise((resolve, reject) =>
      commit.push({ ...header, frameBytes: frame.length, resolve, reject }),
    )
  }
  const hold = Promise.withResolvers<void>()
  faults.hold = hold.promise
  const first = push(0)
  await new Promise((resolve) => setImmediate(resolve))
  const second = push(1)
  commit.pause()
  hold.resolve()
  await first
  assert.equal(commit.writable, false)
  await second
  assert.deepEqual(durable, [0, 1])
  while (!commit.writable) await sleep(5)
  commit.stop()
  await wal.close()
})
