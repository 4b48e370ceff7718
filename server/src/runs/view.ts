/** A run as people and programs are shown it. */
import { type Run, type RunBudget, type Step, usageOf } from './run.ts'

export interface RunProgress {
  readonly records: number
  readonly bytes: number
  readonly of: number
}

export interface RunSummary {
  readonly run: string
  readonly operation: string
  readonly state: Run['state']
  /** Whether a loop drives it now; one that is `ready` and not driven was interrupted: resume it. */
  readonly driven: boolean
  readonly reason: string | null
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly model: string
  readonly started_ms: number
  readonly last_ms: number
  /** Ledger index of its first entry. */
  readonly start: number
  readonly steps: number
  readonly budget: RunBudget
  readonly used: ReturnType<typeof usageOf>
  /** Decision that waits for approval, or step whose outcome is not known. */
  readonly waits_for: {
    readonly decision: string | null
    readonly step: number
    readonly end: Step['end']
  } | null
  readonly findings: number | null
  readonly rejected: number | null
}

export function summaryOf(run: Run, driven: boolean): RunSummary {
  const { start, stuck, result } = run
  const count = (name: string): number | null => {
    const list = result?.[name]
    return Array.isArray(list) ? list.length : null
  }
  return {
    run: run.id,
    operation: start.operation,
    state: run.state,
    driven,
    reason: run.reason,
    actor: start.actor,
    institution: start.institution,
    engagement: start.engagement,
    model: start.model,
    started_ms: run.startedMs,
    last_ms: run.lastMs,
    start: run.startIndex,
    steps: run.steps.length,
    budget: start.budget,
    used: usageOf(run),
    waits_for:
      stuck === null || run.state === 'ready'
        ? null
        : { decision: stuck.decision, step: stuck.number, end: stuck.end },
    findings: count('findings'),
    rejected: count('rejected'),
  }
}

/** A step without what it carried: that is in its ledger entry. */
export function stepView(step: Step) {
  const {
    number,
    kind,
    intent,
    repeats,
    atMs,
    tool,
    effect,
    verdict,
    decision,
    clauses,
    end,
    code,
    injection,
  } = step
  return {
    step: number,
    kind,
    intent,
    repeats,
    at_ms: atMs,
    tool: tool ?? (kind === 'ask' ? null : (step.call?.tool ?? null)),
    effect,
    verdict,
    decision,
    clauses,
    end,
    code,
    injection,
    receipt: `rcpt-${intent}`,
    proposes: step.proposal?.calls.map((call) => call.tool) ?? [],
    served: step.proposal?.served ?? null,
  }
}
