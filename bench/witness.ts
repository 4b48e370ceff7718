/**
 * `bench -- witness`: how long a witnessed receipt takes.
 *
 * From the call of `append` until a quorum of witnesses has cosigned a checkpoint that covers the entry and the receipt file is
 * written. Three witnesses, two enough, each with its HTTP server and synced state, on this machine: what networks add is
 * not in it. Entries arrive at random moments of the checkpoint interval.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePolicy, utf8, verifyWitnessedReceipt } from 'sekisho-verify'
import { silentLogger, systemClock } from '../server/src/base/index.ts'
import { type Ledger, openFileKeyRing, openLedger } from '../server/src/ledger/index.ts'
import { openWitness, Witnessing } from '../server/src/witness/index.ts'
import type { BenchOptions } from './options.ts'
import { openResults } from './results.ts'
import { percentile, round } from './statistics.ts'

const WITNESSES = 3
const QUORUM = 2
const CASES = [
  { writers: 1, intervalMs: 1000 },
  { writers: 64, intervalMs: 1000 },
  { writers: 64, intervalMs: 100 },
]

export async function benchWitness(options: BenchOptions): Promise<void> {
  const results = openResults('witness')
  const measureMs = (options.seconds ?? (options.quick ? 5 : 12)) * 1000
  for (const { writers, intervalMs } of CASES)
    results.add({ row: 'receipts', ...(await measure(writers, intervalMs, measureMs)) })
  results.save()
}

async function measure(writers: number, intervalMs: number, measureMs: number) {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-bench-witness-'))
  const ledger = await open(join(dir, 'ledger'), intervalMs)
  const witnesses = await Promise.all(
    Array.from({ length: WITNESSES }, (_, i) => startWitness(join(dir, `w${i}`), i, ledger.verifierKey)),
  )
  const lines = witnesses.map(({ name, vkey, url }) => `witness ${name} ${vkey} ${url}`)
  const names = witnesses.map(({ name }) => name).join(' ')
  const policy = parsePolicy(
    utf8(`log ${ledger.verifierKey}\n${lines.join('\n')}\ngroup g ${QUORUM} ${names}\nquorum g\n`),
  )
  const onFatal = (error: Error) => {
    throw error
  }
  const means = { ledger, policy, clock: systemClock, log: silentLogger, fetch, onFatal }
  const witnessing = new Witnessing({ ...means, timeoutMs: 2000, deadlineMs: 10_000 })
  await witnessing.checkStart()
  witnessing.start()
  const latenciesMs: number[] = []
  const endMs = performance.now() + measureMs
  let last = ''
  try {
    const write = async () => {
      while (performance.now() < endMs) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * intervalMs))
        const startMs = performance.now()
        const { index } = await ledger.append({
          class: 'exchange',
          kind: 'intent',
          institution: 'bench',
          fields: { actor: 'p-bench', decision: { verdict: 'allow', receipt: 'T3' } },
        })
        if ((await witnessing.witnessed(index)) !== 'witnessed') throw new Error('no quorum')
        last = await ledger.receipt(index)
        latenciesMs.push(performance.now() - startMs)
      }
    }
    await Promise.all(Array.from({ length: writers }, write))
    await verifyWitnessedReceipt(utf8(last), policy)
    return {
      writers,
      interval_ms: intervalMs,
      witnesses: WITNESSES,
      quorum: QUORUM,
      receipts: latenciesMs.length,
      p50_ms: round(percentile(latenciesMs, 500), 1),
      p99_ms: round(percentile(latenciesMs, 990), 1),
    }
  } finally {
    await witnessing.close()
    await ledger.close()
    await Promise.all(witnesses.map(({ service }) => service.close()))
    await rm(dir, { recursive: true, force: true })
  }
}

function open(dir: string, checkpointIntervalMs: number): Promise<Ledger> {
  const onFatal = (error: Error) => {
    throw error
  }
  const signingKey = generateKeyPairSync('ed25519').privateKey
  const kek = openFileKeyRing(`${dir}.keyring`)
  return openLedger({
    dir,
    origin: 'bench.example/log',
    signingKey,
    clock: systemClock,
    checkpointIntervalMs,
    kek,
    onFatal,
  })
}

async function startWitness(dataDir: string, number: number, logKey: string) {
  const name = `witness.example/${number}`
  const service = await openWitness({
    name,
    dataDir,
    algorithms: number === 0 ? ['ml-dsa-44'] : ['ed25519'],
    logs: [logKey],
    clock: systemClock,
    log: silentLogger,
  })
  await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve))
  const { port } = service.server.address() as AddressInfo // a TCP listener has an address object
  return { name, service, vkey: service.cosigners[0]?.vkey ?? '', url: `http://127.0.0.1:${port}/` }
}
