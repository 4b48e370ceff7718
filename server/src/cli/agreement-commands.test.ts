/** `agreement …` through the command line: words, exit codes, files. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { ADMIN_TOKEN_PREFIX } from '../access/index.ts'
import { ORDINARY } from '../agreement/index.ts'
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

/** The same with a server that answers these paths to a credential. */
async function runWith(
  answers: Readonly<Record<string, string>>,
  asked: string[],
  ...words: readonly string[]
) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(words, {
    env: {
      SEKISHO_ADMIN: 'http://127.0.0.1:1',
      SEKISHO_ADMIN_TOKEN: `${ADMIN_TOKEN_PREFIX}${'0'.repeat(43)}2cytPt`,
    },
    cwd: dir,
    root: dir,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    nowMs: () => 0,
    fetch: async (url) => {
      const at = String(url).replace('http://127.0.0.1:1', '')
      asked.push(at)
      return new Response(answers[at] ?? '', { status: answers[at] === undefined ? 404 : 200 })
    },
    serve: () => assert.fail('it runs no server'),
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

test('replay: records of a file, the last of them', async () => {
  const lines = ['{"side":"defensive"}', '{"facts":{"side":"offensive"}}', '{"side":"offensive"}']
  writeFileSync(path.join(dir, 'decisions.jsonl'), `${lines.join('\n')}\n`)
  const all = await run('agreement', 'replay', 'v1.md', 'v2.md', '--decisions', 'decisions.jsonl', '--json')
  assert.deepEqual([all.code, JSON.parse(all.out).decisions, JSON.parse(all.out).distinct], [0, 3, 2])
  const two = await run(
    ...['agreement', 'replay', 'v1.md', 'v2.md', '--decisions', 'decisions.jsonl', '--last', '2', '--json'],
  )
  assert.equal(JSON.parse(two.out).decisions, 2)
})

test('replay: what the running server recorded, over the version it decides by', async () => {
  const asked: string[] = []
  const facts = { ...ORDINARY, side: 'offensive', engagement: 'active', engagement_approvals: 'one' }
  const { code, out, err } = await runWith(
    {
      '/v1/agreement': sampleText,
      '/v1/replay?last=50': JSON.stringify({ decisions: 4, unreadable: 1, records: [{ facts, count: 4 }] }),
    },
    asked,
    ...['agreement', 'replay', 'in-force', 'v2.md', '--last', '50', '--json'],
  )
  assert.equal(code, 0, err)
  assert.deepEqual(asked, ['/v1/agreement', '/v1/replay?last=50'])
  const report = JSON.parse(out)
  assert.deepEqual([report.decisions, report.distinct], [4, 1])
  assert.match(err, /4 decisions of the running server\n1 more are no longer readable/)
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
  assert.match(recorded.out, /^拒否: 行為類型が攻撃的検証/)
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
    [['agreement', 'replay', 'v1.md', 'v1.md', '--decisions', 'v1.md', '--last', '0'], 2, /`--last`/],
    [['agreement', 'replay', 'v1.md', 'v1.md', '--decisions', 'n.jsonl'], 1, /line 1 is no record of facts/],
    [['agreement', 'diff', 'v1.md'], 2, /`NEW` is missing/],
    [['agreement', 'prove', 'q.txt'], 1, /agreement_front_matter_missing/],
  ]
  writeFileSync(path.join(dir, 'q.txt'), 'no agreement')
  writeFileSync(path.join(dir, 'n.jsonl'), '1\n')
  for (const [words, code, message] of cases) {
    const result = await run(...words)
    assert.equal(result.code, code, words.join(' '))
    assert.match(result.err, message)
    assert.doesNotMatch(result.err, / {4}at /)
  }
})

test('new: a document that is there already is not replaced', async () => {
  const words = [
    '--id',
    'us-uk-2026',
    '--party',
    'uk',
    '--jurisdiction',
    'GB',
    '--name-en',
    'UK',
    '--name-ja',
    '英国',
  ]
  const template = ['--from', path.resolve(import.meta.dirname, '../../../agreements/template/agreement.md')]
  const first = await run('agreement', 'new', 'uk.md', ...words, ...template)
  assert.equal(first.code, 0, first.err)
  assert.match(first.err, /next: .*founding\.md/)
  const again = await run('agreement', 'new', 'uk.md', ...words, ...template)
  assert.equal(again.code, 1)
  assert.match(again.err, /`uk\.md` is there already/)
})
