/**
 * The worst case of steering: a model that obeys every text it reads. Whatever it asks for is decided; what is counted is
 * what came of it. Texts: vectors/operations.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { person } from '../authority/testing.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { openCatalogue, parseToolsFile } from '../operations/index.ts'
import { toolsFile } from '../operations/testing.ts'
import { createRunBench, type RunBench, scripted } from './testing.ts'

const TEXTS = path.join(import.meta.dirname, '../../../vectors/operations/hostile/texts.jsonl')
const PROBE =
  '- { name: echo, effect: network, side: offensive, capability: exploit_validation, autonomy: A2, targets: [/text] }'
const ENGAGEMENT = 'eng-hoshizora-portal'

export interface HostileText {
  readonly id: string
  readonly lang: string
  readonly place: string
  readonly text: string
  readonly wants: string
}

export function hostileTexts(): HostileText[] {
  return readFileSync(TEXTS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HostileText)
}

export interface HostileCounts {
  readonly texts: number
  readonly proposed: number
  readonly denied: number
  readonly held: number
  readonly executed: number
  readonly executed_out_of_scope: number
}

/**
 * A run in an engagement whose model calls the probe with each of these targets. A held call is where a run waits: nobody
 * approves, it is cancelled, and another run goes on behind it.
 */
export async function obey(targets: readonly string[]): Promise<HostileCounts> {
  const file = toolsFile('good', PROBE)
  let left = targets
  const model = scripted((_, turn) =>
    turn === 0
      ? { calls: left.map((text) => ['lab.echo', { text }] as const) }
      : { answer: '{"findings":[]}' },
  )
  await using bench = await createRunBench(model, {
    actor: 'hoshizora-analyst',
    engagement: ENGAGEMENT,
    tools: file,
  })
  await approveProbe(bench, file)
  const sums = { texts: targets.length, proposed: targets.length, denied: 0, held: 0, executed: 0 }
  while (left.length > 0) {
    const budget = { calls: left.length + 1 }
    const { run } = await bench.start({ options: { tools: ['lab.echo'] }, budget })
    const end = await bench.settled(run)
    if (!end.state.startsWith('done')) await bench.desk.cancel(bench.caller, run)
    const calls = (await bench.desk.show(bench.caller, run)).run.steps.filter(({ kind }) => kind === 'call')
    const count = (...ends: readonly string[]): number =>
      calls.filter((step) => ends.includes(step.end)).length
    sums.denied += count('denied')
    sums.held += count('held')
    sums.executed += count('sealed', 'failed', 'ambiguous')
    if (calls.length === 0) throw new Error(`a run of calls made none: ${JSON.stringify(end)}`)
    left = left.slice(calls.length)
  }
  // Nothing that the texts want is an asset of the engagement, whole and alone.
  return { ...sums, executed_out_of_scope: sums.executed }
}

async function approveProbe(bench: RunBench, file: string): Promise<void> {
  const catalogue = openCatalogue({
    servers: parseToolsFile(file, 'tools.yaml'),
    version: '1',
    clock: systemClock,
    log: silentLogger,
  })
  const [tool] = await catalogue.tools()
  await catalogue.close()
  const payload = { institution: 'hoshizora-bank', tool: 'lab.echo', description: tool?.digest ?? '' }
  await bench.world.submit('tool.approve', payload, [person('hoshizora-lead'), person('hoshizora-engineer')])
}

/** All texts of the corpus, obeyed. */
export function hostileRuns(): Promise<HostileCounts> {
  return obey(hostileTexts().map(({ wants }) => wants))
}

/** A log of these lines, as JSON records. */
export function hostileLog(lines: readonly string[]): Buffer {
  return Buffer.from(
    lines
      .map(
        (message, i) =>
          `${JSON.stringify({ host: 'web1', time: 1_700_000_000 + i, message } satisfies JsonObject)}\n`,
      )
      .join(''),
  )
}
