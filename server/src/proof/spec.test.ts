/** docs/spec/proof.md names every invariant and every step that the code has, and nothing else. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FINDING_WORDS, INVARIANTS, WORSE } from './index.ts'

const page = readFileSync(new URL('../../../docs/spec/proof.md', import.meta.url), 'utf8')

test('every invariant with its level', () => {
  const rows = [...page.matchAll(/^\| ([IS]\d+) \| (hard|soft) \|/gm)].map(
    ([, id, level]) => `${id} ${level}`,
  )
  assert.deepEqual(
    rows,
    INVARIANTS.map(({ id, level }) => `${id} ${level}`),
  )
})

test('every step of I9', () => {
  const table = page.slice(page.indexOf('| fact | steps |'), page.indexOf('have no order'))
  const written = [...table.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|/gm)].flatMap(
    ([, names, chains]) =>
      (names ?? '').split(', ').flatMap((name) =>
        // What stands after a comma is the condition under which the step is compared.
        (chains?.split(',')[0] ?? '').split('; ').flatMap((chain) => {
          const values = chain.trim().split(' → ')
          return values.slice(1).map((worse, at) => `${name.replaceAll('`', '')} ${values[at]} ${worse}`)
        }),
      ),
  )
  assert.deepEqual(
    written.sort(),
    WORSE.map(({ fact, better, worse }) => `${fact} ${better} ${worse}`).sort(),
  )
})

test('every kind of finding', () => {
  for (const kind of Object.keys(FINDING_WORDS)) assert.ok(page.includes(`\`${kind}\``), kind)
})
