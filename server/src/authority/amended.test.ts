/** An amended agreement survives what happens to its document on disk: the ledger holds it whole. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { seatsOf } from '../governance/index.ts'
import { amendedText, DAY_MS } from '../programme/testing.ts'
import { foundSample, sampleSeats } from '../sample/index.ts'
import { createWorld, PARTIES, PROGRAMME, party, person, sampleAgreement } from './testing.ts'

test('after a restart version 2 is in force, read from the ledger; the digest is the same', async () => {
  await using world = await createWorld()
  const { programme, dataDir, clock } = world
  await foundSample(programme, {
    programme: PROGRAMME,
    dataDir,
    agreement: sampleAgreement(),
    clock,
    seats: true,
  })
  const document = amendedText(['requests_max: 200', 'requests_max: 100'])
  const digest = createHash('sha256').update(document).digest('hex')
  const { version, digest: on } = programme.snapshot().agreement
  const jp = [party('jp')]
  const draft = {
    id: 'p1',
    title: { en: 't', ja: '題' },
    base: { version, digest: on },
    document,
    sectors: [],
    reason: 'r',
  }
  await world.submit('proposal.draft', draft, jp)
  await world.submit('proposal.discuss', { id: 'p1' }, jp)
  clock.advance(14 * DAY_MS)
  const reports = { difference: '1'.repeat(64), proof: '2'.repeat(64), overrides: [] }
  await world.submit('ballot.open', { proposal: 'p1', document: digest, ...reports }, jp)
  const { subject } = programme.snapshot().governance.proposals.p1!.ballot!
  const [first] = seatsOf(sampleAgreement().bodies[0]!)
  const holder = sampleSeats(sampleAgreement()).find(({ seat }) => seat === first?.id)!.actor
  const vote = { proposal: 'p1', body: 'working_group', seat: first!.id, subject, choice: 'for' } as const
  await world.submit('ballot.cast', vote, [person(holder)])
  clock.advance(7 * DAY_MS)
  await world.submit('ballot.close', { proposal: 'p1' }, jp)
  await world.submit('proposal.adopt', { id: 'p1', subject, parties: [] }, PARTIES)
  clock.advance(7 * DAY_MS)
  await world.submit('proposal.activate', { id: 'p1' }, jp)
  const before = world.programme.snapshot()
  assert.deepEqual([before.agreement.version, before.agreement.digest], [2, digest])
  const again = await world.restart()
  const after = again.programme.snapshot()
  assert.deepEqual([after.agreement.version, after.agreement.grants.requestsMax], [2, 100])
  assert.ok(after.index >= before.index)
})
