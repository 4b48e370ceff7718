/**
 * Rollout of sectors: widened through a gate, narrowed at once, paused and resumed. Spec: docs/spec/rollout.md.
 */
import { STAGE_IDS } from '../../agreement/index.ts'
import {
  entry,
  gateProblems,
  ROLLOUT_MACHINE,
  type RolloutEvent,
  type RolloutTrack,
} from '../../governance/index.ts'
import { object, oneOf, type Shaped } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Changes, Kind, RuleContext } from '../kind.ts'
import { next } from '../machine.ts'
import { id, reason } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { holdsASeat } from '../seated.ts'
import { notEntitled, requireAnyParty, requireEveryParty } from '../signers.ts'
import type { StateFields } from '../state.ts'
import { unknownSubject } from '../subject.ts'
import { gateClosed, stageOf } from '../version.ts'

const sectorStageShape = object({ sector: id, stage: oneOf(STAGE_IDS), reason })
const sectorStepShape = object({ sector: id, reason })
const sectorAcceptShape = object({ sector: id, stage: oneOf(STAGE_IDS) })

/** Widening takes the gate, evidence and approvers; any one party narrows, and the rollout then waits to be resumed. */
export const sectorStage: Kind<Shaped<typeof sectorStageShape>> = {
  shape: sectorStageShape,
  rule: (state, payload, context) => {
    const { sector, stage: to } = payload
    requireSector(state, sector)
    const from = stageOf(state, sector)
    if (to === from) {
      throw new ProgrammeError('statement_subject_state', `sector \`${sector}\` is at \`${to}\` already`)
    }
    const narrows = STAGE_IDS.indexOf(to) < STAGE_IDS.indexOf(from)
    if (narrows) requireAnyParty(state.parties.values(), context.signers)
    else {
      const problems = gateProblems(state.agreement, state.governance, {
        sector,
        from,
        to,
        nowMs: context.at.timeMs,
      })
      if (problems.length > 0) throw gateClosed(sector, to, problems)
      requireApprovers(state, to, context)
    }
    const moved = track(state, sector, narrows ? 'fall_back' : 'advance', payload.reason, context.at.timeMs)
    return { ...moved, stages: state.stages.with(sector, to) }
  },
}

/** Any party holds a sector where it is. */
export const sectorPause: Kind<Shaped<typeof sectorStepShape>> = {
  shape: sectorStepShape,
  rule: (state, payload, { signers }) => {
    requireSector(state, payload.sector)
    requireAnyParty(state.parties.values(), signers)
    return track(state, payload.sector, 'pause', payload.reason, null)
  },
}

/** Going on takes whoever would open the next gate. */
export const sectorResume: Kind<Shaped<typeof sectorStepShape>> = {
  shape: sectorStepShape,
  rule: (state, payload, context) => {
    requireSector(state, payload.sector)
    const stage = stageOf(state, payload.sector)
    requireApprovers(state, STAGE_IDS[STAGE_IDS.indexOf(stage) + 1] ?? stage, context)
    return track(state, payload.sector, 'resume', payload.reason, null)
  },
}

/** The sector's own word: at least one of its seats in every chamber in which it has any. */
export const sectorAccept: Kind<Shaped<typeof sectorAcceptShape>> = {
  shape: sectorAcceptShape,
  rule: (state, payload, { signers, at }) => {
    const { sector, stage } = payload
    requireSector(state, sector)
    const held = Object.values(state.governance.seats).filter(
      (holding) => holding.represents === null && signers.actors.some((actor) => actor.id === holding.actor),
    )
    const seats: string[] = []
    for (const body of state.agreement.bodies) {
      for (const group of body.seatGroups) {
        if (group.sector !== sector) continue
        const signed = held.filter(
          ({ body: of, seat }) => of === body.id && seat.startsWith(`${sector}.${group.chamber}.`),
        )
        if (signed.length === 0) {
          throw notEntitled(
            `a seat of \`${sector}\` in the ${group.chamber} chamber of \`${body.id}\` must sign`,
          )
        }
        seats.push(...signed.map((holding) => `${body.id}/${holding.seat}`))
      }
    }
    if (seats.length === 0) throw notEntitled(`\`${sector}\` has no seat of its own`)
    const others = state.governance.acceptances.filter(
      (each) => each.sector !== sector || each.stage !== stage,
    )
    const acceptance = { sector, stage, seats: [...new Set(seats)], atMs: at.timeMs }
    return withGovernance(state, { acceptances: [...others, acceptance] })
  },
}

/** A seat of the sector, or any party, takes the acceptance back; the stage stays until somebody narrows it. */
export const sectorDecline: Kind<Shaped<typeof sectorAcceptShape>> = {
  shape: sectorAcceptShape,
  rule: (state, { sector, stage }, { signers }) => {
    requireSector(state, sector)
    const seated = signers.actors.some(
      (actor) =>
        holdsASeat(state, actor) &&
        Object.values(state.governance.seats).some(
          (holding) => holding.actor === actor.id && holding.seat.startsWith(`${sector}.`),
        ),
    )
    if (!seated) requireAnyParty(state.parties.values(), signers)
    const acceptances = state.governance.acceptances.filter(
      (each) => each.sector !== sector || each.stage !== stage,
    )
    return withGovernance(state, { acceptances })
  },
}

function requireSector(state: StateFields, sector: string): void {
  if (!state.agreement.sectors.has(sector)) throw unknownSubject('sector', sector)
}

/** @throws {ProgrammeError} `statement_threshold_not_met` */
function requireApprovers(state: StateFields, stage: string, { signers }: RuleContext): void {
  const id = STAGE_IDS.find((each) => each === stage)
  const approvers = (id === undefined ? undefined : state.agreement.rollout.gates.get(id))?.approvers ?? []
  requireEveryParty(
    [...state.parties.values()].filter((party) => approvers.length === 0 || approvers.includes(party.id)),
    signers,
  )
}

/** @param movedMs when the stage changed, or null when it did not */
function track(
  state: StateFields,
  sector: string,
  event: RolloutEvent,
  why: string,
  movedMs: number | null,
): Changes {
  const known = entry(state.governance.rollouts, sector)
  const now: RolloutTrack = {
    sector,
    state: next(ROLLOUT_MACHINE, known?.state ?? 'moving', event, sector),
    sinceMs: movedMs ?? known?.sinceMs ?? 0,
    reason: why,
  }
  return withGovernance(state, { rollouts: { ...state.governance.rollouts, [sector]: now } })
}
