/** The ledger from the outside: append, read, checkpoint, receipt, restart; checked with the verifier. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  FIELD_NAMES,
  LEAF_BYTES,
  parseBundle,
  parseVerifierKey,
  utf8,
  verifyLedger,
  verifyReceipt,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import { FRAME_MAGIC, SLOT_AT } from './frame.ts'
import { SLOT_BYTES } from './key-slot.ts'

const code = (name: string) => ({ name: 'LedgerError', code: name })

test('what is appended is read back, numbered from 0 without a gap', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const appended = await Promise.all(Array.from({ length: 50 }, (_, i) => ledger.append(intentDraft(i))))
  assert.deepEqual(
    appended.map(({ index }) => index),
    [...Array(50).keys()],
  )
  const outcome = await ledger.append(outcomeDraft(7))
  const entry = await ledger.read(7)
  assert.ok(entry.class === 'exchange' && entry.fields !== 'unavailable')
  assert.deepEqual(Object.keys(entry.fields), [...FIELD_NAMES])
  assert.equal(entry.fields.institution, 'smbc')
  assert.deepEqual(entry.content, intentDraft(7).content)
  const closing = await ledger.read(outcome.index)
  assert.ok(closing.class === 'exchange' && closing.fields !== 'unavailable')
  assert.deepEqual(
    [closing.fields.kind, closing.fields.refers, closing.fields.time],
    ['outcome', 7, outcome.timeMs],
  )
  const seen: number[] = []
  for await (const { index } of ledger.entries(10, 20)) seen.push(index)
  assert.deepEqual(seen, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  await assert.rejects(ledger.read(51), code('ledger_index_range'))
  await ledger.close()
})

test('an outcome closes one open intent, once', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const { index } = await ledger.append(intentDraft())
  assert.deepEqual(ledger.openIntents(), [index])
  const twice = await Promise.allSettled([
    ledger.append(outcomeDraft(index)),
    ledger.append(outcomeDraft(index)),
  ])
  assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual(ledger.openIntents(), [])
  await assert.rejects(ledger.append(outcomeDraft(index)), code('ledger_intent_not_open'))
  await assert.rejects(ledger.append(outcomeDraft(99)), code('ledger_intent_not_open'))
  await ledger.close()
})

test('a draft with a slot that is not its own, or a value that is not integer JSON, is refused and costs no index', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const draft = intentDraft()
  for (const fields of [{ time: 1 }, { tenant: 'x' }, { actor: 0.5 }, { actor: '\ud800' }]) {
    await assert.rejects(
      ledger.append({ ...draft, fields: fields as typeof draft.fields }),
      code('ledger_draft_invalid'),
    )
  }
  await assert.rejects(ledger.append({ ...draft, kind: 'outcome' }), code('ledger_draft_invalid'))
  await assert.rejects(
    ledger.append({ ...draft, content: Buffer.alloc(65 * 2 ** 20) }),
    code('ledger_entry_too_large'),
  )
  assert.deepEqual((await ledger.append(draft)).index, 0)
  await ledger.close()
})

test('a restart goes on where it stopped: indices, open intents, statements, keys', async () => {
  using scratch = scratchDir()
  // Small segments, so that the restart begins at a saved state and crosses several.
  const options = { segmentBytes: 40_000 }
  let ledger = await openTest(scratch.dir, options)
  for (let i = 0; i < 300; i++) {
    const { index } = await ledger.append(intentDraft(i))
    if (i % 3 !== 0) await ledger.append(outcomeDraft(index))
    if (i % 100 === 50) await ledger.append({ class: 'statement', statement: { n: i } })
  }
  const before = { size: ledger.size(), open: ledger.openIntents() }
  await ledger.close()
  const root = ledger.checkpoint()
  ledger = await openTest(scratch.dir, options)
  assert.deepEqual({ size: ledger.size(), open: ledger.openIntents() }, before)
  assert.equal(ledger.checkpoint(), root)
  const statements: unknown[] = []
  for await (const { statement } of ledger.statements(0)) statements.push(statement)
  assert.deepEqual(statements, [{ n: 50 }, { n: 150 }, { n: 250 }])
  const kinds = new Map<string, number>()
  for await (const { kind } of ledger.entries(0)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  assert.deepEqual(Object.fromEntries(kinds), { intent: 300, outcome: 200, statement: 3 })
  assert.equal((await ledger.append(intentDraft())).index, before.size)
  await ledger.close()
  const report = await verifyLedger(directoryReader(ledger.publicDir), {
    key: parseVerifierKey(ledger.verifierKey),
  })
  assert.deepEqual([report.entries, report.statements], [before.size + 1, 3])
})

test('the public directory verifies at every size around a tile boundary, and its leaves are all one shape', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 1 })
  const key = parseVerifierKey(ledger.verifierKey)
  const reader = directoryReader(ledger.publicDir)
  const saved: { place: string; note: Uint8Array }[] = []
  const statements = new Map<number, unknown>()
  for (const upTo of [1, 2, 255, 256, 257, 511, 512, 700]) {
    while (ledger.size() < upTo) {
      const drafts = Array.from({ length: Math.min(64, upTo - ledger.size()) }, (_, i) => intentDraft(i, 32))
      await Promise.all(
        drafts.map((draft, i) => ledger.append(i === 63 ? { class: 'statement', statement: i } : draft)),
      )
    }
    const note = utf8(await ledger.checkpointCovering(upTo - 1))
    saved.push({ place: `size ${upTo}`, note })
    const report = await verifyLedger(reader, {
      key,
      saved,
      onStatement: (index, value) => statements.set(index, value),
    })
    assert.deepEqual([report.entries, report.saved], [upTo, saved.length])
  }
  assert.ok(statements.size > 3)
  const bundle = readFileSync(join(ledger.publicDir, 'tile/entries/000'))
  assert.ok(parseBundle(bundle, 256, 'entries').every((leaf) => leaf.length === LEAF_BYTES))
  assert.ok(
    !existsSync(join(ledger.publicDir, 'tile/0/000.p')),
    'partial tiles go when the full one is there',
  )
  await ledger.close()
})

test('a receipt proves every disclosed slot offline, and a kept-back slot stays kept back', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 5 })
  const key = parseVerifierKey(ledger.verifierKey)
  await Promise.all(Array.from({ length: 300 }, (_, i) => ledger.append(intentDraft(i, 16))))
  const { index } = await ledger.append({ class: 'statement', statement: { stop: 'all' } })
  for (const i of [0, 255, 256, 299]) {
    const receipt = await verifyReceipt(utf8(await ledger.receipt(i)), key)
    assert.deepEqual([receipt.index, receipt.disclosed.actor, receipt.withheld], [i, `prs-${i % 40}`, []])
  }
  const partial = await ledger.receipt(3, ['decision', 'time'])
  const receipt = await verifyReceipt(utf8(partial), key)
  assert.deepEqual(Object.keys(receipt.disclosed).sort(), ['decision', 'time'])
  assert.equal(receipt.withheld.length, 14)
  const extra = Buffer.from(partial.split('\n')[1]?.slice(6) ?? '', 'base64').toString()
  assert.ok(!extra.includes('mufg') && !extra.includes('prs-3'))
  assert.deepEqual((await verifyReceipt(utf8(await ledger.receipt(index)), key)).statement, { stop: 'all' })
  await ledger.close()
})

test('content whose key was destroyed reads unavailable, and every proof about it still holds', async () => {
  using scratch = scratchDir()
  const wal = join(scratch.dir, 'wal/000000000000.wal')
  let ledger = await openTest(scratch.dir, { checkpointIntervalMs: 5 })
  for (let i = 0; i < 5; i++) await ledger.append(intentDraft(i, 4))
  await ledger.checkpointCovering(4)
  const before = readFileSync(wal)
  await ledger.shred(2)
  let slot = -1
  for (let i = 0; i <= 2; i++) slot = before.indexOf(FRAME_MAGIC, slot + 1)
  before.fill(0, slot + SLOT_AT, slot + SLOT_AT + SLOT_BYTES)
  assert.deepEqual(readFileSync(wal), before, 'nothing but the slot changes')
  await ledger.append(intentDraft(5))
  await ledger.close()
  ledger = await openTest(scratch.dir)
  assert.equal(ledger.size(), 6)
  const entry = await ledger.read(2)
  assert.ok(entry.class === 'exchange')
  assert.deepEqual([entry.fields, entry.content], ['unavailable', 'unavailable'])
  const receipt = await verifyReceipt(utf8(await ledger.receipt(2)), parseVerifierKey(ledger.verifierKey))
  assert.deepEqual([receipt.index, receipt.disclosed, receipt.withheld.length], [2, {}, 16])
  const other = await ledger.read(3)
  assert.ok(other.class === 'exchange' && other.fields !== 'unavailable')
  await ledger.close()
})

test('keys and secrets are readable by their owner only', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  await ledger.append(intentDraft())
  await ledger.close()
  assert.equal(statSync(`${scratch.dir}.keyring`).mode & 0o777, 0o600)
  assert.equal(statSync(join(scratch.dir, 'wal/000000000000.wal')).mode & 0o777, 0o600)
  assert.equal(statSync(scratch.dir).mode & 0o777, 0o700)
})

test('two writers on one directory: the second is refused, and a dead one does not block', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  await assert.rejects(openTest(scratch.dir), code('ledger_locked'))
  await ledger.close()
  await (await openTest(scratch.dir)).close()
})

test('a closed ledger takes nothing more and says so to those who wait', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const waiting = assert.rejects(ledger.checkpointCovering(5), code('ledger_closed'))
  await ledger.close()
  await waiting
  await assert.rejects(ledger.append(intentDraft()), code('ledger_closed'))
  assert.equal(ledger.state(), 'not_writable')
})
