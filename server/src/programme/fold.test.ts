/** Tests of the fold: what each statement does, who may make it, and every refusal by its code. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { SignedStatement } from 'sekisho-verify'
import {
  AUTHORITIES,
  createWorld,
  findAgreement,
  institution,
  PARTIES,
  PROGRAMME,
  party,
  person,
  refused,
  sampleAgreement,
  type World,
} from '../authority/testing.ts'
import { generateKeyPair } from '../identity/index.ts'
import type { StatementRefusal } from './error.ts'
import { fold } from './fold.ts'
import { liftedBy } from './kinds/appeal.ts'
import { KINDS, type Payload, STATEMENT_TYPES, type StatementType } from './kinds.ts'
import { ACTOR_MACHINE, ENGAGEMENT_MACHINE, INSTITUTION_MACHINE, INTEGRATOR_MACHINE } from './machine.ts'
import { addSignatures, signStatement } from './sign.ts'
import { decodeState, encodeState, type ProgrammeState } from './state.ts'

let world: World
let founded: ProgrammeState
before(async () => {
  world = await createWorld()
  founded = world.programme.snapshot() as ProgrammeState // the writer's snapshot is the folded state
})
after(() => world[Symbol.asyncDispose]())

type Holders = Parameters<World['sign']>[2]

/** Folds a statement onto a state, without a ledger. */
function apply<T extends StatementType>(
  state: ProgrammeState,
  type: T,
  payload: Payload<T>,
  holders: Holders,
): ProgrammeState {
  return put(state, world.sign(type, payload, holders))
}

function put(state: ProgrammeState | null, signed: SignedStatement, at = {}): ProgrammeState {
  return fold(state, signed, { index: state?.index ?? 0, timeMs: world.clock.nowMs(), ...at }, findAgreement)
}

function refuses<T extends StatementType>(
  code: StatementRefusal,
  type: T,
  payload: Payload<T>,
  holders: Holders,
  state = founded,
): Promise<void> {
  return refused(() => apply(state, type, payload, holders), code)
}

const reason = 'because'
const newKey = (): { public: string; assurance: 'key' } => ({
  public: generateKeyPair().public,
  assurance: 'key',
})

test('the form: each way to be malformed has its code', async () => {
  const good = world.sign('incident.set', { incident: true, reason }, AUTHORITIES)
  const body = (more: object): SignedStatement => ({ ...good, body: { ...good.body, ...more } as never })
  await refused(() => put(founded, null as never), 'statement_malformed')
  await refused(() => put(founded, body({ nonce: 'x' })), 'statement_malformed')
  await refused(() => put(founded, body({ reason: 0.1 })), 'statement_malformed')
  await refused(() => put(founded, body({ reason: 'x'.repeat(300_000) })), 'statement_too_large')
  await refused(() => put(founded, body({ type: 'incident.unset' })), 'statement_type_unknown')
  await refused(() => put(founded, body({ extra: 1 })), 'statement_payload_invalid')
  await refused(() => put(founded, body({ incident: 1 })), 'statement_payload_invalid')
  await refused(() => put(founded, { ...good, signatures: [] }), 'statement_unsigned')
  await refused(() => put(founded, body({ reason: 'changed' })), 'statement_signature_invalid')
  const [first] = good.signatures
  await refused(() => put(founded, { ...good, signatures: [first!, first!] }), 'statement_malformed')
})

test('a statement counts once, in its own programme, while it is fresh', async () => {
  const good = world.sign('incident.set', { incident: true, reason }, AUTHORITIES)
  const on = put(founded, good)
  assert.equal(on.incidentMode, true)
  const off = apply(on, 'incident.set', { incident: false, reason }, [party('jp')])
  await refused(() => put(off, good), 'statement_replayed')
  const keys = AUTHORITIES.flatMap((holder) => world.keys.all(holder, 2))
  const draft = { type: 'incident.set', payload: { incident: true, reason } } as const
  const nowMs = world.clock.nowMs()
  const foreign = signStatement({ ...draft, programme: 'other', issuedAtMs: nowMs }, keys)
  await refused(() => put(founded, foreign), 'statement_foreign_programme')
  const old = signStatement({ ...draft, programme: PROGRAMME, issuedAtMs: nowMs - 8 * 86_400_000 }, keys)
  await refused(() => put(founded, old), 'statement_too_old')
  const early = signStatement({ ...draft, programme: PROGRAMME, issuedAtMs: nowMs + 600_000 }, keys)
  await refused(() => put(founded, early), 'statement_from_the_future')
})

test('signers: unknown and revoked keys, and a bad signature beside good ones', async () => {
  const stranger = generateKeyPair()
  const good = world.sign('incident.set', { incident: true, reason }, AUTHORITIES)
  await refused(() => put(founded, addSignatures(good, [stranger])), 'statement_key_unknown')
  const key = world.keys.of(person('mufg-lead'))
  const revoked = apply(founded, 'key.revoke', { key: key.id, reason }, [institution('mufg')])
  await refused(() => put(revoked, addSignatures(good, [key])), 'statement_key_revoked')
  const bad = { ...good, signatures: [...good.signatures, { key: key.id, sig: good.signatures[0]!.sig }] }
  await refused(() => put(founded, bad), 'statement_signature_invalid')
})

test('founding: once, first, by every party of the agreement', async () => {
  const founding = world.ledger.stored[0]!
  assert.ok(founding.class === 'statement')
  const signed = founding.statement as unknown as SignedStatement
  await refuses('statement_already_founded', 'programme.found', foundingPayload(), PARTIES)
  await refused(
    () => put(null, world.sign('incident.set', { incident: true, reason }, AUTHORITIES)),
    'statement_key_unknown',
  )
  await refused(
    () => put(null, { ...signed, signatures: signed.signatures.slice(0, 5) }),
    'statement_threshold_not_met',
  )
  const wrong = (more: object) =>
    world.sign('programme.found', { ...foundingPayload(), ...more } as never, PARTIES)
  const agreement = { id: sampleAgreement().id, version: 1, digest: sampleAgreement().digest }
  await refused(
    () => put(null, wrong({ agreement: { ...agreement, digest: '0'.repeat(64) } })),
    'statement_agreement_unknown',
  )
  await refused(
    () => put(null, wrong({ agreement: { ...agreement, version: 2 } })),
    'statement_agreement_mismatch',
  )
  await refused(
    () => put(null, wrong({ parties: foundingPayload().parties.slice(0, 2) })),
    'statement_key_unknown',
  )
  assert.equal(put(null, signed).founding, founded.founding)
})

function foundingPayload(): Payload<'programme.found'> {
  const { id, version, digest, parties } = sampleAgreement()
  return {
    agreement: { id, version, digest },
    sample: true,
    parties: parties.map((each) => ({
      id: each.id,
      keys: world.keys
        .all(party(each.id), each.keys)
        .map((key) => ({ public: key.public, assurance: 'key' as const })),
    })),
  }
}

test('a first statement other than the founding one is refused as such', async () => {
  const state = null
  const keys = PARTIES.flatMap((holder) => world.keys.all(holder, 2))
  const draft = { programme: PROGRAMME, issuedAtMs: world.clock.nowMs() }
  const parties = foundingPayload().parties
  const payload = { id: 'p1', subject: '0'.repeat(64), parties }
  const signed = signStatement({ ...draft, type: 'proposal.adopt', payload }, keys)
  await refused(() => put(state, signed), 'statement_not_founded')
})

test('institutions: registered by one authority, admitted by all, suspended by any party', async () => {
  const payload = {
    id: 'new-bank',
    sector: 'finance',
    jurisdiction: 'JP',
    name: { en: 'New', ja: '新' },
    fictional: true,
    keys: [newKey()],
  }
  await refuses('statement_signer_not_entitled', 'institution.register', payload, [party('provider')])
  await refuses('statement_id_taken', 'institution.register', { ...payload, id: 'mufg' }, [party('jp')])
  await refuses('statement_id_taken', 'institution.register', { ...payload, id: 'us' }, [party('jp')])
  await refuses('statement_subject_unknown', 'institution.register', { ...payload, sector: 'x' }, [
    party('jp'),
  ])
  const taken = { public: world.keys.of(institution('mufg')).public, assurance: 'key' as const }
  await refuses('statement_key_taken', 'institution.register', { ...payload, keys: [taken] }, [party('jp')])
  const known = apply(founded, 'institution.register', payload, [party('jp')])
  assert.equal(known.institutions.get('new-bank')?.standing, 'not_admitted')
  await refuses(
    'statement_threshold_not_met',
    'institution.admit',
    { id: 'new-bank', budget: null },
    [party('jp')],
    known,
  )
  await refuses('statement_subject_unknown', 'institution.admit', { id: 'nobody', budget: null }, AUTHORITIES)
  await refuses('statement_subject_state', 'institution.admit', { id: 'mufg', budget: null }, AUTHORITIES)
  const budget = { requests_per_day: 5, tokens_per_day: 50 }
  const admitted = apply(known, 'institution.admit', { id: 'new-bank', budget }, AUTHORITIES)
  assert.deepEqual(admitted.institutions.get('new-bank')?.budget, { requestsPerDay: 5, tokensPerDay: 50 })
  await refuses('statement_signer_not_entitled', 'institution.suspend', { id: 'mufg', reason }, [
    institution('mufg'),
  ])
  const suspended = apply(founded, 'institution.suspend', { id: 'mufg', reason }, [party('provider')])
  const enrolment = enrolPayload('mufg-new')
  await refuses('statement_signer_not_entitled', 'person.enrol', enrolment, [institution('mufg')], suspended)
  // A suspended institution may still narrow.
  const narrowed = apply(suspended, 'actor.revoke', { id: 'mufg-analyst', reason }, [institution('mufg')])
  assert.equal(narrowed.actors.get('mufg-analyst')?.standing, 'revoked')
})

function enrolPayload(id: string, more: Partial<Payload<'person.enrol'>> = {}): Payload<'person.enrol'> {
  return {
    id,
    institution: 'mufg',
    employer: 'employee',
    nationality: 'party',
    location: 'party',
    keys: [newKey()],
    roles: ['analyst'],
    ...more,
  }
}

test('people are enrolled by their employer, with roles it may give', async () => {
  await refuses('statement_signer_not_entitled', 'person.enrol', enrolPayload('x1'), [institution('smbc')])
  await refuses('statement_signer_not_entitled', 'person.enrol', enrolPayload('x1'), [person('mufg-lead')])
  await refuses('statement_signer_not_entitled', 'person.enrol', enrolPayload('x1'), PARTIES)
  await refuses('statement_id_taken', 'person.enrol', enrolPayload('mufg-analyst'), [institution('mufg')])
  await refuses('statement_subject_unknown', 'person.enrol', enrolPayload('x1', { institution: 'none' }), [
    institution('mufg'),
  ])
  await refuses('statement_payload_invalid', 'person.enrol', enrolPayload('x1', { employer: 'integrator' }), [
    institution('mufg'),
  ])
  await refuses(
    'statement_signer_not_entitled',
    'person.enrol',
    enrolPayload('x1', { roles: ['regulator'] }),
    [institution('mufg')],
  )
  const assured = { ...newKey(), assurance: 'phishing_resistant' }
  await refuses(
    'statement_payload_invalid',
    'person.enrol',
    enrolPayload('x1', { keys: [assured as never] }),
    [institution('mufg')],
  )
  const regulator = enrolPayload('jp-examiner', { institution: 'jp', roles: ['regulator'] })
  assert.equal(
    apply(founded, 'person.enrol', regulator, [party('jp')]).actors.get('jp-examiner')?.institution,
    'jp',
  )
  const outsider = enrolPayload('asagiri-new', {
    institution: 'asagiri-integration',
    employer: 'integrator',
    roles: ['approver'],
  })
  await refuses('statement_signer_not_entitled', 'person.enrol', outsider, [
    { kind: 'integrator', id: 'asagiri-integration' },
  ])
})

test('an actor is suspended and revoked by employer or party, reinstated by the employer alone', async () => {
  const id = 'mufg-analyst'
  await refuses('statement_signer_not_entitled', 'actor.suspend', { id, reason }, [person('mufg-lead')])
  const suspended = apply(founded, 'actor.suspend', { id, reason }, [party('provider')])
  await refuses(
    'statement_signer_not_entitled',
    'actor.reinstate',
    { id, reason },
    [party('provider')],
    suspended,
  )
  assert.equal(
    apply(suspended, 'actor.reinstate', { id, reason }, [institution('mufg')]).actors.get(id)?.standing,
    'active',
  )
  const revoked = apply(suspended, 'actor.revoke', { id, reason }, [institution('mufg')])
  await refuses('statement_subject_state', 'actor.reinstate', { id, reason }, [institution('mufg')], revoked)
  // Who is not active signs nothing.
  const noLead = apply(founded, 'actor.suspend', { id: 'mufg-lead', reason }, [institution('mufg')])
  const stop = { scope: { kind: 'person', id }, reason } as const
  await refuses('statement_signer_not_entitled', 'stop.issue', stop, [person('mufg-lead')], noLead)
})

test('keys: added by the employer, revoked by holder, employer or party, for ever', async () => {
  const owner = { kind: 'actor', id: 'mufg-analyst' } as const
  const key = generateKeyPair()
  const given = { public: key.public, assurance: 'key' as const }
  await refuses('statement_signer_not_entitled', 'key.add', { owner, key: given }, [person('mufg-analyst')])
  const added = apply(founded, 'key.add', { owner, key: given }, [institution('mufg')])
  assert.equal(added.actors.get('mufg-analyst')?.keys.length, 2)
  await refuses(
    'statement_key_taken',
    'key.add',
    { owner: { kind: 'actor', id: 'smbc-analyst' }, key: given },
    [institution('smbc')],
    added,
  )
  const revoked = apply(added, 'key.revoke', { key: key.id, reason }, [person('mufg-analyst')])
  assert.equal(revoked.actors.get('mufg-analyst')?.keys[1]?.revoked, true)
  await refuses(
    'statement_subject_state',
    'key.revoke',
    { key: key.id, reason },
    [institution('mufg')],
    revoked,
  )
  await refuses('statement_key_taken', 'key.add', { owner, key: given }, [institution('mufg')], revoked)
  await refuses('statement_subject_unknown', 'key.revoke', { key: '0'.repeat(16), reason }, [
    institution('mufg'),
  ])
  const bank = { kind: 'institution', id: 'mufg' } as const
  await refuses('statement_signer_not_entitled', 'key.add', { owner: bank, key: given }, [party('jp')])
  assert.equal(
    apply(founded, 'key.add', { owner: bank, key: given }, AUTHORITIES).institutions.get('mufg')?.keys.length,
    2,
  )
})

test('a party keeps its keys to itself and cannot fall below its threshold', async () => {
  const [first, second] = world.keys.all(party('jp'), 3)
  await refuses('statement_signer_not_entitled', 'key.revoke', { key: first!.id, reason }, [party('us')])
  const one = apply(founded, 'key.revoke', { key: first!.id, reason }, [party('jp')])
  const sign = (state: ProgrammeState) => {
    const keys = world.keys.all(party('jp'), 3).slice(1)
    const draft = { programme: PROGRAMME, type: 'key.revoke', issuedAtMs: world.clock.nowMs() } as const
    return put(state, signStatement({ ...draft, payload: { key: second!.id, reason } }, keys))
  }
  await refused(() => sign(one), 'statement_subject_state')
})

test('delegations name staff of the integrator, end, and are the institution’s to give', async () => {
  const base = { institution: 'mufg', integrator: 'asagiri-integration', actors: ['asagiri-engineer'] }
  const until_ms = world.clock.nowMs() + 86_400_000
  await refuses('statement_signer_not_entitled', 'delegation.grant', { ...base, until_ms }, [
    institution('smbc'),
  ])
  await refuses('statement_payload_invalid', 'delegation.grant', { ...base, until_ms: 1 }, [
    institution('mufg'),
  ])
  await refuses(
    'statement_subject_unknown',
    'delegation.grant',
    { ...base, actors: ['mufg-analyst'], until_ms },
    [institution('mufg')],
  )
  const granted = apply(founded, 'delegation.grant', { ...base, until_ms }, [institution('mufg')])
  assert.equal(granted.delegations.length, founded.delegations.length + 1)
  const pair = { institution: 'mufg', integrator: 'asagiri-integration', reason }
  const revoked = apply(granted, 'delegation.revoke', pair, [institution('mufg')])
  assert.equal(revoked.delegations.at(-1)?.revoked, true)
  await refuses('statement_subject_unknown', 'delegation.revoke', pair, [institution('mufg')], revoked)
})

test('a sector is narrowed by any one party; vendor access is the provider’s', async () => {
  const stage = (sector: string, to: 'closed' | 'defensive' | 'full') => ({ sector, stage: to, reason })
  const narrowed = apply(founded, 'sector.stage', stage('finance', 'defensive'), [party('provider')])
  assert.equal(narrowed.stages.get('finance'), 'defensive')
  await refuses('statement_gate_closed', 'sector.stage', stage('electric_power', 'defensive'), PARTIES)
  await refuses('statement_subject_state', 'sector.stage', stage('finance', 'full'), PARTIES)
  await refuses('statement_subject_unknown', 'sector.stage', stage('none', 'full'), PARTIES)
  await refuses(
    'statement_signer_not_entitled',
    'programme_access.approve',
    { institution: 'mufg', tiers: ['blue'] },
    AUTHORITIES,
  )
  const approved = apply(founded, 'programme_access.approve', { institution: 'mufg', tiers: ['blue'] }, [
    party('provider'),
  ])
  assert.deepEqual(approved.institutions.get('mufg')?.programmeAccess, ['blue'])
  await refuses('statement_threshold_not_met', 'incident.set', { incident: true, reason }, [party('jp')])
})

const TERMS = {
  authorisations: [{ asset: 'a', owner: 'o', administrator: 'it', document: '1'.repeat(64) }],
  techniques: { allowed: ['T1190'], forbidden: ['T1486'] },
  exclusions: [],
  stop_contact: 'soc',
  legal: { basis: 'contract', opinion: '2'.repeat(64) },
}

function draftPayload(
  id: string,
  more: Partial<Payload<'engagement.draft'>> = {},
): Payload<'engagement.draft'> {
  const nowMs = world.clock.nowMs()
  return {
    id,
    institution: 'mufg',
    purpose: 'p',
    assets: [{ id: 'a', kind: 'cidr', value: '192.0.2.0/24', criticality: 'ordinary' }],
    capabilities: ['exploit_validation'],
    members: ['mufg-engineer'],
    autonomy: 'A2',
    from_ms: nowMs,
    until_ms: nowMs + 86_400_000,
    terms: TERMS,
    ...more,
  }
}

test('an engagement takes two people other than its author, at the institution, for what was drafted', async () => {
  const lead = [person('mufg-lead')]
  await refuses('statement_signer_not_entitled', 'engagement.draft', draftPayload('e-one'), [
    person('mufg-analyst'),
  ])
  await refuses('statement_signer_not_entitled', 'engagement.draft', draftPayload('e-one'), [
    person('smbc-lead'),
  ])
  await refuses(
    'statement_capability_never_granted',
    'engagement.draft',
    draftPayload('e-one', { capabilities: ['disruption'] }),
    lead,
  )
  await refuses(
    'statement_payload_invalid',
    'engagement.draft',
    draftPayload('e-one', { members: ['smbc-analyst'] }),
    lead,
  )
  await refuses('statement_payload_invalid', 'engagement.draft', draftPayload('e-one', { until_ms: 1 }), lead)
  const wide = [{ id: 'a', kind: 'cidr', value: '0.0.0.0/0', criticality: 'ordinary' }] as const
  await refuses(
    'statement_payload_invalid',
    'engagement.draft',
    draftPayload('e-one', { assets: wide }),
    lead,
  )
  const drafted = apply(founded, 'engagement.draft', draftPayload('e-one'), lead)
  const { draft } = drafted.engagements.get('e-one')!
  const approve = { id: 'e-one', draft }
  await refuses('statement_id_taken', 'engagement.draft', draftPayload('e-one'), lead, drafted)
  await refuses(
    'statement_draft_mismatch',
    'engagement.approve',
    { ...approve, draft: '0'.repeat(64) },
    [person('mufg-approver')],
    drafted,
  )
  await refuses('statement_own_request', 'engagement.approve', approve, lead, drafted)
  await refuses(
    'statement_own_request',
    'engagement.approve',
    approve,
    [person('mufg-approver'), ...lead],
    drafted,
  )
  await refuses(
    'statement_signer_not_entitled',
    'engagement.approve',
    approve,
    [person('smbc-approver')],
    drafted,
  )
  await refuses(
    'statement_signer_not_entitled',
    'engagement.approve',
    approve,
    [person('mufg-analyst')],
    drafted,
  )
  const once = apply(drafted, 'engagement.approve', approve, [person('mufg-approver')])
  assert.equal(once.engagements.get('e-one')?.state, 'draft')
  await refuses('statement_already_approved', 'engagement.approve', approve, [person('mufg-approver')], once)
  const active = apply(once, 'engagement.approve', approve, [person('mufg-approver2')])
  assert.equal(active.engagements.get('e-one')?.state, 'active')
  await refuses('statement_subject_state', 'engagement.approve', approve, [person('mufg-approver')], active)
  await refuses(
    'statement_signer_not_entitled',
    'engagement.suspend',
    { id: 'e-one', reason },
    [person('mufg-engineer')],
    active,
  )
  const suspended = apply(active, 'engagement.suspend', { id: 'e-one', reason }, [person('mufg-approver')])
  assert.deepEqual(suspended.engagements.get('e-one')?.approvedBy, [])
  const closed = apply(suspended, 'engagement.close', { id: 'e-one', reason }, [institution('mufg')])
  await refuses('statement_subject_state', 'engagement.approve', approve, [person('mufg-approver')], closed)
})

test('offensive work is approved by legal or risk among others; a change is a draft anew', async () => {
  const lead = [person('mufg-lead')]
  const { terms: _, ...bare } = draftPayload('e-two')
  await refuses('statement_terms_missing', 'engagement.draft', bare, lead)
  const drafted = apply(founded, 'engagement.draft', draftPayload('e-two'), lead)
  const { draft } = drafted.engagements.get('e-two')!
  // Two approvers without counsel: the second is one whom nobody enrolled, so the rule is asked alone.
  const approver = drafted.actors.get('mufg-approver')!
  const signers = { actors: [approver, { ...approver, id: 'mufg-approver' + '3' }] }
  const context = { at: { index: 1, timeMs: world.clock.nowMs() }, digest: draft, signers }
  const { rule } = KINDS['engagement.approve']
  const { engagements } = rule(
    drafted,
    { id: 'e-two', draft },
    context as unknown as Parameters<typeof rule>[2],
  )
  assert.deepEqual(
    [engagements?.get('e-two')?.state, engagements?.get('e-two')?.approvedBy.length],
    ['draft', 2],
  )
  const once = apply(drafted, 'engagement.approve', { id: 'e-two', draft }, [person('mufg-approver')])
  const active = apply(once, 'engagement.approve', { id: 'e-two', draft }, [person('mufg-approver2')])
  assert.equal(active.engagements.get('e-two')?.state, 'active')
  const amended = apply(active, 'engagement.amend', draftPayload('e-two', { purpose: 'q' }), lead)
  const now = amended.engagements.get('e-two')
  assert.deepEqual([now?.state, now?.approvedBy, now?.purpose], ['draft', [], 'q'])
  await refuses(
    'statement_draft_mismatch',
    'engagement.approve',
    { id: 'e-two', draft },
    [person('mufg-approver')],
    amended,
  )
  await refuses(
    'statement_signer_not_entitled',
    'engagement.amend',
    draftPayload('e-two'),
    [person('smbc-lead')],
    active,
  )
  await refuses('statement_subject_unknown', 'engagement.amend', draftPayload('e-none'), lead, active)
})

function grantPayload(more: Partial<Payload<'grant.approve'>> = {}): Payload<'grant.approve'> {
  return {
    hold: `dec_${'1'.repeat(26)}`,
    actor: 'hoshizora-engineer',
    institution: 'hoshizora-bank',
    engagement: world.engagement,
    capability: 'exploit_validation',
    session: 's',
    approvals: 2,
    count: 10,
    until_ms: world.clock.nowMs() + 3_600_000,
    ...more,
  }
}

test('a grant covers nothing until all its approvals are there, each by another person', async () => {
  const [a, b] = [[person('hoshizora-approver')], [person('hoshizora-approver2')]]
  await refuses('statement_own_request', 'grant.approve', grantPayload({ actor: 'hoshizora-approver' }), a)
  await refuses('statement_signer_not_entitled', 'grant.approve', grantPayload(), [
    person('hoshizora-analyst'),
  ])
  await refuses('statement_signer_not_entitled', 'grant.approve', grantPayload(), [person('mufg-approver')])
  await refuses('statement_payload_invalid', 'grant.approve', grantPayload({ count: 100_000 }), a)
  await refuses(
    'statement_payload_invalid',
    'grant.approve',
    grantPayload({ until_ms: world.clock.nowMs() + 86_400_000 }),
    a,
  )
  await refuses('statement_payload_invalid', 'grant.approve', grantPayload({ actor: 'mufg-analyst' }), a)
  await refuses('statement_subject_unknown', 'grant.approve', grantPayload({ engagement: 'none' }), a)
  const pending = apply(founded, 'grant.approve', grantPayload(), a)
  assert.deepEqual([pending.grants.length, pending.pendingGrants.length], [0, 1])
  await refuses('statement_already_approved', 'grant.approve', pendingPayload(pending), a, pending)
  await refuses(
    'statement_hold_mismatch',
    'grant.approve',
    { ...pendingPayload(pending), count: 11 },
    b,
    pending,
  )
  const complete = apply(pending, 'grant.approve', pendingPayload(pending), b)
  assert.deepEqual([complete.grants.length, complete.pendingGrants.length], [1, 0])
  assert.deepEqual(complete.grants[0]?.approvedBy, ['hoshizora-approver', 'hoshizora-approver2'])
  await refuses(
    'statement_already_approved',
    'grant.approve',
    pendingPayload(pending),
    [person('hoshizora-lead')],
    complete,
  )
})

function pendingPayload(state: ProgrammeState): Payload<'grant.approve'> {
  const { approvedBy: _, approvalsNeeded: approvals, untilMs: until_ms, ...grant } = state.pendingGrants[0]!
  return { ...grant, approvals, until_ms }
}

test('grants of one person are limited, and go when they have run out', async () => {
  let state = founded
  for (let i = 0; i < 64; i++) {
    const hold = `dec_${String(i).padStart(26, '0')}`
    state = apply(state, 'grant.approve', grantPayload({ hold, approvals: 1 }), [
      person('hoshizora-approver'),
    ])
  }
  await refuses('statement_limit', 'grant.approve', grantPayload(), [person('hoshizora-approver')], state)
  const later = world.clock.nowMs() + 7_200_000
  const keys = [world.keys.of(person('hoshizora-approver'))]
  const payload = grantPayload({ until_ms: later + 1000 })
  const signed = signStatement(
    { programme: PROGRAMME, type: 'grant.approve', issuedAtMs: later, payload },
    keys,
  )
  assert.equal(put(state, signed, { timeMs: later }).grants.length, 0)
})

test('lifting a refusal takes an approver other than the one refused, where they work', async () => {
  const payload = { key: '0'.repeat(64), actor: 'mufg-approver', reason }
  await refuses('statement_own_request', 'refusal.lift', payload, [person('mufg-approver')])
  await refuses('statement_signer_not_entitled', 'refusal.lift', payload, [person('smbc-approver')])
  await refuses('statement_signer_not_entitled', 'refusal.lift', payload, [person('mufg-lead')])
  assert.equal(apply(founded, 'refusal.lift', payload, [person('mufg-approver2')]).index, founded.index + 1)
})

test('an appeal is one’s own, once; who was refused does not answer; an answer is final', async () => {
  const decision = `dec_${'1'.repeat(26)}`
  const payload = { decision, institution: 'mufg', reason, consent: true }
  await refuses('statement_signer_not_entitled', 'appeal.open', payload, [person('smbc-analyst')])
  await refuses('statement_signer_not_entitled', 'appeal.open', payload, [
    person('mufg-analyst'),
    person('mufg-engineer'),
  ])
  const opened = apply(founded, 'appeal.open', payload, [person('mufg-analyst')])
  await refuses('statement_id_taken', 'appeal.open', payload, [person('mufg-analyst')], opened)
  const answer = { decision, outcome: 'granted', refusal: 'a'.repeat(64), reason } as const
  await refuses('statement_own_request', 'appeal.answer', answer, [person('mufg-analyst')], opened)
  await refuses('statement_signer_not_entitled', 'appeal.answer', answer, [person('smbc-approver')], opened)
  await refuses('statement_subject_unknown', 'appeal.answer', answer, [person('mufg-approver')])
  const answered = apply(opened, 'appeal.answer', answer, [person('mufg-approver')])
  assert.deepEqual(answered.appeals?.[0]?.outcome, 'granted')
  assert.deepEqual(liftedBy(answer, answered), { actor: 'mufg-analyst', key: 'a'.repeat(64) })
  assert.equal(liftedBy({ ...answer, outcome: 'upheld' }, answered), null)
  await refuses('statement_subject_state', 'appeal.answer', answer, [person('mufg-approver')], answered)
})

test('stopping: who the table names, alone; a scope nobody knows is refused', async () => {
  const model = { scope: { kind: 'model', id: 'rehearsal/1' }, reason } as const
  await refuses('statement_signer_not_entitled', 'stop.issue', model, [institution('mufg')])
  await refuses('statement_signer_not_entitled', 'stop.issue', model, [person('mufg-lead')])
  const oneKey = signStatement(
    { programme: PROGRAMME, type: 'stop.issue', issuedAtMs: world.clock.nowMs(), payload: model },
    [world.keys.of(party('provider'))],
  )
  assert.deepEqual(
    put(founded, oneKey).stops.map((stop) => stop.by),
    ['provider'],
  )
  for (const kind of ['person', 'engagement', 'institution', 'sector', 'jurisdiction'] as const) {
    await refuses('statement_subject_unknown', 'stop.issue', { scope: { kind, id: 'nothing' }, reason }, [
      party('us'),
    ])
  }
  const own = { scope: { kind: 'person', id: 'mufg-analyst' }, reason } as const
  assert.equal(apply(founded, 'stop.issue', own, [person('mufg-lead')]).stops[0]?.by, 'institution')
  await refuses('statement_signer_not_entitled', 'stop.issue', own, [person('smbc-lead')])
  await refuses('statement_signer_not_entitled', 'stop.issue', own, [person('mufg-analyst')])
})

test('resuming: as many as the table asks, whoever stopped among them, one party alone never', async () => {
  const model = { scope: { kind: 'model', id: 'rehearsal/1' }, reason } as const
  const stopped = apply(founded, 'stop.issue', model, [party('provider')])
  const resume = { stop: stopped.stops[0]!.index, reason }
  for (const id of ['us', 'jp', 'provider']) {
    await refuses('statement_threshold_not_met', 'stop.resume', resume, [party(id)], stopped)
  }
  await refuses('statement_threshold_not_met', 'stop.resume', resume, AUTHORITIES, stopped)
  assert.equal(apply(stopped, 'stop.resume', resume, PARTIES).stops.length, 0)
  await refuses('statement_subject_unknown', 'stop.resume', { ...resume, stop: 999 }, PARTIES, stopped)
  const all = apply(founded, 'stop.issue', { scope: { kind: 'all' }, reason }, [party('jp')])
  const two = [party('jp'), party('us')]
  await refuses('statement_threshold_not_met', 'stop.resume', { stop: all.stops[0]!.index, reason }, two, all)
  // One key of three does not speak for a party when it comes to resuming.
  const single = PARTIES.map((holder) => world.keys.of(holder))
  const weak = signStatement(
    { programme: PROGRAMME, type: 'stop.resume', issuedAtMs: world.clock.nowMs(), payload: resume },
    single,
  )
  await refused(() => put(stopped, weak), 'statement_threshold_not_met')
})

test('the state survives encoding, digest and all, and its digest tells states apart', () => {
  const again = decodeState(structuredClone(encodeState(founded.fields)), findAgreement)
  assert.equal(again.digest, founded.digest)
  assert.deepEqual(encodeState(again.fields), encodeState(founded.fields))
  const changed = apply(founded, 'actor.suspend', { id: 'mufg-analyst', reason }, [institution('mufg')])
  assert.notEqual(changed.digest, founded.digest)
  assert.equal(founded.actors.get('mufg-analyst')?.standing, 'active', 'earlier states stay as they were')
})

test('machines are total, and what is over stays over', () => {
  const machines = { INSTITUTION_MACHINE, INTEGRATOR_MACHINE, ACTOR_MACHINE, ENGAGEMENT_MACHINE }
  for (const [name, machine] of Object.entries(machines)) {
    const rows = Object.values(machine) as Record<string, string | null>[]
    const events = Object.keys(rows[0] ?? {})
    for (const row of rows) assert.deepEqual(Object.keys(row), events, name)
    for (const row of rows) for (const to of Object.values(row)) assert.ok(to === null || to in machine, name)
  }
  assert.ok(Object.values(ACTOR_MACHINE.revoked).every((to) => to === null))
  assert.ok(Object.values(ENGAGEMENT_MACHINE.closed).every((to) => to === null))
})

test('the specification prints these machines and lists these statement types', () => {
  const spec = (name: string): string =>
    readFileSync(new URL(`../../../docs/spec/${name}`, import.meta.url), 'utf8')
  const printed = /<!-- machines -->\n([\s\S]*?)<!-- \/machines -->/.exec(spec('directory.md'))?.[1]
  const machines = {
    institution: INSTITUTION_MACHINE,
    integrator: INTEGRATOR_MACHINE,
    'person, service': ACTOR_MACHINE,
    engagement: ENGAGEMENT_MACHINE,
  }
  assert.equal(
    printed,
    Object.entries(machines)
      .map(([noun, machine]) => table(noun, machine))
      .join(''),
  )
  for (const type of STATEMENT_TYPES) assert.ok(spec('statement.md').includes(`\`${type}\``), type)
})

/** A machine as Markdown: a row a state, a column an event. */
function table(
  noun: string,
  machine: Readonly<Record<string, Readonly<Record<string, string | null>>>>,
): string {
  const events = Object.keys(Object.values(machine)[0] ?? {})
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  const rows = Object.entries(machine).map(([state, row]) =>
    line([state, ...events.map((event) => row[event] ?? '–')]),
  )
  return `${line([noun, ...events])}${line(['---', ...events.map(() => '---')])}${rows.join('')}\n`
}
