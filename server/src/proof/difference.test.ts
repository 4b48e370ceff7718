/** Differences of two versions: exact, explained, replayed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDecider } from '../authorization/index.ts'
import { boundaryFacts } from '../authorization/testing.ts'
import { diffLines } from './clause-change.ts'
import { compareAgreements, createSpace, differenceText } from './index.ts'
import { amended, PLANTED, sample, sampleText } from './testing.ts'
import { buildVerdicts, verdictOf } from './verdicts.ts'

test('a version against itself: nothing', () => {
  const same = compareAgreements(sample, sample)
  assert.ok(same.sameDecisions)
  const { transitions, grades, clauses, texts, tables, effects } = same
  assert.deepEqual([transitions, grades, clauses, texts, tables, effects], [[], [], [], [], [], []])
})

test('dropping four-eyes gains, names the clauses, and shows a request that both versions were asked about', () => {
  const after = amended(...PLANTED.fourEyes)
  const found = compareAgreements(sample, after)
  assert.deepEqual(
    found.transitions.map(({ from, to, direction }) => `${from} ${to} ${direction}`),
    ['deny allow gained', 'deny hold gained'],
  )
  const [allowed] = found.transitions
  assert.deepEqual(
    allowed?.groups.map(({ clauses }) => clauses),
    [['13.3', '13.8']],
  )
  const [group] = allowed.groups
  assert.deepEqual(group?.telling.find(({ fact }) => fact === 'engagement_approvals')?.values, ['one'])
  assert.deepEqual(group.telling.find(({ fact }) => fact === 'side')?.values, ['offensive'])
  assert.equal(createDecider(sample).decide(group.example.facts).verdict, 'deny')
  assert.equal(createDecider(after).decide(group.example.facts).verdict, 'allow')
  for (const language of ['en', 'ja'] as const) {
    const text = differenceText(found, language).join('\n')
    assert.match(
      text,
      language === 'en' ? /denied before, allowed now.*not traffic/ : /拒否から許可へ.*利用件数ではない/,
    )
  }
})

test('the reverse amendment loses exactly what was gained', () => {
  const after = amended(...PLANTED.fourEyes)
  const [there, back] = [compareAgreements(sample, after), compareAgreements(after, sample)]
  assert.deepEqual(
    back.transitions.map(({ from, to, records, direction }) => [from, to, records, direction]),
    there.transitions.map(({ from, to, records }) => [to, from, records, 'lost']),
  )
  assert.equal(there.allowed.before, back.allowed.after)
})

test('transitions agree with both engines near the boundary', () => {
  const after = amended(...PLANTED.stop, ...PLANTED.unknown)
  const space = createSpace()
  const [old, now] = [buildVerdicts(space, sample), buildVerdicts(space, after)]
  const [oldDecider, newDecider] = [createDecider(sample), createDecider(after)]
  fc.assert(
    fc.property(boundaryFacts, (facts) => {
      assert.equal(verdictOf(space, old, facts), oldDecider.decide(facts).verdict)
      assert.equal(verdictOf(space, now, facts), newDecider.decide(facts).verdict)
    }),
    { numRuns: 500 },
  )
})

test('groups partition their transition, and each has a clause', () => {
  const found = compareAgreements(sample, amended(...PLANTED.stop, ...PLANTED.unknown, ...PLANTED.fourEyes))
  for (const { groups, records } of found.transitions) {
    assert.equal(
      groups.reduce((sum, group) => sum + group.records, 0n),
      records,
    )
    assert.ok(groups.every(({ clauses }) => clauses.length > 0))
  }
})

test('a sector that moves is a difference of decisions although no clause changed', () => {
  const after = amended(['ja: 電力, stage: closed', 'ja: 電力, stage: defensive'])
  const found = compareAgreements(sample, after)
  assert.ok(found.sameDecisions)
  assert.deepEqual(found.tables, [
    { path: 'sectorList.sectors.electric_power.stage', before: 'closed', after: 'defensive' },
  ])
  const [effect] = found.effects
  assert.equal(effect?.what.ja, '分野「電力」の展開段階: 未開放 → 防御')
  assert.ok(effect.gained > 0n)
  assert.equal(effect.lost, 0n)
  assert.deepEqual([effect.example?.from, effect.example?.to], ['deny', 'allow'])
  assert.equal(effect.example?.facts.sector_stage, 'defensive')
})

test('a ceiling, a capability and an institution that move are told as such', () => {
  const found = compareAgreements(
    sample,
    amended(
      [
        'finance: { ordinary: A3, critical: A2, designated: A2 }',
        'finance: { ordinary: A4, critical: A2, designated: A1 }',
      ],
      [
        'adds: [incident_response, forensics, vulnerability_triage]',
        'adds: [incident_response, forensics, vulnerability_triage, malware_analysis]',
      ],
      [
        'adds: [vulnerability_discovery, malware_analysis, reverse_engineering, pentest_planning]',
        'adds: [vulnerability_discovery, reverse_engineering, pentest_planning]',
      ],
      [
        '  - id: mizuho',
        '  - id: example_bank\n    sector: finance\n    jurisdiction: JP\n    name: { en: Example Bank, ja: 例示銀行 }\n  - id: mizuho',
      ],
    ),
  )
  const by = new Map(found.effects.map((effect) => [effect.path, effect]))
  assert.ok((by.get('autonomy.finance.ordinary')?.gained ?? 0n) > 0n)
  assert.ok((by.get('autonomy.finance.designated')?.lost ?? 0n) > 0n)
  assert.ok((by.get('stages.defensive.capabilities')?.gained ?? 0n) > 0n)
  assert.ok((by.get('institutions.example_bank')?.gained ?? 0n) > 0n)
})

test('fewer approvers and a weaker receipt are differences although the verdict stays', () => {
  const found = compareAgreements(
    sample,
    amended(
      ['@approval("two_persons")', '@approval("second_person")'],
      ['@obligation("receipt_t2")', '@obligation("receipt_t1")'],
    ),
  )
  assert.deepEqual(found.transitions, [])
  assert.ok(!found.sameDecisions)
  assert.deepEqual(
    found.grades.map(({ from, to }) => [from.receipt ?? from.approvals, to.receipt ?? to.approvals]),
    [
      ['T2', 'T1'],
      [2, 1],
    ],
  )
})

test('a clause that only moved is renumbered, one with other words reworded', () => {
  const swapped = sampleText.replace('@clause("7.1")', '@clause("7.9")')
  assert.notEqual(swapped, sampleText)
  const found = compareAgreements(
    sample,
    amended(
      ['@clause("7.1")', '@clause("7.9")'],
      ['The provider has retired this model.', 'This model is retired.'],
    ),
  )
  assert.deepEqual(
    found.clauses.map(({ kind, before, after }) => [kind, before?.id, after?.id]),
    [
      ['renumbered', '7.1', '7.9'],
      ['reworded', '7.2', '7.2'],
    ],
  )
  assert.ok(found.sameDecisions)
})

test('line differences give back both texts', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const lines = diffLines(a.join('\n'), b.join('\n'))
      const side = (sign: string) =>
        lines
          .filter((line) => line[0] !== sign)
          .map((line) => line.slice(1))
          .join('\n')
      assert.equal(side('+'), a.join('\n'))
      assert.equal(side('-'), b.join('\n'))
    }),
    { numRuns: 500 },
  )
})

test('texts too long to align are still shown whole', () => {
  const many = (word: string) => Array.from({ length: 2_000 }, (_, at) => `${word} ${at}`)
  const lines = diffLines(many('old').join('\n'), many('new').join('\n'))
  assert.equal(lines.filter((line) => line.startsWith('-')).length, 2_000)
  assert.equal(lines.filter((line) => line.startsWith('+')).length, 2_000)
})
