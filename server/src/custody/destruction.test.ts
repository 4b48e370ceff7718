/** Destruction on a real ledger: content reads unavailable, every proof still verifies, a crash in the middle is made good. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseVerifierKey, verifyLedger, verifyReceipt } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { createFakeClock, type FakeClock } from '../base/index.ts'
import { type CustodyLedger, type ExchangeDraft, openLedger } from '../ledger/index.ts'
import { carryOut } from './destruction.ts'
import { rawPublicOf } from './hpke.ts'
import { type CustodyRing, openCustodyRing } from './ring.ts'
import { openAsInstitution, type Recipients } from './wrap.ts'

const DAY_MS = 24 * 3_600_000
const START = Date.UTC(2026, 9, 20)
const bank = generateKeyPairSync('x25519').privateKey
const custodian = generateKeyPairSync('x25519').privateKey
const recipients: Recipients = {
  institution: rawPublicOf(bank),
  custodians: { threshold: 1, seats: [{ id: 'jp', public: rawPublicOf(custodian) }] },
}

interface Bench {
  readonly dir: string
  readonly clock: FakeClock
  ledger: CustodyLedger
  ring: CustodyRing
  reopen(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

async function bench(): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), 'sekisho-destroy-'))
  const clock = createFakeClock(START)
  const signingKey = generateKeyPairSync('ed25519').privateKey
  const open = async () => {
    const ring = openCustodyRing(join(dir, 'keys'))
    ring.follow(() => recipients, clock.nowMs())
    const ledger = await openLedger({
      dir: join(dir, 'ledger'),
      origin: 'log.example/destroy',
      signingKey,
      clock,
      checkpointIntervalMs: 20,
      kek: ring,
      onFatal: (error) => assert.fail(error),
    })
    return { ring, ledger }
  }
  const made = {
    dir,
    clock,
    ...(await open()),
    async reopen() {
      await made.ledger.close()
      Object.assign(made, await open())
    },
    async [Symbol.asyncDispose]() {
      await made.ledger.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
  return made
}

async function exchange(ledger: CustodyLedger, institution: string): Promise<[number, number]> {
  const draft = (kind: 'intent' | 'outcome', refers: number | null): ExchangeDraft => ({
    class: 'exchange',
    kind,
    institution,
    fields: { actor: 'prs', refers },
    content: Buffer.from(`${kind} of ${institution}`),
  })
  const { index } = await ledger.append(draft('intent', null))
  const outcome = await ledger.append(draft('outcome', index))
  return [index, outcome.index]
}

async function content(ledger: CustodyLedger, index: number): Promise<string> {
  const entry = await ledger.read(index)
  assert.ok(entry.class === 'exchange')
  return entry.content === 'unavailable' ? 'unavailable' : entry.content.toString('utf8')
}

test('what a destruction covers reads unavailable, the rest stays, and receipts and ledger still verify', async () => {
  await using world = await bench()
  const { ledger, clock } = world
  const [oldIntent, oldOutcome] = await exchange(ledger, 'bank')
  const [otherIntent] = await exchange(ledger, 'other')
  clock.advance(2 * DAY_MS)
  const [newIntent] = await exchange(ledger, 'bank')
  await ledger.checkpointCovering(newIntent)
  const before = await ledger.receipt(oldIntent)
  const at = ledger.size()
  const destroy = (kind: 'intent' | 'outcome') => ({
    index: at,
    institution: 'bank',
    class: kind,
    beforeMs: START + DAY_MS,
  })
  const done = await carryOut([destroy('intent')], ledger, world.ring, world.dir)
  assert.deepEqual(done, { entries: 1, keys: 0 })
  assert.equal(await content(ledger, oldIntent), 'unavailable')
  assert.equal(await content(ledger, oldOutcome), 'outcome of bank')
  assert.equal(await content(ledger, otherIntent), 'intent of other')
  assert.equal(await content(ledger, newIntent), 'intent of bank')
  const key = parseVerifierKey(ledger.verifierKey)
  assert.equal((await verifyReceipt(Buffer.from(before), key)).disclosed.actor, 'prs')
  const after = await verifyReceipt(Buffer.from(await ledger.receipt(oldIntent)), key)
  assert.deepEqual(after.disclosed, {})
  // Statements of a later index go on from there; what was done is not done again.
  assert.deepEqual(await carryOut([destroy('intent')], ledger, world.ring, world.dir), {
    entries: 0,
    keys: 0,
  })
  await world.reopen()
  assert.equal(await content(world.ledger, oldIntent), 'unavailable')
  const report = await verifyLedger(directoryReader(world.ledger.publicDir), { key })
  assert.equal(report.entries, at)
})

test('a destruction that a crash cut short is carried out at the next start', async () => {
  await using world = await bench()
  const intents: number[] = []
  for (let i = 0; i < 20; i++) intents.push((await exchange(world.ledger, 'bank'))[0])
  world.clock.advance(DAY_MS)
  const stated = [
    { index: world.ledger.size(), institution: 'bank', class: 'intent' as const, beforeMs: START + 1 },
  ]
  let left = 7
  const cut = {
    size: () => world.ledger.size(),
    custodyOf: (index: number) => world.ledger.custodyOf(index),
    shred: async (index: number) => {
      if (left-- === 0) throw new Error('the power went')
      await world.ledger.shred(index)
    },
  }
  await assert.rejects(carryOut(stated, cut, world.ring, world.dir), /the power went/)
  await world.reopen()
  const states = await Promise.all(intents.map((index) => content(world.ledger, index)))
  assert.equal(states.filter((state) => state === 'unavailable').length, 7)
  assert.deepEqual(await carryOut(stated, world.ledger, world.ring, world.dir), { entries: 13, keys: 0 })
  for (const index of intents) assert.equal(await content(world.ledger, index), 'unavailable')
  writeFileSync(join(world.dir, 'destroyed'), 'damaged')
  assert.deepEqual(await carryOut(stated, world.ledger, world.ring, world.dir), { entries: 0, keys: 0 })
})

test('an epoch that is wholly destroyed loses its wrapped key too, and its number is not used again', async () => {
  await using world = await bench()
  const [intent, outcome] = await exchange(world.ledger, 'bank')
  const { epochKey } = await world.ledger.custodyOf(intent)
  assert.ok(epochKey !== null)
  const wrapped = world.ring.wrapped(epochKey)
  assert.ok(wrapped)
  assert.equal(openAsInstitution(wrapped, bank).length, 32)
  world.clock.advance(60 * DAY_MS)
  const stated = (['intent', 'outcome'] as const).map((kind) => ({
    index: world.ledger.size(),
    institution: 'bank',
    class: kind,
    beforeMs: Date.UTC(2026, 10, 1),
  }))
  assert.deepEqual(await carryOut(stated, world.ledger, world.ring, world.dir), { entries: 2, keys: 1 })
  assert.equal(world.ring.wrapped(epochKey), null)
  assert.deepEqual(
    [await content(world.ledger, intent), await content(world.ledger, outcome)],
    ['unavailable', 'unavailable'],
  )
  assert.ok((await exchange(world.ledger, 'bank'))[0] > outcome)
  assert.ok((world.ring.list().at(-1)?.id ?? 0) > epochKey)
  assert.match(readFileSync(join(world.dir, 'keys', 'escrow.jsonl'), 'utf8'), /"key":null/)
})
