/**
 * `bench -- operations`: what the operations find, cost and survive, always with no model: `rehearsal/1` or rules alone.
 *
 * Rows: `rules` (fired of expected, on events that rule authors recorded), `matching` (events a second of processor time
 * against many rules), `broker` (added latency of a governed call), `hostile` (what steering texts brought about), `resume`
 * (runs killed at every point). Spec: docs/reference/bench.md.
 */
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBench, toolsFile } from '../server/src/operations/testing.ts'
import { hostileRuns } from '../server/src/runs/hostile-for-test.ts'
import { compileRules, parseRule, SigmaError, type SigmaRule } from '../server/src/sigma/index.ts'
import {
  checkCitations,
  eventOf,
  NO_ASSETS,
  readRecords,
  type TriageEvent,
  triage,
} from '../server/src/triage/index.ts'
import type { BenchOptions } from './options.ts'
import { openResults, type Results } from './results.ts'
import { prepareRunTrials, runTrial } from './run-crash.ts'
import { percentile, round } from './statistics.ts'

const VECTORS = fileURLToPath(new URL('../vectors/sigma', import.meta.url))
/** Three thousand rules, where this checkout has them beside it. */
const MANY_RULES = fileURLToPath(new URL('../../shared/data/sigma/rules', import.meta.url))
const TRIALS = 200
/** Points of a run at which a kill may come; what is beyond its end counts as a run that was not killed. */
const POINTS = 50
const CALLS = 300
const NO_SOURCE = { product: null, category: null, service: null }

export async function benchOperations(options: BenchOptions): Promise<void> {
  const results = openResults('operations')
  const wanted = (row: string): boolean => options.rows === null || options.rows.includes(row)
  if (wanted('rules')) benchRules(options, results)
  if (wanted('matching')) benchMatching(options, results)
  if (wanted('broker')) await benchBroker(options, results)
  if (wanted('hostile')) await benchHostile(results)
  if (wanted('resume')) await benchResume(options, results)
  if (options.rows === null) results.save()
}

interface Expected {
  readonly input: Buffer
  /** Rule that each record has to make fire, by position. */
  readonly rules: readonly string[]
}

function benchRules(options: BenchOptions, results: Results): void {
  const regression = options.events ?? null
  const { rules, leftOut } = rulesIn(
    regression ?? join(VECTORS, 'rules'),
    regression === null ? '*.yml' : 'rules*/**/*.yml',
  )
  const cases = regression === null ? [shipped()] : regressionEvents(regression)
  const set = compileRules(rules)
  const known = new Set(rules.map(({ id }) => id))
  let expected = 0
  let fired = 0
  let invented = 0
  for (const { input, rules: wanted } of cases) {
    const result = triage(input, { rules: set, assets: NO_ASSETS, given: NO_SOURCE, nowMs: Date.now() })
    const found = new Set(result.cases.flatMap(({ detections }) => detections.map(({ rule }) => rule.id)))
    for (const id of new Set(wanted)) {
      if (!known.has(id)) continue
      expected += 1
      if (found.has(id)) fired += 1
    }
    invented += inventedIn(result, input, rules)
  }
  results.add({
    row: 'rules',
    model: 'none (rules only)',
    source: regression === null ? 'vectors/sigma' : 'regression_data',
    rules: rules.length,
    rules_left_out: leftOut,
    rules_expected: expected,
    rules_fired: fired,
    invented_events: invented,
  })
}

function inventedIn(result: ReturnType<typeof triage>, input: Buffer, rules: readonly SigmaRule[]): number {
  const detections = result.cases.flatMap((one) =>
    one.detections.map(({ rule, event }) => ({ rule: rule.id, event })),
  )
  if (detections.length === 0) return 0
  try {
    checkCitations({ inputSha256: result.input.sha256, detections }, input, rules, NO_SOURCE)
    return 0
  } catch {
    return detections.length
  }
}

function shipped(): Expected {
  return {
    input: readFileSync(join(VECTORS, 'events.jsonl')),
    rules: JSON.parse(readFileSync(join(VECTORS, 'expected.json'), 'utf8')) as string[],
  }
}

/** A checkout of SigmaHQ/sigma: each `info.yml` of `regression_data` names a rule, the JSON beside it holds its events. */
function regressionEvents(dir: string): Expected[] {
  return globSync('regression_data/**/info.yml', { cwd: dir })
    .sort()
    .flatMap((info) => {
      const folder = join(dir, info, '..')
      const id = /^\s*-?\s*id:\s*([0-9a-f-]{36})\s*$/m.exec(
        ruleMetadata(readFileSync(join(dir, info), 'utf8')),
      )?.[1]
      const [events] = globSync('*.json', { cwd: folder }).sort()
      if (id === undefined || events === undefined) return []
      return [{ input: readFileSync(join(folder, events)), rules: [id] }]
    })
}

/** The document has an id of its own; the rule's stands below `rule_metadata`. */
function ruleMetadata(text: string): string {
  return text.slice(Math.max(0, text.indexOf('rule_metadata')))
}

function rulesIn(dir: string, pattern: string): { rules: SigmaRule[]; leftOut: number } {
  const rules: SigmaRule[] = []
  let leftOut = 0
  for (const name of globSync(pattern, { cwd: dir }).sort()) {
    try {
      rules.push(parseRule(readFileSync(join(dir, name), 'utf8'), name))
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error
      leftOut += 1
    }
  }
  return { rules, leftOut }
}

function benchMatching(options: BenchOptions, results: Results): void {
  const many = options.events ?? (existsSync(MANY_RULES) ? MANY_RULES : null)
  const { rules } = rulesIn(many ?? join(VECTORS, 'rules'), '**/*.yml')
  const set = compileRules(rules)
  const { input } = shipped()
  const events: TriageEvent[] = [...readRecords(input, () => {})].map((one) => eventOf(one, NO_SOURCE, 0))
  const rounds = Math.ceil((options.quick ? 3_000 : 60_000) / events.length)
  const match = (): void => {
    for (const event of events) set.match(event)
  }
  for (let i = 0; i < 50; i += 1) match()
  const before = process.cpuUsage()
  for (let i = 0; i < rounds; i += 1) match()
  const { user, system } = process.cpuUsage(before)
  const count = rounds * events.length
  results.add({
    row: 'matching',
    model: 'none (rules only)',
    rules: rules.length,
    events: count,
    events_per_cpu_s: Math.round(count / ((user + system) / 1e6)),
  })
}

/** The same tool asked directly and through the broker, in turns; the ledger is in memory, so the disk is not in it. */
async function benchBroker(options: BenchOptions, results: Results): Promise<void> {
  const file = toolsFile(
    'good',
    '- { name: echo, effect: read, side: defensive, capability: log_analysis, autonomy: A1 }',
  )
  await using bench = await createBench(file)
  const caller = await bench.caller('mufg-analyst')
  const [tool] = await bench.catalogue.tools()
  if (tool === undefined) throw new Error('the test server has a tool')
  const calls = options.quick ? CALLS / 10 : CALLS
  const direct: number[] = []
  const governed: number[] = []
  const args = { text: 'failed logins' }
  for (let i = 0; i < calls + 20; i += 1) {
    const started = performance.now()
    await bench.catalogue.call(tool.declaration, args, AbortSignal.timeout(10_000), 'rcpt-0')
    const between = performance.now()
    await bench.call(caller, 'lab.echo', { ...args, i })
    if (i < 20) continue
    direct.push(between - started)
    governed.push(performance.now() - between)
  }
  const added = governed.map((ms, i) => ms - (direct[i] ?? 0))
  const p50 = (values: readonly number[]): number => round(percentile(Float64Array.from(values), 500), 3)
  results.add({
    row: 'broker',
    model: 'none',
    calls,
    direct_p50_ms: p50(direct),
    governed_p50_ms: p50(governed),
    added_p50_ms: p50(added),
  })
}

async function benchHostile(results: Results): Promise<void> {
  const { texts, ...counts } = await hostileRuns()
  results.add({ row: 'hostile', model: 'scripted (obeys every text it reads)', texts, ...counts })
}

async function benchResume(options: BenchOptions, results: Results): Promise<void> {
  const trials = options.trials ?? (options.quick ? 10 : TRIALS)
  const template = await prepareRunTrials()
  const sums = { killed: 0, unstarted: 0, repeated: 0, lost: 0, asked: 0 }
  try {
    for (let i = 0; i < trials; i += 1) {
      const trial = await runTrial(template, 1 + (i % POINTS))
      if (!trial.beyond) sums.killed += 1
      if (trial.unstarted) sums.unstarted += 1
      sums.repeated += trial.repeated
      sums.lost += trial.lost
      sums.asked += trial.asked
      if ((i + 1) % 20 === 0) results.note(`trial ${i + 1}/${trials}: ${JSON.stringify(sums)}`)
    }
  } finally {
    rmSync(template, { recursive: true, force: true })
  }
  results.add({ row: 'resume', model: 'none (scripted plan)', trials, ...sums })
}
