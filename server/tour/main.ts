/**
 * The tour: fourteen things that must happen, through real clients, against a server that is up.
 *
 * `npm run tour [-- --server FILE] [--json FILE] [--only t07,t08] [--readme]`; the last fills README.md. Exit code 1 when any row differs. Runs any number
 * of times on the same data directory.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readAnnouncement } from './announcement.ts'
import { fillReadme } from './readme.ts'
import { type RowReport, runRow, type TourRow } from './row.ts'
import { HELD_ROW } from './row-held.ts'
import { liftLeftovers, STOPPED_ROW } from './row-stopped.ts'
import { VERIFIED_ROW } from './row-verified.ts'
import { ANSWERED_ROWS } from './rows-answered.ts'
import { DENIED_ROWS, PROHIBITED_ROW } from './rows-denied.ts'
import { ENGAGEMENT_ROWS } from './rows-engagement.ts'
import { layOut } from './table.ts'
import { openTour, type Tour } from './tour.ts'

/** Longest result that is printed again beside what was expected. */
const GOT_CHARS_SHOWN = 24

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ROWS: readonly TourRow<Tour>[] = [
  ...ANSWERED_ROWS,
  ...DENIED_ROWS,
  HELD_ROW,
  PROHIBITED_ROW,
  STOPPED_ROW,
  VERIFIED_ROW,
  ...ENGAGEMENT_ROWS,
]

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      server: { type: 'string' },
      json: { type: 'string' },
      only: { type: 'string' },
      readme: { type: 'boolean' },
    },
  })
  const server = await readAnnouncement(values.server ?? join(ROOT, '.sekisho', 'server.json'))
  const tour = openTour(server, ROOT)
  const left = await liftLeftovers(tour)
  if (left > 0) console.log(`lifted ${left} stop(s) that an interrupted tour had left`)
  const only = values.only?.split(',')
  const reports: RowReport[] = []
  console.log('')
  for (const row of ROWS.filter(({ id }) => only === undefined || only.includes(id))) {
    if (process.stdout.isTTY) process.stdout.write(`… ${row.id} ${row.what}`)
    const report = await runRow(row, tour)
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
    console.log(`${report.ok ? 'ok  ' : 'FAIL'} ${row.id} ${row.what} (${report.ms} ms)`)
    if (!report.ok) console.log(`     expected ${report.expected}\n     got      ${report.got}`)
    reports.push(report)
  }
  print(reports)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`)
  const good = reports.every(({ ok }) => ok)
  if (values.readme === true) {
    // A page of the project shows whole runs that went well, or none.
    if (!good || only !== undefined)
      throw new Error('README.md is filled from a whole run without differences')
    const file = join(ROOT, 'README.md')
    await writeFile(file, fillReadme(await readFile(file, 'utf8'), reports))
  }
  return good ? 0 : 1
}

function print(reports: readonly RowReport[]): void {
  const columns = [
    { title: 'id', columnsMax: 4 },
    { title: 'what', columnsMax: 56 },
    { title: 'expected', columnsMax: 60 },
    { title: 'got', columnsMax: 60 },
    { title: 'clause', columnsMax: 14 },
    { title: 'ms', columnsMax: 6, align: 'right' as const },
    { title: 'receipt', columnsMax: 14 },
  ]
  const rows = reports.map((report) => [
    report.id,
    report.what,
    report.expected,
    // Where it is long and as expected, it stands in the column before.
    report.ok && report.got.length > GOT_CHARS_SHOWN ? 'as expected' : report.got,
    report.clause ?? '–',
    String(report.ms),
    report.receipt ?? '–',
  ])
  console.log(`\n${layOut(columns, rows).join('\n')}\n`)
  const failed = reports.filter(({ ok }) => !ok).length
  console.log(
    failed === 0 ? `all ${reports.length} rows as expected` : `${failed} of ${reports.length} rows differ`,
  )
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
