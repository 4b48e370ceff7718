/** The parts of an agreement on custody and disclosure: read strictly, and absent means not allowed. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AgreementError, loadAgreement } from './index.ts'

const SAMPLE = readFileSync(
  new URL('../../../agreements/us-japan-2026/agreement.md', import.meta.url),
  'utf8',
)

function codeOf(from: string | RegExp, to: string): string {
  const changed = SAMPLE.replace(from, to)
  assert.notEqual(changed, SAMPLE)
  try {
    loadAgreement(changed, 'changed.md')
    return 'good'
  } catch (error) {
    assert.ok(error instanceof AgreementError)
    return error.code
  }
}

test('the sample names custodians, retention and profiles', () => {
  const { custody, disclosure } = loadAgreement(SAMPLE, 'sample.md')
  assert.deepEqual([custody?.threshold, custody?.seats.length], [2, 3])
  assert.deepEqual(custody?.retentionDays, { intent: 1826, outcome: 1826 })
  assert.deepEqual([...disclosure.keys()], ['regulator', 'auditor', 'incident'])
  assert.equal(disclosure.get('auditor')?.content, false)
  assert.ok(!disclosure.get('auditor')?.fields.includes('actor'))
})

test('without them nothing is in custody and nobody may order', () => {
  const none = SAMPLE.replace(/^custody:[\s\S]*?^holds:/m, 'holds:')
  const agreement = loadAgreement(none, 'none.md')
  assert.deepEqual([agreement.custody, agreement.disclosure.size], [null, 0])
})

test('what cannot hold is refused with its code', () => {
  assert.equal(
    codeOf('custody:\n  threshold: 2', 'custody:\n  threshold: 4'),
    'agreement_threshold_impossible',
  )
  assert.equal(codeOf('us_custodian, party: us', 'us_custodian, party: uk'), 'agreement_party_unknown')
  assert.equal(codeOf('id: jp_custodian', 'id: us_custodian'), 'agreement_id_duplicate')
  assert.equal(codeOf('intent: 1826', 'intent: -1'), 'agreement_value_invalid')
  assert.equal(codeOf('label: public', 'label: secret'), 'agreement_value_invalid')
  assert.equal(
    codeOf('fields: [kind, time, institution, agreement', 'fields: [kind, tome, institution, agreement'),
    'agreement_value_invalid',
  )
  assert.equal(
    codeOf('parties: []\n    roles: [internal_audit, external_auditor]', 'parties: []\n    roles: []'),
    'agreement_threshold_impossible',
  )
  assert.equal(
    codeOf('parties: [us, jp]\n    roles: [regulator]', 'parties: [us, uk]\n    roles: [regulator]'),
    'agreement_party_unknown',
  )
  assert.equal(codeOf('destruction_roles: [', 'destroyers: ['), 'agreement_key_missing')
})
