/** `agreement …` through the command line: words, exit codes, files. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { PLANTED, sampleText } from '../proof/testing.ts'
import { runCli } from './index.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-agreement-'))
after(() => rmSync(dir, { recursive: true }))
writeFileSync(path.join(dir, 'v1.md'), sampleText)
const dropped = PLANTED.fourEyes.reduce((text, [from, to]) => text.replaceAll(from, to), sampleText)
writeFileSync(path.join(dir, 'v2.md'), dropped)

async function run(...words: readonly string[]) {
  const out: string[] = []
  const err: string[] = []
  const refuse = () => assert.fail('it must not leave the machine')
  const code = await runCli(words, {
    env: {},
    cwd: dir,
    root: dir,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    nowMs: () => 0,
    fetch: refuse,
    serve: refuse,
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('prove: 0 and every invariant proved; --smt writes what a solver reads', async () => {
  const { code, out, err } = await run('agreement', 'prove', 'v1.md', '--smt', 'q.smt2')
  assert.equal(code, 0)
  assert.match(out, /^I10 +proved/m)
  assert.doesNotMatch(out, /BROKEN/)
  assert.match(err, /written: q\.smt2/)
  assert.match(readFileSync(path.join(dir, 'q.smt2'), 'utf8'), /^\(set-logic QF_DT\)$/m)
})

test('prove: 1 when a hard invariant is broken, with the request that shows it, in both languages', async () => {
  const english = await run('agreement', 'prove', 'v2.md')
  assert.equal(english.code, 1)
  assert.match(english.out, /I3 +BROKEN[\s\S]*approvals of the engagement: one/)
  assert.match(english.err, /broken: I3\. This version cannot be put to a vote\./)
  const japanese = await run('agreement', 'prove', 'v2.md', '--lang', 'ja')
  assert.match(japanese.out, /I3 +違反[\s\S]*実施案件の承認が一人/)
})

test('prove --json prints the report alone', async () => {
  const { code, out } = await run('agreement', 'prove', 'v2.md', '--json')
  assert.equal(code, 1)
  assert.equal(JSON.parse(out).format, 'sekisho/proof/v1')
})

test('diff: what is gained, by which clauses; 0 whether or not they differ', async () => {
  const { code, out } = await run('agreement', 'diff', 'v1.md', 'v2.md')
  assert.equal(code, 0)
  assert.match(out, /\+ denied before, allowed now: [\d,]+ abstract records of facts \(not traffic/)
  assert.match(out, /by clause 13\.3, 13\.8/)
  const same = await run('agreement', 'diff', 'v1.md', 'v1.md')
  assert.equal(same.code, 0)
  assert.match(same.out, /no record of facts is decided otherwise\nnothing reads otherwise/)
  const json = await run('agreement', 'diff', 'v1.md', 'v2.md', '--json')
  assert.equal(JSON.parse(json.out).format, 'sekisho/difference/v1')
})

test('explain: facts as JSON, as a recorded decision in a file, as a packed key', async () => {
  const { code, out } = await run('agreement', 'explain', 'v1.md', '--facts', '{"side":"offensive"}')
  assert.equal(code, 0)
  assert.match(out, /^deny: side: offensive\n {2}13\.1 Engagements/)
  assert.match(out, /it would be allowed with: engagement: active; /)
  const json = await run('agreement', 'explain', 'v1.md', '--facts', '{"side":"offensive"}', '--json')
  const { facts, allowed_with: wanted } = JSON.parse(json.out)
  assert.equal(wanted.grant, 'covering')
  writeFileSync(path.join(dir, 'decision.json'), JSON.stringify({ verdict: 'deny', facts }))
  const recorded = await run('agreement', 'explain', 'v1.md', '--facts', 'decision.json', '--lang', 'ja')
  assert.match(recorded.out, /^deny: 行為類型が攻撃的検証/)
  const { packFacts } = await import('../authorization/index.ts')
  const packed = await run('agreement', 'explain', 'v1.md', '--facts', packFacts(facts))
  assert.equal(packed.out, out)
})

test('bad input: words and codes, no trace', async () => {
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['agreement', 'prove', 'absent.md'], 1, /cannot read `absent\.md`/],
    [['agreement', 'prove', 'v1.md', '--lang', 'fr'], 2, /`--lang` is `en` or `ja`/],
    [['agreement', 'explain', 'v1.md'], 2, /`--facts` is missing/],
    [['agreement', 'explain', 'v1.md', '--facts', '{"side":"x"}'], 1, /proof_facts_invalid/],
    [['agreement', 'explain', 'v1.md', '--facts', '{'], 1, /neither JSON nor a file with JSON/],
    [['agreement', 'diff', 'v1.md'], 2, /`NEW` is missing/],
    [['agreement', 'prove', 'q.txt'], 1, /agreement_front_matter_missing/],
  ]
  writeFileSync(path.join(dir, 'q.txt'), 'no agreement')
  for (const [words, code, message] of cases) {
    const result = await run(...words)
    assert.equal(result.code, code, words.join(' '))
    assert.match(result.err, message)
    assert.doesNotMatch(result.err, / {4}at /)
  }
})
