/** The last step: what was voted on and adopted takes effect. Spec: docs/spec/proposal.md §6. */
import type { Agreement } from '../../agreement/index.ts'
import { PROPOSAL_MACHINE, type Proposal, seatKey, seatsOf } from '../../governance/index.ts'
import { object, type Shaped } from '../../identity/index.ts'
import { documentOf } from '../documents.ts'
import type { Changes, Kind, RuleContext } from '../kind.ts'
import { id } from '../members.ts'
import { requireBase, step, tooEarly, withGovernance } from '../proposals.ts'
import { proposalOf, requireAnyone } from '../seated.ts'
import { SharedMap } from '../shared-map.ts'
import type { StateFields } from '../state.ts'
import { evidenceForRaised, movedSectors, ownersOf, partiesUnder, requireSuccessor } from '../version.ts'

const activateShape = object({ id })

/**
 * Puts into effect exactly what was voted on and adopted, once its time-lock has run out. Nothing is left to decide, so any key of
 * a party may state it; until then a party may veto.
 */
export const proposalActivate: Kind<Shaped<typeof activateShape>> = {
  shape: activateShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.id)
    const activated = step(proposal, 'activate')
    const by = requireAnyone(state, context)
    const { timelockEndsMs } = proposal
    const { timeMs: nowMs } = context.at
    if (timelockEndsMs === null || nowMs < timelockEndsMs)
      throw tooEarly('the time-lock ends', timelockEndsMs ?? nowMs)
    const done = { ...activated, ended: { by, reason: 'activated', atMs: nowMs } }
    if (proposal.ruling !== null) {
      const ruling = { ...proposal.ruling, proposal: proposal.id }
      return withGovernance(state, {
        proposals: { ...state.governance.proposals, [done.id]: done },
        rulings: [...state.governance.rulings, ruling],
      })
    }
    requireBase(state, proposal)
    return putInForce(state, done, context)
  },
}

function putInForce(state: StateFields, proposal: Proposal, context: RuleContext): Changes {
  const { timeMs: nowMs } = context.at
  const agreement = documentOf(proposal.document, proposal.text, context.agreements)
  requireSuccessor(state, agreement)
  evidenceForRaised(state, agreement, nowMs)
  const parties = partiesUnder(agreement, state, proposal.parties)
  const moved = movedSectors(state.agreement, agreement)
  const proposals = Object.fromEntries(
    Object.values(state.governance.proposals).map((each) => [
      each.id,
      each.id === proposal.id ? { ...proposal, text: null } : superseded(each),
    ]),
  )
  const rollouts = Object.fromEntries(
    moved.map((sector) => [
      sector,
      { sector, state: 'moving' as const, sinceMs: nowMs, reason: proposal.id },
    ]),
  )
  return {
    agreement,
    parties: SharedMap.of(parties.map((each) => [each.id, each])),
    keyOwners: ownersOf(parties, state.keyOwners),
    // What the document says of a sector is newer than what was said before.
    stages: SharedMap.of([...state.stages].filter(([sector]) => !moved.includes(sector))),
    ...withGovernance(state, {
      proposals,
      rollouts: { ...state.governance.rollouts, ...rollouts },
      seats: seatsUnder(agreement, state),
    }),
  }
}

/** Every other proposal amends a version that is no longer in force; rulings stand on their own. */
function superseded(proposal: Proposal): Proposal {
  if (proposal.kind === 'ruling' || PROPOSAL_MACHINE[proposal.state].supersede === null) return proposal
  return { ...step(proposal, 'supersede'), text: null }
}

/** Seats that the new version still has. */
function seatsUnder(agreement: Agreement, { governance }: StateFields): StateFields['governance']['seats'] {
  const known = new Set(
    agreement.bodies.flatMap((body) => seatsOf(body).map(({ id: seat }) => seatKey(body.id, seat))),
  )
  return Object.fromEntries(Object.entries(governance.seats).filter(([key]) => known.has(key)))
}
