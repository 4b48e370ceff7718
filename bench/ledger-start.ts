/** Opens a ledger once and prints what that took: `ledger-start.ts DIR`, run by ledger-growth.ts. */
import { openBenchLedger } from './ledger-log.ts'
import { rssMb } from './process-meter.ts'

const cpu = process.cpuUsage()
const startMs = performance.now()
const ledger = await openBenchLedger(process.argv[2] ?? '')
const ms = performance.now() - startMs
const { user, system } = process.cpuUsage(cpu)
const figures = {
  start_ms: Math.round(ms),
  cpu_ms: Math.round((user + system) / 1000),
  rss_mb: rssMb([process.pid]),
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
await ledger.close()
