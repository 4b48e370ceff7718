/**
 * Reject vectors: for every error code a document with exactly that defect, and the line it must be reported on.
 *
 * Data: vectors/agreement. Each is the smallest valid document with one change.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AGREEMENT_ERROR_CODES, AgreementError, type AgreementErrorCode } from './error.ts'
import { checkCapabilities, loadAgreement } from './load.ts'
import { loadModels } from './models.ts'
import { validateClauses } from './schema.ts'

const VECTORS = new URL('../../../vectors/agreement/', import.meta.url)
const SMALLEST = readFileSync(new URL('smallest.md', VECTORS), 'utf8')

/** Replace `from`, which stands exactly once, by `to`; the defect is then on the line that holds `at`. */
interface Vector {
  readonly code: AgreementErrorCode
  readonly from: string
  readonly to: string
  /** Text on the reported line; `to` when absent, the end of the document when empty. */
  readonly at?: string
}
const { vectors } = JSON.parse(readFileSync(new URL('reject.json', VECTORS), 'utf8')) as {
  vectors: readonly Vector[]
}

const covered = new Set<AgreementErrorCode>()

function refusal(load: () => unknown): AgreementError {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof AgreementError, String(error))
    covered.add(error.code)
    return error
  }
  return assert.fail('it was accepted')
}

test('the smallest document is accepted', () => {
  assert.equal(loadAgreement(SMALLEST, 'smallest.md').clauses.length, 2)
})

for (const [position, { code, from, to, at }] of vectors.entries()) {
  test(`vector ${position}: ${code}`, () => {
    assert.equal(SMALLEST.split(from).length, 2, `\`${from}\` stands exactly once`)
    const text = SMALLEST.replace(from, () => to)
    const error = refusal(() => loadAgreement(text, 'defect.md'))
    assert.equal(error.code, code, error.message)
    assert.ok(error.message.startsWith(`defect.md:${error.line}: `))
    const where = at === '' ? text.length : text.indexOf(at ?? to)
    assert.ok(where >= 0)
    assert.equal(error.line, text.slice(0, where).split('\n').length, error.message)
  })
}

test('what is too large or no text is refused before it is read', () => {
  assert.equal(refusal(() => loadAgreement(Buffer.alloc(2 ** 21, 'a'), 'x')).code, 'agreement_too_large')
  assert.equal(refusal(() => loadAgreement(Buffer.from([0x2d, 0xff]), 'x')).code, 'agreement_not_utf8')
  const wide = SMALLEST.replace('source: ours', `source: ${'a'.repeat(200_000)}`)
  assert.equal(refusal(() => loadAgreement(wide, 'x')).code, 'agreement_too_large')
})

test("a clause that Cedar's validator rejects is refused at its line", () => {
  // Nothing the parser accepts reaches this; the validator is the second pair of eyes.
  const policyText = 'forbid (principal, action, resource) when { context.prompt == "x" };'
  const error = refusal(() => validateClauses([{ id: '1.1', policyText, line: 7 }], 'x.md'))
  assert.deepEqual([error.code, error.line], ['agreement_clause_rejected', 7])
})

test('capabilities are checked against those of the reader', () => {
  const agreement = loadAgreement(SMALLEST, 'x')
  const known = ['log_analysis', 'patching', 'malware_analysis', 'exploit_validation', 'disruption']
  checkCapabilities(agreement, [...known, 'none'])
  assert.equal(
    refusal(() => checkCapabilities(agreement, known.slice(1))).code,
    'agreement_capability_unknown',
  )
  const error = refusal(() => checkCapabilities(agreement, [...known, 'forensics']))
  assert.equal(error.code, 'agreement_capability_unplaced')
})

test('the model catalogue is refused with the same codes', () => {
  const entry =
    '{ id: m/1, tier: blue, upstream: openai, dialects: [chat], access_program: none, output_tokens_max: 1, state: listed }'
  assert.equal(loadModels(`models:\n  - ${entry}\n`, 'm.yaml').find('m/1')?.tier, 'blue')
  const defects: readonly (readonly [string, string, AgreementErrorCode])[] = [
    ['tier: blue', 'tier: green', 'agreement_value_invalid'],
    ['[chat]', '[chat, fax]', 'agreement_value_invalid'],
    ['[chat]', '[]', 'agreement_value_invalid'],
    ['state: listed', 'state: listed, price: 1', 'agreement_key_unknown'],
    ['access_program: none, ', '', 'agreement_key_missing'],
    ['state: listed', 'state: listed, retires_on: 2027-02-30', 'agreement_value_invalid'],
    ['state: listed', 'state: listed, aliases: [m/1]', 'agreement_id_duplicate'],
    ['output_tokens_max: 1', 'output_tokens_max: 0', 'agreement_value_invalid'],
  ]
  for (const [from, to, code] of defects) {
    assert.equal(
      refusal(() => loadModels(`models:\n  - ${entry.replace(from, to)}\n`, 'm.yaml')).code,
      code,
      to,
    )
  }
})

test('hostile YAML ends quickly and typed', () => {
  const bombs = [
    `a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
    `models:\n${'- '.repeat(10_000)}x\n`,
    `models: ${'{a: '.repeat(10_000)}`,
    `models: "${'\\x00'.repeat(10)}`,
    '? [a]\n: b\n',
    'models: []\n---\nmodels: []\n',
    '%YAML 9.9\n---\nmodels: []\n',
    '',
    'null',
    `models: [${'1,'.repeat(5_000)}]`,
  ]
  for (const text of bombs) assert.ok(refusal(() => loadModels(text, 'm.yaml')).line >= 1)
})

test('every code has a vector', () => {
  assert.deepEqual(
    AGREEMENT_ERROR_CODES.filter((code) => !covered.has(code)),
    [],
  )
})
