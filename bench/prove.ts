/**
 * `bench -- prove`: what proving an agreement and comparing two versions costs.
 *
 * Row `sample`: the sample agreement against an amendment of it. Row `large`: the same with enough further clauses to be about 100.
 * Row `differential`: boundary-biased records decided by the diagrams and by Cedar; `differences` must be 0.
 */
import { readFileSync } from 'node:fs'
import {
  type Agreement,
  FACT_NAMES,
  FACT_VALUES,
  type Facts,
  loadAgreement,
  ORDINARY,
} from '../server/src/agreement/index.ts'
import { createDecider } from '../server/src/authorization/index.ts'
import {
  buildVerdicts,
  compareAgreements,
  createSpace,
  nearestRecord,
  proveAgreement,
  reportsOf,
  type Space,
  spaceFor,
  type Verdicts,
  verdictOf,
  writeSmt,
} from '../server/src/proof/index.ts'
import type { BenchOptions } from './options.ts'
import { rssMb } from './process-meter.ts'
import { openResults, type Row } from './results.ts'
import { percentile, round } from './statistics.ts'

const AGREEMENT = new URL('../agreements/us-japan-2026/agreement.md', import.meta.url)
const CLAUSES_LARGE = 100
const ROUNDS = 20
const RECORDS = 100_000
const RECORDS_QUICK = 2_000
/** Facts changed between a record and the one near the boundary that it is made from. */
const CHANGES_MAX = 4

export async function benchProve(options: BenchOptions): Promise<void> {
  const results = openResults('prove')
  const wanted = (row: string): boolean => options.rows === null || options.rows.includes(row)
  const text = readFileSync(AGREEMENT, 'utf8')
  const rounds = options.rounds ?? (options.quick ? 5 : ROUNDS)
  for (const [row, document] of [
    ['sample', text],
    ['large', enlarged(text)],
  ] as const) {
    if (wanted(row)) results.add(measure(row, document, rounds))
  }
  if (wanted('differential')) {
    const records = options.records ?? (options.quick ? RECORDS_QUICK : RECORDS)
    results.add(differential(loadAgreement(text, 'agreement.md'), records))
  }
  results.save()
}

/** `first_ms` is what a command line pays, nothing compiled yet; the others are medians of later rounds. */
function measure(row: string, text: string, rounds: number): Row {
  const before = loadAgreement(text, 'agreement.md')
  const after = loadAgreement(amended(text), 'amended.md')
  const rssBefore = rssMb([process.pid])
  const startMs = performance.now()
  proveAgreement(before)
  const difference = compareAgreements(before, after)
  const firstMs = performance.now() - startMs
  let peakMb = rssMb([process.pid])
  const times = {
    together: [] as number[],
    cpu: [] as number[],
    build: [] as number[],
    prove: [] as number[],
    diff: [] as number[],
    smt: [] as number[],
  }
  for (let at = 0; at < rounds; at++) {
    const cpu = process.cpuUsage()
    times.together.push(timed(() => reportsOf(before, after)))
    const { user, system } = process.cpuUsage(cpu)
    times.cpu.push((user + system) / 1000)
    times.build.push(timed(() => buildVerdicts(spaceFor(before), before)))
    times.prove.push(timed(() => proveAgreement(before)))
    times.diff.push(timed(() => compareAgreements(before, after)))
    times.smt.push(timed(() => writeSmt(before)))
    peakMb = Math.max(peakMb, rssMb([process.pid]))
  }
  const space = spaceFor(before)
  const verdicts = buildVerdicts(space, before)
  const median = (values: readonly number[]): number => round(percentile(Float64Array.from(values), 500), 1)
  return {
    row,
    clauses: before.clauses.length,
    nodes: space.bdd.nodesOf(verdicts.allow) + space.bdd.nodesOf(verdicts.hold),
    transitions: difference.transitions.length,
    first_ms: round(firstMs, 1),
    together_ms: median(times.together),
    together_cpu_ms: median(times.cpu),
    build_ms: median(times.build),
    prove_ms: median(times.prove),
    diff_ms: median(times.diff),
    smt_ms: median(times.smt),
    rss_before_mb: rssBefore,
    peak_rss_mb: peakMb,
  }
}

function timed(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** One approver of an engagement instead of two, and a sector that opens. */
function amended(text: string): string {
  return text
    .replaceAll(
      '["zero", "one"].contains(context.engagement_approvals)',
      'context.engagement_approvals == "zero"',
    )
    .replaceAll(
      'context.engagement_approvals == "two_or_more"',
      '["one", "two_or_more"].contains(context.engagement_approvals)',
    )
    .replace('ja: 電力, stage: closed', 'ja: 電力, stage: defensive')
}

/** Forbids of pairs and triples of values, none of which the sample has, until there are 100 clauses. */
function enlarged(text: string): string {
  const present = text.split('```cedar').length - 1
  const clause = (number: number): string => {
    const pick = (at: number): string => {
      const fact = FACT_NAMES[(number * 7 + at * 2) % FACT_NAMES.length] ?? 'side'
      const values: readonly string[] = FACT_VALUES[fact]
      return `context.${fact} == "${values[1 + ((number + at) % (values.length - 1))]}"`
    }
    return [
      '```cedar',
      `@clause("18.${number + 10}")`,
      '@advice("Bench.")\n@advice_ja("計測用。")\n@remedy("none")',
      `forbid (principal, action, resource) when {\n  ${[pick(0), pick(1), pick(2)].join(' &&\n  ')}\n};`,
      '```\n\n',
    ].join('\n')
  }
  const more = Array.from({ length: CLAUSES_LARGE - present }, (_, number) => clause(number)).join('')
  return text.replace('## Article 19.', `${more}## Article 19.`)
}

/** Records a few facts away from one that is allowed or held; every record is decided by both. */
function differential(agreement: Agreement, records: number): Row {
  const space = createSpace()
  const verdicts = buildVerdicts(space, agreement)
  const decider = createDecider(agreement, { memoEntriesMax: 1 })
  const random = generator(1)
  const bases = boundary(space, verdicts)
  const seen = { allow: 0, hold: 0, deny: 0 }
  let differences = 0
  const startMs = performance.now()
  for (let at = 0; at < records; at++) {
    const facts = nearby(bases[random(bases.length)] ?? ORDINARY, random)
    const { verdict, engineErrors } = decider.decide(facts)
    seen[verdict]++
    if (verdict !== verdictOf(space, verdicts, facts) || engineErrors.length > 0) differences++
  }
  const seconds = round((performance.now() - startMs) / 1000, 1)
  return { row: 'differential', records, differences, ...seen, seconds }
}

/** For every permit, a record that only it decides, if there is one: the diagrams know where the boundary is. */
function boundary(space: Space, { agreement, clauses, passing }: Verdicts): Facts[] {
  return agreement.clauses
    .filter(({ effect }) => effect === 'permit')
    .flatMap(({ id }) => nearestRecord(space, space.bdd.and(passing, clauses.get(id) ?? 0)) ?? [])
}

function nearby(base: Facts, random: (below: number) => number): Facts {
  const changed: Record<string, string> = { ...base }
  for (let left = random(CHANGES_MAX + 1); left > 0; left--) {
    const name = FACT_NAMES[random(FACT_NAMES.length)] ?? 'side'
    changed[name] = FACT_VALUES[name][random(FACT_VALUES[name].length)] ?? 'unknown'
  }
  // Every value is one of its own fact.
  return changed as unknown as Facts
}

/** A small generator with a seed (xorshift), so that two runs try the same records. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
