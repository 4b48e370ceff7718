/** Facts from a programme: each changed record changes exactly the facts it should. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACT_NAMES, FACT_VALUES, type FactName, type Facts, type ModelEntry } from '../agreement/index.ts'
import type { Capability, Reading, Target } from '../boundary/index.ts'
import { NO_GOVERNANCE } from '../governance/index.ts'
import type { Actor, Engagement, Grant, Institution, Snapshot, Stop } from '../programme/index.ts'
import { coherentRecords, createSpace } from '../proof/index.ts'
import type { ScopeResolution } from '../scope/index.ts'
import { type FactsInput, findFactsAndGrant } from './find-facts.ts'
import { packFacts } from './pack.ts'
import { DEFENSIVE, sampleAgreement } from './testing.ts'

const NOW = Date.UTC(2026, 10, 22)
const HOUR = 3_600_000

const model: ModelEntry = {
  id: 'rehearsal/1',
  display: 'rehearsal/1 (no AI)',
  tier: 'rehearsal',
  upstream: 'rehearsal',
  dialects: ['responses'],
  aliases: ['practice'],
  accessProgram: null,
  listedOn: null,
  retiresOn: null,
  outputTokensMax: 1,
  state: 'listed',
  note: null,
}
const red: ModelEntry = { ...model, id: 'red', tier: 'red', aliases: [], retiresOn: '2027-02-01' }

const bank: Institution = {
  id: 'mufg',
  sector: 'finance',
  jurisdiction: 'JP',
  name: { en: 'MUFG', ja: 'MUFG' },
  standing: 'admitted',
  keys: [],
  fictional: false,
  programmeAccess: ['blue'],
  budget: null,
}
const analyst: Actor = {
  id: 'p-1',
  kind: 'person',
  institution: 'mufg',
  standing: 'active',
  roles: ['analyst'],
  employer: 'employee',
  nationality: 'party',
  location: 'party',
  keys: [],
}
const outsider: Actor = { ...analyst, id: 'p-2', institution: 'soc', employer: 'integrator' }
const engagement: Engagement = {
  id: 'e-1',
  institution: 'mufg',
  author: 'p-9',
  draft: '00',
  purpose: 'validation',
  state: 'active',
  assets: [{ id: 'a-1', kind: 'domain', value: 'example.test', criticality: 'critical' }],
  capabilities: ['exploit_validation'],
  members: ['p-1'],
  autonomy: 'A2',
  fromMs: NOW - HOUR,
  untilMs: NOW + HOUR,
  approvedBy: ['p-3', 'p-4'],
}
const grant: Grant = {
  hold: 'h-1',
  actor: 'p-1',
  institution: 'mufg',
  engagement: 'e-1',
  capability: 'exploit_validation',
  session: 's-1',
  count: 3,
  untilMs: NOW + HOUR,
  approvedBy: ['p-3'],
  approvalsNeeded: 1,
}
const reading: Reading = {
  capability: 'log_analysis',
  side: 'defensive',
  confidencePermille: 900,
  targets: [],
  spans: [],
  reader: 'test/1',
  leakage: 'none',
  injection: 'none',
}
const validation: Reading = { ...reading, capability: 'exploit_validation', side: 'offensive' }
const target: Target = { kind: 'domain', value: 'example.test', raw: 'example.test', segment: 0 }

const snapshot: Snapshot = {
  programme: 'test',
  sample: true,
  index: 1,
  digest: '00',
  agreement: sampleAgreement,
  parties: new Map(),
  institutions: new Map([
    [bank.id, bank],
    ['other', { ...bank, id: 'other' }],
  ]),
  integrators: new Map([
    ['soc', { id: 'soc', name: { en: 'SOC', ja: 'SOC' }, standing: 'admitted', keys: [] }],
  ]),
  actors: new Map([analyst, outsider].map((actor) => [actor.id, actor])),
  delegations: [
    { institution: 'mufg', integrator: 'soc', actors: ['p-2'], untilMs: NOW + HOUR, revoked: false },
  ],
  engagements: new Map([
    ['e-1', engagement],
    ['e-2', { ...engagement, id: 'e-2', institution: 'other' }],
  ]),
  grants: [],
  stops: [],
  stages: new Map(),
  incidentMode: false,
  tools: [],
  governance: NO_GOVERNANCE,
} as unknown as Snapshot // the fold owns more fields than facts read

const base: FactsInput = {
  snapshot,
  principal: {
    actor: analyst,
    institution: bank,
    delegation: null,
    tokenId: 't-1',
    assurance: 'key',
    engagement: null,
    expiresAtMs: NOW + HOUR,
  },
  model,
  reading,
  engagementId: null,
  session: 's-1',
  grantUses: () => 0,
  budget: 'within',
  extraction: 'none',
  ledgerWritable: true,
  nowMs: NOW,
  surface: 'model_request',
}
const engaged: FactsInput = { ...base, engagementId: 'e-1', reading: { ...validation, targets: [target] } }

/** Stands in for the programme's comparison: what the test says, or nothing named. */
function scope(
  targets: ScopeResolution['targets'],
  criticality: ScopeResolution['criticality'] = 'not_applicable',
) {
  return (): ScopeResolution => ({ targets, outOfScope: [], unresolved: [], criticality })
}
const NOTHING = scope('none')
const IN_SCOPE = scope('all_in_scope', 'critical')

function find(input: FactsInput, resolve = NOTHING): Facts {
  const { facts } = findFactsAndGrant(input, resolve)
  // A comparison that a test made up may find assets without an engagement; the programme's does not.
  if (resolve === NOTHING || facts.engagement !== 'none') found.add(facts)
  return facts
}
/** Every record of facts that a test of this file met. */
const found = new Set<Facts>()

function inSnapshot(input: FactsInput, change: Partial<Snapshot>): FactsInput {
  return { ...input, snapshot: { ...input.snapshot, ...change } }
}
function withEngagement(change: Partial<Engagement>): FactsInput {
  return inSnapshot(engaged, { engagements: new Map([['e-1', { ...engagement, ...change }]]) })
}
/** Facts that differ from `before`, with their new values. */
function changed(before: Facts, after: Facts): Partial<Record<FactName, string>> {
  return Object.fromEntries(FACT_NAMES.filter((n) => before[n] !== after[n]).map((n) => [n, after[n]]))
}

test('an employee of an admitted bank asking the rehearsal model', () => {
  assert.deepEqual(find(base), DEFENSIVE)
})

test('who asks is read from the directory as it stands now, not from the token', () => {
  const now = (change: Partial<Actor>) =>
    changed(find(base), find(inSnapshot(base, { actors: new Map([['p-1', { ...analyst, ...change }]]) })))
  assert.deepEqual(now({ standing: 'revoked' }), { actor_standing: 'revoked' })
  assert.deepEqual(now({ kind: 'service' }), { actor_kind: 'service' })
  assert.deepEqual(now({ employer: 'contractor' }), { employer: 'contractor' })
  assert.deepEqual(now({ nationality: 'other', location: 'unknown' }), {
    nationality: 'other',
    location: 'unknown',
  })
  const gone = find(inSnapshot(base, { actors: new Map() }))
  assert.deepEqual(
    [gone.actor_standing, gone.actor_kind, gone.employer, gone.delegation, gone.nationality, gone.location],
    Array(6).fill('unknown'),
  )
})

test('integrator staff need a delegation that is theirs, this institution’s, in force and unrevoked', () => {
  const asOutsider: FactsInput = { ...base, principal: { ...base.principal, actor: outsider } }
  const delegation = (change: object) =>
    find(inSnapshot(asOutsider, { delegations: [{ ...snapshot.delegations[0]!, ...change }] })).delegation
  assert.equal(find(asOutsider).delegation, 'in_force')
  assert.equal(delegation({ actors: ['p-5'] }), 'absent')
  assert.equal(delegation({ institution: 'other' }), 'absent')
  assert.equal(delegation({ integrator: 'another' }), 'absent')
  assert.equal(delegation({ untilMs: NOW }), 'absent')
  assert.equal(delegation({ revoked: true }), 'absent')
  const suspended = new Map([
    ['soc', { ...snapshot.integrators.get('soc')!, standing: 'suspended' as const }],
  ])
  assert.equal(find(inSnapshot(asOutsider, { integrators: suspended })).delegation, 'absent')
  const elsewhere = { ...asOutsider.principal, institution: { ...bank, id: 'other' } }
  assert.equal(find({ ...asOutsider, principal: elsewhere }).delegation, 'absent')
})

test('staff of one bank are nobody at another', () => {
  const principal = { ...base.principal, institution: { ...bank, id: 'other' } }
  assert.equal(find({ ...base, principal }).delegation, 'absent')
})

test('an institution the directory does not hold is not admitted', () => {
  assert.deepEqual(changed(find(base), find(inSnapshot(base, { institutions: new Map() }))), {
    institution_standing: 'not_admitted',
  })
})

test('the stage comes from the rollout, else from the agreement; a strange one is unknown', () => {
  const stage = (value: string) => find(inSnapshot(base, { stages: new Map([['finance', value]]) }))
  assert.deepEqual(changed(find(base), stage('closed')), {
    sector_stage: 'closed',
    capability: 'not_granted',
  })
  assert.deepEqual(changed(find(base), stage('ajar')), { sector_stage: 'unknown', capability: 'unknown' })
})

test('a restricted tier needs access and an evaluation; retirement and absence are seen', () => {
  assert.deepEqual(changed(find(base), find({ ...base, model: red })), {
    model_tier: 'red',
    programme_access: 'not_approved',
    evaluation: 'missing',
    legal_basis: 'missing',
    deemed_export: 'unknown',
  })
  assert.equal(find({ ...base, model: { ...red, tier: 'blue' } }).programme_access, 'approved')
  assert.equal(find({ ...base, model: red, nowMs: Date.UTC(2027, 1, 1) }).model_state, 'retired')
  const none = find({ ...base, model: null })
  assert.deepEqual(
    [none.model_tier, none.model_state, none.programme_access],
    ['unknown', 'unlisted', 'unknown'],
  )
})

test('an engagement in order', () => {
  assert.deepEqual(changed(find({ ...base, reading: validation }), find(engaged, IN_SCOPE)), {
    engagement: 'active',
    engagement_approvals: 'two_or_more',
    engagement_window: 'inside',
    engagement_member: 'member',
    engagement_capability: 'allowed',
    targets: 'all_in_scope',
    asset_criticality: 'critical',
    autonomy: 'within',
  })
})

test('an engagement out of order', () => {
  const now = (change: Partial<Engagement>) =>
    changed(find(engaged, IN_SCOPE), find(withEngagement(change), IN_SCOPE))
  assert.deepEqual(now({ state: 'draft' }), { engagement: 'draft' })
  assert.deepEqual(now({ approvedBy: [] }), { engagement_approvals: 'zero' })
  assert.deepEqual(now({ approvedBy: ['p-3', 'p-3'] }), { engagement_approvals: 'one' })
  assert.deepEqual(
    now({ approvedBy: ['p-3', 'p-9'] }),
    { engagement_approvals: 'one' },
    'its author does not count',
  )
  assert.deepEqual(now({ fromMs: NOW + 1 }), { engagement_window: 'before' })
  assert.deepEqual(now({ untilMs: NOW }), { engagement_window: 'after' })
  assert.deepEqual(now({ members: [] }), { engagement_member: 'not_member' })
  assert.deepEqual(now({ capabilities: ['patching'] }), { engagement_capability: 'not_allowed' })
  assert.deepEqual(now({ autonomy: 'A3' }), { autonomy: 'above' })
})

test('autonomy is held to the class reached, else to the highest the engagement holds', () => {
  const wide = withEngagement({ autonomy: 'A3' })
  assert.equal(find(wide, scope('all_in_scope', 'ordinary')).autonomy, 'within')
  assert.equal(find(wide, NOTHING).autonomy, 'above')
  assert.equal(find(withEngagement({ autonomy: 'A3', assets: [] }), NOTHING).autonomy, 'above')
})

test('an engagement of another institution, or one that conflicts with the token, is not established', () => {
  const conflicting = { ...engaged, principal: { ...base.principal, engagement: 'e-3' } }
  for (const input of [
    { ...engaged, engagementId: 'e-2' },
    { ...engaged, engagementId: 'no' },
    conflicting,
  ]) {
    const facts = find(input, IN_SCOPE)
    assert.deepEqual([facts.engagement, facts.targets, facts.autonomy, facts.grant], Array(4).fill('unknown'))
  }
  const bound = { ...engaged, engagementId: null, principal: { ...base.principal, engagement: 'e-1' } }
  assert.deepEqual(find(bound, IN_SCOPE), find(engaged, IN_SCOPE))
})

test('without an engagement a named target is unresolved, whatever the comparison says', () => {
  assert.equal(find(base, scope('out_of_scope')).targets, 'unresolved')
})

test('a grant covers one person, engagement, capability and session', () => {
  const state = (change: Partial<Grant>, uses = 0) => {
    const input = { ...inSnapshot(engaged, { grants: [{ ...grant, ...change }] }), grantUses: () => uses }
    return find(input, IN_SCOPE).grant
  }
  assert.equal(state({}), 'covering')
  assert.equal(state({ actor: 'p-7' }), 'none')
  assert.equal(state({ institution: 'other' }), 'none')
  assert.equal(state({ session: 's-2' }), 'none')
  assert.equal(state({ engagement: null }), 'none')
  assert.equal(state({ capability: 'patching' as Capability }), 'none')
  assert.equal(state({ untilMs: NOW }), 'expired')
  assert.equal(state({}, 2), 'covering')
  assert.equal(state({}, 3), 'spent')
  assert.equal(state({ count: 10_000 }, sampleAgreement.grants.requestsMax), 'spent')
})

test('a grant needs as many approvers as its hold and its assets ask for, never the requester', () => {
  const state = (change: Partial<Grant>, criticality: ScopeResolution['criticality'] = 'critical') =>
    find(inSnapshot(engaged, { grants: [{ ...grant, ...change }] }), scope('all_in_scope', criticality)).grant
  assert.equal(state({ approvedBy: ['p-1'] }), 'none')
  assert.equal(state({ approvedBy: ['p-1', 'p-3'] }), 'covering')
  assert.equal(state({ approvalsNeeded: 2 }), 'none')
  assert.equal(state({}, 'designated'), 'none')
  assert.equal(state({ approvedBy: ['p-3', 'p-3'] }, 'designated'), 'none')
  assert.equal(state({ approvedBy: ['p-3', 'p-4'] }, 'designated'), 'covering')
})

test('of several covering grants the one that runs out first is used', () => {
  const later = { ...grant, hold: 'h-2', untilMs: NOW + 2 * HOUR }
  const spent = { ...grant, hold: 'h-3', untilMs: NOW + 1 }
  const input = inSnapshot(engaged, { grants: [later, spent, grant] })
  const found = findFactsAndGrant({ ...input, grantUses: ({ hold }) => (hold === 'h-3' ? 3 : 0) }, IN_SCOPE)
  assert.deepEqual([found.facts.grant, found.grant?.hold], ['covering', 'h-1'])
})

test('a stop covers what it names', () => {
  const covered = (scopeOf: Stop['scope'], input = engaged) =>
    find(
      inSnapshot(input, { stops: [{ index: 1, scope: scopeOf, by: 'jp', reason: 'test', untilMs: null }] }),
      IN_SCOPE,
    ).stop
  const cases: readonly (readonly [Stop['scope'], string])[] = [
    [{ kind: 'all' }, 'covering'],
    [{ kind: 'person', id: 'p-1' }, 'covering'],
    [{ kind: 'person', id: 'p-2' }, 'none'],
    [{ kind: 'engagement', id: 'e-1' }, 'covering'],
    [{ kind: 'engagement', id: 'e-2' }, 'none'],
    [{ kind: 'institution', id: 'mufg' }, 'covering'],
    [{ kind: 'institution', id: 'smbc' }, 'none'],
    [{ kind: 'sector', id: 'finance' }, 'covering'],
    [{ kind: 'sector', id: 'gas' }, 'none'],
    [{ kind: 'model', id: 'rehearsal/1' }, 'covering'],
    [{ kind: 'model', id: 'practice' }, 'covering'],
    [{ kind: 'model', id: 'red' }, 'none'],
    [{ kind: 'jurisdiction', id: 'JP' }, 'covering'],
    [{ kind: 'jurisdiction', id: 'US' }, 'none'],
    [{ kind: 'weather', id: 'rain' } as unknown as Stop['scope'], 'covering'],
  ]
  for (const [scopeOf, wanted] of cases) assert.equal(covered(scopeOf), wanted, JSON.stringify(scopeOf))
  const asOutsider: FactsInput = { ...base, principal: { ...base.principal, actor: outsider } }
  assert.equal(
    covered({ kind: 'institution', id: 'soc' }, asOutsider),
    'covering',
    'the integrator is stopped',
  )
})

test('the rest is handed through', () => {
  const facts = find({
    ...inSnapshot(base, { incidentMode: true }),
    budget: 'exceeded',
    extraction: 'suspected',
    ledgerWritable: false,
    surface: 'tool_call',
    reading: { ...reading, leakage: 'present', injection: 'suspected' },
  })
  assert.deepEqual(changed(DEFENSIVE, facts), {
    surface: 'tool_call',
    leakage: 'present',
    injection: 'suspected',
    budget: 'exceeded',
    extraction: 'suspected',
    incident_mode: 'incident',
    ledger: 'not_writable',
  })
})

test('total: whatever is missing from the programme, every fact has one of its values', () => {
  const maybe = fc.boolean()
  fc.assert(
    fc.property(
      maybe,
      maybe,
      maybe,
      maybe,
      maybe,
      maybe,
      (actors, institutions, engagements, known, bound, out) => {
        const input = inSnapshot(
          out ? { ...engaged, principal: { ...base.principal, actor: outsider } } : engaged,
          {
            ...(actors ? {} : { actors: new Map() }),
            ...(institutions ? {} : { institutions: new Map() }),
            ...(engagements ? {} : { engagements: new Map() }),
          },
        )
        const facts = find({
          ...input,
          model: known ? model : null,
          principal: { ...input.principal, engagement: bound ? 'e-1' : null },
        })
        assert.deepEqual(Object.keys(facts).sort(), [...FACT_NAMES].sort())
        for (const name of FACT_NAMES)
          assert.ok((FACT_VALUES[name] as readonly string[]).includes(facts[name]), name)
        packFacts(facts)
      },
    ),
  )
})

test('whatever these tests found is coherent, as proofs label it (docs/spec/proof.md §6)', () => {
  const space = createSpace()
  const coherent = coherentRecords(space)
  assert.ok(found.size > 50)
  for (const facts of found) assert.ok(space.has(coherent, facts), JSON.stringify(facts))
})
