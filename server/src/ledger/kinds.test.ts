/** Vectors of every kind and of packs, receipts years later, and what institutions look like from outside. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openPack, parseVerifierKey, verifyPack, verifyReceipt, writeTar } from 'sekisho-verify'
import { testPack } from '../../../verify/src/pack-for-test.ts'
import { createFakeClock } from '../base/index.ts'
import { openEntry } from './decoder.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import type { Frame } from './frame.ts'
import { type KindVector, kindVectors } from './kind-vectors-for-test.ts'

const VECTORS = new URL('../../../vectors/', import.meta.url)
const read = (name: string): Buffer => readFileSync(new URL(name, VECTORS))

function frameOf(vector: KindVector): Frame {
  const { kind, key } = vector
  return {
    index: 40,
    kind,
    timeMs: Number(vector.fields.time),
    refers: kind === 'intent' ? null : Number(vector.fields.refers),
    durable: 0,
    slot:
      key === undefined
        ? { state: 'empty' }
        : { state: 'live', epochKey: key.epoch_key_number, secret: Buffer.from(key.secret, 'hex') },
    leaf: Buffer.from(vector.leaf, 'hex'),
    blob: Buffer.from(vector.blob, 'hex'),
  }
}

test('the committed vectors are what their script writes', async () => {
  assert.deepEqual(JSON.parse(read('kinds.json').toString('utf8')), JSON.parse(JSON.stringify(kindVectors())))
  assert.deepEqual(read('pack/auditor.tar'), Buffer.from(writeTar(await testPack())))
  assert.deepEqual(read('pack/sample.tar'), Buffer.from(writeTar(await testPack({ sample: true }))))
})

test('every kind of the vectors opens to the values it was made of, with its key only', () => {
  for (const vector of kindVectors().kinds) {
    const { key, kind } = vector
    const epochKey = {
      id: key?.epoch_key_number ?? 0,
      owner: 'institution/bank',
      epoch: 202_611,
      key: Buffer.from(key?.epoch_key ?? '', 'hex'),
    }
    const ring = { find: (id: number) => (id === epochKey.id ? epochKey : null), sealing: () => epochKey }
    const opened = openEntry(frameOf(vector), ring)
    assert.ok(opened !== null)
    for (const [name, value] of Object.entries(opened.fields))
      assert.deepEqual(value, vector.fields[name] ?? null)
    assert.equal(opened.content.toString('utf8'), vector.content ?? '')
    if (kind !== 'statement') assert.equal(openEntry(frameOf(vector), { ...ring, find: () => null }), null)
  }
})

test('packs and receipts of the vectors verify with nothing but themselves and a key', async () => {
  const packKey = parseVerifierKey(read('pack/verifier-key').toString('utf8').trim())
  for (const name of ['auditor', 'sample']) await verifyPack(openPack(read(`pack/${name}.tar`)), packKey)
  const key = parseVerifierKey(read('golden-ledger/verifier-key').toString('utf8').trim())
  const receipts = readdirSync(new URL('golden-ledger/receipts', VECTORS))
  assert.ok(receipts.length >= 3)
  for (const name of receipts) await verifyReceipt(read(`golden-ledger/receipts/${name}`), key)
})

/** Public bytes that an onlooker has of one schedule: names and sizes at every checkpoint, and all leaves. */
async function watched(institutions: readonly string[]): Promise<{ shapes: string[]; leaves: Buffer[] }> {
  using scratch = scratchDir()
  const clock = createFakeClock()
  const ledger = await openTest(scratch.dir, { clock, checkpointIntervalMs: 5 })
  const shapes: string[] = []
  const leaves: Buffer[] = []
  for (let turn = 0; turn < 30; turn++) {
    const institution = institutions[turn % institutions.length] ?? ''
    const { index } = await ledger.append({ ...intentDraft(turn), institution })
    clock.advance(7)
    await ledger.append({ ...outcomeDraft(index), institution })
    const note = await ledger.checkpointCovering(index + 1)
    shapes.push(
      `${note.split('\n')[1]} ${note.length} ${await ledger.leaf(index).then(({ length }) => length)}`,
    )
    leaves.push(await ledger.leaf(index), await ledger.leaf(index + 1))
  }
  await ledger.close()
  return { shapes, leaves }
}

test('permuting institutions under one schedule changes nothing an onlooker can tell', async () => {
  const one = await watched(['mufg', 'smbc', 'mizuho'])
  const two = await watched(['mizuho', 'mufg', 'a-name-that-is-much-longer-than-the-others'])
  // Sizes, lengths and cadence are the same, entry by entry.
  assert.deepEqual(one.shapes, two.shapes)
  // The bytes are hashes: no position of a leaf prefers a value, whoever the institution is.
  for (const { leaves } of [one, two]) {
    for (let at = 8; at < 72; at++) {
      const values = new Set(leaves.map((leaf) => leaf[at]))
      assert.ok(values.size > 30, `byte ${at} of a leaf takes ${values.size} values in ${leaves.length}`)
    }
  }
  // Same institution, same values: still no two leaves share their root or their blob's hash.
  const halves = [...one.leaves, ...two.leaves].flatMap((leaf) => [
    leaf.toString('hex', 8, 40),
    leaf.toString('hex', 40),
  ])
  assert.equal(new Set(halves).size, halves.length)
})
