/** Tests of proposals and ballots: the whole way, and every refusal by its code. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { loadAgreement } from '../agreement/index.ts'
import { AUTHORITIES, PARTIES, party, person, refused, sampleAgreement } from '../authority/testing.ts'
import {
  ballotSubject,
  type Choice,
  machineTable,
  PROPOSAL_MACHINE,
  PROPOSAL_STATES,
  type Proposal,
  ROLLOUT_MACHINE,
  seatsOf,
} from '../governance/index.ts'
import { generateKeyPair } from '../identity/index.ts'
import { createState, decodeState, encodeState, type ProgrammeState } from './state.ts'
import { amendedText, createHand, DAY_MS, type Hand } from './testing.ts'

let hand: Hand
let seated: ProgrammeState
before(async () => {
  hand = await createHand()
  seated = hand.state
})
beforeEach(() => {
  hand.state = seated
})
after(() => hand.world[Symbol.asyncDispose]())

const reason = 'because'
const title = { en: 'Open electric power', ja: '電力分野の開放' }
const OPENED = amendedText([
  'electric_power, en: Electric power, ja: 電力, stage: closed',
  'electric_power, en: Electric power, ja: 電力, stage: rehearsal',
])
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const difference = '1'.repeat(64)
const proof = '2'.repeat(64)
const body = 'working_group'

const base = () => {
  const { version, digest } = hand.state.agreement
  return { version, digest }
}
const draft = (more: object = {}) => ({
  id: 'p1',
  title,
  base: base(),
  document: OPENED,
  sectors: ['electric_power'],
  reason,
  ...more,
})
const seatIds = () => seatsOf(sampleAgreement().bodies[0]!).map(({ id }) => id)
const holder = (seat: string) => person(`seat-${seat.replaceAll('.', '-')}`)
const proposal = (id = 'p1'): Proposal => hand.state.governance.proposals[id]!
const subject = () => proposal().ballot!.subject
const cast = (seat: string, choice: Choice, by = seat, more: object = {}) =>
  ['ballot.cast', { proposal: 'p1', body, seat, subject: subject(), choice, ...more }, [holder(by)]] as const
const vote = (seat: string, choice: Choice, by = seat): void => void hand.put(...cast(seat, choice, by))

const opening = (document = OPENED) => ({
  proposal: 'p1',
  document: digestOf(document),
  difference,
  proof,
  overrides: [],
})

function toDiscussion(more: object = {}): void {
  hand.put('proposal.draft', draft(more), [party('jp')])
  hand.put('proposal.discuss', { id: 'p1' }, [party('jp')])
}
function toBallot(more: object = {}, document = OPENED): void {
  toDiscussion({ document, ...more })
  hand.world.clock.advance(14 * DAY_MS)
  hand.put('ballot.open', opening(document), [party('jp')])
}
/** Everybody votes for, but those named otherwise. */
function toAdoption(choices: Readonly<Record<string, Choice>> = {}): void {
  for (const seat of proposal().ballot!.bodies[0]!.roll) vote(seat, choices[seat] ?? 'for')
  hand.world.clock.advance(7 * DAY_MS)
  hand.put('ballot.close', { proposal: 'p1' }, [party('jp')])
}
function accept(): void {
  const seats = ['electric_power.public.1', 'electric_power.private.1'].map(holder)
  hand.put('sector.accept', { sector: 'electric_power', stage: 'rehearsal' }, seats)
}
const adoption = () => ({ id: 'p1', subject: subject(), parties: [] })
function toTimelock(): void {
  accept()
  hand.put('proposal.adopt', adoption(), PARTIES)
}

test('the whole way: drafted, discussed, voted, adopted, locked, active; the next one supersedes it', async () => {
  toBallot()
  assert.equal(proposal().state, 'ballot')
  assert.equal(proposal().ballot?.bodies[0]?.roll.length, 36)
  assert.equal(subject(), ballotSubject({ document: digestOf(OPENED), difference, proof }))
  toAdoption({ 'finance.private.1': 'abstain', 'credit.public.1': 'recuse', 'gas.public.1': 'against' })
  assert.equal(proposal().state, 'adoption')
  const result = proposal().ballot!.bodies[0]!.result!
  assert.deepEqual(
    [result.roll, result.voted, result.recused, result.quorate, result.carried],
    [36, 35, 1, true, true],
  )
  assert.deepEqual(
    result.counts.map((each) => [each.for, each.against, each.abstain]),
    [
      [13, 1, 0],
      [20, 0, 1],
    ],
  )
  await refused(hand.try('proposal.adopt', adoption(), PARTIES), 'statement_gate_closed')
  accept()
  await refused(hand.try('proposal.adopt', adoption(), AUTHORITIES), 'statement_threshold_not_met')
  hand.put('proposal.adopt', adoption(), PARTIES)
  assert.equal(proposal().state, 'timelock')
  await refused(hand.try('proposal.activate', { id: 'p1' }, [party('us')]), 'statement_too_early')
  hand.world.clock.advance(7 * DAY_MS)
  hand.put('proposal.activate', { id: 'p1' }, [party('us')])
  assert.deepEqual([proposal().state, proposal().text], ['active', null])
  assert.equal(hand.state.agreement.version, 2)
  assert.equal(hand.state.agreement.digest, digestOf(OPENED))
  assert.equal(hand.state.agreement.sectors.get('electric_power')?.stage, 'rehearsal')
  const again = decodeState(structuredClone(encodeState(hand.state.fields)), () => hand.state.agreement)
  assert.equal(again.digest, hand.state.digest)
})

test('drafting: by a party or a seat, on the version in force, of sectors it has, once an id', async () => {
  const refuses = (more: object, code: string, by = party('jp')) =>
    refused(hand.try('proposal.draft', draft(more), [by]), code)
  await refuses({}, 'statement_signer_not_entitled', person('mufg-analyst'))
  await refuses({ base: { version: 2, digest: '0'.repeat(64) } }, 'statement_base_superseded')
  await refuses({ sectors: ['space'] }, 'statement_subject_unknown')
  hand.put('proposal.draft', draft(), [holder('electric_power.private.1')])
  assert.equal(proposal().author, 'seat-electric_power-private-1')
  await refuses({}, 'statement_id_taken')
  await refused(hand.try('proposal.discuss', { id: 'p1' }, [party('jp')]), 'statement_signer_not_entitled')
  for (let i = 2; i <= 8; i++) hand.put('proposal.draft', draft({ id: `p${i}` }), [party('jp')])
  await refuses({ id: 'p9' }, 'statement_limit')
  await refused(
    hand.try('proposal.withdraw', { id: 'none', reason }, [party('jp')]),
    'statement_subject_unknown',
  )
})

test('revising before the ballot begins the discussion anew', async () => {
  toDiscussion()
  const more = amendedText(['requests_max: 200', 'requests_max: 100'])
  hand.put('proposal.revise', { id: 'p1', document: more, sectors: [], reason }, [party('jp')])
  assert.deepEqual([proposal().state, proposal().document], ['draft', digestOf(more)])
  await refused(hand.try('ballot.open', opening(more), [party('jp')]), 'statement_subject_state')
})

test('opening: after the discussion, by a party, on the document that was discussed and on reports', async () => {
  toDiscussion()
  await refused(hand.try('ballot.open', opening(), [party('jp')]), 'statement_too_early')
  hand.world.clock.advance(14 * DAY_MS)
  await refused(hand.try('ballot.open', opening(), [holder('gas.public.1')]), 'statement_signer_not_entitled')
  const other = { ...opening(), document: '3'.repeat(64) }
  await refused(hand.try('ballot.open', other, [party('jp')]), 'statement_subject_differs')
  const unproved = { ...opening(), proof: null }
  await refused(hand.try('ballot.open', unproved, [party('jp')]), 'statement_subject_differs')
  hand.world.clock.advance(120 * DAY_MS)
  await refused(hand.try('ballot.open', opening(), [party('jp')]), 'statement_lapsed')
  hand.put('proposal.expire', { id: 'p1' }, [holder('gas.public.1')])
  assert.equal(proposal().state, 'expired')
})

test('one seat, one vote: forged, double, stale, strange and late votes are refused, each with its code', async () => {
  toBallot()
  const seat = 'gas.public.1'
  vote(seat, 'for')
  await refused(hand.try(...cast(seat, 'against')), 'statement_already_voted')
  await refused(hand.try(...cast('gas.private.1', 'for', seat)), 'statement_seat_not_held')
  await refused(
    hand.try(...cast('water.public.1', 'for', 'water.public.1', { subject: '0'.repeat(64) })),
    'statement_subject_differs',
  )
  await refused(hand.try(...cast('gas.public.9', 'for', seat)), 'statement_subject_unknown')
  const [type, payload] = cast('water.public.1', 'for')
  await refused(hand.try(type, payload, [party('jp')]), 'statement_signer_not_entitled')
  await refused(
    hand.try(type, payload, [holder('water.public.1'), holder(seat)]),
    'statement_signer_not_entitled',
  )
  await refused(hand.try(type, payload, [person('observer-central_bank')]), 'statement_seat_not_held')
  await refused(hand.try('ballot.close', { proposal: 'p1' }, [party('jp')]), 'statement_too_early')
  hand.world.clock.advance(7 * DAY_MS)
  await refused(hand.try(...cast('water.public.1', 'for')), 'statement_ballot_over')
})

test('a seat filled after the ballot opened is not on the roll; one whose holder changed keeps its vote', async () => {
  const seat = { body, seat: 'gas.public.1', represents: null }
  hand.put('seat.assign', { ...seat, actor: null }, [party('jp')])
  toBallot()
  hand.put('seat.assign', { ...seat, actor: 'seat-gas-public-1' }, [party('jp')])
  await refused(hand.try(...cast('gas.public.1', 'for')), 'statement_seat_not_on_roll')
  await refused(
    hand.try('seat.assign', { ...seat, seat: 'water.public.1', actor: 'seat-gas-public-1' }, [party('jp')]),
    'statement_subject_state',
  )
  await refused(
    hand.try('seat.assign', { ...seat, actor: 'mufg-analyst' }, [party('jp')]),
    'statement_signer_not_entitled',
  )
  await refused(
    hand.try('seat.assign', { ...seat, seat: 'all.provider.1', actor: null }, [party('jp')]),
    'statement_signer_not_entitled',
  )
})

test('a supervisor observes what it examines, and votes on the rest', async () => {
  toBallot({ sectors: ['finance'] })
  assert.deepEqual(proposal().ballot?.bodies[0]?.observing, ['finance.public.1'])
  await refused(hand.try(...cast('finance.public.1', 'for')), 'statement_seat_examines')
  hand.state = seated
  toBallot()
  vote('finance.public.1', 'for')
})

test('proxies: by the seat, for a while, as many as the body lets; what the seat voted itself stands', async () => {
  toBallot()
  const until_ms = hand.world.clock.nowMs() + 3 * DAY_MS
  const give = (from: string, to: string | null) => ({ body, from, to, proposal: null, until_ms }) as const
  await refused(
    hand.try('ballot.proxy', give('gas.public.1', 'water.public.1'), [holder('water.public.1')]),
    'statement_seat_not_held',
  )
  for (const from of ['gas.public.1', 'port.public.1', 'railway.public.1', 'airport.public.1']) {
    hand.put('ballot.proxy', give(from, 'water.public.1'), [holder(from)])
  }
  vote('gas.public.1', 'for', 'water.public.1')
  assert.equal(proposal().ballot?.bodies[0]?.votes[0]?.proxy, 'water.public.1')
  await refused(hand.try(...cast('gas.public.1', 'against')), 'statement_already_voted')
  vote('port.public.1', 'for', 'water.public.1')
  await refused(hand.try(...cast('railway.public.1', 'for', 'water.public.1')), 'statement_proxy_limit')
  hand.put('ballot.proxy', give('airport.public.1', null), [holder('airport.public.1')])
  await refused(hand.try(...cast('airport.public.1', 'for', 'water.public.1')), 'statement_seat_not_held')
  hand.world.clock.advance(3 * DAY_MS)
  await refused(hand.try(...cast('railway.public.1', 'for', 'water.public.1')), 'statement_seat_not_held')
})

test('a late quorum keeps the ballot open a while longer, once', () => {
  toBallot()
  const seats = seatIds()
  const { closesMs } = proposal().ballot!
  for (const seat of seats.slice(0, 18)) vote(seat, 'for')
  hand.world.clock.advance(6.5 * DAY_MS)
  vote(seats[18]!, 'against')
  const late = proposal().ballot!
  assert.equal(late.extended, true)
  assert.equal(late.closesMs, hand.world.clock.nowMs() + 2 * DAY_MS)
  assert.ok(late.closesMs > closesMs)
  hand.world.clock.advance(1.5 * DAY_MS)
  vote(seats[19]!, 'against')
  assert.equal(proposal().ballot?.closesMs, late.closesMs)
})

test('advisory: an opinion against is recorded, and the parties decide; any one of them may refuse', async () => {
  toBallot()
  toAdoption(Object.fromEntries(seatIds().map((seat) => [seat, 'against'])))
  assert.deepEqual([proposal().state, proposal().ballot?.bodies[0]?.result?.carried], ['adoption', false])
  const before = hand.state
  toTimelock()
  assert.equal(proposal().state, 'timelock')
  hand.state = before
  await refused(
    hand.try('proposal.reject', { id: 'p1', by: 'us', reason }, [party('jp')]),
    'statement_signer_not_entitled',
  )
  hand.put('proposal.reject', { id: 'p1', by: 'us', reason }, [party('us')])
  assert.equal(proposal().state, 'rejected')
})

test('binding: what the body does not carry is rejected; without quorum nothing is carried', () => {
  const text = amendedText()
    .replace('version: 2\n', 'version: 1\n')
    .replace('authority: advisory', 'authority: binding')
  const binding = loadAgreement(text, 'binding.md')
  const lay = createState({ ...seated.fields, agreement: binding })
  hand.state = lay
  toBallot()
  toAdoption(
    Object.fromEntries(
      seatIds()
        .slice(0, 15)
        .map((seat) => [seat, 'against']),
    ),
  )
  assert.deepEqual([proposal().state, proposal().ended?.reason], ['rejected', 'not carried by working_group'])
  assert.equal(proposal().text, null)
  hand.state = lay
  toBallot()
  for (const seat of seatIds().slice(0, 18)) vote(seat, 'for')
  hand.world.clock.advance(7 * DAY_MS)
  hand.put('ballot.close', { proposal: 'p1' }, [party('jp')])
  assert.deepEqual([proposal().state, proposal().ballot?.bodies[0]?.result?.quorate], ['rejected', false])
})

test('two bodies: a financial group of 36 and a cross-sector one; each speaks within its remit', () => {
  const two = loadAgreement(twoBodies(), 'two.md')
  const financial = two.bodies.find(({ id }) => id === 'financial_group')!
  const cross = two.bodies.find(({ id }) => id === 'cross_sector')!
  assert.deepEqual([financial.seats, cross.seats, cross.remit.length], [36, 17, 15])
  hand.state = createState({
    ...seated.fields,
    agreement: two,
    governance: { ...seated.governance, seats: {} },
  })
  const people = seatIds().map((seat) => `seat-${seat.replaceAll('.', '-')}`)
  seatsOf(financial).forEach(({ id, chamber }, at) => {
    const by = chamber === 'provider' ? 'provider' : 'jp'
    hand.put('seat.assign', { body: financial.id, seat: id, actor: people[at]!, represents: null }, [
      party(by),
    ])
  })
  seatsOf(cross).forEach(({ id, chamber }, at) => {
    const by = chamber === 'provider' ? 'provider' : 'jp'
    hand.put('seat.assign', { body: cross.id, seat: id, actor: people[at]!, represents: null }, [party(by)])
  })
  toBallot()
  assert.deepEqual(
    proposal().ballot?.bodies.map((each) => [each.body, each.roll.length]),
    [['cross_sector', 17]],
  )
  hand.put('proposal.withdraw', { id: 'p1', reason }, [party('jp')])
  hand.put('proposal.draft', draft({ id: 'p2', sectors: ['finance'] }), [party('jp')])
  hand.put('proposal.discuss', { id: 'p2' }, [party('jp')])
  hand.world.clock.advance(14 * DAY_MS)
  hand.put('ballot.open', { ...opening(), proposal: 'p2' }, [party('jp')])
  assert.deepEqual(
    proposal('p2').ballot?.bodies.map((each) => [each.body, each.roll.length]),
    [
      ['financial_group', 36],
      ['cross_sector', 17],
    ],
  )
})

test('veto: by a party the agreement names, during the time-lock', async () => {
  toBallot()
  toAdoption()
  toTimelock()
  await refused(
    hand.try('proposal.veto', { id: 'p1', by: 'nobody', reason }, PARTIES),
    'statement_signer_not_entitled',
  )
  hand.put('proposal.veto', { id: 'p1', by: 'provider', reason }, [party('provider')])
  assert.deepEqual([proposal().state, proposal().ended?.by], ['vetoed', 'provider'])
  await refused(hand.try('proposal.activate', { id: 'p1' }, [party('us')]), 'statement_subject_state')
})

test('adopting: what was voted on, in time; then other drafts on the old version are superseded', async () => {
  hand.put('proposal.draft', draft({ id: 'p2' }), [party('us')])
  toBallot()
  toAdoption()
  accept()
  await refused(
    hand.try('proposal.adopt', { ...adoption(), subject: '0'.repeat(64) }, PARTIES),
    'statement_subject_differs',
  )
  const before = hand.state
  hand.world.clock.advance(120 * DAY_MS)
  await refused(hand.try('proposal.adopt', adoption(), PARTIES), 'statement_lapsed')
  hand.state = before
  hand.world.clock.setWall(proposal().lapsesMs - DAY_MS)
  hand.put('proposal.adopt', adoption(), PARTIES)
  hand.world.clock.advance(7 * DAY_MS)
  hand.put('proposal.activate', { id: 'p1' }, [party('us')])
  assert.equal(proposal('p2').state, 'superseded')
})

test('a document that is not the next version of this agreement never takes effect', async () => {
  for (const [from, to, code] of [
    ['version: 2\n', 'version: 3\n', 'statement_agreement_mismatch'],
    ['agreement: us-japan-2026', 'agreement: other', 'statement_agreement_mismatch'],
    ['quorum: 19', 'quorum: 99', 'statement_document_invalid'],
  ] as const) {
    hand.state = seated
    const document = amendedText().replace(from, () => to)
    toBallot({}, document)
    toAdoption()
    accept()
    await refused(hand.try('proposal.adopt', adoption(), PARTIES), code)
  }
})

test('a new party brings its keys, and both thresholds sign: the old version’s and the new one’s', async () => {
  const document = amendedText([
    '  - id: provider\n    kind: provider',
    '  - id: uk\n    kind: authority\n    jurisdiction: GB\n    name: { en: Authority of the United Kingdom, ja: 英国当局 }\n    keys: 2\n    threshold: 2\n  - id: provider\n    kind: provider',
  ])
  toBallot({ sectors: [] }, document)
  assert.equal(proposal().ballot?.bodies[0]?.roll.length, 35)
  toAdoption()
  const pairs = [generateKeyPair(), generateKeyPair()]
  const keys = pairs.map((pair) => ({ public: pair.public, assurance: 'key' as const }))
  const adopt = { ...adoption(), parties: [{ id: 'uk', keys }] }
  await refused(hand.try('proposal.adopt', adopt, PARTIES), 'statement_threshold_not_met')
  await refused(hand.try('proposal.adopt', adoption(), PARTIES), 'statement_agreement_mismatch')
  const { addSignatures } = await import('./sign.ts')
  const { fold } = await import('./fold.ts')
  const signed = addSignatures(hand.world.sign('proposal.adopt', adopt, PARTIES), pairs)
  hand.state = fold(
    hand.state,
    signed,
    { index: hand.state.index, timeMs: hand.world.clock.nowMs() },
    () => null,
  )
  hand.world.clock.advance(7 * DAY_MS)
  hand.put('proposal.activate', { id: 'p1' }, [party('jp')])
  assert.equal(hand.state.parties.get('uk')?.keys.length, 2)
})

test('a version that changes a threshold takes the old one and the new one of that party', async () => {
  const { fold } = await import('./fold.ts')
  const adoptedBy = (document: string, signaturesEach: number) => {
    hand.state = seated
    toBallot({ sectors: [] }, document)
    toAdoption()
    const { body: signed, signatures } = hand.world.sign('proposal.adopt', adoption(), PARTIES)
    const each = signatures.length / PARTIES.length
    const fewer = { body: signed, signatures: signatures.filter((_, i) => i % each < signaturesEach) }
    const at = { index: hand.state.index, timeMs: hand.world.clock.nowMs() }
    return () => fold(hand.state, fewer, at, () => null)
  }
  const threshold = (to: number): string =>
    amendedText().replaceAll('    keys: 3\n    threshold: 2\n', `    keys: 3\n    threshold: ${to}\n`)
  await refused(adoptedBy(threshold(1), 1), 'statement_threshold_not_met')
  assert.equal(adoptedBy(threshold(1), 2)().governance.proposals.p1?.state, 'timelock')
  await refused(adoptedBy(threshold(3), 2), 'statement_threshold_not_met')
})

test('a ruling: the same way without a document; a narrowing one takes effect at once', () => {
  const ruling = {
    name: { en: 'Exploit validation on designated assets', ja: '指定重要資産における攻撃的検証' },
    sector: 'finance',
    capabilities: ['exploit_validation' as const],
    autonomy: ['A2' as const, 'A3' as const],
    assets: ['designated' as const],
    verdict: 'forbidden' as const,
    until_ms: null,
  }
  hand.put('ruling.draft', { id: 'p1', title, base: base(), ruling, reason }, [holder('finance.private.1')])
  hand.put('proposal.discuss', { id: 'p1' }, [holder('finance.private.1')])
  hand.world.clock.advance(14 * DAY_MS)
  const open = { ...opening(), document: proposal().document, difference: null, proof: null }
  hand.put('ballot.open', open, [party('jp')])
  assert.deepEqual(proposal().ballot?.bodies[0]?.observing, ['finance.public.1'])
  toAdoption()
  hand.put('proposal.adopt', adoption(), AUTHORITIES)
  hand.put('proposal.activate', { id: 'p1' }, [party('us')])
  assert.deepEqual(
    hand.state.governance.rulings.map(({ proposal: by, verdict }) => [by, verdict]),
    [['p1', 'forbidden']],
  )
})

test('the machines are total, what is over stays over, and the pages print them', () => {
  const page = (name: string): string =>
    readFileSync(new URL(`../../../docs/spec/${name}`, import.meta.url), 'utf8')
  const printed = (name: string) => /<!-- machine -->\n([\s\S]*?)<!-- \/machine -->/.exec(page(name))?.[1]
  assert.deepEqual(Object.keys(PROPOSAL_MACHINE), [...PROPOSAL_STATES])
  const events = Object.keys(PROPOSAL_MACHINE.draft)
  for (const row of Object.values(PROPOSAL_MACHINE)) assert.deepEqual(Object.keys(row), events)
  for (const over of ['superseded', 'withdrawn', 'rejected', 'vetoed', 'expired'] as const) {
    assert.ok(Object.values(PROPOSAL_MACHINE[over]).every((to) => to === null))
  }
  assert.equal(printed('proposal.md'), machineTable('proposal', PROPOSAL_MACHINE))
  assert.equal(printed('rollout.md'), machineTable('rollout', ROLLOUT_MACHINE))
})

/** The sample with two bodies: a financial group of 36 seats, and one seat a sector beside two of the provider. */
function twoBodies(): string {
  const text = sampleAgreement().documentText
  const from = text.indexOf('bodies:\n')
  const to = text.indexOf('\nsectors:\n')
  const sectors = sampleAgreement().sectorList.sectors.map(({ id }) => id)
  const name = (en: string, ja: string): string => `    name: { en: ${en}, ja: ${ja} }`
  return `${text.slice(0, from)}bodies:
  - id: financial_group
${name('Financial group', '金融分野作業部会')}
    authority: advisory
    remit: [finance, credit]
    seats: 36
    seat_groups:
      - { sector: finance, chamber: public, seats: 6 }
      - { sector: finance, chamber: private, seats: 20 }
      - { sector: credit, chamber: private, seats: 4 }
      - { sector: all, chamber: provider, seats: 6 }
    observers: []
    quorum: 19
    majorities:
      - { chambers: [public], percent: 50 }
      - { chambers: [private, provider], percent: 66 }
    proxies_max: 1
  - id: cross_sector
${name('Cross-sector project', '分野横断プロジェクト')}
    authority: binding
    remit: [${sectors.join(', ')}]
    seats: 17
    seat_groups:
${sectors.map((sector) => `      - { sector: ${sector}, chamber: public, seats: 1 }`).join('\n')}
      - { sector: all, chamber: provider, seats: 2 }
    observers: []
    quorum: 9
    majorities:
      - { chambers: [public, provider], percent: 50 }
    proxies_max: 0
${text.slice(to)}`
}
