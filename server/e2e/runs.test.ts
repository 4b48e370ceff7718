/**
 * O1, alert and log triage, as a run on the whole server: through the real command, the gateway and the rehearsal model.
 *
 * It ends with findings whose citations hold, and with an evidence pack that the verifier accepts.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { ocsfDefects } from '../src/triage/testing.ts'
import { ROOT } from './sample-config.ts'
import { type System, startSystem } from './system.ts'

const WHO = 'mufg-analyst'
let system: System
const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-runs-'))
before(async () => {
  system = await startSystem()
})
after(async () => {
  await system.close()
  rmSync(dir, { recursive: true, force: true })
})

interface Shown {
  readonly run: string
  readonly state: string
  readonly start: number
  readonly steps: number
  readonly reason: string | null
  readonly used: { readonly executed: number; readonly denied: number }
  readonly list: readonly {
    readonly kind: string
    readonly end: string
    readonly served: string | null
    readonly intent: number
  }[]
  readonly result: {
    readonly maker: string
    readonly findings: readonly { readonly evidences: readonly object[] }[]
    readonly rejected: readonly object[]
    readonly verdicts: readonly { readonly computed: string; readonly agrees: boolean }[]
    readonly layer: { readonly techniques: readonly object[] }
  }
}

async function shown(id: string): Promise<Shown> {
  return (await system.desk.get(`/v1/runs/${id}`, system.keyOf(WHO))) as Shown
}

test('the rehearsal model drives triage end to end, labelled; findings are cited; the pack verifies', async () => {
  const assets = path.join(dir, 'assets.yaml')
  writeFileSync(
    assets,
    'assets:\n  - { id: core, hosts: [swachchhanda], criticality: designated, owner: SOC }\n',
  )
  const out = path.join(dir, 'out')
  const id = await system.desk.run(
    'run',
    'start',
    path.join(ROOT, 'vectors/sigma/events.jsonl'),
    '--rules',
    path.join(ROOT, 'vectors/sigma/rules'),
    '--assets',
    assets,
    '--out',
    out,
    '--key',
    system.keyOf(WHO),
  )
  assert.match(id, /^run_[0-9a-z]{26}$/)
  const run = await shown(id)
  assert.equal(run.state, 'done', JSON.stringify(run, null, 1))
  assert.equal(run.result.maker, 'rehearsal/1 (no AI)')
  assert.ok(run.list.some(({ kind }) => kind === 'call') && run.used.executed >= 3)
  assert.deepEqual(run.result.rejected, [])
  assert.ok(run.result.findings.length > 0 && run.result.layer.techniques.length > 0)
  for (const finding of run.result.findings) assert.deepEqual(ocsfDefects(finding), [])
  assert.ok(run.result.verdicts.every(({ agrees }) => agrees))
  assert.equal(
    readFileSync(path.join(out, 'findings.jsonl'), 'utf8').trim().split('\n').length,
    run.result.findings.length,
  )
  const pack = path.join(dir, 'pack.tar')
  const last = await system.ledgerSize()
  await system.desk.run(
    ...[
      'disclose',
      '--profile',
      'auditor',
      '--institution',
      'mufg',
      '--from',
      String(run.start),
      '--to',
      String(last),
    ],
    ...['--reason', 'run', '--key', system.keyOf('mufg-audit'), '--out', pack],
  )
  const argv = [
    path.join(ROOT, 'verify/src/cli.ts'),
    'pack',
    pack,
    '--key',
    system.announcement.ledger.verifierKey,
  ]
  const verified = await promisify(execFile)(process.execPath, ['--conditions=sekisho-source', ...argv])
  assert.match(verified.stdout + verified.stderr, /good|ok/i)
})
