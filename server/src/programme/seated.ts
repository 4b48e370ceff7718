/** Who speaks in a body: seats by their holders, authors, and whoever may take a mechanical step. */
import type { Body } from '../agreement/index.ts'
import { entry, type Proposal, type SeatHolding, seatKey, seatsOf } from '../governance/index.ts'
import { ProgrammeError } from './error.ts'
import type { RuleContext } from './kind.ts'
import { notEntitled, requireAnyParty } from './signers.ts'
import type { Actor } from './snapshot.ts'
import type { StateFields } from './state.ts'
import { unknownSubject } from './subject.ts'

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function bodyOf(state: StateFields, id: string): Body {
  const body = state.agreement.bodies.find((each) => each.id === id)
  if (body === undefined) throw unknownSubject('body', id)
  return body
}

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function proposalOf(state: StateFields, id: string): Proposal {
  const proposal = entry(state.governance.proposals, id)
  if (proposal === undefined) throw unknownSubject('proposal', id)
  return proposal
}

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function requireSeat(body: Body, seat: string): void {
  if (!seatsOf(body).some(({ id }) => id === seat)) throw unknownSubject('seat', `${body.id}/${seat}`)
}

export function holdsASeat(state: StateFields, actor: Actor): boolean {
  return Object.values(state.governance.seats).some((holding) => holding.actor === actor.id)
}

/** The one signer that drafts: a party by one key, or a person who holds a seat. @throws `statement_signer_not_entitled` */
export function authorOf(state: StateFields, { signers }: RuleContext): string {
  const party = signers.owners.find((owner) => owner.kind === 'party')
  const actor = signers.actors.find((each) => holdsASeat(state, each))
  const author = party?.id ?? actor?.id
  if (author !== undefined) return author
  throw notEntitled('a party or somebody who holds a seat drafts a proposal')
}

/** @throws {ProgrammeError} `statement_signer_not_entitled` */
export function requireAuthor({ author, id }: Proposal, { signers }: RuleContext): void {
  if (signers.owners.some((owner) => owner.id === author)) return
  throw notEntitled(`\`${id}\` is \`${author}\`'s: only its author may do this`)
}

/** Steps that only state that a time has come: any key of a party, or of somebody who holds a seat. */
export function requireAnyone(state: StateFields, { signers }: RuleContext): string {
  const party = signers.owners.find((owner) => owner.kind === 'party')
  const actor = signers.actors.find((each) => holdsASeat(state, each))
  const by = party?.id ?? actor?.id
  if (by !== undefined) return by
  throw notEntitled('a party or somebody who holds a seat must sign')
}

/** @throws {ProgrammeError} `statement_signer_not_entitled` */
export function requireParty(state: StateFields, id: string, { signers }: RuleContext): void {
  const party = state.parties.get(id)
  if (party === undefined) throw unknownSubject('party', id)
  requireAnyParty([party], signers)
}

/** The holding of a seat that is filled. @throws {ProgrammeError} `statement_subject_state` */
export function filledSeat(state: StateFields, body: string, seat: string): SeatHolding {
  const holding = entry(state.governance.seats, seatKey(body, seat))
  if (holding !== undefined) return holding
  throw new ProgrammeError('statement_subject_state', `seat \`${body}/${seat}\` is vacant`)
}
