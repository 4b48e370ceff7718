/** The sample agreement as it is loaded, and the template when there is one. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CAPABILITIES } from '../boundary/index.ts'
import { checkCapabilities, FACT_NAMES, factsRead, loadAgreement } from './index.ts'

const bytes = readFileSync(new URL('../../../agreements/us-japan-2026/agreement.md', import.meta.url))
const agreement = loadAgreement(bytes, 'agreement.md')

test('the digest is SHA-256 of the bytes', () => {
  assert.equal(agreement.digest, createHash('sha256').update(bytes).digest('hex'))
  assert.equal(loadAgreement(bytes.toString(), 'x').digest, agreement.digest)
})

test('fifteen sectors with their Japanese names, finance open, the others closed', () => {
  assert.deepEqual(
    agreement.sectorList.sectors.map(({ ja }) => ja),
    [
      '電力',
      'ガス',
      '石油',
      '水道',
      '鉄道',
      '物流',
      '港湾',
      '航空',
      '空港',
      '情報通信',
      '金融',
      'クレジット',
      '医療',
      '化学',
      '政府・行政サービス',
    ],
  )
  const open = agreement.sectorList.sectors.filter(({ stage }) => stage !== 'closed').map(({ id }) => id)
  assert.deepEqual(open, ['finance'])
})

test('36 seats, advisory; three banks; three parties', () => {
  const [group] = agreement.bodies
  assert.deepEqual([group?.seats, group?.authority, group?.remit.length], [36, 'advisory', 15])
  assert.deepEqual([...agreement.institutions.keys()], ['mufg', 'smbc', 'mizuho'])
  assert.deepEqual(
    agreement.parties.map(({ kind, jurisdiction }) => `${kind} ${jurisdiction}`),
    ['authority US', 'authority JP', 'provider US'],
  )
})

test('it says that it is an illustration and marks what is assumed, in both languages', () => {
  assert.match(agreement.illustration?.en ?? '', /illustration written from public reports/)
  assert.match(agreement.illustration?.ja ?? '', /例示/)
  assert.ok(agreement.assumptions.length >= 15)
  assert.ok(agreement.assumptions.some(({ where }) => where === 'article 6'))
  assert.ok(agreement.assumptions.some(({ where }) => where === 'sectors.entries.10'))
})

test('every article has both languages and every normative one a clause; clauses know their line', () => {
  const lines = agreement.documentText.split('\n')
  for (const article of agreement.articles) {
    assert.match(article.prose.ja, /[ぁ-ん]/)
    assert.doesNotMatch(article.prose.en, /[ぁ-ん]/)
    assert.equal(article.normative, article.clauses.length > 0)
  }
  for (const clause of agreement.clauses) assert.equal(lines[clause.line - 1], `@clause("${clause.id}")`)
})

test('stages accumulate: each grants what it adds and what came before', () => {
  const sizes = [...agreement.stages.values()].map(({ capabilities }) => capabilities.size)
  assert.deepEqual(sizes, [0, 7, 10, 14, 16])
})

test('every capability of the reader is granted at some stage or never', () => {
  checkCapabilities(agreement, CAPABILITIES)
  assert.throws(() => checkCapabilities(agreement, [...CAPABILITIES, 'time_travel']), {
    code: 'agreement_capability_unplaced',
  })
  assert.throws(
    () =>
      checkCapabilities(
        agreement,
        CAPABILITIES.filter((name) => name !== 'patching'),
      ),
    {
      code: 'agreement_capability_unknown',
    },
  )
})

test('every fact is read by some clause', () => {
  const read = new Set(agreement.clauses.flatMap(({ condition }) => factsRead(condition)))
  assert.deepEqual(
    FACT_NAMES.filter((name) => !read.has(name)),
    [],
  )
})

test('the value is frozen', () => {
  assert.ok(Object.isFrozen(agreement) && Object.isFrozen(agreement.clauses[0]?.condition))
})
