/** Tests of rollout, attestations, export control, register, joined agreements, ends of keys and stops. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { loadAgreement } from '../agreement/index.ts'
import { AUTHORITIES, institution, PARTIES, party, person, refused } from '../authority/testing.ts'
import {
  calendarView,
  exportFacts,
  labelOf,
  labelOfAll,
  mayRead,
  obligations,
  registerFor,
} from '../governance/index.ts'
import { createState, type ProgrammeState } from './state.ts'
import { amendedText, createHand, DAY_MS, type Hand } from './testing.ts'
import { stageOf } from './version.ts'

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
const nowMs = () => hand.world.clock.nowMs()
const seatsOfPower = ['public', 'private'].map((chamber) => person(`seat-electric_power-${chamber}-1`))
const attestation = (id: string, more: object = {}) => ({
  id,
  sector: 'electric_power',
  stage: 'defensive' as const,
  tiers: ['blue' as const],
  evidence: '0'.repeat(64),
  passed: true,
  until_ms: nowMs() + 90 * DAY_MS,
  ...more,
})
const stage = (to: 'closed' | 'rehearsal' | 'defensive' | 'dual_use' | 'full') => ({
  sector: 'electric_power',
  stage: to,
  reason,
})
const accept = (to: 'rehearsal' | 'defensive') =>
  hand.put('sector.accept', { sector: 'electric_power', stage: to }, seatsOfPower)

test('rollout: a stage after the other, by calendar, acceptance, dwell, attestation and approvers', async () => {
  const advance = (to: 'rehearsal' | 'defensive', by = PARTIES) => hand.try('sector.stage', stage(to), by)
  hand.world.clock.setWall(Date.UTC(2026, 11, 1))
  await refused(advance('defensive'), 'statement_gate_closed')
  accept('rehearsal')
  await refused(advance('rehearsal'), 'statement_gate_closed')
  const line = () =>
    calendarView(hand.state.agreement, hand.state.governance, (id) => stageOf(hand.state, id), nowMs()).find(
      ({ sector }) => sector === 'electric_power',
    )
  assert.deepEqual([line()?.missing, line()?.earliestMs], [['calendar'], Date.UTC(2027, 0, 15)])
  hand.world.clock.setWall(Date.UTC(2027, 0, 15))
  await refused(advance('rehearsal', [party('us')]), 'statement_threshold_not_met')
  hand.put('sector.stage', stage('rehearsal'), [party('jp')])
  assert.deepEqual(line()?.missing, ['calendar', 'dwell', 'attestation', 'acceptance'])
  accept('defensive')
  hand.put('evaluation.attest', attestation('a1'), [person('auditor')])
  hand.world.clock.setWall(Date.UTC(2027, 3, 2))
  assert.deepEqual(line()?.missing, [])
  await refused(advance('defensive', AUTHORITIES), 'statement_threshold_not_met')
  hand.put('sector.stage', stage('defensive'), PARTIES)
  assert.equal(stageOf(hand.state, 'electric_power'), 'defensive')
  hand.put('sector.stage', stage('closed'), [party('provider')])
  assert.deepEqual([line()?.stage, line()?.state], ['closed', 'paused'])
  await refused(
    hand.try('sector.pause', { sector: 'electric_power', reason }, [party('us')]),
    'statement_subject_state',
  )
  await refused(
    hand.try('sector.resume', { sector: 'electric_power', reason }, [party('us')]),
    'statement_threshold_not_met',
  )
  hand.put('sector.resume', { sector: 'electric_power', reason }, [party('jp')])
  hand.put('sector.pause', { sector: 'electric_power', reason }, [party('us')])
  await refused(advance('rehearsal'), 'statement_gate_closed')
})

test('acceptance is the sector’s own, in each of its chambers, and can be taken back', async () => {
  const accepting = { sector: 'electric_power', stage: 'rehearsal' } as const
  await refused(hand.try('sector.accept', accepting, seatsOfPower.slice(1)), 'statement_signer_not_entitled')
  await refused(
    hand.try('sector.accept', accepting, [person('seat-gas-public-1')]),
    'statement_signer_not_entitled',
  )
  accept('rehearsal')
  assert.equal(hand.state.governance.acceptances.length, 1)
  await refused(
    hand.try('sector.decline', accepting, [person('seat-gas-public-1')]),
    'statement_signer_not_entitled',
  )
  hand.put('sector.decline', accepting, seatsOfPower.slice(1))
  assert.equal(hand.state.governance.acceptances.length, 0)
})

test('attestations: by one auditor, once an id, for a while; failed and withdrawn ones open nothing', async () => {
  await refused(
    hand.try('evaluation.attest', attestation('a1'), [person('mufg-lead')]),
    'statement_signer_not_entitled',
  )
  await refused(
    hand.try('evaluation.attest', attestation('a1', { sector: 'space' }), [person('auditor')]),
    'statement_subject_unknown',
  )
  const never = attestation('a1', { until_ms: nowMs() + 400 * DAY_MS })
  await refused(hand.try('evaluation.attest', never, [person('auditor')]), 'statement_payload_invalid')
  hand.put('evaluation.attest', attestation('a1', { passed: false }), [person('auditor')])
  await refused(hand.try('evaluation.attest', attestation('a1'), [person('auditor')]), 'statement_id_taken')
  hand.put('evaluation.attest', attestation('a2'), [person('auditor')])
  hand.put('evaluation.withdraw', { id: 'a2', reason }, [party('us')])
  await refused(
    hand.try('evaluation.withdraw', { id: 'a3', reason }, [party('us')]),
    'statement_subject_unknown',
  )
  assert.deepEqual(
    Object.values(hand.state.governance.attestations).map(({ passed, withdrawn }) => [passed, withdrawn]),
    [
      [false, false],
      [true, true],
    ],
  )
})

const basis = (more: object = {}) => ({
  id: 'licence-1',
  kind: 'licence' as const,
  reference: 'letter of today',
  tiers: ['blue' as const, 'red' as const],
  institutions: ['mufg', 'hoshizora-bank'],
  nationality: ['party' as const],
  location: ['party' as const],
  employers: ['employee' as const, 'integrator' as const],
  persons: [],
  foreign_staff_of: ['mufg'],
  reexport: false,
  deemed_export: false,
  conditions: [
    {
      id: 'report',
      text: { en: 'Report each quarter', ja: '四半期ごとに報告する' },
      owner: 'mufg',
      due_ms: nowMs() + 10 * DAY_MS,
    },
    { id: 'log', text: { en: 'Keep logs', ja: '記録を保存する' }, owner: 'jp', due_ms: null },
  ],
  from_ms: nowMs(),
  until_ms: nowMs() + 100 * DAY_MS,
  ...more,
})
const subject = {
  actor: 'mufg-analyst',
  institution: 'mufg',
  employedBy: 'mufg',
  employer: 'employee' as const,
  nationality: 'party',
  location: 'party',
  tier: 'red' as const,
}
const found = (more: object = {}) => exportFacts(hand.state.governance, { ...subject, ...more }, nowMs())

test('a legal basis covers whom it says, while it says so', async () => {
  assert.equal(found().legal_basis, 'missing')
  await refused(hand.try('export.basis', basis(), [party('provider')]), 'statement_signer_not_entitled')
  await refused(
    hand.try('export.basis', basis({ until_ms: nowMs() }), [party('us')]),
    'statement_payload_invalid',
  )
  hand.put('export.basis', basis(), [party('us')])
  await refused(hand.try('export.basis', basis(), [party('jp')]), 'statement_signer_not_entitled')
  assert.equal(found().legal_basis, 'in_force')
  for (const outside of [
    { tier: 'critical' },
    { institution: 'smbc' },
    { employer: 'contractor' },
    { location: 'listed_partner' },
    { institution: 'hoshizora-bank', employedBy: 'hoshizora-bank', nationality: 'other' },
  ]) {
    assert.equal(found(outside).legal_basis, 'missing', JSON.stringify(outside))
  }
  // Foreign staff of a listed partner are inside; its contractors and integrators' staff are not.
  assert.equal(found({ nationality: 'other' }).legal_basis, 'in_force')
  assert.equal(found({ nationality: 'other', employer: 'integrator' }).legal_basis, 'missing')
  hand.put('export.withdraw', { id: 'licence-1', reason }, [party('jp')])
  assert.equal(found().legal_basis, 'lapsed')
  await refused(
    hand.try('export.withdraw', { id: 'licence-1', reason }, [party('jp')]),
    'statement_subject_state',
  )
  hand.put('export.basis', basis(), [party('us')])
  hand.world.clock.advance(100 * DAY_MS)
  assert.equal(found().legal_basis, 'lapsed')
})

test('re-export and deemed export are questions of their own', () => {
  hand.put('export.basis', basis({ location: ['party', 'listed_partner'] }), [party('us')])
  assert.deepEqual(
    [found().reexport, found({ location: 'listed_partner' }).reexport],
    ['not_applicable', 'not_granted'],
  )
  assert.equal(found().deemed_export, 'unknown')
  const classify = (deemed_export: 'specified' | 'not_specified') =>
    hand.put('export.classify', { actor: 'mufg-analyst', deemed_export, until_ms: nowMs() + 30 * DAY_MS }, [
      institution('mufg'),
    ])
  classify('not_specified')
  assert.equal(found().deemed_export, 'cleared')
  classify('specified')
  assert.equal(found().deemed_export, 'required')
  hand.put(
    'export.basis',
    basis({ location: ['party', 'listed_partner'], reexport: true, deemed_export: true }),
    [party('us')],
  )
  assert.deepEqual(
    [found({ location: 'listed_partner' }).reexport, found().deemed_export],
    ['granted', 'cleared'],
  )
  hand.world.clock.advance(30 * DAY_MS)
  assert.equal(found().deemed_export, 'unknown')
})

test('obligations: dated, owned, overdue until their owner shows that they were met', async () => {
  hand.put('export.basis', basis(), [party('us')])
  const open = () =>
    obligations(hand.state.governance, nowMs()).map(({ condition, overdue }) => [condition.id, overdue])
  assert.deepEqual(open(), [
    ['report', false],
    ['log', false],
  ])
  hand.world.clock.advance(11 * DAY_MS)
  assert.deepEqual(open()[0], ['report', true])
  const fulfil = { basis: 'licence-1', condition: 'report', evidence: '1'.repeat(64) }
  await refused(hand.try('obligation.fulfil', fulfil, [institution('smbc')]), 'statement_signer_not_entitled')
  await refused(
    hand.try('obligation.fulfil', { ...fulfil, condition: 'none' }, [institution('mufg')]),
    'statement_subject_unknown',
  )
  hand.put('obligation.fulfil', fulfil, [institution('mufg')])
  assert.deepEqual(open()[0], ['report', false])
})

test('named lists hold persons, institutions and employers, until they end', async () => {
  const list = {
    id: 'list-1',
    title: { en: 'List', ja: 'リスト' },
    reference: 'r',
    entries: [{ kind: 'integrator' as const, id: 'asagiri-integration' }],
    until_ms: nowMs() + DAY_MS,
  }
  await refused(hand.try('export.list', list, [party('provider')]), 'statement_signer_not_entitled')
  hand.put('export.list', list, [party('us')])
  await refused(hand.try('export.list', list, [party('jp')]), 'statement_signer_not_entitled')
  assert.deepEqual(
    [found().entity_list, found({ employedBy: 'asagiri-integration' }).entity_list],
    ['clear', 'listed'],
  )
  hand.world.clock.advance(DAY_MS)
  assert.equal(found({ employedBy: 'asagiri-integration' }).entity_list, 'clear')
})

test('an order: one key, from its time on, inside its bases; lifted by the thresholds, the issuer among them', async () => {
  hand.put('export.basis', basis(), [party('us')])
  const order = {
    id: 'o1',
    by: 'us',
    reference: 'a letter',
    reason,
    tiers: ['red' as const],
    bases: ['licence-1'],
    from_ms: nowMs() + 3_600_000,
    until_ms: null,
  }
  await refused(hand.try('export.order', order, [party('jp')]), 'statement_signer_not_entitled')
  await refused(
    hand.try('export.order', { ...order, by: 'provider' }, [party('provider')]),
    'statement_signer_not_entitled',
  )
  await refused(
    hand.try('export.order', { ...order, bases: ['none'] }, [party('us')]),
    'statement_subject_unknown',
  )
  hand.put('export.order', order, [party('us')])
  await refused(hand.try('export.order', order, [party('us')]), 'statement_id_taken')
  assert.equal(found().export_order, 'none')
  hand.world.clock.advance(3_600_000)
  assert.deepEqual(
    [found(), found({ institution: 'smbc' }), found({ tier: 'blue', institution: 'smbc' })].map(
      (each) => each.export_order,
    ),
    ['inside', 'outside', 'none'],
  )
  await refused(hand.try('export.lift', { id: 'o1', reason }, [party('us')]), 'statement_threshold_not_met')
  await refused(hand.try('export.lift', { id: 'o2', reason }, AUTHORITIES), 'statement_subject_unknown')
  hand.put('export.lift', { id: 'o1', reason }, AUTHORITIES)
  assert.equal(found({ institution: 'smbc' }).export_order, 'none')
})

test('the register: what is not public never stands in clear, and is read by those cleared', async () => {
  const entry = {
    model: 'gpt-x',
    capability: 'exploit_validation' as const,
    side: 'offensive' as const,
    autonomy: 'A3' as const,
    label: 'classified' as const,
    disclosure: 'partly' as const,
    text: null,
    content: '2'.repeat(64),
  }
  const words = { en: 'text', ja: '本文' }
  await refused(hand.try('capability.register', entry, [party('jp')]), 'statement_signer_not_entitled')
  await refused(
    hand.try('capability.register', { ...entry, text: words }, [party('provider')]),
    'statement_payload_invalid',
  )
  await refused(
    hand.try('capability.register', { ...entry, disclosure: 'withheld' }, [party('provider')]),
    'statement_payload_invalid',
  )
  hand.put('capability.register', entry, [party('provider')])
  hand.put(
    'capability.register',
    { ...entry, capability: 'log_analysis', label: 'public', text: words, content: null },
    [party('provider')],
  )
  const view = () => hand.state.governance
  assert.equal(labelOf(view(), 'gpt-x', 'log_analysis'), 'public')
  assert.equal(labelOf(view(), 'gpt-x', 'patching'), 'classified')
  assert.equal(labelOfAll(view(), 'gpt-x', ['log_analysis', 'exploit_validation']), 'classified')
  const reads = (label: 'public' | 'regulator' | 'classified') => mayRead(view(), 'auditor', label, nowMs())
  assert.deepEqual([reads('public'), reads('regulator')], [true, false])
  const clearance = { actor: 'auditor', label: 'regulator' as const, until_ms: nowMs() + DAY_MS, reason }
  await refused(hand.try('clearance.grant', clearance, [party('provider')]), 'statement_signer_not_entitled')
  hand.put('clearance.grant', clearance, [party('jp')])
  assert.deepEqual([reads('regulator'), reads('classified')], [true, false])
  assert.deepEqual(registerFor(view(), 'auditor', nowMs())[0], {
    model: 'gpt-x',
    label: 'classified',
    disclosure: 'partly',
  })
  hand.put('clearance.grant', { ...clearance, label: 'classified' }, [party('jp')])
  assert.ok('content' in registerFor(view(), 'auditor', nowMs())[0]!)
  hand.put('clearance.revoke', { actor: 'auditor', reason }, [party('us')])
  await refused(
    hand.try('clearance.revoke', { actor: 'auditor', reason }, [party('us')]),
    'statement_subject_unknown',
  )
  assert.equal(reads('regulator'), false)
})

test('a further agreement: joining takes one authority, leaving every one; its document stays with the state', async () => {
  const document = readFileSync(new URL('../../../agreements/template/agreement.md', import.meta.url), 'utf8')
  const join = { institutions: ['mufg'], document }
  await refused(hand.try('agreement.join', join, [party('provider')]), 'statement_signer_not_entitled')
  await refused(
    hand.try('agreement.join', { ...join, document: amendedText() }, [party('us')]),
    'statement_agreement_mismatch',
  )
  await refused(
    hand.try('agreement.join', { ...join, document: 'none' }, [party('us')]),
    'statement_document_invalid',
  )
  hand.put('agreement.join', join, [party('us')])
  assert.deepEqual(Object.keys(hand.state.governance.documents), [loadAgreement(document, 't').digest])
  // Another document in its place may ask for less: that is leaving the one and joining the other.
  const looser = { institutions: ['smbc', 'mufg'], document: `${document}\n` }
  await refused(hand.try('agreement.join', looser, [party('us')]), 'statement_threshold_not_met')
  assert.equal(hand.try('agreement.join', looser, AUTHORITIES)().governance.joined.length, 2)
  assert.equal(
    hand.try('agreement.join', { ...join, institutions: ['smbc', 'mufg'] }, [party('us')])().governance.joined
      .length,
    2,
  )
  const leave = { institution: 'mufg', agreement: 'template', reason }
  await refused(hand.try('agreement.leave', leave, [party('us')]), 'statement_threshold_not_met')
  hand.put('agreement.leave', leave, AUTHORITIES)
  await refused(hand.try('agreement.leave', leave, AUTHORITIES), 'statement_subject_unknown')
  assert.deepEqual(hand.state.governance.documents, {})
})

test('a key has an end, never a later one; after it, it signs nothing', async () => {
  const key = hand.world.keys.of(person('auditor')).id
  const until_ms = nowMs() + DAY_MS
  await refused(
    hand.try('key.limit', { key, until_ms }, [institution('mufg')]),
    'statement_signer_not_entitled',
  )
  await refused(
    hand.try('key.limit', { key: '0'.repeat(16), until_ms }, [party('jp')]),
    'statement_subject_unknown',
  )
  hand.put('key.limit', { key, until_ms }, [party('jp')])
  hand.put('key.limit', { key, until_ms: until_ms + DAY_MS }, [party('jp')])
  hand.put('evaluation.attest', attestation('a1'), [person('auditor')])
  hand.world.clock.advance(DAY_MS)
  await refused(
    hand.try('evaluation.attest', attestation('a2'), [person('auditor')]),
    'statement_key_expired',
  )
})

test('a stop ends by itself only where the agreement says so', () => {
  const text = hand.state.agreement.documentText.replace(
    '{ scope: person, stop: [institution, us, jp, provider], resume: [institution, us, jp, provider], resume_count: 2 }',
    '{ scope: person, stop: [institution, us, jp, provider], resume: [institution, us, jp, provider], resume_count: 2, expires: 3d }',
  )
  hand.state = createState({ ...seated.fields, agreement: loadAgreement(text, 'expires.md') })
  hand.put('stop.issue', { scope: { kind: 'person', id: 'mufg-analyst' }, reason }, [party('jp')])
  hand.put('stop.issue', { scope: { kind: 'institution', id: 'mufg' }, reason }, [party('jp')])
  assert.deepEqual(
    hand.state.stops.map(({ untilMs }) => untilMs),
    [nowMs() + 3 * DAY_MS, null],
  )
  hand.world.clock.advance(3 * DAY_MS)
  hand.put('stop.issue', { scope: { kind: 'institution', id: 'smbc' }, reason }, [party('jp')])
  assert.deepEqual(
    hand.state.stops.map(({ scope }) => scope.kind),
    ['institution', 'institution'],
  )
})
