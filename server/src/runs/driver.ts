/**
 * The loop of one run: propose, authorise, await approval, record the intent, execute, seal, next.
 *
 * INVARIANT: nothing is asked or called before its intent is durable, and nothing follows from an outcome before it is
 * sealed. The run is what its entries say: after a kill at any point the same loop goes on from them. What was sent and
 * whose outcome is not known is never sent again by itself. Spec: docs/spec/run.md.
 */
import type { Agreement, ModelCatalogue } from '../agreement/index.ts'
import type { Authority } from '../authority/index.ts'
import type { Decider } from '../authorization/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { JsonValue } from '../ledger/index.ts'
import type { JsonObject } from '../mcp/index.ts'
import {
  type CallDeps,
  type Caller,
  type Catalogue,
  type CataloguedTool,
  passCall,
  previewCall,
  toolState,
} from '../operations/index.ts'
import type { Principal } from '../programme/index.ts'
import { jsonContent, type RunEntryEvent, runIntent, runOutcome } from './entry.ts'
import { RunsError } from './error.ts'
import { isOver } from './machine.ts'
import type { Ask, AskEnd, ModelPort } from './model.ts'
import { messagesOf } from './prompt.ts'
import { recordingAuthority } from './recording.ts'
import { applyEntry, overBudget, type ProposedCall, type Run, type RunEntry } from './run.ts'
import type { TriageWorkshop } from './triage-tools.ts'

export interface DriverDeps {
  readonly authority: Authority
  readonly models: ModelCatalogue
  readonly deciderFor: (agreement: Agreement) => Decider
  readonly model: ModelPort
  readonly clock: Clock
  readonly log: Logger
  /** Where an entry of the run stands. */
  readonly noted: (entry: RunEntry) => void
  readonly changed: (run: Run) => void
}

/** What the loop needs beside the run: opened when it starts, closed when it ends. */
export interface Workplace {
  readonly catalogue: Pick<Catalogue, 'tools' | 'call'>
  readonly workshop: TriageWorkshop
  close(): Promise<void>
}

export class RunDriver {
  readonly #deps: DriverDeps
  readonly #token: string
  readonly #workplace: Workplace
  readonly #authority: Authority
  readonly #stop = new AbortController()
  #run: Run
  #wanted: { readonly event: 'pause' | 'cancel'; readonly reason: string } | null = null
  #wake: () => void = () => {}
  #closing = false

  constructor(run: Run, token: string, workplace: Workplace, deps: DriverDeps) {
    this.#run = run
    this.#token = token
    this.#workplace = workplace
    this.#deps = deps
    this.#authority = recordingAuthority(deps.authority, (entry) => this.#apply(entry))
  }

  get run(): Run {
    return this.#run
  }

  /** Takes effect between two steps; a cancel also stops what is under way, whose outcome is then not known. */
  want(event: 'pause' | 'cancel', reason: string): void {
    this.#wanted = { event, reason }
    if (event === 'cancel') this.#stop.abort()
    this.#wake()
  }

  /** The server ends: the run stays as its entries say. */
  leave(): void {
    this.#closing = true
    this.#stop.abort()
    this.#wake()
  }

  /** Until the run is over, paused, or waits for a person. Rejects when nothing can be recorded. */
  async drive(): Promise<void> {
    while (!this.#closing && !isOver(this.#run.state)) {
      if (this.#wanted !== null) {
        await this.#control(this.#wanted.event, { reason: this.#wanted.reason })
        return
      }
      if (this.#run.state === 'held') await this.#awaitApproval()
      else if (this.#run.state === 'ready') await this.#next()
      else return
    }
  }

  async #next(): Promise<void> {
    const over = overBudget(this.#run)
    if (over !== null) return this.#fail(`budget_${over}`)
    const found = this.#deps.authority.authenticate(this.#token)
    if (!found.ok) return this.#control('pause', { reason: `credential_${found.failure}` })
    const [call] = this.#run.pending
    if (call !== undefined) return this.#call(call, found.principal)
    if (this.#run.answer !== null) return this.#conclude(this.#run.answer)
    return this.#ask(found.principal)
  }

  async #ask(principal: Principal): Promise<void> {
    const { start } = this.#run
    const tools = await this.#offered(principal)
    const messages = messagesOf(this.#run)
    const intent = await this.#record('ask', { ...this.#numbered(), messages: messages.length })
    const ended = await this.#asked({
      run: start.run,
      model: start.model,
      engagement: start.engagement,
      purpose: `run ${start.operation}`,
      token: this.#token,
      messages,
      tools: tools.map(({ declaration, description }) => ({
        served: declaration.served,
        description: description?.description ?? '',
        schema: description?.inputSchema ?? {},
      })),
      signal: this.#stop.signal,
    })
    await this.#seal(intent, ended)
    if (ended.kind === 'failed') await this.#control('pause', { reason: ended.code })
    if (ended.kind === 'refused') await this.#fail(ended.code)
  }

  /** Whatever goes wrong in asking, the step has an end: what was sent is not known then. */
  async #asked(ask: Ask): Promise<AskEnd> {
    try {
      return await this.#deps.model.ask(ask)
    } catch (error) {
      return { kind: 'lost', code: 'runs_model_lost', decision: null, message: String(error).slice(0, 500) }
    }
  }

  async #seal(intent: number, ended: AskEnd): Promise<void> {
    const { start } = this.#run
    if (ended.kind === 'answered') {
      await this.#authority.append(runOutcome(start, intent, 'completed', null, jsonContent(ended.proposal)))
      return
    }
    const { kind, code, decision, message } = ended
    const end = kind === 'lost' ? 'ambiguous' : kind === 'failed' ? 'failed' : 'refused'
    const content = jsonContent({ decision, message })
    // As the fold reads it: a held ask is refused with this code.
    await this.#authority.append(
      runOutcome(start, intent, end, kind === 'held' ? 'approval_required' : code, content),
    )
  }

  async #call(call: ProposedCall, principal: Principal): Promise<void> {
    const offered = await this.#offered(principal)
    const tool = offered.find(({ declaration }) => declaration.served === call.tool)
    if (tool === undefined) {
      const intent = await this.#record('refuse', { ...this.#numbered(), tool: call.tool.slice(0, 200) })
      await this.#authority.append(runOutcome(this.#run.start, intent, 'refused', 'tool_not_offered'))
      return
    }
    await passCall(this.#caller(principal), tool.declaration, call.args, this.#stop.signal, this.#callDeps())
  }

  /** Tools that are described as approved and could be used here; others are not there. */
  async #offered(principal: Principal): Promise<readonly CataloguedTool[]> {
    const { authority } = this.#deps
    const tools = await this.#workplace.catalogue.tools()
    return tools.filter(
      (tool) =>
        toolState(tool, principal.institution.id, authority.snapshot().tools) === 'served' &&
        previewCall(this.#caller(principal), tool.declaration, this.#callDeps()) !== 'deny',
    )
  }

  #caller(principal: Principal): Caller {
    const { start, startIndex } = this.#run
    const { step, repeats } = this.#numbered()
    return {
      principal,
      engagementId: start.engagement,
      purpose: `run ${start.operation}`,
      model: start.model,
      run: { id: start.run, step, start: startIndex, repeats },
    }
  }

  #callDeps(): CallDeps {
    const { models, deciderFor, clock } = this.#deps
    return { authority: this.#authority, models, deciderFor, clock, catalogue: this.#workplace.catalogue }
  }

  /** Number of the next step, and which one it makes anew. */
  #numbered(): { readonly step: number; readonly repeats: number | null } {
    return { step: this.#run.steps.length + 1, repeats: this.#run.stuck?.intent ?? null }
  }

  async #conclude(answer: string): Promise<void> {
    const { start } = this.#run
    const maker = this.#deps.models.find(start.model)?.display ?? start.model
    let result: JsonObject
    try {
      result = await this.#workplace.workshop.conclude({ maker, answer })
    } catch (error) {
      if (!(error instanceof RunsError)) throw error
      return this.#fail(error.code)
    }
    await this.#control('end', { end: 'done' }, jsonContent(result))
  }

  async #fail(reason: string): Promise<void> {
    await this.#control('end', { end: 'failed', reason })
  }

  /** An entry without an effect outside: intent, and its outcome at once. */
  async #control(
    event: RunEntryEvent,
    request: Readonly<Record<string, JsonValue>>,
    content?: Buffer,
  ): Promise<void> {
    const intent = await this.#record(event, request, content)
    await this.#authority.append(runOutcome(this.#run.start, intent, 'completed', null))
  }

  async #record(
    event: RunEntryEvent,
    request: Readonly<Record<string, JsonValue>>,
    content?: Buffer,
  ): Promise<number> {
    const { start, startIndex } = this.#run
    const snapshot = this.#deps.authority.snapshot()
    const draft = runIntent({
      event,
      start,
      startIndex,
      snapshot,
      request,
      ...(content === undefined ? {} : { content }),
    })
    return (await this.#authority.append(draft)).index
  }

  /** Wakes when a grant answers the hold. The step is then made anew; nothing of it was done. */
  async #awaitApproval(): Promise<void> {
    const { authority } = this.#deps
    const hold = this.#run.stuck?.decision ?? null
    const approved = (): boolean => authority.snapshot().grants.some((grant) => grant.hold === hold)
    while (!approved()) {
      if (this.#wanted !== null || this.#closing) return
      await new Promise<void>((resolve) => {
        const off = authority.onSnapshot(() => this.#wake())
        this.#wake = () => {
          off()
          resolve()
        }
      })
    }
    await this.#control('resume', { cause: 'approved' })
  }

  #apply(entry: RunEntry): void {
    this.#deps.noted(entry)
    const next = applyEntry(this.#run, entry)
    if (next === null || next === this.#run) return
    this.#run = next
    this.#deps.changed(next)
  }
}
