/** Agreements from the template: for three partners, loadable and proved; and the stricter answer of two. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkCapabilities, ORDINARY } from '../agreement/index.ts'
import { createDecider, type Decision, stricter } from '../authorization/index.ts'
import { CAPABILITIES } from '../boundary/index.ts'
import { proveAgreement } from '../proof/index.ts'
import { sample } from '../proof/testing.ts'
import { fillTemplate, type NewAgreement } from './agreement-new.ts'

const TEMPLATE = readFileSync(new URL('../../../agreements/template/agreement.md', import.meta.url), 'utf8')
const PARTNERS: readonly NewAgreement[] = [
  {
    id: 'us-uk-2026',
    party: 'uk',
    jurisdiction: 'GB',
    nameEn: 'Authority of the United Kingdom',
    nameJa: '英国当局',
  },
  {
    id: 'us-australia-2026',
    party: 'au',
    jurisdiction: 'AU',
    nameEn: 'Authority of Australia',
    nameJa: '豪州当局',
  },
  {
    id: 'us-korea-2026',
    party: 'kr',
    jurisdiction: 'KR',
    nameEn: 'Authority of the Republic of Korea',
    nameJa: '韓国当局',
  },
]

for (const partner of PARTNERS) {
  test(`${partner.id}: loads, names its party everywhere, keeps every invariant`, () => {
    const { agreement } = fillTemplate(TEMPLATE, partner)
    checkCapabilities(agreement, CAPABILITIES)
    assert.deepEqual(
      agreement.parties.map(({ id, jurisdiction }) => `${id} ${jurisdiction}`),
      ['us US', `${partner.party} ${partner.jurisdiction}`, 'provider US'],
    )
    assert.equal(agreement.parties[1]?.name.ja, partner.nameJa)
    assert.ok([...agreement.stops.values()].every(({ stop }) => stop.includes(partner.party)))
    const { brokenHard, brokenSoft } = proveAgreement(agreement)
    assert.deepEqual([brokenHard, brokenSoft], [[], []])
  })
}

test('what makes it no agreement is refused', () => {
  assert.throws(() => fillTemplate(TEMPLATE, { ...PARTNERS[0]!, jurisdiction: 'Britain' }), {
    code: 'agreement_value_invalid',
  })
  assert.throws(() => fillTemplate(TEMPLATE, { ...PARTNERS[0]!, party: 'us' }), {
    code: 'agreement_id_duplicate',
  })
})

test('under two agreements the stricter answer counts; of equal ones both are named', () => {
  const other = createDecider(fillTemplate(TEMPLATE, PARTNERS[0]!).agreement)
  const own = createDecider(sample)
  const dual = { ...ORDINARY, side: 'dual_use', targets: 'unresolved' } as const
  const closed = { ...ORDINARY, sector_stage: 'closed', capability: 'not_granted' } as const
  const verdict = (a: Decision, b: Decision) => [stricter(a, b).verdict, stricter(b, a).verdict]
  assert.deepEqual(verdict(own.decide(ORDINARY), other.decide(closed)), ['deny', 'deny'])
  assert.deepEqual(verdict(own.decide(ORDINARY), other.decide(dual)), ['hold', 'hold'])
  const both = stricter(own.decide(dual), other.decide(dual))
  assert.deepEqual([both.verdict, both.clauses.length, both.approval?.count], ['hold', 2, 1])
})
