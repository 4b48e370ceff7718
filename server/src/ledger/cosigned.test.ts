/** A checkpoint shown again with cosignatures: what is shown, what receipts are built on, and what never goes back. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseReceipt } from 'sekisho-verify'
import { intentDraft, ORIGIN, openTest, scratchDir, signingKey } from './fixture.ts'
import { createSigner } from './signer.ts'

/** Any further line will do here: who signed it is the witnesses' room's business. */
const cosigned = (note: string) => `${note}— witness.example/w AAAAAAEC\n`
const checkpointOf = (receipt: string) =>
  Buffer.from(parseReceipt(Buffer.from(receipt)).checkpoint).toString()

test('a quorum is shown, receipts carry it, and it survives a restart', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 20 })
  const { index } = await ledger.append(intentDraft())
  const note = await ledger.checkpointCovering(index)
  await ledger.showCosigned(cosigned(note), false)
  assert.equal(ledger.checkpoint(), cosigned(note))
  assert.equal(readFileSync(join(ledger.publicDir, 'checkpoint'), 'utf8'), cosigned(note))
  assert.equal(existsSync(join(ledger.publicDir, 'witnessed-checkpoint')), false, 'no quorum yet')
  await ledger.showCosigned(cosigned(note), true)
  const { index: later } = await ledger.append(intentDraft(1))
  const newer = await ledger.checkpointCovering(later)
  assert.equal(checkpointOf(await ledger.receipt(index)), cosigned(note))
  assert.equal(checkpointOf(await ledger.receipt(later)), newer)
  await ledger.close()
  const again = await openTest(scratch.dir)
  assert.equal(again.checkpoint(), newer)
  assert.equal(checkpointOf(await again.receipt(index)), cosigned(note))
  await again.close()
})

test('a cosigned checkpoint that comes late never replaces a newer one', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 20 })
  const first = await ledger.checkpointCovering((await ledger.append(intentDraft())).index)
  const second = await ledger.checkpointCovering((await ledger.append(intentDraft(1))).index)
  await ledger.showCosigned(cosigned(first), true)
  assert.equal(readFileSync(join(ledger.publicDir, 'checkpoint'), 'utf8'), second)
  assert.equal(readFileSync(join(ledger.publicDir, 'witnessed-checkpoint'), 'utf8'), cosigned(first))
  await ledger.showCosigned(cosigned(second), true)
  await ledger.showCosigned(`${cosigned(first)}— other.example AAAAAAEC\n`, true)
  assert.equal(readFileSync(join(ledger.publicDir, 'witnessed-checkpoint'), 'utf8'), cosigned(second))
  await ledger.close()
})

test('a cosignature that comes after the directory was let go is not written into it', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir, { checkpointIntervalMs: 20 })
  const note = await ledger.checkpointCovering((await ledger.append(intentDraft())).index)
  const underWay = ledger.showCosigned(cosigned(note), true)
  await ledger.close()
  await underWay
  const path = join(ledger.publicDir, 'checkpoint')
  const left = readFileSync(path, 'utf8')
  assert.equal(left, cosigned(note))
  await assert.rejects(ledger.showCosigned(`${left}— other.example AAAAAAEC\n`, true), {
    code: 'ledger_closed',
  })
  assert.equal(readFileSync(path, 'utf8'), left)
})

test('a checkpoint that was never shown is refused', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const { sign } = createSigner(ORIGIN, signingKey(1))
  for (const note of [sign(0, Buffer.alloc(32, 1)), sign(5, Buffer.alloc(32, 1))])
    await assert.rejects(ledger.showCosigned(note, true), { code: 'ledger_checkpoint_malformed' })
  await ledger.close()
})

test('a witnessed checkpoint beyond what was signed shows a directory put back', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  await ledger.close()
  const { sign } = createSigner(ORIGIN, signingKey(1))
  writeFileSync(join(scratch.dir, 'public/witnessed-checkpoint'), sign(5, Buffer.alloc(32, 1)))
  await assert.rejects(openTest(scratch.dir), { code: 'ledger_checkpoint_ahead' })
})
