/** The same queries through z3 and cvc5, where they are installed (Debian: `apt install z3 cvc5`). */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { expectedAnswers, proveAgreement, readAnswers, writeSmt } from './index.ts'
import { amended, PLANTED, sample } from './testing.ts'

const SOLVERS = [
  { name: 'z3', options: [] },
  { name: 'cvc5', options: ['--incremental'] },
] as const
const AGREEMENTS = {
  sample,
  ...Object.fromEntries(Object.entries(PLANTED).map(([name, change]) => [name, amended(...change)])),
}

for (const { name, options } of SOLVERS) {
  const missing = spawnSync(name, ['--version']).status !== 0
  test(`${name} answers every query as the diagrams do`, {
    skip: missing && `\`${name}\` is not installed`,
  }, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-smt-'))
    try {
      for (const [which, agreement] of Object.entries(AGREEMENTS)) {
        const file = path.join(dir, 'q.smt2')
        writeFileSync(file, writeSmt(agreement))
        const { stdout, stderr } = spawnSync(name, [...options, file], { encoding: 'utf8' })
        const answers = readAnswers(stdout)
        const failed = proveAgreement(agreement).invariants.flatMap((result) => result.failed)
        const expected = expectedAnswers(agreement)
        assert.equal(answers.size, expected.size, `${which}: ${stdout.slice(0, 200)} ${stderr.slice(0, 200)}`)
        const differing = [...expected].filter(([query, answer]) => answers.get(query) !== answer)
        assert.deepEqual(
          differing.map(([query]) => query),
          failed,
          which,
        )
        assert.equal(failed.length > 0, which !== 'sample')
      }
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
}

test('words of a solver that are no answer are not taken for one', () => {
  const answers = readAnswers(
    '"query I1/x expect unsat"\n(error "unsat")\nunsat\nsat\nquery I2/y expect unsat\nunknown\n',
  )
  assert.deepEqual(
    [...answers],
    [
      ['I1/x', 'unsat'],
      ['I2/y', 'unknown'],
    ],
  )
})
