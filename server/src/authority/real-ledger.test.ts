/** The programme over the real ledger: what the fixture in memory promises, the files keep. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { type Clock, systemClock } from '../base/index.ts'
import { type Ledger, openFileKeyRing, openLedger } from '../ledger/index.ts'
import { signStatement } from '../programme/index.ts'
import { foundSample, openSampleKeys } from '../sample/index.ts'
import { openProgramme } from './open.ts'
import type { Programme } from './programme.ts'
import {
  findAgreement,
  intentDraft,
  outcomeDraft,
  PROGRAMME,
  party,
  sampleAgreement,
  type World,
} from './testing.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-programme-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const { privateKey: signingKey } = generateKeyPairSync('ed25519')
const clock: Clock = systemClock

async function open(): Promise<{ ledger: Ledger; programme: Programme }> {
  const ledger = await openLedger({
    dir: path.join(dir, 'ledger'),
    origin: 'ledger.example/test',
    signingKey,
    clock,
    kek: openFileKeyRing(path.join(dir, 'keys')),
    onFatal: (error) => {
      throw error
    },
  })
  const options = { programme: PROGRAMME, ledger, agreements: findAgreement, clock, database: null }
  return { ledger, programme: await openProgramme(options) }
}

test('a restart over the files gives the same state, charges the same, and closes what was open', async () => {
  const first = await open()
  const sample = { programme: PROGRAMME, dataDir: dir, agreement: sampleAgreement(), clock }
  assert.ok((await foundSample(first.programme, sample)).statements > 30)
  const world = { programme: first.programme } as World // `intentDraft` reads the snapshot's index only
  const { authority } = first.programme
  const closed = await authority.append(intentDraft(world))
  await authority.append(outcomeDraft(closed.index, { tokens: 30 }))
  const left = await authority.append(intentDraft(world))
  const keys = openSampleKeys(dir, PROGRAMME, false).all(party('provider'), 1)
  const payload = { scope: { kind: 'model', id: 'm' }, reason: 'r' } as const
  const stop = signStatement(
    { programme: PROGRAMME, type: 'stop.issue', issuedAtMs: clock.nowMs(), payload },
    keys,
  )
  const { index } = await first.programme.submit(stop)
  const { digest } = first.programme.snapshot()
  await first.programme.close()
  await first.ledger.close()

  const second = await open()
  assert.equal(second.programme.snapshot().digest, digest)
  assert.deepEqual(
    second.programme.snapshot().stops.map((each) => each.index),
    [index],
  )
  assert.deepEqual(second.programme.usage('person', 'mufg-analyst'), { requests: 2, tokens: 130 })
  assert.deepEqual(second.ledger.openIntents(), [])
  const last = await second.ledger.read(second.ledger.size() - 1)
  assert.ok(last.class === 'exchange' && last.fields !== 'unavailable' && last.fields.refers === left.index)
  assert.equal((await foundSample(second.programme, sample)).statements, 0)
  await second.programme.close()
  await second.ledger.close()
})
