/**
 * `bench -- leakage`: how well leakage is found, and how fast.
 *
 * Quality on the committed corpus (`bench/leakage/corpus.ts`, a seed of its own that no rule was written on); speed of
 * the span finder and of the streaming guard, in CPU time of this process, against one bare pass of the guard's own
 * trigger expression over the same text in the same run. Where the development set that `bench -- boundary` reads is
 * beside the repository (`--only FOLDER` says elsewhere), recall by type on it as well: rules were written with it in sight.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { leakageSpans, SECRET_FORMATS } from '../server/src/boundary/index.ts'
import { createStreamGuard } from '../server/src/guard/index.ts'
import { type LeakageItem, leakageCorpus } from './leakage/corpus.ts'
import type { BenchOptions } from './options.ts'
import { openResults, type Results } from './results.ts'
import { round } from './statistics.ts'

/** Not the seed that the rules were written against. */
const JUDGED_SEED = 60_314
const MEASURED_BYTES = 24_000_000
const DEFAULT_FOLDER = fileURLToPath(new URL('../../shared/data/boundary', import.meta.url))
const TRIGGERS = new RegExp(
  [...new Set(SECRET_FORMATS.map(({ trigger }) => trigger))]
    .sort((a, b) => b.length - a.length)
    .map((trigger) => trigger.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('|'),
  'g',
)

export async function benchLeakage(options: BenchOptions): Promise<void> {
  const results = openResults('leakage')
  quality(results)
  development(results, options.only ?? DEFAULT_FOLDER)
  speed(results, options.quick ? MEASURED_BYTES / 6 : MEASURED_BYTES)
  results.save()
}

function quality(results: Results): void {
  const items = leakageCorpus(JUDGED_SEED, 20)
  const types = [...new Set(items.map(({ label }) => label))].filter((label) => label !== 'none')
  for (const type of types) results.add({ row: type, ...recall(items.filter(({ label }) => label === type)) })
  for (const lang of ['ja', 'en'] as const) {
    const own = items.filter((item) => item.lang === lang)
    results.add({
      row: `all, ${lang}`,
      ...recall(own.filter(({ label }) => label !== 'none')),
      ...falsePositives(own.filter(({ label }) => label === 'none')),
    })
  }
  results.add({
    row: 'all',
    ...recall(items.filter(({ label }) => label !== 'none')),
    ...falsePositives(items.filter(({ label }) => label === 'none')),
  })
}

/** Items beside the repository: `{text, label}` a line, label `none` for what must not be found. */
function development(results: Results, folder: string): void {
  const file = `${folder}/dev/dlp_synth.jsonl`
  if (!existsSync(file)) return
  const items = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LeakageItem)
  for (const label of new Set(items.map((item) => item.label))) {
    const own = items.filter((item) => item.label === label)
    const what = label.startsWith('none') ? falsePositives(own) : recall(own)
    results.add({ row: `development, ${label}`, ...what })
  }
}

function recall(items: readonly LeakageItem[]) {
  const found = items.filter((item) => leakageSpans(item.text).some(({ type }) => type === item.label)).length
  return { positives: items.length, recall: round(found / items.length, 4) }
}

function falsePositives(items: readonly LeakageItem[]) {
  const wrong = items.filter(({ text }) => leakageSpans(text).length > 0).length
  return { negatives: items.length, false_positive_rate: round(wrong / items.length, 4) }
}

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')

function speed(results: Results, bytes: number): void {
  const texts: Readonly<Record<string, string>> = {
    en: read('docs/spec/ledger.md').replaceAll('`', ''),
    ja: read('agreements/us-japan-2026/agreement.md').replace(/```[\s\S]*?```/g, ''),
    log: Array.from(
      { length: 400 },
      (_, i) =>
        `2026-11-22T10:${10 + (i % 50)}:00Z sshd[${i}] failed password for root from 203.0.113.${i % 255} port ${i * 7} id=${(i * 7919).toString(16)}`,
    ).join('\n'),
  }
  for (const [name, text] of Object.entries(texts)) {
    const bare = rate(text, bytes, bareOf)
    for (const [what, run] of Object.entries({
      bare: bareOf,
      'guard, 4 kB events': (each: string) => guarded(each, 4096),
      'guard, 64 B events': (each: string) => guarded(each, 64),
      spans: leakageSpans,
    })) {
      const mb = what === 'bare' ? bare : rate(text, bytes, run)
      results.add({ row: `${what}, ${name}`, mb_per_cpu_s: round(mb, 0), x_bare: round(bare / mb, 2) })
    }
  }
}

function bareOf(text: string): number {
  let count = 0
  TRIGGERS.lastIndex = 0
  while (TRIGGERS.exec(text) !== null) count++
  return count
}

const RAW = Buffer.from('data')

function guarded(text: string, chars: number): void {
  const guard = createStreamGuard()
  for (let at = 0; at < text.length; at += chars)
    guard.push(RAW, [{ type: 'delta', channel: 'text', key: '0', text: text.slice(at, at + chars) }])
  guard.end()
}

/** Megabytes of UTF-8 a second of CPU time. */
function rate(text: string, bytes: number, run: (text: string) => unknown): number {
  const size = Buffer.byteLength(text)
  for (let i = 0; i < 20; i++) run(text)
  const rounds = Math.ceil(bytes / size)
  const before = process.cpuUsage()
  for (let i = 0; i < rounds; i++) run(text)
  const { user, system } = process.cpuUsage(before)
  return (rounds * size) / (user + system)
}
