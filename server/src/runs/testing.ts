/** Fixtures of the runs tests: the sample programme, a desk, and models that say what a test wants. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { AdminCaller } from '../access/index.ts'
import { loadModels } from '../agreement/index.ts'
import type { Authority } from '../authority/index.ts'
import { createWorld, type World } from '../authority/testing.ts'
import { createDecider, type Decider } from '../authorization/index.ts'
import { silentLogger } from '../base/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { parseToolsFile } from '../operations/index.ts'
import { openRunDesk, type RunDesk } from './desk.ts'
import type { Ask, AskEnd, ModelPort } from './model.ts'
import type { ProposedCall } from './run.ts'
import type { RunSummary } from './view.ts'

const VECTORS = path.join(import.meta.dirname, '../../../vectors/sigma')
const MODELS = path.join(import.meta.dirname, '../../models.yaml')
const RULES = 'win_wmi_activity_nteventlogfile_cleareventlog.yml'

/** What a scripted model says: calls by name and arguments, or its last words. */
export type Say =
  | { readonly calls: readonly (readonly [tool: string, args: JsonObject])[] }
  | { readonly answer: string }

/** A model that answers by a function of what it was told; each call gets an id of its own. */
export function scripted(say: (ask: Ask, turn: number) => Say | AskEnd): ModelPort {
  return {
    async ask(ask) {
      const turn = ask.messages.filter(({ role }) => role === 'assistant').length
      const said = say(ask, turn)
      if ('kind' in said) return said
      const calls: ProposedCall[] =
        'calls' in said ? said.calls.map(([tool, args], i) => ({ id: `c${turn}-${i}`, tool, args })) : []
      const text = 'answer' in said ? said.answer : ''
      const proposal = { text, calls, tokens: 100, decision: null, receipt: null, served: 'scripted' }
      return { kind: 'answered', proposal }
    },
  }
}

/** Matches, and reports what was matched. */
export const matching = scripted((ask, turn) =>
  turn === 0 ? { calls: [['sigma.match', { page: 1 }]] } : { answer: reportOf(lastResult(ask)) },
)

export function lastResult(ask: Ask): JsonObject {
  const last = ask.messages.at(-1)
  const text = last?.role === 'tool' ? last.text : '{}'
  return text.includes('{') ? (JSON.parse(text.slice(text.indexOf('{'))) as JsonObject) : { list: [] }
}

export function reportOf(matched: JsonObject): string {
  const cases = matched.list as unknown as readonly {
    verdict: string
    detections: readonly { rule: string; record: number }[]
  }[]
  const findings = cases.map(({ verdict, detections }) => ({
    verdict,
    cites: detections.map(({ rule, record }) => ({ rule, record })),
  }))
  return JSON.stringify({ findings })
}

export interface RunBench {
  readonly world: World
  readonly desk: RunDesk
  readonly caller: AdminCaller
  readonly token: string
  inputs(log?: Buffer, rules?: JsonObject): Promise<JsonObject>
  start(more?: JsonObject): Promise<RunSummary>
  /** Until the run is over or waits. */
  settled(id: string): Promise<RunSummary>
  /** The same directory and ledger under a new desk, as after a restart. */
  again(model?: ModelPort): RunDesk
  [Symbol.asyncDispose](): Promise<void>
}

export interface RunBenchOptions {
  readonly tools?: string
  readonly actor?: string
  readonly engagement?: string
  readonly authority?: (authority: Authority) => Authority
}

export async function createRunBench(model: ModelPort, options: RunBenchOptions = {}): Promise<RunBench> {
  const world = await createWorld()
  const dir = mkdtempSync(path.join(tmpdir(), 'sekisho-runs-'))
  const actor = options.actor ?? 'mufg-analyst'
  const token = await world.mint(actor)
  const deciders = new Map<string, Decider>()
  const authority = options.authority?.(world.programme.authority) ?? world.programme.authority
  const open = (with_: ModelPort): RunDesk =>
    openRunDesk({
      authority,
      ledger: world.ledger,
      models: loadModels(readFileSync(MODELS, 'utf8'), 'models.yaml'),
      deciderFor(agreement) {
        const known = deciders.get(agreement.digest) ?? createDecider(agreement)
        deciders.set(agreement.digest, known)
        return known
      },
      model: with_,
      clock: world.clock,
      log: silentLogger,
      dir,
      servers: options.tools === undefined ? [] : parseToolsFile(options.tools, 'tools.yaml'),
    })
  const desks = [open(model)]
  const desk = desks[0] as RunDesk // it was just opened
  const caller = callerOf(world, token)
  const inputs: RunBench['inputs'] = async (
    log = readFileSync(path.join(VECTORS, 'events.jsonl')),
    rules = sampleRule(),
  ) => ({
    log: (await desk.putInput(caller, Readable.from([log]))).sha256,
    rules: (await desk.putInput(caller, Readable.from([Buffer.from(JSON.stringify({ files: rules }))])))
      .sha256,
  })
  return {
    world,
    desk,
    caller,
    token,
    inputs,
    start: async (more = {}) =>
      desk.start(caller, {
        operation: 'triage',
        inputs: await inputs(),
        token,
        ...(options.engagement === undefined ? {} : { engagement: options.engagement }),
        ...more,
      }),
    settled: (id) => settledOn(desks.at(-1) ?? desk, caller, id),
    again(next = model) {
      const opened = open(next)
      desks.push(opened)
      return opened
    },
    async [Symbol.asyncDispose]() {
      for (const one of desks) await one.close()
      await world[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export function sampleRule(): JsonObject {
  return { [RULES]: readFileSync(path.join(VECTORS, 'rules', RULES), 'utf8') }
}

export function callerOf(world: World, token: string): AdminCaller {
  const found = world.programme.authority.authenticate(token)
  if (!found.ok) throw new Error(found.failure)
  const { actor, institution } = found.principal
  return {
    holder: { kind: 'actor', id: actor.id },
    actor,
    institution,
    sight: new Set([institution.id]),
    standing: 'good',
    tokenId: 'adm_1',
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  }
}

const WAITING: readonly string[] = ['held', 'ambiguous', 'paused', 'done', 'failed', 'cancelled']

export function settledOn(desk: RunDesk, caller: AdminCaller, id: string): Promise<RunSummary> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`run ${id} does not settle`)), 30_000)
    let off = (): void => {}
    const look = (run: RunSummary): void => {
      if (!WAITING.includes(run.state) || (run.driven && run.state !== 'held')) return
      clearTimeout(late)
      off()
      resolve(run)
    }
    desk
      .watch(caller, id, (news) => {
        if (news.event !== 'progress') look(news.run)
      })
      .then(async (stop) => {
        off = stop
        look((await desk.show(caller, id)).summary)
      })
      .catch(reject)
  })
}
