/**
 * Figures of the reader, by source and language.
 *
 *   node --conditions=sekisho-source bench/boundary/evaluate.ts DATA_DIR
 *
 * Rows with an even number tuned the thresholds, rows with an odd number are reported (`split`). The pairs of
 * `vectors/boundary` are reported whole.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText, type TextReading } from '../../server/src/boundary/index.ts'
import { auroc, quantile, recallAt } from './measure.ts'

interface Item {
  readonly id: string
  readonly text: string
  readonly side: string
  readonly lang: string
  readonly capability?: string
}

interface Read extends Item {
  readonly reading: TextReading
  /** How likely the reader holds the text to be offensive or prohibited, 0–1000. */
  readonly harm: number
}

const isHarmful = (side: string): boolean => side === 'offensive' || side === 'prohibited'

function readAll(items: readonly Item[]): Read[] {
  return items.map((item) => {
    const reading = readText(item.text)
    const sure = reading.confidencePermille
    return { ...item, reading, harm: isHarmful(reading.side) ? sure : 1000 - sure }
  })
}

function load(file: string): Item[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => ({ lang: 'en', side: '', ...(JSON.parse(line) as Partial<Item>) }) as Item)
}

const share = (count: number, of: number): number => Math.round((1000 * count) / Math.max(1, of)) / 1000
const round = (value: number): number => Math.round(value * 1000) / 1000
const emit = (row: string, keys: Record<string, unknown>): void =>
  console.log(JSON.stringify({ bench: 'boundary', row, ...keys }))

function describe(row: string, reads: readonly Read[]): void {
  const flagged = reads.filter(({ reading }) => isHarmful(reading.side) && !reading.uncertain)
  const abstained = reads.filter(({ reading }) => reading.uncertain)
  emit(row, {
    n: reads.length,
    flagged: share(flagged.length, reads.length),
    abstained: share(abstained.length, reads.length),
    cyber: share(reads.filter(({ reading }) => reading.side !== 'non_cyber').length, reads.length),
  })
}

function contrast(row: string, positives: readonly Read[], negatives: readonly Read[]): void {
  const hit = positives.map(({ harm }) => harm)
  const miss = negatives.map(({ harm }) => harm)
  emit(row, {
    positives: hit.length,
    negatives: miss.length,
    auroc: round(auroc(hit, miss)),
    recall_at_1pct_fpr: round(recallAt(hit, miss, 0.01)),
    recall_at_5pct_fpr: round(recallAt(hit, miss, 0.05)),
  })
}

function pairFigures(name: string, reads: readonly Read[], lang: string): void {
  const own = reads.filter((each) => each.lang === lang)
  const right = own.filter(({ side, reading }) => isHarmful(side) === isHarmful(reading.side))
  const exact = own.filter(({ side, reading }) => side === reading.side && !reading.uncertain)
  const capable = right.filter(({ capability, reading }) => capability === reading.capability)
  contrast(
    `${name}_${lang}`,
    own.filter(({ side }) => isHarmful(side)),
    own.filter(({ side }) => !isHarmful(side)),
  )
  emit(`${name}_${lang}_sides`, {
    n: own.length,
    side: share(exact.length, own.length),
    line: share(right.length, own.length),
    capability_given_line: share(capable.length, right.length),
    abstained: share(own.filter(({ reading }) => reading.uncertain).length, own.length),
    benign_flagged: share(
      own.filter(({ side, reading }) => !isHarmful(side) && isHarmful(reading.side) && !reading.uncertain)
        .length,
      own.filter(({ side }) => !isHarmful(side)).length,
    ),
  })
}

/** Texts of about 2 kB, each read for the first time. */
function speed(items: readonly Item[]): void {
  const text = items.map((item) => item.text).join('\n')
  const pieces = Array.from({ length: 400 }, (_, i) => text.slice(i * 2000, i * 2000 + 2000)).filter(
    (piece) => piece.length === 2000,
  )
  for (const piece of pieces.slice(0, 100)) readText(piece)
  const times = pieces.map((piece) => {
    const started = performance.now()
    readText(piece)
    return performance.now() - started
  })
  emit('speed', {
    n: times.length,
    p50_ms: round(quantile(times, 0.5)),
    p99_ms: round(quantile(times, 0.99)),
  })
}

if (import.meta.main) {
  const dir = process.argv[2]
  if (dir === undefined) throw new Error('usage: evaluate.ts DATA_DIR')
  const sets = new Map<string, Read[]>()
  for (const file of readdirSync(join(dir, 'dev')).sort()) {
    const name = file.replace(/\.jsonl$/, '')
    if (name !== 'dlp_synth') sets.set(name, readAll(load(join(dir, 'dev', file))))
  }
  const odd = (name: string): Read[] => (sets.get(name) ?? []).filter((_, index) => index % 2 === 1)
  for (const name of sets.keys()) describe(name, odd(name))
  describe(
    'xstest_safe',
    odd('xstest').filter(({ side }) => side === 'benign_borderline'),
  )
  const defensive = [...odd('cse_soc_malware'), ...odd('cse_soc_threatintel')]
  contrast('interpreter_vs_defensive', odd('cse_interpreter_a'), defensive)
  contrast('interpreter_vs_borderline', odd('cse_interpreter_a'), odd('cse_mitre_frr_a'))
  for (const name of ['pairs', 'fresh']) {
    const items = readAll(load(new URL(`../../vectors/boundary/${name}.jsonl`, import.meta.url).pathname))
    for (const lang of ['en', 'ja']) pairFigures(name, items, lang)
  }
  speed([
    ...(sets.get('cse_mitre_frr_a') ?? []),
    ...(sets.get('cse_soc_threatintel') ?? []),
    ...(sets.get('jsquad_ja') ?? []),
  ])
}
