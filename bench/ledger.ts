/**
 * `bench -- ledger`: durable entries per second and what one entry costs; how start-up, memory and verification grow.
 *
 * Rows: `appends` by writers, each recording an intent, waiting until it is durable, recording its outcome, waiting again,
 * as a gateway does, with tiles and checkpoints written as in service; `start-up` and `verify` on one ledger that grows.
 * `--rows hammer` measures nothing: it serves a log for load clients of other people (ledger-hammer.ts).
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureGrowth } from './ledger-growth.ts'
import { serveHammer } from './ledger-hammer.ts'
import { CONTENT_BYTES, openBenchLedger, recordExchange } from './ledger-log.ts'
import type { BenchOptions } from './options.ts'
import { rssMb } from './process-meter.ts'
import { openResults } from './results.ts'
import { percentile, round } from './statistics.ts'

const WRITERS = [1, 64, 2000, 8000]
const WARMUP_MS = 1000

export async function benchLedger(options: BenchOptions): Promise<void> {
  if (options.rows?.includes('hammer') === true) return serveHammer()
  const wanted = (row: string) => options.rows === null || options.rows.includes(row)
  const results = openResults('ledger')
  const measureMs = (options.seconds ?? (options.quick ? 2 : 5)) * 1000
  if (wanted('appends')) {
    for (const writers of WRITERS) results.add({ row: 'appends', ...(await measure(writers, measureMs)) })
  }
  if (wanted('start-up') || wanted('verify')) await measureGrowth(options, wanted, results)
  if (options.rows === null) results.save()
  else results.note('only some rows were measured: bench/results is left as it is')
}

async function measure(writers: number, measureMs: number) {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-ledger-'))
  const ledger = await openBenchLedger(dir)
  const run = { running: true, measuring: false, latenciesMs: [] as number[] }
  const timed = async (append: () => Promise<{ readonly index: number }>) => {
    const startMs = performance.now()
    const { index } = await append()
    if (run.measuring) run.latenciesMs.push(performance.now() - startMs)
    return index
  }
  const write = async () => {
    const content = randomBytes(CONTENT_BYTES)
    while (run.running) await recordExchange(ledger, content, timed)
  }
  try {
    const loops = Array.from({ length: writers }, write)
    await pause(WARMUP_MS)
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    run.measuring = true
    await pause(measureMs)
    run.measuring = false
    const seconds = (performance.now() - startMs) / 1000
    const used = process.cpuUsage(cpu)
    run.running = false
    await Promise.all(loops)
    const entries = run.latenciesMs.length
    return {
      writers,
      content_bytes: CONTENT_BYTES,
      adds_per_s: Math.round(entries / seconds),
      p50_ms: round(percentile(run.latenciesMs, 500), 3),
      p99_ms: round(percentile(run.latenciesMs, 990), 2),
      cpu_us_per_entry: Math.round((used.user + used.system) / entries),
      rss_mb: rssMb([process.pid]),
    }
  } finally {
    run.running = false
    await ledger.close()
    await rm(dir, { recursive: true, force: true })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
