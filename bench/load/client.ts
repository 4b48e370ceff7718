/**
 * The load client, a process of its own: a closed loop of N connections against one gateway.
 *
 * Called with one JSON argument; prints one JSON line. The measuring window starts after a warm-up, and CPU
 * time is read at both its edges here, beside the load, so that no message delay blurs it.
 */

import { machineTicks } from '../machine.ts'
import { cpuUs, rssMb } from '../process-meter.ts'
import { percentile } from '../statistics.ts'
import { Connection } from './connection.ts'
import { requestTemplate, stamp, type TemplateInput } from './request.ts'

export interface LoadPlan {
  readonly port: number
  readonly template: TemplateInput
  readonly connections: number
  readonly warmupMs: number
  readonly measureMs: number
  readonly gatewayPids: readonly number[]
  readonly upstreamPid: number
  /** First case number: a different one for each run, so that bodies never repeat. */
  readonly firstCase: number
}

export interface LoadResult {
  readonly requests: number
  readonly errors: number
  readonly firstError: string | null
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstTokenP50Ms: number | null
  readonly gatewayCpuUs: number
  readonly rssMb: number
  /** Share of all cores used by processes that take no part in the run. */
  readonly foreignCpuPercent: number
}

/** Present in the first event that carries a token and in every JSON answer. */
const TOKEN_MARKER = '"Lines'
/** A broken gateway fails every request at once: stop counting before it fills memory. */
const ERRORS_MAX = 1000

interface Tally {
  readonly latencies: number[]
  readonly firstTokens: number[]
  errors: number
  firstError: string | null
  measuring: boolean
  running: boolean
  nextCase: number
}

async function main(plan: LoadPlan): Promise<LoadResult> {
  const tally: Tally = {
    latencies: [],
    firstTokens: [],
    errors: 0,
    firstError: null,
    measuring: false,
    running: true,
    nextCase: plan.firstCase,
  }
  const workers = Array.from({ length: plan.connections }, () => work(plan, tally))
  await pause(plan.warmupMs)
  const start = edge(plan)
  tally.measuring = true
  await pause(plan.measureMs)
  const end = edge(plan)
  tally.measuring = false
  tally.running = false
  const memory = rssMb(plan.gatewayPids)
  await Promise.all(workers)
  const ownTicks = (end.ownUs - start.ownUs) / 1e4
  const busy = end.machine.busy - start.machine.busy
  return {
    requests: tally.latencies.length,
    errors: tally.errors,
    firstError: tally.firstError,
    seconds: (end.atMs - start.atMs) / 1000,
    p50Ms: percentile(tally.latencies, 500),
    p99Ms: percentile(tally.latencies, 990),
    firstTokenP50Ms: tally.firstTokens.length === 0 ? null : percentile(tally.firstTokens, 500),
    gatewayCpuUs: end.gatewayUs - start.gatewayUs,
    rssMb: memory,
    foreignCpuPercent: Math.max(0, (100 * (busy - ownTicks)) / (end.machine.total - start.machine.total)),
  }
}

/** One connection's loop; a broken connection is replaced, and counted. */
async function work(plan: LoadPlan, tally: Tally): Promise<void> {
  const template = requestTemplate(plan.template)
  let connection: Connection | null = null
  while (tally.running && tally.errors < ERRORS_MAX) {
    try {
      connection ??= await Connection.open(plan.port, TOKEN_MARKER)
      const sentMs = performance.now()
      const answer = await connection.request(stamp(template, tally.nextCase++))
      if (answer.status !== 200) fail(tally, `HTTP ${answer.status}: ${answer.opening.toString()}`)
      else if (answer.markerMs === null) fail(tally, `no token in the answer: ${answer.opening.toString()}`)
      else if (tally.measuring) {
        tally.latencies.push(performance.now() - sentMs)
        if (plan.template.stream) tally.firstTokens.push(answer.markerMs - sentMs)
      }
    } catch (error) {
      fail(tally, String(error))
      connection = null
    }
  }
  connection?.close()
}

function fail(tally: Tally, reason: string): void {
  tally.errors += 1
  tally.firstError ??= reason
}

function edge(plan: LoadPlan): {
  atMs: number
  gatewayUs: number
  ownUs: number
  machine: ReturnType<typeof machineTicks>
} {
  return {
    atMs: performance.now(),
    gatewayUs: cpuUs(plan.gatewayPids),
    ownUs: cpuUs([...plan.gatewayPids, plan.upstreamPid, process.pid]),
    machine: machineTicks(),
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const result = await main(JSON.parse(process.argv[2] ?? '{}') as LoadPlan) // Written by gateway.ts beside this file.
process.stdout.write(`${JSON.stringify(result)}\n`)
