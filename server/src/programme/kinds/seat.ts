/** Seats and observers of a body: who sits where. Spec: docs/spec/proposal.md §3. */
import { type GovernanceState, type SeatHolding, seatKey, seatsOf } from '../../governance/index.ts'
import { nullable, object, type Shaped, text } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { id } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { bodyOf } from '../seated.ts'
import { authorities, notEntitled, providers, requireAnyParty } from '../signers.ts'
import type { StateFields } from '../state.ts'
import { actorOf, unknownSubject } from '../subject.ts'

const seatName = text(100, /^[a-z0-9_-]+\.(?:public|private|provider)\.[1-9]\d{0,2}$/)

const seatAssignShape = object({
  body: id,
  seat: seatName,
  actor: nullable(id),
  represents: nullable(id),
})
const observerAssignShape = object({ body: id, observer: id, actor: nullable(id) })

/** Filled by an authority, the provider's chamber by the provider. One person holds one seat of a body. */
export const seatAssign: Kind<Shaped<typeof seatAssignShape>> = {
  shape: seatAssignShape,
  rule: (state, payload, context) => {
    const body = bodyOf(state, payload.body)
    const seat = seatsOf(body).find((each) => each.id === payload.seat)
    if (seat === undefined) throw unknownSubject('seat', `${body.id}/${payload.seat}`)
    requireAnyParty(seat.chamber === 'provider' ? providers(state) : authorities(state), context.signers)
    const key = seatKey(body.id, seat.id)
    const { [key]: _, ...others } = state.governance.seats
    if (payload.actor === null) return withGovernance(state, { seats: others })
    requireSeatHolder(state, payload.actor)
    refuseSecondSeat(others, payload.actor, body.id)
    if (payload.represents !== null && !body.observers.some(({ id }) => id === payload.represents)) {
      throw unknownSubject('observer', payload.represents)
    }
    const { actor, represents } = payload
    const holding: SeatHolding = { body: body.id, seat: seat.id, actor, represents }
    return withGovernance(state, { seats: { ...others, [key]: holding } })
  },
}

/** Observers attend and never vote. */
export const observerAssign: Kind<Shaped<typeof observerAssignShape>> = {
  shape: observerAssignShape,
  rule: (state, payload, context) => {
    const body = bodyOf(state, payload.body)
    if (!body.observers.some((observer) => observer.id === payload.observer)) {
      throw unknownSubject('observer', payload.observer)
    }
    requireAnyParty(authorities(state), context.signers)
    const key = seatKey(body.id, payload.observer)
    const { [key]: _, ...others } = state.governance.observers
    if (payload.actor === null) return withGovernance(state, { observers: others })
    actorOf(state, payload.actor)
    refuseSecondSeat(state.governance.seats, payload.actor, body.id)
    const holding = { body: body.id, observer: payload.observer, actor: payload.actor }
    return withGovernance(state, { observers: { ...others, [key]: holding } })
  },
}

function requireSeatHolder(state: StateFields, id: string): void {
  const actor = actorOf(state, id)
  if (actor.kind === 'person' && actor.standing === 'active' && actor.roles.includes('working_group_seat'))
    return
  throw notEntitled(`\`${id}\` is no active person with the role \`working_group_seat\``)
}

/** One seat, one vote, one person. */
function refuseSecondSeat(seats: GovernanceState['seats'], actor: string, body: string): void {
  const other = Object.values(seats).find((each) => each.actor === actor && each.body === body)
  if (other === undefined) return
  throw new ProgrammeError(
    'statement_subject_state',
    `\`${actor}\` holds seat \`${body}/${other.seat}\` already`,
  )
}
