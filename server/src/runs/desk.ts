/**
 * Runs of a server: started, listed, shown, watched, paused, resumed, cancelled.
 *
 * A run acts in its person's name with the token that person handed in; tokens are kept in memory and nowhere else, so after
 * a restart a run waits until its person resumes it. Spec: docs/spec/run.md §4.
 */
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { AdminCaller } from '../access/index.ts'
import { newId, openPrivateDirectory, VERSION } from '../base/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import { type BuiltinServer, openCatalogue, type ServerDeclaration } from '../operations/index.ts'
import type { Principal } from '../programme/index.ts'
import { type DriverDeps, RunDriver, type Workplace } from './driver.ts'
import { jsonContent, runIntent, runOutcome } from './entry.ts'
import { RunsError } from './error.ts'
import { InputStore, type StoredInput } from './inputs.ts'
import { isOver } from './machine.ts'
import { entryOfDraft } from './recording.ts'
import { type ResumeRequest, readResume, readStart } from './request.ts'
import { applyEntry, type Run, type RunEntry, type RunStart, type Step } from './run.ts'
import { entryOf, RunIndex } from './run-index.ts'
import { openTriage, TRIAGE_SERVERS } from './triage-tools.ts'
import { type RunProgress, type RunSummary, summaryOf } from './view.ts'

/** LIMITS: runs under way at once, and runs listed. */
const DRIVEN_MAX = 8
const DRIVEN_PER_ACTOR_MAX = 2
const LISTED_MAX = 100
const LOADED_MAX = 200

export type RunNews =
  | { readonly event: 'run'; readonly run: RunSummary }
  | { readonly event: 'step'; readonly step: Step; readonly run: RunSummary }
  | { readonly event: 'progress'; readonly progress: RunProgress }

export interface RunDesk {
  /** @throws {RunsError} `runs_input_too_large`, `runs_limit`, `runs_credential` */
  putInput(caller: AdminCaller, from: Readable): Promise<StoredInput>
  /** @throws {RunsError} `runs_request_malformed`, `runs_input_unknown`, `runs_credential`, `runs_limit` */
  start(caller: AdminCaller, request: unknown): Promise<RunSummary>
  list(caller: AdminCaller): Promise<readonly RunSummary[]>
  /** @throws {RunsError} `runs_unknown` */
  show(caller: AdminCaller, id: string): Promise<{ readonly summary: RunSummary; readonly run: Run }>
  /** Told what happens from now on; returns the unsubscriber. @throws {RunsError} `runs_unknown` */
  watch(caller: AdminCaller, id: string, listener: (news: RunNews) => void): Promise<() => void>
  /** @throws {RunsError} `runs_unknown`, `runs_state` */
  pause(caller: AdminCaller, id: string): Promise<RunSummary>
  /** @throws {RunsError} `runs_unknown`, `runs_state`, `runs_credential`, `runs_limit` */
  resume(caller: AdminCaller, id: string, request: unknown): Promise<RunSummary>
  /** @throws {RunsError} `runs_unknown`, `runs_state` */
  cancel(caller: AdminCaller, id: string): Promise<RunSummary>
  close(): Promise<void>
}

export interface RunDeskDeps extends Omit<DriverDeps, 'noted' | 'changed'> {
  readonly ledger: Pick<Ledger, 'read' | 'entries' | 'size'>
  /** Owned by the runs: inputs, and where in the ledger runs stand. */
  readonly dir: string
  /** Tool servers that the institution declared; a run uses those it names. */
  readonly servers: readonly ServerDeclaration[]
  /** Those among them that live in this process. */
  readonly builtins?: ReadonlyMap<string, BuiltinServer>
}

interface Driven {
  readonly driver: RunDriver
  readonly actor: string
  readonly done: Promise<void>
}

export function openRunDesk(deps: RunDeskDeps): RunDesk {
  openPrivateDirectory(deps.dir)
  return new Desk(deps)
}

class Desk implements RunDesk {
  readonly #deps: RunDeskDeps
  /** By institution: what one handed in is not there for another. */
  readonly #inputs = new Map<string, InputStore>()
  readonly #index: RunIndex
  readonly #driven = new Map<string, Driven>()
  readonly #loaded = new Map<string, Run>()
  readonly #listeners = new Map<string, Set<(news: RunNews) => void>>()
  #caughtUp: Promise<void> | null = null

  constructor(deps: RunDeskDeps) {
    this.#deps = deps
    this.#index = new RunIndex(path.join(deps.dir, 'index.json'))
  }

  async putInput({ institution }: AdminCaller, from: Readable): Promise<StoredInput> {
    if (institution === null)
      throw new RunsError('runs_credential', 'inputs are handed in by people of an institution')
    return this.#inputsOf(institution.id).put(from)
  }

  async start(caller: AdminCaller, request: unknown): Promise<RunSummary> {
    const { token, ...asked } = readStart(request)
    const principal = this.#principal(caller, token)
    this.#limit(principal.actor.id)
    const inputs = this.#inputsOf(principal.institution.id)
    for (const digest of Object.values(asked.inputs)) await inputs.checked(digest)
    const start: RunStart = {
      run: newId('run'),
      actor: principal.actor.id,
      institution: principal.institution.id,
      ...asked,
      engagement: asked.engagement ?? principal.engagement,
    }
    const snapshot = this.#deps.authority.snapshot()
    const draft = runIntent({
      event: 'start',
      start,
      startIndex: null,
      snapshot,
      content: jsonContent(start),
    })
    const appended = await this.#deps.authority.append(draft)
    const entry = entryOfDraft(draft, appended)
    this.#index.note(entry)
    const run = applyEntry(null, entry)
    if (run === null) throw new Error('a start that was just written can be read')
    await this.#deps.authority.append(runOutcome(start, appended.index, 'completed', null))
    this.#drive(run, token)
    return summaryOf(run, true)
  }

  async list(caller: AdminCaller): Promise<readonly RunSummary[]> {
    await this.#catchUp()
    const found: RunSummary[] = []
    for (const id of this.#index.runs().toReversed()) {
      const run = await this.#load(id)
      if (run !== null && maySee(caller, run)) found.push(summaryOf(run, this.#driven.has(id)))
      if (found.length === LISTED_MAX) break
    }
    return found
  }

  async show(caller: AdminCaller, id: string): Promise<{ summary: RunSummary; run: Run }> {
    const run = await this.#find(caller, id)
    return { summary: summaryOf(run, this.#driven.has(id)), run }
  }

  async watch(caller: AdminCaller, id: string, listener: (news: RunNews) => void): Promise<() => void> {
    await this.#find(caller, id)
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
  }

  pause(caller: AdminCaller, id: string): Promise<RunSummary> {
    return this.#want(caller, id, 'pause')
  }

  cancel(caller: AdminCaller, id: string): Promise<RunSummary> {
    return this.#want(caller, id, 'cancel')
  }

  async resume(caller: AdminCaller, id: string, request: unknown): Promise<RunSummary> {
    const asked = readResume(request)
    const run = await this.#find(caller, id)
    const principal = this.#principal(caller, asked.token)
    if (principal.actor.id !== run.start.actor)
      throw new RunsError('runs_credential', 'a run is taken up again by whoever started it')
    if (this.#driven.has(id)) throw new RunsError('runs_state', `run \`${id}\` is under way`)
    this.#limit(principal.actor.id)
    const inputs = this.#inputsOf(run.start.institution)
    for (const digest of Object.values(run.start.inputs)) await inputs.checked(digest)
    const choice = choiceOf(run, asked)
    const resumed = await this.#append(run, 'resume', { choice, cause: 'person' })
    this.#drive(resumed, asked.token)
    return summaryOf(resumed, true)
  }

  async close(): Promise<void> {
    for (const { driver } of this.#driven.values()) driver.leave()
    await Promise.allSettled([...this.#driven.values()].map(({ done }) => done))
    if (this.#caughtUp !== null) this.#index.save()
  }

  async #want(caller: AdminCaller, id: string, event: 'pause' | 'cancel'): Promise<RunSummary> {
    const run = await this.#find(caller, id)
    if (isOver(run.state)) throw new RunsError('runs_state', `run \`${id}\` is ${run.state}`)
    const driven = this.#driven.get(id)
    const reason = `${event} by ${caller.actor?.id ?? caller.holder.id}`
    if (driven === undefined) return summaryOf(await this.#append(run, event, { reason }), false)
    driven.driver.want(event, reason)
    await driven.done
    return summaryOf(driven.driver.run, false)
  }

  /** An entry of a run that nobody drives. */
  async #append(run: Run, event: 'pause' | 'cancel' | 'resume', request: JsonObject): Promise<Run> {
    const { authority } = this.#deps
    const draft = runIntent({
      event,
      start: run.start,
      startIndex: run.startIndex,
      snapshot: authority.snapshot(),
      request: request as never, // texts only
    })
    // Whether it may follow is known before it is written.
    const tried = applyEntry(run, entryOfDraft(draft, { index: -1, timeMs: run.lastMs }))
    if (tried === null) throw new Error('a run has a start')
    const appended = await authority.append(draft)
    const entry = entryOfDraft(draft, appended)
    await authority.append(runOutcome(run.start, appended.index, 'completed', null))
    this.#index.note(entry)
    const next = applyEntry(run, entry) ?? tried
    this.#changed(next)
    return next
  }

  #drive(run: Run, token: string): void {
    const id = run.id
    const workplace = this.#workplace(run)
    const driver = new RunDriver(run, token, workplace, {
      ...this.#deps,
      noted: (entry) => this.#index.note(entry),
      changed: (next) => this.#changed(next),
    })
    const done = driver
      .drive()
      .catch((error: unknown) => {
        this.#deps.log.warn({ event: 'run_interrupted', run: id, err: error }, 'a run was interrupted')
      })
      .finally(async () => {
        this.#driven.delete(id)
        await workplace.close()
        this.#changed(driver.run)
        if (isOver(driver.run.state)) await this.#cleanInputs(driver.run)
      })
    this.#driven.set(id, { driver, actor: run.start.actor, done })
    this.#changed(run)
  }

  #workplace(run: Run): Workplace {
    const { inputs, options } = run.start
    const store = this.#inputsOf(run.start.institution)
    const { product = null, category = null, service = null } = options as Record<string, string | null>
    const workshop = openTriage(
      {
        log: store.pathOf(inputs.log ?? ''),
        rules: store.pathOf(inputs.rules ?? ''),
        assets: inputs.assets === undefined ? null : store.pathOf(inputs.assets),
        given: { product, category, service },
        nowMs: run.startedMs,
      },
      (records, bytes, of) => this.#tell(run.id, { event: 'progress', progress: { records, bytes, of } }),
    )
    const named = Array.isArray(options.tools) ? options.tools : []
    const servers = this.#deps.servers
      .map((server) => ({ ...server, tools: server.tools.filter(({ served }) => named.includes(served)) }))
      .filter(({ tools }) => tools.length > 0)
    const { clock, log } = this.#deps
    const catalogue = openCatalogue({
      servers: [...TRIAGE_SERVERS, ...servers],
      builtins: new Map([...(this.#deps.builtins ?? []), ...workshop.builtins]),
      version: VERSION,
      clock,
      log,
    })
    return {
      catalogue,
      workshop,
      async close() {
        await catalogue.close()
        await workshop.close()
      },
    }
  }

  #inputsOf(institution: string): InputStore {
    const store =
      this.#inputs.get(institution) ?? new InputStore(path.join(this.#deps.dir, 'inputs', institution))
    this.#inputs.set(institution, store)
    return store
  }

  async #cleanInputs(run: Run): Promise<void> {
    await this.#catchUp()
    const needed = new Set<string>()
    for (const id of this.#index.runs()) {
      const other = this.#driven.get(id)?.driver.run ?? (await this.#load(id))
      if (other !== null && !isOver(other.state))
        for (const digest of Object.values(other.start.inputs)) needed.add(digest)
    }
    const over = new Set(Object.values(run.start.inputs))
    this.#inputsOf(run.start.institution).clean(needed, over, this.#deps.clock.nowMs())
  }

  /** @throws {RunsError} `runs_credential` */
  #principal(caller: AdminCaller, token: string): Principal {
    const found = this.#deps.authority.authenticate(token)
    if (!found.ok)
      throw new RunsError('runs_credential', `the token for the run is ${found.failure}: mint one`)
    const { actor, institution } = found.principal
    if (caller.actor?.id !== actor.id || caller.institution?.id !== institution.id)
      throw new RunsError('runs_credential', 'the token for the run is not of the person who asks')
    return found.principal
  }

  /** @throws {RunsError} `runs_limit` */
  #limit(actor: string): void {
    const own = [...this.#driven.values()].filter((one) => one.actor === actor).length
    if (this.#driven.size >= DRIVEN_MAX || own >= DRIVEN_PER_ACTOR_MAX)
      throw new RunsError('runs_limit', 'as many runs are under way as may be: wait for one, or pause one')
  }

  #changed(run: Run): void {
    this.#loaded.delete(run.id)
    this.#loaded.set(run.id, run)
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= LOADED_MAX) break
      this.#loaded.delete(oldest)
    }
    const summary = summaryOf(run, this.#driven.has(run.id))
    const step = run.steps.at(-1)
    this.#tell(
      run.id,
      step === undefined ? { event: 'run', run: summary } : { event: 'step', step, run: summary },
    )
  }

  #tell(id: string, news: RunNews): void {
    for (const listener of this.#listeners.get(id) ?? []) listener(news)
  }

  /** Whoever may not see it learns nothing of it. @throws {RunsError} `runs_unknown` */
  async #find(caller: AdminCaller, id: string): Promise<Run> {
    await this.#catchUp()
    const run = this.#driven.get(id)?.driver.run ?? (await this.#load(id))
    if (run !== null && maySee(caller, run)) return run
    throw new RunsError('runs_unknown', 'no such run of your institution')
  }

  #catchUp(): Promise<void> {
    this.#caughtUp ??= this.#index.catchUp(this.#deps.ledger)
    return this.#caughtUp
  }

  async #load(id: string): Promise<Run | null> {
    const known = this.#loaded.get(id)
    if (known !== undefined) return known
    let run: Run | null = null
    for (const index of this.#index.entries(id)) {
      const entry: RunEntry | null = entryOf(await this.#deps.ledger.read(index))
      if (entry !== null) run = applyEntry(run, entry)
    }
    if (run !== null) this.#loaded.set(id, run)
    return run
  }
}

function maySee({ institution }: AdminCaller, run: Run): boolean {
  return institution?.id === run.start.institution
}

/** What may be made anew without a person's word: asking the model, and reading what cannot change. */
function repeatable(step: Step): boolean {
  const builtin = TRIAGE_SERVERS.some(({ tools }) => tools.some(({ served }) => served === step.tool))
  return step.kind === 'ask' || (step.effect === 'read' && builtin)
}

/** @throws {RunsError} `runs_state` when somebody has to say what becomes of a step */
function choiceOf({ id, stuck }: Run, { choice }: ResumeRequest): 'repeat' | 'skip' | null {
  if (stuck === null || stuck.end !== 'ambiguous') return null
  if (choice !== null) return choice
  if (repeatable(stuck)) return 'repeat'
  throw new RunsError(
    'runs_state',
    `step ${stuck.number} of \`${id}\` (${stuck.tool}) was sent and its outcome is not known: find out, then resume with \`repeat\` or \`skip\``,
  )
}
