/** `sekisho triage` and `sekisho tools` as somebody types them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { ocsfDefects } from '../src/triage/testing.ts'
import { ROOT } from './sample-config.ts'

const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-cli-'))
after(() => rmSync(dir, { recursive: true, force: true }))

async function sekisho(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const argv = ['--conditions=sekisho-source', path.join(ROOT, 'server/src/main.ts'), ...words]
  return promisify(execFile)(process.execPath, argv, { cwd: ROOT }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      out: error.stdout,
      err: error.stderr,
    }),
  )
}

test('shipped logs against shipped rules: a table, findings and a layer', async () => {
  const assets = path.join(dir, 'assets.yaml')
  writeFileSync(
    assets,
    'assets:\n  - { id: core, hosts: [swachchhanda], criticality: designated, owner: SOC }\n',
  )
  const out = path.join(dir, 'findings')
  const done = await sekisho(
    'triage',
    'vectors/sigma/events.jsonl',
    '--rules',
    'vectors/sigma/rules',
    '--assets',
    assets,
    '--out',
    out,
  )
  assert.equal(done.code, 0, done.err)
  assert.match(done.out, /escalate +critical/)
  assert.match(done.err, /30 rules, \d+ detections in \d+ cases/)
  const findings = readFileSync(path.join(out, 'findings.jsonl'), 'utf8').trim().split('\n')
  for (const line of findings) assert.deepEqual(ocsfDefects(JSON.parse(line)), [])
  assert.equal(JSON.parse(readFileSync(path.join(out, 'layer.json'), 'utf8')).versions.layer, '4.5')
  const json = await sekisho(
    'triage',
    'vectors/sigma/events.jsonl',
    '--rules',
    'vectors/sigma/rules',
    '--json',
  )
  assert.equal(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).verdict)
      .includes('escalate'),
    true,
  )
})

test('what cannot be used is named: rules, files, folders, assets', async () => {
  const bad = path.join(dir, 'bad.yml')
  writeFileSync(bad, 'title: t\nlogsource: {product: x}\ndetection: {a: {F|expand: x}, condition: a}\n')
  const leftOut = await sekisho(
    'triage',
    'vectors/sigma/events.jsonl',
    '--rules',
    bad,
    '--rules',
    'vectors/sigma/rules',
  )
  assert.match(leftOut.err, /left out: .*bad\.yml.*sigma_modifier_unknown/)
  assert.equal(leftOut.code, 0)
  for (const [words, why] of [
    [['vectors/sigma/events.jsonl', '--rules', bad], /no rule that can be matched/],
    [['no-such.log', '--rules', 'vectors/sigma/rules'], /cannot read/],
    [['vectors/sigma/events.jsonl', '--rules', 'nowhere'], /there is no `nowhere`/],
    [
      ['vectors/sigma/events.jsonl', '--rules', 'vectors/sigma/rules', '--assets', bad],
      /triage_assets_malformed|list of assets/,
    ],
    [['vectors/sigma/events.jsonl'], /--rules/],
  ] as const) {
    const refused = await sekisho('triage', ...words)
    assert.notEqual(refused.code, 0)
    assert.match(refused.err, why)
  }
})

test('tools of a file are listed with their digests, and a statement is made of one', async () => {
  const file = path.join(dir, 'tools.yaml')
  const tool = { name: 'echo', effect: 'read', side: 'defensive', capability: 'log_analysis', autonomy: 'A1' }
  const command = [process.execPath, path.join(ROOT, 'server/src/mcp/server-for-test.ts'), 'good']
  writeFileSync(file, JSON.stringify({ servers: [{ id: 'lab', command, tools: [tool] }] }))
  const listed = await sekisho('tools', 'list', '--tools', file)
  assert.equal(listed.code, 0, listed.err)
  assert.match(listed.out, /lab\.echo +read +A1 +log_analysis +[0-9a-f]{64}/)
  assert.match(listed.err, /lab\.change is offered and not declared/)
  const made = await sekisho('tools', 'statement', 'lab.echo', '--tools', file, '--institution', 'mufg')
  assert.equal(JSON.parse(made.out).type, 'tool.approve')
  assert.match(made.err, /Returns what it was given/)
  assert.notEqual(
    (await sekisho('tools', 'statement', 'lab.none', '--tools', file, '--institution', 'mufg')).code,
    0,
  )
  writeFileSync(file, 'servers: 1')
  assert.match(
    (await sekisho('tools', 'list', '--tools', file)).err,
    /tools\.yaml:1: `servers` is not a list/,
  )
})
