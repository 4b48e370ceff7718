/**
 * `bench -- gateway`: what a governed request costs, against doing nothing, bare undici, nginx and Portkey.
 *
 * Every row runs on the same machine in the same run, in interleaved rounds, so that a noisy minute hits all
 * of them; ratios are taken only within a run. Loopback mock upstream and load client are processes of their own.
 * Spec: docs/reference/bench.md.
 */
import { startScript } from './child.ts'
import type { LoadPlan, LoadResult } from './load/client.ts'
import type { BenchOptions } from './options.ts'
import type { RunningPeer, StartPeer } from './peers/peer.ts'
import { startDirect, startNginx, startUndici } from './peers/plain.ts'
import { startPortkey } from './peers/portkey.ts'
import { startSekisho } from './peers/sekisho.ts'
import { openResults, type Results } from './results.ts'
import { median, round } from './statistics.ts'

const PEERS: Readonly<Record<string, StartPeer>> = {
  direct: startDirect,
  undici: startUndici,
  sekisho: startSekisho,
  nginx: startNginx,
  portkey: startPortkey,
}
/** Foreign load above this share of the machine makes a wall-clock figure untrustworthy; the row says so. */
const QUIET_PERCENT_MAX = 10

/** A gateway that does more work for a request runs fewer of them, and is compiled later. */
const WARM_UP_MS = 2_000
const WARM_UP_QUICK_MS = 500

interface Shape {
  readonly mode: 'json' | 'sse'
  readonly concurrency: number
  readonly bodyKb: number
}

const SHAPES: readonly Shape[] = [
  { mode: 'json', concurrency: 1, bodyKb: 0.5 },
  { mode: 'json', concurrency: 64, bodyKb: 0.5 },
  { mode: 'json', concurrency: 1, bodyKb: 40 },
  { mode: 'json', concurrency: 64, bodyKb: 40 },
  { mode: 'sse', concurrency: 1, bodyKb: 0.5 },
  { mode: 'sse', concurrency: 64, bodyKb: 0.5 },
]
const QUICK_SHAPES = SHAPES.filter((shape) => shape.bodyKb === 0.5)

/** Runs the bench; a peer that cannot run here is a row with a reason. */
export async function benchGateway(options: BenchOptions): Promise<void> {
  const results = openResults('gateway')
  const upstream = await startScript<{ port: number }>(new URL('./peers/mock-upstream.ts', import.meta.url))
  const peers = new Map<string, RunningPeer>()
  try {
    for (const [name, start] of Object.entries(PEERS)) {
      if (options.rows !== null && !options.rows.includes(name)) continue
      results.note(`starting ${name}`)
      const peer = await start(upstream.ready)
      if ('skipped' in peer) results.add({ row: name, skipped: peer.skipped })
      else peers.set(name, peer)
    }
    const measured = await measureAll(peers, upstream.pid, options, results)
    for (const shape of shapesOf(options)) report(shape, measured, results)
    results.save()
  } finally {
    for (const peer of peers.values()) await peer.stop()
    await upstream.stop()
  }
}

type Measured = Map<string, LoadResult[]>

async function measureAll(
  peers: ReadonlyMap<string, RunningPeer>,
  upstreamPid: number,
  options: BenchOptions,
  results: Results,
): Promise<Measured> {
  const measured: Measured = new Map()
  const rounds = options.rounds ?? (options.quick ? 1 : 3)
  let firstCase = 0
  for (let at = 0; at < rounds; at += 1) {
    for (const shape of shapesOf(options)) {
      for (const [name, peer] of peers) {
        firstCase += 1e7
        const plan = planFor(peer, shape, upstreamPid, options, firstCase % 9e9)
        const result = await runLoad(plan)
        const cpu = result.requests === 0 ? 0 : result.gatewayCpuUs / result.requests
        results.note(
          `round ${at + 1}/${rounds} ${shape.mode} c=${shape.concurrency} ${shape.bodyKb} kB ${name}: ` +
            `${Math.round(result.requests / result.seconds)}/s, p50 ${round(result.p50Ms)} ms, ${Math.round(cpu)} us CPU`,
        )
        if (result.errors > 0)
          throw new Error(`${name} failed ${result.errors} requests; first: ${result.firstError}`)
        const key = keyOf(name, shape)
        measured.set(key, [...(measured.get(key) ?? []), result])
      }
    }
  }
  return measured
}

function planFor(
  peer: RunningPeer,
  shape: Shape,
  upstreamPid: number,
  options: BenchOptions,
  firstCase: number,
): LoadPlan {
  return {
    port: peer.port,
    template: {
      path: peer.path,
      headers: peer.headers,
      model: peer.model,
      stream: shape.mode === 'sse',
      bodyBytes: shape.bodyKb * 1000,
    },
    connections: shape.concurrency,
    warmupMs: options.quick ? WARM_UP_QUICK_MS : WARM_UP_MS,
    measureMs: (options.seconds ?? (options.quick ? 1.5 : 4)) * 1000,
    gatewayPids: peer.pids,
    upstreamPid,
    firstCase,
  }
}

async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const client = await startScript<LoadResult>(new URL('./load/client.ts', import.meta.url), [
    JSON.stringify(plan),
  ])
  await client.stop()
  return client.ready
}

/** One row per peer: the median over rounds, and its ratio to bare undici in the same run. */
function report(shape: Shape, measured: Measured, results: Results): void {
  const cpuOf = (name: string) => median((measured.get(keyOf(name, shape)) ?? []).map(cpuPerRequest))
  const undici = cpuOf('undici')
  for (const name of Object.keys(PEERS)) {
    const rounds = measured.get(keyOf(name, shape))
    if (rounds === undefined) continue
    const over = (pick: (result: LoadResult) => number) => median(rounds.map(pick))
    const foreign = over((result) => result.foreignCpuPercent)
    results.add({
      row: name,
      mode: shape.mode,
      concurrency: shape.concurrency,
      body_kb: shape.bodyKb,
      rps: Math.round(over((result) => result.requests / result.seconds)),
      p50_ms: round(
        over((result) => result.p50Ms),
        3,
      ),
      p99_ms: round(
        over((result) => result.p99Ms),
        2,
      ),
      cpu_us_per_request: name === 'direct' ? null : Math.round(cpuOf(name)),
      first_token_ms:
        shape.mode === 'sse'
          ? round(
              over((result) => result.firstTokenP50Ms ?? 0),
              2,
            )
          : null,
      rss_mb: name === 'direct' ? null : round(Math.max(...rounds.map((result) => result.rssMb)), 1),
      cpu_x_undici: name === 'direct' || undici === 0 ? null : round(cpuOf(name) / undici),
      rounds: rounds.length,
      foreign_cpu_percent: round(foreign, 1),
      quiet: foreign <= QUIET_PERCENT_MAX,
    })
  }
}

function cpuPerRequest(result: LoadResult): number {
  return result.requests === 0 ? 0 : result.gatewayCpuUs / result.requests
}

function shapesOf(options: BenchOptions): readonly Shape[] {
  return options.quick ? QUICK_SHAPES : SHAPES
}

function keyOf(name: string, shape: Shape): string {
  return `${name} ${shape.mode} ${shape.concurrency} ${shape.bodyKb}`
}
