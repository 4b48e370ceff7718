/** An entry that is not what its leaf says is an error, whoever changed it and however well the frame's CRC fits. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openEntry } from './decoder.ts'
import { openFileKeyRing } from './file-key-ring.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import { type Frame, frameLength, parseFrame } from './frame.ts'
import { SEGMENT_HEADER_BYTES } from './segment.ts'

function frames(path: string): Frame[] {
  const bytes = readFileSync(path)
  const found: Frame[] = []
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; ) {
    const length = frameLength(bytes.subarray(at)) ?? bytes.length
    const frame = parseFrame(bytes.subarray(at, at + length))
    if (frame !== null) found.push(frame)
    at += length
  }
  return found
}

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

test('header, blob and leaf must agree; a wrong key opens nothing; a destroyed one hides no damage', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  await ledger.append(intentDraft(0))
  await ledger.append(outcomeDraft(0))
  await ledger.append({ class: 'statement', statement: 1 })
  await ledger.close()
  const ring = openFileKeyRing(`${scratch.dir}.keyring`)
  const all = frames(join(scratch.dir, 'wal/000000000000.wal'))
  assert.equal(all.length, 3)
  const mismatch = { name: 'LedgerError', code: 'ledger_blob_mismatch' }
  for (const frame of all) {
    assert.ok(openEntry(frame, ring) !== null)
    assert.throws(() => openEntry({ ...frame, timeMs: frame.timeMs + 1 }, ring), mismatch)
    assert.throws(() => openEntry({ ...frame, blob: changed(frame.blob, 300) }, ring), mismatch)
    assert.throws(() => openEntry({ ...frame, leaf: changed(frame.leaf, 50) }, ring), mismatch)
  }
  const [intent, outcome] = all
  assert.ok(intent !== undefined && outcome !== undefined)
  assert.throws(() => openEntry({ ...outcome, kind: 'intent', refers: null }, ring), mismatch)
  assert.throws(() => openEntry({ ...outcome, refers: 5 }, ring), mismatch)
  const corrupt = { name: 'LedgerError', code: 'ledger_key_slot_corrupt' }
  const stray = { ...intent, slot: outcome.slot }
  assert.throws(() => openEntry(stray, ring), corrupt, 'the slot of another entry')
  assert.throws(() => openEntry({ ...intent, slot: { state: 'defect' } }, ring), corrupt)
  const wrong = { ...ring, find: (id: number) => ({ id, owner: 'x', epoch: 0, key: Buffer.alloc(32) }) }
  assert.throws(() => openEntry(intent, wrong), corrupt)
  assert.equal(openEntry(intent, { ...ring, find: () => null }), null, 'the epoch key is gone')
  const destroyed: Frame = { ...intent, slot: { state: 'empty' } }
  assert.equal(openEntry(destroyed, ring), null)
  assert.throws(() => openEntry({ ...destroyed, blob: changed(intent.blob, 300) }, ring), mismatch)
})
