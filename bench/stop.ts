/**
 * `bench -- stop`: how long a stop takes until it holds in every gateway process.
 *
 * A stop is answered when every gateway has acknowledged it or lost its lease (docs/spec/stop.md §4), so the time of one call, from
 * reading the key file to the answer, is an upper bound of its propagation. After the last one requests are sent
 * over new connections, some for every gateway: `let_through` must be 0.
 */
import { askResponses } from '../server/tour/ask.ts'
import { openWorld } from '../server/tour/governance-world.ts'
import { PATCH_REVIEW_EN } from '../server/tour/prompts.ts'
import type { BenchOptions } from './options.ts'
import { openResults, type Row } from './results.ts'
import { percentile, round } from './statistics.ts'

const WORKERS = [2, 4]
const STOPS = 100
const STOPS_QUICK = 50
/** Requests after the stop of the model, for each gateway process. */
const ASKED_EACH = 5

export async function benchStop(options: BenchOptions): Promise<void> {
  const results = openResults('stop')
  const stops = options.trials ?? (options.quick ? STOPS_QUICK : STOPS)
  for (const workers of WORKERS) {
    if (options.rows !== null && !options.rows.includes(`workers-${workers}`)) continue
    results.add(await measure(workers, stops))
  }
  results.save()
}

async function measure(workers: number, stops: number): Promise<Row> {
  const world = await openWorld(null, workers)
  try {
    const { desk, keyOf, model, ask } = world.tour
    const words = ['stop', '--scope', 'model', '--id', model, '--reason', 'bench', '--key', keyOf('provider')]
    await ask(askResponses, 'mufg-analyst', PATCH_REVIEW_EN)
    const samples = new Float64Array(stops)
    for (let at = 0; at < stops; at++) {
      const start = performance.now()
      await desk.run(...words)
      samples[at] = performance.now() - start
    }
    let letThrough = 0
    for (let at = 0; at < workers * ASKED_EACH; at++) {
      const { verdict } = await ask(askResponses, 'mufg-analyst', `${PATCH_REVIEW_EN}\n${at}`)
      if (verdict === 'allow') letThrough += 1
    }
    const at = (permille: number): number => round(percentile(samples, permille), 1)
    const times = { p50_ms: at(500), p99_ms: at(990), max_ms: at(1000) }
    return { row: `workers-${workers}`, workers, stops, ...times, let_through: letThrough }
  } finally {
    await world.close()
  }
}
