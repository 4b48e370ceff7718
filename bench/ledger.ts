/**
 * `bench -- ledger`: durable entries per second, and what one entry costs.
 *
 * Each writer records an intent, waits until it is durable, records its outcome, waits again: what a gateway
 * does. Tiles and checkpoints are written as in service. CPU time is that of the whole process, writers included.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../server/src/base/index.ts'
import { type Kek, type KeyRing, type Ledger, openLedger } from '../server/src/ledger/index.ts'
import type { BenchOptions } from './options.ts'
import { rssMb } from './process-meter.ts'
import { openResults } from './results.ts'
import { percentile, round } from './statistics.ts'

const WRITERS = [1, 64, 2000]
const CONTENT_BYTES = 500
const WARMUP_MS = 1000

export async function benchLedger(options: BenchOptions): Promise<void> {
  const results = openResults('ledger')
  const measureMs = (options.seconds ?? (options.quick ? 2 : 5)) * 1000
  for (const writers of WRITERS) results.add({ row: 'sekisho', ...(await measure(writers, measureMs)) })
  results.save()
}

async function measure(writers: number, measureMs: number) {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-ledger-'))
  const ledger = await openBenchLedger(dir)
  const run = { running: true, measuring: false, latenciesMs: [] as number[] }
  try {
    const loops = Array.from({ length: writers }, () => write(ledger, run))
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
      entries_per_s: Math.round(entries / seconds),
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

async function write(ledger: Ledger, run: { running: boolean; measuring: boolean; latenciesMs: number[] }) {
  const content = randomBytes(CONTENT_BYTES)
  const timed = async (append: () => Promise<{ index: number }>) => {
    const startMs = performance.now()
    const { index } = await append()
    if (run.measuring) run.latenciesMs.push(performance.now() - startMs)
    return index
  }
  while (run.running) {
    const intent = await timed(() =>
      ledger.append({
        class: 'exchange',
        kind: 'intent',
        institution: 'bench',
        fields: { actor: 'p-bench', session: 's-bench', decision: { verdict: 'allow', clauses: ['4.1'] } },
        content,
      }),
    )
    await timed(() =>
      ledger.append({
        class: 'exchange',
        kind: 'outcome',
        institution: 'bench',
        fields: { refers: intent, response: { end: 'completed', tokens: 120 } },
        content,
      }),
    )
  }
}

function openBenchLedger(dir: string): Promise<Ledger> {
  const clock: Clock = systemClock
  const signingKey = generateKeyPairSync('ed25519').privateKey
  const onFatal = (error: Error) => {
    throw error
  }
  return openLedger({ dir, origin: 'bench.example/log', signingKey, clock, kek: memoryKeyRing(), onFatal })
}

/** Keys that live as long as the run. */
function memoryKeyRing(): KeyRing {
  const byOwner = new Map<string, Kek>()
  const all: Kek[] = []
  return {
    sealing(owner) {
      const known = byOwner.get(owner)
      if (known !== undefined) return known
      const kek = { id: all.length + 1, owner, epoch: 202_601, key: randomBytes(32) }
      all.push(kek)
      byOwner.set(owner, kek)
      return kek
    },
    find: (id) => all[id - 1] ?? null,
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
