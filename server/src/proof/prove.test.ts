/** Proofs of the sample, and amendments that a proof must stop. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACT_NAMES, FACT_VALUES, type FactName, factValue, LANGUAGES, ORDINARY } from '../agreement/index.ts'
import { createDecider } from '../authorization/index.ts'
import { BASES, boundaryFacts } from '../authorization/testing.ts'
import { COHERENCE, coherentRecords } from './coherence.ts'
import { INVARIANTS, proveAgreement, WORSE } from './index.ts'
import { createSpace } from './space.ts'
import { amended, PLANTED, sample } from './testing.ts'
import { buildVerdicts, verdictOf } from './verdicts.ts'

const space = createSpace()
const verdicts = buildVerdicts(space, sample)

test('the sample keeps every invariant, hard and soft', () => {
  const proof = proveAgreement(sample)
  assert.deepEqual([proof.brokenHard, proof.brokenSoft], [[], []])
  assert.equal(proof.invariants.length, INVARIANTS.length)
  assert.ok(proof.invariants.every(({ queries }) => queries.length > 0))
  assert.deepEqual(
    proof.findings.filter(({ kind }) => kind !== 'explains_only'),
    [],
  )
})

test('the report is the same bytes every time, and names the document', () => {
  const [one, two] = [proveAgreement(sample), proveAgreement(sample)]
  assert.equal(one.report, two.report)
  assert.equal(one.digest, two.digest)
  assert.ok(one.report.includes(sample.digest))
  assert.notEqual(proveAgreement(amended(...PLANTED.unknown)).digest, one.digest)
})

test('differential: the diagrams and the engine decide alike near the boundary', () => {
  const decider = createDecider(sample, { memoEntriesMax: 64 })
  const seen = new Set<string>()
  fc.assert(
    fc.property(boundaryFacts, (facts) => {
      const verdict = verdictOf(space, verdicts, facts)
      seen.add(verdict)
      assert.equal(decider.decide(facts).verdict, verdict)
    }),
    { numRuns: 5_000 },
  )
  assert.deepEqual([...seen].sort(), ['allow', 'deny', 'hold'])
})

test('every record has exactly one verdict, and there are as many records as values multiply to', () => {
  const { bdd, all, total } = space
  const { allow, hold, deny } = verdicts
  assert.equal(bdd.or(bdd.or(allow, hold), deny), all)
  assert.equal(bdd.count(allow) + bdd.count(hold) + bdd.count(deny), total)
  const product = FACT_NAMES.reduce((count, name) => count * BigInt(FACT_VALUES[name].length), 1n)
  assert.equal(total, product)
})

test('any order of the facts gives the same sets', () => {
  for (const order of [FACT_NAMES, [...FACT_NAMES].reverse()]) {
    const other = createSpace(order)
    const again = buildVerdicts(other, sample)
    assert.equal(other.count(again.allow), space.count(verdicts.allow))
    assert.equal(other.count(again.hold), space.count(verdicts.hold))
  }
})

test('an amendment that drops four-eyes is stopped by I3, with a request that shows it', () => {
  const proof = proveAgreement(amended(...PLANTED.fourEyes))
  assert.deepEqual(proof.brokenHard, ['I3'])
  const [shown] = proof.invariants.find(({ invariant }) => invariant.id === 'I3')?.counterexamples ?? []
  assert.equal(shown?.query, 'I3/approvals')
  assert.equal(shown.facts.side, 'offensive')
  assert.equal(shown.facts.engagement_approvals, 'one')
  assert.ok(shown.coherent)
  const decider = createDecider(amended(...PLANTED.fourEyes))
  assert.equal(decider.decide(shown.facts).verdict, shown.verdict)
  assert.notEqual(shown.verdict, 'deny')
})

test('an amendment that lets something through an emergency stop is stopped by I4', () => {
  const proof = proveAgreement(amended(...PLANTED.stop))
  // The stopped rehearsal model answers, so it does at `unknown` as well only where a permit says so: nowhere.
  assert.deepEqual(proof.brokenHard, ['I4'])
  const [shown] = proof.invariants.find(({ invariant }) => invariant.id === 'I4')?.counterexamples ?? []
  assert.equal(shown?.facts.stop, 'covering')
  assert.equal(shown.facts.model_tier, 'rehearsal')
  assert.equal(shown.verdict, 'allow')
})

test('an amendment under which an unknown fact allows is stopped by I10', () => {
  const proof = proveAgreement(amended(...PLANTED.unknown))
  assert.deepEqual(proof.brokenHard, ['I10'])
  const i10 = proof.invariants.find(({ invariant }) => invariant.id === 'I10')
  assert.deepEqual(i10?.failed, ['I10/location'])
  assert.equal(i10.counterexamples[0]?.facts.location, 'unknown')
  assert.equal(i10.counterexamples[0].verdict, 'allow')
})

test('an amendment under which a worse record is allowed more is stopped by I9, shown with both records', () => {
  const proof = proveAgreement(amended(['context.extraction == "confirmed"', 'context.extraction == "none"']))
  assert.ok(proof.brokenHard.includes('I9'))
  const i9 = proof.invariants.find(({ invariant }) => invariant.id === 'I9')
  const shown = i9?.counterexamples.find(({ query }) => query.startsWith('I9/extraction/none/suspected'))
  assert.equal(shown?.facts.extraction, 'suspected')
  assert.equal(shown.compared?.facts.extraction, 'none')
  assert.equal(shown.compared.verdict, 'deny')
})

test('without its forbids the sample breaks what rests on them', () => {
  const forbidsGone = amended([
    'forbid (principal, action, resource) when {',
    'forbid (principal, action, resource) when {\n  context.surface == "unknown" &&',
  ])
  const broken = proveAgreement(forbidsGone)
  for (const id of ['I1', 'I6', 'I7', 'I9', 'I10', 'S5']) {
    assert.ok([...broken.brokenHard, ...broken.brokenSoft].includes(id), id)
  }
})

test('an engine that disagrees with the diagrams stops the proof', () => {
  const decider = createDecider(sample)
  const deny = decider.decide({ ...ORDINARY, side: 'prohibited' })
  assert.throws(() => proveAgreement(amended(...PLANTED.fourEyes), { decide: () => deny }), {
    code: 'proof_replay_disagrees',
  })
})

test('steps and invariants name facts and values that exist; every fact but four has an order', () => {
  for (const { fact, better, worse } of WORSE) {
    const values: readonly string[] = FACT_VALUES[fact]
    assert.ok(
      values.includes(better) && values.includes(worse) && better !== worse,
      `${fact} ${better} ${worse}`,
    )
  }
  const ordered = new Set(WORSE.map(({ fact }) => fact))
  assert.deepEqual(
    FACT_NAMES.filter((name) => !ordered.has(name)),
    ['actor_kind', 'model_tier', 'surface', 'incident_mode'],
  )
  const ids = INVARIANTS.flatMap(({ queries }) => queries(sample)).map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('every value has words in both languages, no two values of a fact the same', () => {
  for (const name of FACT_NAMES) {
    for (const language of LANGUAGES) {
      const words = FACT_VALUES[name].map((value) => factValue(name as FactName, value, language))
      assert.equal(new Set(words).size, words.length, `${name}: ${words}`)
    }
  }
})

test('an ordinary request is coherent and allowed; most bases are coherent', () => {
  const coherent = coherentRecords(space)
  assert.ok(space.has(coherent, ORDINARY))
  assert.equal(verdictOf(space, verdicts, ORDINARY), 'allow')
  assert.ok(BASES.filter((facts) => space.has(coherent, facts)).length >= 12)
  assert.ok(COHERENCE.length > 20)
})

test('a clause that never applies, one that is shadowed, a stage that allows nothing are found', () => {
  const found = proveAgreement(
    amended(
      ['context.side == "prohibited"\n', 'context.side == "prohibited" && context.side == "defensive"\n'],
      ['context.sector_stage == "closed"\n', '["closed", "rehearsal"].contains(context.sector_stage)\n'],
    ),
  ).findings
  const of = (kind: string) => found.filter((finding) => finding.kind === kind).map(({ subject }) => subject)
  assert.deepEqual(of('never_applies'), ['10.1'])
  assert.deepEqual(of('stage_allows_nothing'), ['rehearsal'])
  assert.deepEqual(
    found.filter(({ kind }) => kind === 'shadowed'),
    [{ kind: 'shadowed', subject: '6.2', by: ['6.1'] }],
  )
})

test('a permit that forbids always forestall, and holds that nobody may approve, are found', () => {
  const blocked = proveAgreement(
    amended([
      'context.side == "prohibited"\n',
      'context.side == "prohibited" || context.side == "uncertain"\n',
    ]),
  )
  const always = blocked.findings.filter(({ kind }) => kind === 'always_forbidden')
  assert.deepEqual(
    always.map(({ subject }) => subject),
    ['15.1', '15.2'],
  )
  assert.ok(always.every(({ by }) => by.includes('10.1')))
  const split = proveAgreement(
    amended(
      [
        '["not_applicable", "ordinary", "critical"].contains(context.asset_criticality)',
        '["not_applicable", "ordinary", "critical", "designated"].contains(context.asset_criticality)',
      ],
      [
        'id: two_persons, count: 2, roles: [approver, operations_lead]',
        'id: two_persons, count: 2, roles: [custodian]',
      ],
    ),
  )
  const nobody = split.findings.find(({ kind }) => kind === 'hold_without_approver')
  assert.deepEqual(nobody?.by, ['12.4', '12.5', '12.7', '22.3'])
})
