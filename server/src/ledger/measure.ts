/** Measures appends in a closed loop: what the ledger bench prints. Nothing here is used by the server. */
import { intentDraft, openTest } from './fixture.ts'

export interface AppendLoad {
  readonly dir: string
  /** Drafts waiting at any time. */
  readonly writers: number
  readonly durationMs: number
  readonly warmUpMs: number
  readonly contentBytes: number
  /** Default 1000, as in production: tiles and checkpoints are written while this measures. */
  readonly checkpointIntervalMs?: number
}

export interface AppendFigures {
  readonly entries: number
  readonly adds_per_s: number
  readonly p50_ms: number
  readonly p99_ms: number
  /** Process CPU, user and system, all threads; the loop that drives it included. */
  readonly cpu_us_per_entry: number
  readonly rss_mb: number
}

/** Runs one load on a directory; a directory may be measured again and goes on growing. */
export async function measureAppends(load: AppendLoad): Promise<AppendFigures> {
  const ledger = await openTest(load.dir, { checkpointIntervalMs: load.checkpointIntervalMs ?? 1000 })
  let number = 0
  const run = async (durationMs: number): Promise<number[]> => {
    const latencies: number[] = []
    const end = performance.now() + durationMs
    const write = async () => {
      for (let start = performance.now(); start < end; start = performance.now()) {
        await ledger.append(intentDraft(number++, load.contentBytes))
        latencies.push(performance.now() - start)
      }
    }
    await Promise.all(Array.from({ length: load.writers }, write))
    return latencies
  }
  try {
    await run(load.warmUpMs)
    const start = performance.now()
    const cpu = process.cpuUsage()
    const latencies = (await run(load.durationMs)).sort((a, b) => a - b)
    const { user, system } = process.cpuUsage(cpu)
    const elapsedS = (performance.now() - start) / 1000
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
    return {
      entries: latencies.length,
      adds_per_s: Math.round(latencies.length / elapsedS),
      p50_ms: round(at(0.5)),
      p99_ms: round(at(0.99)),
      cpu_us_per_entry: round((user + system) / latencies.length),
      rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
    }
  } finally {
    await ledger.close()
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
