/** The pages that specify this room name everything the code has, and nothing else. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { AGREEMENT_ERROR_CODES, FACT_NAMES, FACT_VALUES, REMEDIES } from './index.ts'

const page = (name: string) => readFileSync(new URL(`../../../docs/spec/${name}`, import.meta.url), 'utf8')

test('docs/spec/facts.md lists every fact with its values in order', () => {
  const rows = [...page('facts.md').matchAll(/^\| `(\w+)` \| ([\w, ]+) \|/gm)].map(([, name, values]) => [
    name,
    values,
  ])
  assert.deepEqual(
    rows,
    FACT_NAMES.map((name) => [name, FACT_VALUES[name].join(', ')]),
  )
})

test('docs/spec/agreement.md lists every code and every remedy', () => {
  const text = page('agreement.md')
  const codes = [...text.matchAll(/^\| `(agreement_\w+)` \|/gm)].map(([, code]) => code)
  assert.deepEqual(codes, [...AGREEMENT_ERROR_CODES])
  const remedies = text.slice(text.indexOf('Remedies: ')).split('\n\n')[0] ?? ''
  assert.deepEqual(
    [...remedies.matchAll(/`(\w+)`/g)].map(([, remedy]) => remedy),
    [...REMEDIES],
  )
})
