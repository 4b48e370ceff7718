/**
 * Opening sectors: what a gate still asks for, and which sector may move when.
 *
 * Spec: docs/spec/rollout.md.
 */
import { type Agreement, type Gate, STAGE_IDS, type StageId, type TierId } from '../agreement/index.ts'
import type { RolloutState } from './machine.ts'
import { entry, type Rec } from './record.ts'

/** What an evaluator states about a sector at a stage. */
export interface Attestation {
  readonly id: string
  readonly sector: string
  readonly stage: StageId
  /** Restricted tiers that the evaluation covers. */
  readonly tiers: readonly TierId[]
  /** SHA-256 (hex) of the evaluation's report. */
  readonly evidence: string
  readonly passed: boolean
  readonly by: string
  readonly atMs: number
  readonly untilMs: number
  readonly withdrawn: boolean
}

/** The sector's own acceptance of a stage, by its seats. */
export interface Acceptance {
  readonly sector: string
  readonly stage: StageId
  readonly seats: readonly string[]
  readonly atMs: number
}

/** How a sector stands beside its stage. */
export interface RolloutTrack {
  readonly sector: string
  readonly state: RolloutState
  /** Since when the sector stands at its stage. */
  readonly sinceMs: number
  readonly reason: string
}

export interface RolloutView {
  readonly attestations: Rec<Attestation>
  readonly acceptances: readonly Acceptance[]
  readonly rollouts: Rec<RolloutTrack>
}

export type GateProblem = 'order' | 'paused' | 'calendar' | 'dwell' | 'attestation' | 'acceptance'

export interface Ask {
  readonly sector: string
  readonly from: StageId
  readonly to: StageId
  readonly nowMs: number
}

/** What still stands between a sector and a stage; empty: the gate's approvers may open it. */
export function gateProblems(agreement: Agreement, view: RolloutView, ask: Ask): GateProblem[] {
  const { sector, from, to, nowMs } = ask
  const problems: GateProblem[] = []
  if (STAGE_IDS.indexOf(to) !== STAGE_IDS.indexOf(from) + 1) problems.push('order')
  const track = entry(view.rollouts, sector)
  if (track?.state === 'paused') problems.push('paused')
  if (nowMs < (plannedMs(agreement, sector, to) ?? 0)) problems.push('calendar')
  const gate = agreement.rollout.gates.get(to)
  if (gate !== undefined && from !== 'closed' && nowMs < (track?.sinceMs ?? 0) + gate.dwellMs)
    problems.push('dwell')
  return [...problems, ...evidenceProblems(agreement, view, ask)]
}

/** Only what is asked of every road to a stage, an amendment included. */
export function evidenceProblems(
  agreement: Agreement,
  view: RolloutView,
  { sector, to, nowMs }: Ask,
): GateProblem[] {
  const gate: Gate | undefined = agreement.rollout.gates.get(to)
  if (gate === undefined) return []
  const problems: GateProblem[] = []
  if (gate.attestation && currentAttestation(view, sector, to, nowMs) === null) problems.push('attestation')
  if (gate.acceptance && !view.acceptances.some((each) => each.sector === sector && each.stage === to)) {
    problems.push('acceptance')
  }
  return problems
}

export function currentAttestation(
  { attestations }: Pick<RolloutView, 'attestations'>,
  sector: string,
  stage: StageId,
  nowMs: number,
): Attestation | null {
  const found = Object.values(attestations).find(
    (each) => each.sector === sector && each.stage === stage && isCurrent(each, nowMs),
  )
  return found ?? null
}

export function isCurrent({ passed, withdrawn, untilMs }: Attestation, nowMs: number): boolean {
  return passed && !withdrawn && nowMs < untilMs
}

export function plannedMs({ rollout }: Agreement, sector: string, stage: StageId): number | null {
  return rollout.calendar.find((each) => each.sector === sector && each.stage === stage)?.notBeforeMs ?? null
}

/** One line of the calendar: where a sector stands, where it may go, when at the earliest, and what is missing. */
export interface CalendarLine {
  readonly sector: string
  readonly stage: StageId
  readonly state: RolloutState
  readonly next: StageId | null
  /** The later of the planned day and the end of the waiting time; null when nothing is planned. */
  readonly earliestMs: number | null
  readonly missing: readonly GateProblem[]
  readonly approvers: readonly string[]
}

/** @param stageOf where each sector stands now */
export function calendarView(
  agreement: Agreement,
  view: RolloutView,
  stageOf: (sector: string) => StageId,
  nowMs: number,
): CalendarLine[] {
  return [...agreement.sectors.keys()].map((sector) => {
    const stage = stageOf(sector)
    const next = STAGE_IDS[STAGE_IDS.indexOf(stage) + 1] ?? null
    const track = entry(view.rollouts, sector)
    const gate = next === null ? undefined : agreement.rollout.gates.get(next)
    const planned = next === null ? null : plannedMs(agreement, sector, next)
    const dwellEndsMs = gate === undefined || stage === 'closed' ? 0 : (track?.sinceMs ?? 0) + gate.dwellMs
    return {
      sector,
      stage,
      state: track?.state ?? 'moving',
      next,
      earliestMs: planned === null && dwellEndsMs === 0 ? null : Math.max(planned ?? 0, dwellEndsMs),
      missing: next === null ? [] : gateProblems(agreement, view, { sector, from: stage, to: next, nowMs }),
      approvers: gate?.approvers ?? [],
    }
  })
}
