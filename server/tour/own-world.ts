/**
 * A tour on a server of its own: row after row, then how many differ. `--json FILE` writes the reports.
 *
 * Exit code 1 when a row differs, 2 when the tour could not be run.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type RowReport, runRow, type TourRow } from './row.ts'

export interface OwnWorldTour<World> {
  /** Said first. */
  readonly about: string
  readonly rows: readonly TourRow<World>[]
  /** What stands in brackets behind a row that went well. */
  readonly shown: (report: RowReport) => string | null
  readonly open: () => Promise<World & { close(): Promise<void> }>
  /** Said after the last row. */
  readonly notes?: (world: World) => readonly string[]
}

export async function runOwnWorldTour<World>(tour: OwnWorldTour<World>): Promise<void> {
  try {
    process.exitCode = await run(tour)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
}

async function run<World>({ about, rows, shown, open, notes }: OwnWorldTour<World>): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' } } })
  console.log(`${about}\n`)
  const world = await open()
  const reports: RowReport[] = []
  try {
    for (const row of rows) {
      const report = await runRow(row, world)
      const behind = shown(report)
      console.log(`${report.ok ? 'ok  ' : 'FAIL'} ${row.id} ${row.what} (${report.ms} ms)`)
      if (report.ok) console.log(`     ${report.got}${behind === null ? '' : `  [${behind}]`}`)
      else console.log(`     expected ${report.expected}\n     got      ${report.got}`)
      reports.push(report)
    }
    for (const note of notes?.(world) ?? []) console.log(`     ${note}`)
  } finally {
    await world.close()
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`)
  const failed = reports.filter(({ ok }) => !ok).length
  console.log(
    failed === 0
      ? `\nall ${reports.length} rows as expected`
      : `\n${failed} of ${reports.length} rows differ`,
  )
  return failed === 0 ? 0 : 1
}
