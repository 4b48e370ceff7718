/**
 * The governance tour: how the agreement is changed, on a server of its own. `npm run tour -- governance [--json FILE]`.
 *
 * Periods are seconds instead of days; nothing else of the sample differs. Exit code 1 when any row differs.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openWorld } from './governance-world.ts'
import { type RowReport, runRow } from './row.ts'
import { GOVERNANCE_ROWS } from './rows-governance.ts'

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' } } })
  console.log('a server of its own, with the sample agreement and periods of seconds instead of days\n')
  const world = await openWorld()
  const reports: RowReport[] = []
  try {
    for (const row of GOVERNANCE_ROWS) {
      const report = await runRow(row, world)
      console.log(`${report.ok ? 'ok  ' : 'FAIL'} ${row.id} ${row.what} (${report.ms} ms)`)
      if (report.ok) console.log(`     ${report.got}${report.clause === null ? '' : `  [${report.clause}]`}`)
      else console.log(`     expected ${report.expected}\n     got      ${report.got}`)
      reports.push(report)
    }
    for (const note of world.notes) console.log(`     ${note}`)
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

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
