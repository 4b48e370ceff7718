/** Starting on what a crash, a bad disk or an intruder left behind: cut only what was never acknowledged, refuse the rest. */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseVerifierKey, verifyLedger } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { realDisk } from './disk.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir, signingKey } from './fixture.ts'
import { frameLength, SLOT_AT } from './frame.ts'
import { SLOT_BYTES } from './key-slot.ts'
import type { StoredExchange } from './ledger.ts'
import { SEGMENT_HEADER_BYTES, scanFrames } from './segment.ts'

const FIRST_SEGMENT = 'wal/000000000000.wal'
const code = (name: string) => ({ name: 'LedgerError', code: name })

/** Offsets at which frames begin, and the end of the last. */
function boundaries(path: string): number[] {
  const bytes = readFileSync(path)
  const at = [SEGMENT_HEADER_BYTES]
  for (let offset = SEGMENT_HEADER_BYTES; offset < bytes.length; ) {
    const length = frameLength(bytes.subarray(offset))
    if (length === null) break // room
    offset += length
    at.push(offset)
  }
  return at
}

function flip(path: string, offset: number): void {
  const bytes = readFileSync(path)
  bytes[offset] = (bytes[offset] ?? 0) ^ 0x10
  writeFileSync(path, bytes)
}

/** A directory with entries appended one after the other, as a crash would leave it: nothing after the first checkpoint. */
async function crashed(entries: number, dir: string, copy: () => string): Promise<string> {
  const ledger = await openTest(dir)
  for (let i = 0; i < entries; i++) await ledger.append(intentDraft(i, 4))
  const left = copy()
  copyFileSync(`${dir}.keyring`, `${left}.keyring`)
  await ledger.close()
  return left
}

test('the last frame torn at every byte: what came before it is kept, the rest is cut', async () => {
  using scratch = scratchDir()
  const left = await crashed(3, scratch.dir, scratch.copy)
  const path = join(left, FIRST_SEGMENT)
  const [start = 0, end = 0] = boundaries(path).slice(-2)
  const whole = readFileSync(path)
  for (let cut = start; cut <= end; cut++) {
    writeFileSync(path, whole.subarray(0, cut))
    const file = await realDisk.openFile(path)
    let frames = 0
    const scan = await scanFrames(file, 0, () => frames++)
    await file.close()
    assert.deepEqual(
      [frames, scan.end, scan.torn],
      cut === end ? [3, end, false] : [2, start, cut > start],
      `cut at ${cut}`,
    )
    // The same tear where room had been made: zeros follow.
    writeFileSync(path, Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut)]))
    const roomy = await realDisk.openFile(path)
    let kept = 0
    const found = await scanFrames(roomy, 0, () => kept++)
    await roomy.close()
    const last = whole.subarray(cut, end).some((byte) => byte !== 0)
      ? [2, start, cut > start]
      : [3, end, false]
    assert.deepEqual([kept, found.end, found.torn], last, `zeros from ${cut}`)
  }
  // And through the front door, at a sample of the cuts.
  for (const cut of [
    start,
    start + 1,
    start + 11,
    start + 12,
    start + 51,
    start + 52,
    start + 159,
    start + 160,
    end - 1,
    end,
  ]) {
    writeFileSync(path, whole.subarray(0, cut))
    const ledger = await openTest(left)
    assert.equal(ledger.size(), cut === end ? 3 : 2, `cut at ${cut}`)
    await ledger.close()
    rmSync(join(left, 'public'), { recursive: true })
    rmSync(join(left, 'signed-checkpoint'))
  }
})

test('a tear in the key slot of the last entry, at every byte: the entry was never acknowledged and is cut', async () => {
  using scratch = scratchDir()
  const left = await crashed(3, scratch.dir, scratch.copy)
  const path = join(left, FIRST_SEGMENT)
  const whole = readFileSync(path)
  const start = boundaries(path)[2] ?? 0
  for (let kept = 1; kept < SLOT_BYTES; kept++) {
    const torn = Buffer.from(whole)
    torn.fill(0, start + SLOT_AT + kept, start + SLOT_AT + SLOT_BYTES)
    if (
      torn.equals(whole) ||
      torn.subarray(start + SLOT_AT, start + SLOT_AT + kept).every((byte) => byte === 0)
    )
      continue
    writeFileSync(path, torn)
    const ledger = await openTest(left)
    assert.equal(ledger.size(), 2, `kept ${kept} bytes`)
    if (kept === 20) assert.equal((await ledger.append(intentDraft(9))).index, 2)
    await ledger.close()
    rmSync(join(left, 'public'), { recursive: true })
    rmSync(join(left, 'signed-checkpoint'))
  }
})

test('a secret destroyed before a crash stays destroyed, and costs neither its entry nor another', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 5 })
  for (let i = 0; i < 3; i++) await ledger.append(intentDraft(i, 4))
  await ledger.shred(2)
  const left = scratch.copy()
  copyFileSync(`${scratch.dir}.keyring`, `${left}.keyring`)
  await ledger.close()
  const path = join(left, FIRST_SEGMENT)
  for (const interrupted of [false, true]) {
    if (interrupted) flip(path, (boundaries(path)[2] ?? 0) + SLOT_AT + 39)
    const again = await openTest(left)
    assert.equal(again.size(), 3)
    if (interrupted) await assert.rejects(again.read(2), code('ledger_key_slot_corrupt'))
    else assert.equal(((await again.read(2)) as StoredExchange).content, 'unavailable')
    assert.equal((await again.read(1)).index, 1)
    if (interrupted) {
      await again.shred(2)
      assert.equal(((await again.read(2)) as StoredExchange).content, 'unavailable')
    }
    await again.close()
  }
})

test('damage to what was acknowledged is refused, whatever byte it hits', async () => {
  using scratch = scratchDir()
  const left = await crashed(6, scratch.dir, scratch.copy)
  const path = join(left, FIRST_SEGMENT)
  const whole = readFileSync(path)
  const [, , start = 0, end = 0] = boundaries(path)
  for (const offset of [
    start,
    start + 4,
    start + 8,
    start + 52,
    start + 60,
    start + 70,
    start + 85,
    start + 100,
    start + 160,
    end - 1,
  ]) {
    writeFileSync(path, whole)
    flip(path, offset)
    await assert.rejects(openTest(left), code('ledger_wal_corrupt'), `byte ${offset}`)
  }
  writeFileSync(path, whole)
  for (const offset of [0, 20, 30, 61]) {
    flip(path, offset)
    await assert.rejects(openTest(left), code('ledger_wal_header'), `header byte ${offset}`)
    writeFileSync(path, whole)
  }
  await (await openTest(left)).close()
})

test('a log shorter than a checkpoint that was signed for it is refused', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  for (let i = 0; i < 4; i++) await ledger.append(intentDraft(i, 4))
  await ledger.close()
  const path = join(scratch.dir, FIRST_SEGMENT)
  const whole = readFileSync(path)
  const [, , , start = 0] = boundaries(path)
  truncateSync(path, start)
  await assert.rejects(openTest(scratch.dir), code('ledger_checkpoint_ahead'))
  // The public checkpoint removed as well: the private one still remembers.
  rmSync(join(scratch.dir, 'public'), { recursive: true })
  await assert.rejects(openTest(scratch.dir), code('ledger_checkpoint_ahead'))
  writeFileSync(path, whole.subarray(0, start + 40))
  await assert.rejects(openTest(scratch.dir), code('ledger_wal_corrupt'))
  writeFileSync(path, whole)
  flip(path, whole.length - 1)
  await assert.rejects(openTest(scratch.dir), code('ledger_wal_corrupt'))
  writeFileSync(path, whole)
  const again = await openTest(scratch.dir)
  await again.close()
  const report = await verifyLedger(directoryReader(again.publicDir), {
    key: parseVerifierKey(again.verifierKey),
  })
  assert.equal(report.entries, 4, 'the public directory was rebuilt from the log')
})

test('a checkpoint of a fork, of another key or origin, or damaged is refused', async () => {
  using scratch = scratchDir()
  using other = scratchDir()
  for (const dir of [scratch.dir, other.dir]) {
    const ledger = await openTest(dir)
    await ledger.append(intentDraft())
    await ledger.close()
  }
  const files = ['public/checkpoint', 'signed-checkpoint']
  const own = readFileSync(join(scratch.dir, 'signed-checkpoint'))
  for (const file of files) copyFileSync(join(other.dir, file), join(scratch.dir, file))
  await assert.rejects(openTest(scratch.dir), code('ledger_checkpoint_conflict'))
  for (const file of files) writeFileSync(join(scratch.dir, file), own)
  await assert.rejects(openTest(scratch.dir, { key: signingKey(2) }), code('ledger_origin_mismatch'))
  await assert.rejects(openTest(scratch.dir, { origin: 'other.example/log' }), code('ledger_origin_mismatch'))
  flip(join(scratch.dir, 'public/checkpoint'), own.length - 10)
  await assert.rejects(openTest(scratch.dir), code('ledger_checkpoint_malformed'))
})

test('a changed tile or bundle is refused, a missing one is written again', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  await Promise.all(Array.from({ length: 300 }, (_, i) => ledger.append(intentDraft(i, 4))))
  await ledger.close()
  for (const name of [
    'tile/0/000',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/44',
  ]) {
    const path = join(ledger.publicDir, name)
    flip(path, 20)
    await assert.rejects(openTest(scratch.dir), code('ledger_tile_mismatch'), name)
    flip(path, 20)
    rmSync(path)
    await (await openTest(scratch.dir)).close()
    assert.ok(existsSync(path), name)
  }
})

test('derived files may be missing or damaged: everything is worked out again', async () => {
  using scratch = scratchDir()
  const options = { segmentBytes: 30_000 }
  let ledger = await openTest(scratch.dir, { ...options, checkpointIntervalMs: 1 })
  for (let i = 0; i < 100; i++) {
    const { index } = await ledger.append(intentDraft(i))
    if (i % 2 === 0) await ledger.append(outcomeDraft(index))
  }
  await ledger.close()
  const open = ledger.openIntents()
  const segments = readdirSync(join(scratch.dir, 'wal')).filter((name) => name.endsWith('.wal'))
  assert.ok(segments.length > 3 && existsSync(join(scratch.dir, 'state')))
  for (const name of readdirSync(join(scratch.dir, 'wal')))
    if (name.endsWith('.idx')) rmSync(join(scratch.dir, 'wal', name))
  for (const damage of [
    () => flip(join(scratch.dir, 'state'), 30),
    () => rmSync(join(scratch.dir, 'state')),
  ]) {
    damage()
    ledger = await openTest(scratch.dir, options)
    assert.deepEqual([ledger.size(), ledger.openIntents()], [150, open])
    for await (const entry of ledger.entries(0))
      assert.ok(entry.class === 'exchange' && entry.fields !== 'unavailable')
    await ledger.close()
  }
  rmSync(join(scratch.dir, 'wal', segments[1] ?? ''))
  await assert.rejects(openTest(scratch.dir, options), code('ledger_wal_gap'))
})

test('an index of a closed segment that points at another entry is found out', async () => {
  using scratch = scratchDir()
  let ledger = await openTest(scratch.dir, { segmentBytes: 2000 })
  for (let i = 0; i < 8; i++) await ledger.append(intentDraft(i, 4))
  await ledger.close()
  const path = join(scratch.dir, 'wal/000000000000.idx')
  const offsets = readFileSync(path)
  assert.ok(offsets.length >= 12)
  writeFileSync(path, Buffer.concat([offsets.subarray(4), offsets.subarray(0, 4)]))
  ledger = await openTest(scratch.dir)
  await assert.rejects(ledger.read(0), code('ledger_wal_corrupt'))
  await ledger.close()
})

test('a damaged key slot is an error when read, never "unavailable" and never absent', async () => {
  using scratch = scratchDir()
  let ledger = await openTest(scratch.dir)
  for (let i = 0; i < 3; i++) await ledger.append(intentDraft(i, 4))
  await ledger.close()
  flip(
    join(scratch.dir, FIRST_SEGMENT),
    (boundaries(join(scratch.dir, FIRST_SEGMENT))[1] ?? 0) + SLOT_AT + 30,
  )
  ledger = await openTest(scratch.dir)
  await assert.rejects(ledger.read(1), code('ledger_key_slot_corrupt'))
  assert.equal((await ledger.read(2)).index, 2)
  await ledger.close()
  rmSync(`${scratch.dir}.keyring`)
  ledger = await openTest(scratch.dir)
  const entry = await ledger.read(2)
  assert.ok(entry.class === 'exchange' && entry.content === 'unavailable')
  await ledger.close()
})
