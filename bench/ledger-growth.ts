/**
 * One ledger that grows tenfold at a time: what a start takes and holds, and how fast a stranger verifies it.
 *
 * Each start is a process of its own. The bare-hash limit is the time of the two SHA-256 an entry costs at least, in the
 * same process right before the verification.
 */
import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseVerifierKey, verifyLedger } from '../verify/src/index.ts'
import { directoryReader } from '../verify/src/node.ts'
import { openBenchLedger, recordExchange } from './ledger-log.ts'
import type { BenchOptions } from './options.ts'
import type { Results } from './results.ts'
import { round } from './statistics.ts'

const ENTRIES = 1_000_000
const ENTRIES_QUICK = 100_000
const SMALLEST = 10_000
const WRITERS = 2000
/** Small, so that ten million entries fit on a disk: start-up does not read contents. */
const CONTENT = Buffer.alloc(16)
const START = fileURLToPath(new URL('./ledger-start.ts', import.meta.url))

export async function measureGrowth(
  options: BenchOptions,
  wanted: (row: string) => boolean,
  results: Results,
): Promise<void> {
  const most = options.records ?? (options.quick ? ENTRIES_QUICK : ENTRIES)
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-growth-'))
  try {
    for (let entries = Math.min(SMALLEST, most); ; entries = Math.min(entries * 10, most)) {
      const { publicDir, verifierKey } = await growTo(dir, entries)
      if (wanted('start-up')) results.add({ row: 'start-up', entries, ...startIn(dir) })
      if (wanted('verify'))
        results.add({ row: 'verify', entries, ...(await verifyIn(publicDir, verifierKey)) })
      if (entries >= most) return
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

async function growTo(dir: string, entries: number) {
  const ledger = await openBenchLedger(dir)
  let left = (entries - ledger.size()) / 2
  const write = async () => {
    while (left-- > 0) await recordExchange(ledger, CONTENT, async (append) => (await append()).index)
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  await ledger.close()
  return { publicDir: ledger.publicDir, verifierKey: ledger.verifierKey }
}

/** What a fresh process needs to open the ledger. */
function startIn(dir: string): { start_ms: number; cpu_ms: number; rss_mb: number } {
  const child = spawnSync(process.execPath, ['--conditions=sekisho-source', START, dir], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`the start failed: ${child.stderr}`)
  return JSON.parse(child.stdout) as { start_ms: number; cpu_ms: number; rss_mb: number } // what ledger-start.ts prints
}

async function verifyIn(publicDir: string, verifierKey: string) {
  const { checkpoint } = await verifyLedger(directoryReader(publicDir), {
    key: parseVerifierKey(verifierKey),
  }) // warm
  const bare = process.cpuUsage()
  bareHashes(checkpoint.size)
  const bareUsed = process.cpuUsage(bare)
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  await verifyLedger(directoryReader(publicDir), { key: parseVerifierKey(verifierKey) })
  const ms = performance.now() - startMs
  const used = process.cpuUsage(cpu)
  const bareMs = (bareUsed.user + bareUsed.system) / 1000
  const cpuMs = (used.user + used.system) / 1000
  return {
    ms: Math.round(ms),
    cpu_ms: Math.round(cpuMs),
    bare_hash_cpu_ms: Math.round(bareMs),
    x_bare_hash: round(cpuMs / bareMs),
  }
}

/** Every entry is hashed once as a leaf, and there are about as many nodes above the leaves. */
function bareHashes(entries: number): void {
  const leaf = Buffer.alloc(73)
  const node = Buffer.alloc(65, 1)
  for (let i = 0; i < entries; i++) {
    leaf.writeUInt32BE(i, 9)
    hash('sha256', leaf, 'binary')
    node.writeUInt32BE(i, 1)
    hash('sha256', node, 'binary')
  }
}
