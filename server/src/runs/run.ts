/**
 * A run as its ledger entries tell it: the one reading that a running run and one taken up after a crash share.
 *
 * Entries are applied one after the other; what is not in the ledger did not happen. Spec: docs/spec/run.md §3.
 */
import type { JsonValue } from '../ledger/index.ts'
import type { JsonObject, ToolResult } from '../mcp/index.ts'
import { isOver, nextState, type RunState } from './machine.ts'

export const OPERATIONS = ['triage'] as const
export type Operation = (typeof OPERATIONS)[number]

/** What a run may use up. */
export interface RunBudget {
  readonly calls: number
  readonly tokens: number
  readonly minutes: number
}

/** Content of a run's first entry: all that it was started with. */
export interface RunStart {
  readonly run: string
  readonly operation: Operation
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly model: string
  /** SHA-256, hex, of each input by what it is for: the input is sealed by its digest. */
  readonly inputs: Readonly<Record<string, string>>
  readonly options: JsonObject
  readonly budget: RunBudget
}

export interface ProposedCall {
  readonly id: string
  /** Name under which the tool is served. */
  readonly tool: string
  readonly args: JsonObject
}

/** What a model said, as it stands in the outcome of an ask. */
export interface Proposal {
  readonly text: string
  readonly calls: readonly ProposedCall[]
  readonly tokens: number
  /** Decision and receipt of the model request, by the gateway. */
  readonly decision: string | null
  readonly receipt: string | null
  /** Model that answered, as it names itself. */
  readonly served: string | null
}

export interface Step {
  readonly number: number
  readonly kind: 'ask' | 'call'
  readonly intent: number
  readonly repeats: number | null
  readonly atMs: number
  readonly call: ProposedCall | null
  readonly tool: string | null
  readonly effect: string | null
  readonly verdict: 'allow' | 'hold' | 'deny' | null
  readonly decision: string | null
  readonly clauses: readonly string[]
  readonly end: 'open' | 'sealed' | 'denied' | 'failed' | 'held' | 'ambiguous' | 'void'
  readonly code: string | null
  readonly injection: boolean
  readonly result: ToolResult | null
  readonly proposal: Proposal | null
}

export interface Run {
  readonly id: string
  readonly start: RunStart
  /** Ledger index of the first entry. */
  readonly startIndex: number
  readonly startedMs: number
  readonly state: RunState
  readonly steps: readonly Step[]
  readonly pending: readonly ProposedCall[]
  /** The model's last words, once it asks for nothing more. */
  readonly answer: string | null
  /** Step that is held, or whose outcome is not known. */
  readonly stuck: Step | null
  readonly reason: string | null
  readonly result: JsonObject | null
  readonly workedMs: number
  readonly lastMs: number
}

/** An entry of a run as it was appended. */
export interface RunEntry {
  readonly index: number
  readonly timeMs: number
  readonly kind: 'intent' | 'outcome'
  readonly fields: Readonly<Record<string, JsonValue | undefined>>
  readonly content: Buffer | 'unavailable'
}

/** The run that an intent belongs to, or null. */
export function runOf(fields: RunEntry['fields']): string | null {
  const request = objectOf(fields.request)
  return typeof request.run === 'string' ? request.run : null
}

/** @throws {RunsError} `runs_state` for an entry that cannot follow */
export function applyEntry(run: Run | null, entry: RunEntry): Run | null {
  if (entry.kind === 'outcome') return run === null ? null : applyOutcome(run, entry)
  const request = objectOf(entry.fields.request)
  if (request.event === 'start') return startOf(entry)
  if (run === null) return null
  const worked = run.state === 'ready' && request.event === 'resume' ? 0 : entry.timeMs - run.lastMs
  const waits = run.state === 'paused' || run.state === 'held' || run.state === 'ambiguous'
  const timed = {
    ...run,
    lastMs: entry.timeMs,
    workedMs: run.workedMs + (waits ? 0 : Math.max(0, worked)),
  }
  const step = request.surface === 'tool_call' || request.event === 'ask' || request.event === 'refuse'
  if (step) return applyStep(timed, entry, request)
  return applyControl(timed, entry, request)
}

function startOf(entry: RunEntry): Run | null {
  if (entry.content === 'unavailable') return null
  // What this room wrote.
  const start = JSON.parse(entry.content.toString('utf8')) as RunStart
  return {
    id: start.run,
    start,
    startIndex: entry.index,
    startedMs: entry.timeMs,
    state: 'ready',
    steps: [],
    pending: [],
    answer: null,
    stuck: null,
    reason: null,
    result: null,
    workedMs: 0,
    lastMs: entry.timeMs,
  }
}

function applyStep(run: Run, entry: RunEntry, request: JsonObject): Run {
  const ask = request.event === 'ask'
  const decision = objectOf(entry.fields.decision)
  const step: Step = {
    number: Number(request.step),
    kind: ask ? 'ask' : 'call',
    intent: entry.index,
    repeats: typeof request.repeats === 'number' ? request.repeats : null,
    atMs: entry.timeMs,
    call: ask ? null : (run.pending[0] ?? null),
    tool: textOf(request.tool),
    effect: textOf(request.effect),
    // `refuse`: a tool that is not offered. Others are as passCall recorded them.
    verdict: ask ? null : request.event === 'refuse' ? 'deny' : (textOf(decision.verdict) as Step['verdict']),
    decision: textOf(decision.id),
    clauses: Array.isArray(decision.clauses) ? decision.clauses.map(String) : [],
    end: 'open',
    code: null,
    injection: false,
    result: null,
    proposal: null,
  }
  const state = nextState(run.state, ask ? 'ask' : 'call', run.id)
  return { ...run, state, steps: [...run.steps, step], stuck: null }
}

function applyControl(run: Run, entry: RunEntry, request: JsonObject): Run {
  const content = entry.content === 'unavailable' ? {} : contentOf(entry.content)
  const reason = textOf(request.reason)
  switch (request.event) {
    case 'pause':
      return { ...run, state: nextState(run.state, 'pause', run.id), reason }
    case 'resume': {
      const skipped = run.stuck !== null && request.choice === 'skip'
      return {
        ...run,
        state: nextState(run.state, 'resume', run.id),
        reason: null,
        ...(skipped ? { pending: run.pending.slice(1), stuck: null } : {}),
      }
    }
    case 'cancel':
      return { ...run, state: nextState(run.state, 'cancel', run.id), reason }
    case 'end': {
      const event = request.end === 'done' ? 'finish' : 'fail'
      return { ...run, state: nextState(run.state, event, run.id), reason, result: content }
    }
    default:
      return run
  }
}

function applyOutcome(run: Run, entry: RunEntry): Run {
  const step = run.steps.find(({ intent }) => intent === entry.fields.refers)
  if (step === undefined || step.end !== 'open') return run
  const response = objectOf(entry.fields.response)
  const code = textOf(response.code)
  const timed = {
    ...run,
    lastMs: entry.timeMs,
    // A crash lies between an intent and an outcome that a restart wrote: nobody worked meanwhile.
    workedMs: run.workedMs + (code === 'gateway_restarted' ? 0 : Math.max(0, entry.timeMs - run.lastMs)),
  }
  const end = endOf(step, textOf(response.end), code)
  const sealed: Step = {
    ...step,
    end,
    code,
    injection: response.injection === true,
    ...contentOfStep(step, entry),
  }
  const steps = timed.steps.map((one) => (one === step ? sealed : one))
  switch (end) {
    case 'void':
      return { ...timed, state: nextState(run.state, 'void', run.id), steps }
    case 'held':
      return { ...timed, state: nextState(run.state, 'hold', run.id), steps, stuck: sealed }
    case 'ambiguous':
      return { ...timed, state: nextState(run.state, 'lose', run.id), steps, stuck: sealed }
    default:
      return sealedRun({ ...timed, state: nextState(run.state, 'seal', run.id), steps }, sealed)
  }
}

function sealedRun(run: Run, step: Step): Run {
  if (step.kind === 'call') return { ...run, pending: run.pending.slice(1) }
  if (step.proposal === null) return run
  const { calls, text } = step.proposal
  return { ...run, pending: calls, answer: calls.length === 0 ? text : null }
}

/** A crash closes as ambiguous what was open; of what was not allowed it is known that nothing was done. */
function endOf(step: Step, end: string | null, code: string | null): Step['end'] {
  if (code === 'gateway_redecided') return 'void'
  if (step.kind === 'call' && step.verdict === 'hold') return 'held'
  if (step.kind === 'call' && step.verdict === 'deny') return 'denied'
  if (end === 'ambiguous') return 'ambiguous'
  if (end === 'refused') return code === 'approval_required' ? 'held' : 'denied'
  return end === 'failed' ? 'failed' : 'sealed'
}

function contentOfStep(step: Step, entry: RunEntry): Partial<Step> {
  if (entry.content === 'unavailable' || entry.content.length === 0) return {}
  const value = contentOf(entry.content)
  // What this room, or the broker, wrote.
  if (step.kind === 'call') return { result: value as unknown as ToolResult }
  const proposal = value as unknown as Proposal
  return { proposal: 'calls' in value ? proposal : null, decision: textOf(value.decision) }
}

/** Use so far. Denied and held calls count as well: they were asked for. */
export function usageOf(run: Run): RunBudget & {
  readonly proposed: number
  readonly denied: number
  readonly held: number
  readonly executed: number
} {
  const calls = run.steps.filter(({ kind, end }) => kind === 'call' && end !== 'void')
  const count = (...ends: readonly Step['end'][]): number =>
    calls.filter(({ end }) => ends.includes(end)).length
  return {
    calls: calls.length,
    tokens: run.steps.reduce((sum, { proposal }) => sum + (proposal?.tokens ?? 0), 0),
    minutes: Math.floor(run.workedMs / 60_000),
    proposed: run.steps.reduce((sum, { proposal }) => sum + (proposal?.calls.length ?? 0), 0),
    denied: count('denied'),
    held: count('held'),
    executed: count('sealed', 'failed', 'ambiguous'),
  }
}

/** Which budget is used up, or null. */
export function overBudget(run: Run): 'calls' | 'tokens' | 'minutes' | null {
  if (isOver(run.state)) return null
  const used = usageOf(run)
  const { budget } = run.start
  if (used.calls >= budget.calls && run.pending.length > 0) return 'calls'
  if (used.tokens >= budget.tokens && run.answer === null) return 'tokens'
  return used.minutes >= budget.minutes ? 'minutes' : null
}

function contentOf(content: Buffer): JsonObject {
  return content.length === 0 ? {} : objectOf(JSON.parse(content.toString('utf8')) as JsonValue)
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
