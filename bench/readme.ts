/**
 * `bench -- readme`: rewrites the figures in README.md from bench/results, and nothing by hand.
 *
 * A table stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; a bench that has never run here
 * leaves its table as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readResults } from './results.ts'

const README = new URL('../README.md', import.meta.url)

type Line = Readonly<Record<string, string | number | boolean | null>>

/** Column title and the key its figures come from. */
type Columns = readonly (readonly [title: string, key: string])[]

const TABLES: Readonly<Record<string, { readonly columns: Columns }>> = {
  gateway: {
    columns: [
      ['gateway', 'row'],
      ['mode', 'mode'],
      ['clients', 'concurrency'],
      ['body kB', 'body_kb'],
      ['requests/s', 'rps'],
      ['p50 ms', 'p50_ms'],
      ['p99 ms', 'p99_ms'],
      ['CPU µs/request', 'cpu_us_per_request'],
      ['× undici', 'cpu_x_undici'],
      ['first token ms', 'first_token_ms'],
      ['RSS MB', 'rss_mb'],
    ],
  },
  ledger: {
    columns: [
      ['what', 'row'],
      ['writers', 'writers'],
      ['entries', 'entries'],
      ['entries/s', 'adds_per_s'],
      ['p50 ms', 'p50_ms'],
      ['p99 ms', 'p99_ms'],
      ['CPU µs/entry', 'cpu_us_per_entry'],
      ['start ms', 'start_ms'],
      ['verify ms', 'ms'],
      ['× bare hash', 'x_bare_hash'],
      ['RSS MB', 'rss_mb'],
    ],
  },
  decide: {
    columns: [
      ['what', 'row'],
      ['p50 µs', 'p50_us'],
      ['p99 µs', 'p99_us'],
      ['runs', 'runs'],
    ],
  },
  leakage: {
    columns: [
      ['what', 'row'],
      ['positives', 'positives'],
      ['recall', 'recall'],
      ['hard negatives', 'negatives'],
      ['false positives', 'false_positive_rate'],
      ['MB per CPU second', 'mb_per_cpu_s'],
      ['× bare pass', 'x_bare'],
    ],
  },
  crash: {
    columns: [
      ['trials', 'trials'],
      ['acknowledged entries', 'acknowledged'],
      ['lost', 'lost'],
      ['forks', 'forks'],
    ],
  },
}

/** Rewrites every table whose bench has results. */
export async function writeReadme(): Promise<void> {
  let text = readFileSync(README, 'utf8')
  for (const [name, { columns }] of Object.entries(TABLES)) {
    const [machine, ...rows] = readResults(name)
    if (machine === undefined) continue
    const between = new RegExp(`(<!-- bench:${name} -->\\n)[^]*?(<!-- /bench:${name} -->)`)
    if (!between.test(text)) process.stderr.write(`README.md has no place for \`${name}\`\n`)
    text = text.replace(
      between,
      (_, open: string, close: string) => `${open}${render(machine, rows, columns)}${close}`,
    )
  }
  writeFileSync(README, text)
}

function render(machine: Line, rows: readonly Line[], columns: Columns): string {
  const measured = rows.filter((row) => row.skipped === undefined)
  const skipped = rows.filter((row) => row.skipped !== undefined)
  const lines = [
    `| ${columns.map(([title]) => title).join(' | ')} |`,
    `|${columns.map(() => '---').join('|')}|`,
    ...measured.map((row) => `| ${columns.map(([, key]) => cell(row[key])).join(' | ')} |`),
    '',
    ...skipped.map((row) => `Not measured here: ${row.row} (${row.skipped}).\n`),
    `Measured ${String(machine.date).slice(0, 10)} on ${machine.cores} × ${machine.cpu}, Node ${machine.node}.`,
    ...disturbed(measured),
    '',
  ]
  return lines.join('\n')
}

/** Said where other work ran beside the bench: its wall-clock figures are then nobody's. */
function disturbed(rows: readonly Line[]): string[] {
  if (!rows.some((row) => row.quiet === false)) return []
  const foreign = rows.map((row) => Number(row.foreign_cpu_percent ?? 0))
  const [least, most] = [Math.round(Math.min(...foreign)), Math.round(Math.max(...foreign))]
  return [
    `Other work took ${least} to ${most} % of the machine meanwhile: only the ratios mean anything, and those of`,
    'one client least.',
  ]
}

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return typeof value === 'number' ? value.toLocaleString('en-US') : String(value)
}
