/**
 * `bench -- reader`: what parsing one chat request and reading it costs, in this thread and without the server.
 *
 * No two requests are alike, so the asks are always new to the reader's memory. The last row is an agent's turn: all
 * its earlier messages were read before, and only the last one is new.
 */
import { readFileSync } from 'node:fs'
import { createReader } from '../server/src/boundary/index.ts'
import { parseWireRequest } from '../server/src/wire/index.ts'
import { requestTemplate, stamp } from './load/request.ts'
import type { BenchOptions } from './options.ts'
import { openResults, type Results } from './results.ts'
import { percentile, round } from './statistics.ts'

const RUNS = 20_000
/** Runs before the measured ones: code is compiled and, in the last row, the history is known. */
const WARM_UP_RUNS = 3_000
const MODEL = 'rehearsal/1'
const VECTORS = new URL('../vectors/boundary/pairs.jsonl', import.meta.url)

/** The body of one run. */
type BodyOf = (run: number) => Buffer

export async function benchReader(options: BenchOptions): Promise<void> {
  const results = openResults('reader')
  addReaderRows(results, options)
  results.save()
}

/** What reading costs, as rows. */
export function addReaderRows(results: Results, options: BenchOptions): void {
  const rows: Readonly<Record<string, BodyOf>> = {
    '0.5 kB': loadBodies(512),
    '2 kB text': proseBodies('en', 2_000),
    '2 kB text, Japanese': proseBodies('ja', 2_000),
    'warm 40 kB turn': loadBodies(40_000),
  }
  for (const [row, bodyOf] of Object.entries(rows)) {
    if (options.rows !== null && !options.rows.includes(row)) continue
    results.add({ row, body_bytes: bodyOf(0).length, ...measured(bodyOf, options.quick ? RUNS / 10 : RUNS) })
  }
}

/** Parses and reads `runs` bodies, each made before its clock starts. */
function measured(bodyOf: BodyOf, runs: number) {
  const reader = createReader()
  const samples = new Float64Array(runs)
  for (let run = 0; run < WARM_UP_RUNS; run += 1) reader.read(parseWireRequest('chat', bodyOf(run)))
  for (let run = 0; run < runs; run += 1) {
    const body = bodyOf(WARM_UP_RUNS + run)
    const start = performance.now()
    reader.read(parseWireRequest('chat', body))
    samples[run] = (performance.now() - start) * 1000
  }
  return { p50_us: round(percentile(samples, 500), 1), p99_us: round(percentile(samples, 990), 1), runs }
}

/** The bodies that the load client sends to a gateway. */
function loadBodies(bodyBytes: number): BodyOf {
  const template = requestTemplate({ path: '/', headers: {}, model: MODEL, stream: false, bodyBytes })
  const bodyAt = template.bytes.indexOf('\r\n\r\n') + 4
  return (run) => Buffer.from(stamp(template, run).subarray(bodyAt))
}

/** One long message a body: asks of every side, beginning with another one each time. */
function proseBodies(lang: string, bodyBytes: number): BodyOf {
  const asks = readFileSync(VECTORS, 'utf8')
    .trim()
    .split('\n')
    // Our own file: each line has these members.
    .map((line) => JSON.parse(line) as { readonly lang: string; readonly text: string })
    .filter((item) => item.lang === lang)
    .map((item) => item.text)
  return (run) => {
    let content = `Case ${run}.`
    for (let at = run; Buffer.byteLength(content) < bodyBytes; at += 1)
      content += ` ${asks[at % asks.length]}`
    return Buffer.from(JSON.stringify({ model: MODEL, messages: [{ role: 'user', content }] }))
  }
}
