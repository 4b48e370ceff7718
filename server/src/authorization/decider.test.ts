/** Decisions under the sample agreement: named scenarios, memo, errors. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Facts, loadAgreement } from '../agreement/index.ts'
import { createDecider } from './decider.ts'
import type { Verdict } from './decision.ts'
import { boundaryFacts, DEFENSIVE, ENGAGED, RESTRICTED, sampleAgreement, sampleText } from './testing.ts'

const decider = createDecider(sampleAgreement)

interface Scenario {
  readonly name: string
  readonly facts: Facts
  readonly verdict: Verdict
  /** Determining clauses, in document order. */
  readonly clauses: readonly string[]
}

const SCENARIOS: readonly Scenario[] = [
  { name: 't01 log triage', facts: DEFENSIVE, verdict: 'allow', clauses: ['11.1'] },
  {
    name: 't02 patch review, addresses in the evidence',
    facts: { ...DEFENSIVE, targets: 'unresolved' },
    verdict: 'allow',
    clauses: ['11.1'],
  },
  {
    name: 't03 report writing',
    facts: { ...DEFENSIVE, side: 'non_cyber', capability: 'not_applicable' },
    verdict: 'allow',
    clauses: ['11.2'],
  },
  {
    name: 't04 institution not admitted',
    facts: { ...DEFENSIVE, institution_standing: 'not_admitted' },
    verdict: 'deny',
    clauses: ['2.2'],
  },
  {
    name: 't05 sector closed',
    facts: { ...DEFENSIVE, sector_stage: 'closed', capability: 'not_granted' },
    verdict: 'deny',
    clauses: ['6.1'],
  },
  {
    name: 't06 offensive without engagement',
    facts: { ...DEFENSIVE, side: 'offensive', targets: 'unresolved' },
    verdict: 'deny',
    clauses: ['13.1'],
  },
  {
    name: 't07 a target out of scope',
    facts: { ...ENGAGED, targets: 'out_of_scope' },
    verdict: 'deny',
    clauses: ['14.1'],
  },
  { name: 't08 held', facts: ENGAGED, verdict: 'hold', clauses: ['13.9'] },
  { name: 't08 approved', facts: { ...ENGAGED, grant: 'covering' }, verdict: 'allow', clauses: ['13.8'] },
  { name: 't08 grant used up', facts: { ...ENGAGED, grant: 'spent' }, verdict: 'hold', clauses: ['13.9'] },
  {
    name: 't08 designated asset',
    facts: { ...ENGAGED, asset_criticality: 'designated' },
    verdict: 'hold',
    clauses: ['13.10'],
  },
  {
    name: 't09 prohibited',
    facts: { ...DEFENSIVE, side: 'prohibited', capability: 'not_granted' },
    verdict: 'deny',
    clauses: ['10.1'],
  },
  {
    name: 't09 prohibited inside an engagement with a grant',
    facts: { ...ENGAGED, side: 'prohibited', grant: 'covering' },
    verdict: 'deny',
    clauses: ['10.1'],
  },
  { name: 't10 model stopped', facts: { ...DEFENSIVE, stop: 'covering' }, verdict: 'deny', clauses: ['4.1'] },
  {
    name: 'ledger not writable',
    facts: { ...DEFENSIVE, ledger: 'not_writable' },
    verdict: 'deny',
    clauses: ['5.1'],
  },
  { name: 'not sure', facts: { ...DEFENSIVE, side: 'uncertain' }, verdict: 'hold', clauses: ['15.2'] },
  {
    name: 'not sure, looked at',
    facts: { ...DEFENSIVE, side: 'uncertain', grant: 'covering' },
    verdict: 'allow',
    clauses: ['15.1'],
  },
  { name: 'restricted model', facts: RESTRICTED, verdict: 'allow', clauses: ['11.1'] },
  {
    name: 'restricted model with a plain key',
    facts: { ...RESTRICTED, assurance: 'key' },
    verdict: 'deny',
    clauses: ['8.1'],
  },
  {
    name: 'restricted model, not approved by the provider',
    facts: { ...RESTRICTED, programme_access: 'not_approved' },
    verdict: 'deny',
    clauses: ['8.2'],
  },
  {
    name: 'restricted model, evaluation expired',
    facts: { ...RESTRICTED, evaluation: 'expired' },
    verdict: 'deny',
    clauses: ['8.3'],
  },
  {
    name: 'restricted model, other nationality',
    facts: { ...RESTRICTED, nationality: 'other' },
    verdict: 'deny',
    clauses: ['9.1'],
  },
  {
    name: 'critical tier, contractor',
    facts: { ...RESTRICTED, model_tier: 'critical', employer: 'contractor' },
    verdict: 'deny',
    clauses: ['9.4'],
  },
  {
    name: 'integrator without delegation',
    facts: { ...DEFENSIVE, employer: 'integrator', delegation: 'absent' },
    verdict: 'deny',
    clauses: ['2.4'],
  },
  {
    name: 'integrator without a delegation, whatever the directory says',
    facts: { ...DEFENSIVE, employer: 'integrator', delegation: 'not_applicable' },
    verdict: 'deny',
    clauses: ['2.4'],
  },
  {
    name: 'integrator with delegation',
    facts: { ...DEFENSIVE, employer: 'integrator', delegation: 'in_force' },
    verdict: 'allow',
    clauses: ['11.1'],
  },
  {
    name: 'secret in the request',
    facts: { ...DEFENSIVE, leakage: 'present' },
    verdict: 'deny',
    clauses: ['16.1'],
  },
  { name: 'budget used up', facts: { ...DEFENSIVE, budget: 'exceeded' }, verdict: 'deny', clauses: ['17.1'] },
  {
    name: 'extraction suspected',
    facts: { ...DEFENSIVE, extraction: 'suspected' },
    verdict: 'hold',
    clauses: ['18.4'],
  },
  {
    name: 'extraction confirmed',
    facts: { ...DEFENSIVE, extraction: 'confirmed' },
    verdict: 'deny',
    clauses: ['18.1'],
  },
  {
    name: 'dual-use below its stage',
    facts: { ...DEFENSIVE, side: 'dual_use', sector_stage: 'defensive', capability: 'not_granted' },
    verdict: 'deny',
    clauses: ['6.3', '6.5'],
  },
  {
    name: 'dual-use that names a stranger',
    facts: { ...DEFENSIVE, side: 'dual_use', targets: 'unresolved' },
    verdict: 'hold',
    clauses: ['12.4'],
  },
  {
    name: 'the same during an incident',
    facts: { ...DEFENSIVE, side: 'dual_use', targets: 'unresolved', incident_mode: 'incident' },
    verdict: 'allow',
    clauses: ['19.1'],
  },
  {
    name: 'offensive during an incident',
    facts: { ...DEFENSIVE, side: 'offensive', targets: 'unresolved', incident_mode: 'incident' },
    verdict: 'deny',
    clauses: ['13.1'],
  },
  {
    name: 'service account in an engagement',
    facts: { ...ENGAGED, actor_kind: 'service', grant: 'covering' },
    verdict: 'deny',
    clauses: ['13.7'],
  },
  {
    name: 'autonomy above the ceiling',
    facts: { ...ENGAGED, autonomy: 'above' },
    verdict: 'deny',
    clauses: ['14.4'],
  },
]

for (const { name, facts, verdict, clauses } of SCENARIOS) {
  test(`scenario: ${name}`, () => {
    const decision = decider.decide(facts)
    assert.deepEqual([decision.verdict, decision.clauses.map((ref) => ref.clause)], [verdict, clauses])
    assert.deepEqual(decision.engineErrors, [])
    if (verdict !== 'allow') {
      for (const ref of decision.clauses)
        assert.ok(ref.advice?.en && ref.advice.ja && ref.prose.en && ref.prose.ja)
    }
  })
}

test('a prohibited request has no remedy; a held one says who must approve', () => {
  assert.equal(decider.decide({ ...DEFENSIVE, side: 'prohibited' }).clauses[0]?.remedy, 'none')
  assert.deepEqual(decider.decide(ENGAGED).approval, { count: 1, roles: ['approver', 'operations_lead'] })
  assert.equal(decider.decide({ ...ENGAGED, asset_criticality: 'designated' }).approval?.count, 2)
})

test('only an allow that rests on a grant uses it, and offensive work asks for the stronger receipt', () => {
  const engaged = decider.decide({ ...ENGAGED, grant: 'covering' })
  assert.deepEqual([engaged.usesGrant, engaged.receipt], [true, 'T2'])
  const defensive = decider.decide({ ...DEFENSIVE, grant: 'covering' })
  assert.deepEqual([defensive.usesGrant, defensive.receipt], [false, 'T1'])
})

test('a denial says which facts made it', () => {
  const { because } = decider.decide({ ...DEFENSIVE, nationality: 'unknown' })
  assert.deepEqual(because, [{ fact: 'nationality', got: 'unknown' }])
})

test('a default deny names the nearest permit and what it lacks', () => {
  const { verdict, clauses, nearest } = decider.decide({
    ...DEFENSIVE,
    side: 'uncertain',
    extraction: 'suspected',
  })
  assert.deepEqual([verdict, clauses], ['deny', []])
  assert.equal(nearest?.clause.clause, '15.2')
  assert.deepEqual(nearest?.missing, [{ fact: 'extraction', got: 'suspected', wanted: ['none'] }])
})

test('the same facts give the same frozen object, also when the record is another', () => {
  const first = decider.decide(ENGAGED)
  assert.equal(decider.decide({ ...ENGAGED }), first)
  assert.ok(Object.isFrozen(first) && Object.isFrozen(first.clauses) && Object.isFrozen(first.because))
})

test('the memo is bounded', () => {
  const small = createDecider(sampleAgreement, { memoEntriesMax: 2 })
  for (const side of ['defensive', 'dual_use', 'uncertain', 'non_cyber'] as const)
    small.decide({ ...DEFENSIVE, side })
  assert.equal(small.stats().memoEntries, 2)
})

test('any error of the engine is a deny with an alarm, every time', () => {
  const failing = createDecider(sampleAgreement, {
    engine: () => ({ permitted: true, determining: ['11.1'], errors: ['2.1: attribute missing'] }),
  })
  for (let round = 1; round <= 2; round++) {
    const { verdict, engineErrors } = failing.decide(DEFENSIVE)
    assert.deepEqual([verdict, engineErrors], ['deny', ['2.1: attribute missing']])
    assert.equal(failing.stats().engineErrors, round)
  }
})

test('an error while asking for a hold denies too, and so does a permit that names no clause', () => {
  const whileHolding = createDecider(sampleAgreement, {
    engine: (action) => ({ permitted: false, determining: [], errors: action === 'hold' ? ['trap'] : [] }),
  })
  assert.deepEqual(whileHolding.decide(ENGAGED).engineErrors, ['trap'])
  const nameless = createDecider(sampleAgreement, {
    engine: () => ({ permitted: true, determining: [], errors: [] }),
  })
  assert.equal(nameless.decide(DEFENSIVE).verdict, 'deny')
})

test('a record that is not total is denied with an alarm', () => {
  const { stop: _stop, ...partial } = DEFENSIVE
  // The types forbid both; the decider must not rely on that.
  for (const facts of [partial as Facts, { ...DEFENSIVE, stop: 'maybe' } as unknown as Facts]) {
    const { verdict, engineErrors } = decider.decide(facts)
    assert.deepEqual([verdict, engineErrors.length], ['deny', 1])
  }
})

test('the order of the clauses decides nothing', () => {
  const permuted = createDecider(loadAgreement(reverseFences(sampleText), 'permuted.md'))
  fc.assert(
    fc.property(boundaryFacts, (facts) => {
      const one = decider.decide(facts)
      const other = permuted.decide(facts)
      assert.equal(other.verdict, one.verdict)
      assert.deepEqual(
        other.clauses.map(({ clause }) => clause).sort(),
        one.clauses.map(({ clause }) => clause).sort(),
      )
    }),
    { numRuns: 400 },
  )
})

/** The document with the clauses of every article in reverse order. */
function reverseFences(text: string): string {
  return text
    .split(/(?=^## Article )/m)
    .map((article) => {
      const fences = article.match(/^```cedar\n.*?^```\n/gms) ?? []
      let position = fences.length
      return article.replaceAll(/^```cedar\n.*?^```\n/gms, () => fences[--position] ?? '')
    })
    .join('')
}
