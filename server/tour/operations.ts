/**
 * The operations tour: a broker session with a real MCP client, and alert triage as a governed run, on a server of its own.
 * `npm run tour -- operations [--json FILE]`. No key, no network, no AI: what plans the run is `rehearsal/1 (no AI)`.
 */
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openOperationsWorld } from './operations-world.ts'
import { type RowReport, runRow } from './row.ts'
import { OPERATIONS_ROWS } from './rows-operations.ts'

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' } } })
  console.log(
    'a server of its own, with the sample agreement, a tool server, and rules and events as published\n',
  )
  const world = await openOperationsWorld((text) => console.log(`     ${text}`))
  const reports: RowReport[] = []
  try {
    for (const row of OPERATIONS_ROWS) {
      const report = await runRow(row, world)
      console.log(`${report.ok ? 'ok  ' : 'FAIL'} ${row.id} ${row.what} (${report.ms} ms)`)
      if (report.ok)
        console.log(`     ${report.got}${report.receipt === null ? '' : `  [${report.receipt}]`}`)
      else console.log(`     expected ${report.expected}\n     got      ${report.got}`)
      reports.push(report)
    }
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
