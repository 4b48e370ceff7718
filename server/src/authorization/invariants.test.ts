/**
 * What no request may escape, tested near the boundary of what is allowed.
 *
 * The trees of the conditions stand in for the engine here, which is a thousand times faster; the differential test shows
 * that both say the same.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACT_NAMES, FACT_VALUES, type Facts } from '../agreement/index.ts'
import { createDecider } from './decider.ts'
import { createCedarEngine } from './engine.ts'
import { packFacts, unpackFacts } from './pack.ts'
import { anyFact, BASES, boundaryFacts, sampleAgreement, verdictByTree, withFact } from './testing.ts'

const verdictOf = (facts: Facts) => verdictByTree(sampleAgreement, facts)
const RUNS = 20_000

test('every base is allowed or held, so that the boundary is near', () => {
  for (const facts of BASES) assert.notEqual(verdictOf(facts), 'deny')
})

test('I10: a fact at unknown never allows, and is never held either', () => {
  for (const base of BASES) {
    for (const name of FACT_NAMES) assert.equal(verdictOf(withFact(base, name, 'unknown')), 'deny', name)
  }
  fc.assert(
    fc.property(boundaryFacts, fc.constantFrom(...FACT_NAMES), (facts, name) => {
      assert.equal(verdictOf(withFact(facts, name, 'unknown')), 'deny')
    }),
    { numRuns: RUNS },
  )
})

/** What must be true of every record that is not denied. */
const NECESSARY: Readonly<Record<string, (facts: Facts) => boolean>> = {
  'I1 standing': (f) =>
    f.actor_standing === 'active' && f.institution_standing === 'admitted' && f.delegation !== 'absent',
  'I2 prohibited': (f) => f.side !== 'prohibited',
  'I3 offensive': (f) =>
    f.side !== 'offensive' ||
    (f.engagement === 'active' &&
      f.engagement_approvals === 'two_or_more' &&
      f.engagement_window === 'inside' &&
      f.engagement_member === 'member' &&
      f.engagement_capability === 'allowed' &&
      f.targets === 'all_in_scope'),
  'I4 stop': (f) => f.stop === 'none',
  'I5 ledger': (f) => f.ledger === 'writable',
  'I6 stage and ceiling': (f) =>
    f.sector_stage !== 'closed' &&
    f.autonomy !== 'above' &&
    (f.capability !== 'not_granted' || f.side === 'non_cyber') &&
    (f.side !== 'offensive' || f.sector_stage === 'full'),
  'I7 restricted tiers': (f) =>
    !['blue', 'red', 'critical'].includes(f.model_tier) ||
    (f.evaluation === 'current' && f.programme_access === 'approved' && f.assurance === 'phishing_resistant'),
  'Article 9': (f) =>
    !['blue', 'red', 'critical'].includes(f.model_tier) ||
    (f.nationality !== 'other' &&
      f.location !== 'other' &&
      (f.model_tier !== 'critical' ||
        (f.nationality === 'party' && f.location === 'party' && f.employer !== 'contractor'))),
  'I8 secrets': (f) => f.leakage !== 'present',
}

for (const [name, holds] of Object.entries(NECESSARY)) {
  test(`${name}: without it nothing passes and nothing is held`, () => {
    fc.assert(
      fc.property(boundaryFacts, (facts) => holds(facts) || verdictOf(facts) === 'deny'),
      { numRuns: RUNS },
    )
  })
}

test('offensive and uncertain requests pass only under a grant', () => {
  fc.assert(
    fc.property(boundaryFacts, (facts) => {
      if (facts.side !== 'offensive' && facts.side !== 'uncertain') return true
      return facts.grant === 'covering' || verdictOf(facts) !== 'allow'
    }),
    { numRuns: RUNS },
  )
})

/** Facts whose values run from less to more reason for caution. */
const WORSE: readonly (readonly [keyof Facts, readonly string[]])[] = [
  ['assurance', ['phishing_resistant', 'key']],
  ['engagement_approvals', ['two_or_more', 'one', 'zero']],
  ['leakage', ['none', 'redacted', 'present']],
  ['extraction', ['none', 'suspected', 'confirmed']],
  ['injection', ['none', 'suspected']],
  ['evaluation', ['current', 'expired', 'missing']],
  ['budget', ['within', 'exceeded']],
  ['nationality', ['party', 'listed_partner', 'other']],
  ['location', ['party', 'listed_partner', 'other']],
  ['sector_stage', ['full', 'dual_use', 'defensive', 'rehearsal', 'closed']],
]
const PERMISSIVE = { allow: 2, hold: 1, deny: 0 } as const

test('I9: more suspicion, fewer approvals or less assurance never allows more', () => {
  fc.assert(
    fc.property(boundaryFacts, fc.constantFrom(...WORSE), (facts, [name, values]) => {
      const ranks = values.map((value) => PERMISSIVE[verdictOf(withFact(facts, name, value))])
      for (let i = 1; i < ranks.length; i++)
        assert.ok((ranks[i] ?? 0) <= (ranks[i - 1] ?? 0), `${name}: ${ranks}`)
    }),
    { numRuns: RUNS },
  )
})

test('differential: memo, engine and trees agree on 3,000 records', () => {
  const engine = createCedarEngine(sampleAgreement)
  const decider = createDecider(sampleAgreement, { memoEntriesMax: 64 })
  const seen = new Set<string>()
  fc.assert(
    fc.property(boundaryFacts, (facts) => {
      const direct = engine('proceed', facts)
      assert.deepEqual(direct.errors, [])
      const verdict = direct.permitted
        ? 'allow'
        : direct.determining.length === 0 && engine('hold', facts).permitted
          ? 'hold'
          : 'deny'
      seen.add(verdict)
      assert.equal(decider.decide(facts).verdict, verdict)
      assert.equal(verdictOf(facts), verdict)
    }),
    { numRuns: 3_000 },
  )
  assert.deepEqual([...seen].sort(), ['allow', 'deny', 'hold'])
})

test('packing is one to one', () => {
  fc.assert(
    fc.property(boundaryFacts, anyFact, (facts, [name, value]) => {
      const other = withFact(facts, name, value)
      assert.deepEqual(unpackFacts(packFacts(facts)), facts)
      assert.equal(packFacts(other) === packFacts(facts), facts[name] === value)
    }),
    { numRuns: 2_000 },
  )
  assert.equal(packFacts(BASES[0]!).length, FACT_NAMES.length)
  assert.ok(FACT_NAMES.every((name) => FACT_VALUES[name].length <= 10))
})

test('a key that is no record is refused', () => {
  for (const key of ['', 'z'.repeat(FACT_NAMES.length), `${packFacts(BASES[0]!)}0`]) {
    assert.throws(() => unpackFacts(key), { code: 'authorization_fact_invalid' })
  }
})
