/** The ballot: opened on one digest, one vote a seat, counted when its time is over. Spec: docs/spec/proposal.md §4. */
import {
  type Ballot,
  ballotSubject,
  CHOICES,
  closeBallot,
  concerns,
  entry,
  type Proposal,
  proxySeat,
  rollOf,
  seatKey,
  withVote,
} from '../../governance/index.ts'
import { list, nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { digest, id, reason, timeMs } from '../members.ts'
import { differs, keep, requireBase, step, tooEarly, withGovernance } from '../proposals.ts'
import { bodyOf, filledSeat, proposalOf, requireAnyone, requireSeat } from '../seated.ts'
import { notEntitled, requireAnyParty } from '../signers.ts'
import type { StateFields } from '../state.ts'

const seat = text(100)
const openShape = object({
  proposal: id,
  document: digest,
  difference: nullable(digest),
  proof: nullable(digest),
  overrides: list(object({ invariant: text(16), reason }), 0, 16, (each) => each.invariant),
})
const castShape = object({ proposal: id, body: id, seat, subject: digest, choice: oneOf(CHOICES) })
const closeShape = object({ proposal: id })
const proxyShape = object({
  body: id,
  from: seat,
  to: nullable(seat),
  proposal: nullable(id),
  until_ms: timeMs,
})

/**
 * Opened by a party. The writer has computed difference and proof itself and refuses others, or a broken hard invariant; the
 * fold binds the votes to them.
 */
export const ballotOpen: Kind<Shaped<typeof openShape>> = {
  shape: openShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.proposal)
    const opened = step(proposal, 'open')
    requireAnyParty(state.parties.values(), context.signers)
    requireBase(state, proposal)
    const { discussionEndsMs } = proposal
    const { timeMs: nowMs } = context.at
    if (discussionEndsMs === null || nowMs < discussionEndsMs) {
      throw tooEarly('the discussion ends', discussionEndsMs ?? nowMs)
    }
    if (nowMs >= proposal.lapsesMs) {
      throw new ProgrammeError('statement_lapsed', `proposal \`${proposal.id}\` has lapsed: draft it again`)
    }
    const amends = proposal.kind === 'amendment'
    const bound = amends === (payload.difference !== null) && amends === (payload.proof !== null)
    if (payload.document !== proposal.document || !bound) throw differs(proposal)
    return keep(state, { ...opened, ballot: openBallot(state, proposal, payload, nowMs) })
  },
}

export const ballotCast: Kind<Shaped<typeof castShape>> = {
  shape: castShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.proposal)
    const ballot = openBallotOf(proposal, context)
    step(proposal, 'cast')
    if (payload.subject !== ballot.subject) throw differs(proposal)
    const body = bodyOf(state, payload.body)
    requireSeat(body, payload.seat)
    const votes = requireOnRoll(ballot, payload)
    const { by, proxy } = voterOf(state, payload, context)
    if (votes.some((vote) => vote.seat === payload.seat)) {
      throw new ProgrammeError(
        'statement_already_voted',
        `seat \`${payload.body}/${payload.seat}\` has voted: a vote is cast once`,
      )
    }
    if (proxy !== null && votes.filter((vote) => vote.proxy === proxy).length >= body.proxiesMax) {
      throw new ProgrammeError(
        'statement_proxy_limit',
        `seat \`${proxy}\` has voted for ${body.proxiesMax} others, the limit`,
      )
    }
    const { seat: voting, choice } = payload
    const vote = { seat: voting, choice, by, proxy, atMs: context.at.timeMs }
    const voted = withVote(ballot, body, vote, state.agreement.amendments.lateQuorumMs)
    return keep(state, { ...proposal, ballot: voted })
  },
}

/** Counts. An advisory body's opinion is recorded and ends nothing; a binding body that does not carry it does. */
export const ballotClose: Kind<Shaped<typeof closeShape>> = {
  shape: closeShape,
  rule: (state, payload, context) => {
    const proposal = proposalOf(state, payload.proposal)
    const by = requireAnyone(state, context)
    const { ballot } = proposal
    if (ballot === null || proposal.state !== 'ballot') throw notInBallot(proposal)
    if (context.at.timeMs < ballot.closesMs) throw tooEarly('the ballot ends', ballot.closesMs)
    const closed = closeBallot(ballot, state.agreement.bodies)
    if (closed.failed.length === 0) return keep(state, { ...step(proposal, 'carry'), ballot: closed.ballot })
    const why = `not carried by ${closed.failed.join(', ')}`
    return keep(state, {
      ...step(proposal, 'fail'),
      ballot: closed.ballot,
      ended: { by, reason: why, atMs: context.at.timeMs },
    })
  },
}

/** A seat lets another seat of its body vote for it; without `to` it takes that back. */
export const ballotProxy: Kind<Shaped<typeof proxyShape>> = {
  shape: proxyShape,
  rule: (state, payload, context) => {
    const body = bodyOf(state, payload.body)
    requireSeat(body, payload.from)
    if (filledSeat(state, body.id, payload.from).actor !== signerOf(context))
      throw notHeld(payload.body, payload.from)
    const others = state.governance.proxies.filter(
      (proxy) =>
        proxy.untilMs > context.at.timeMs &&
        !(proxy.body === body.id && proxy.from === payload.from && proxy.proposal === payload.proposal),
    )
    if (payload.to === null) return withGovernance(state, { proxies: others })
    filledSeat(state, body.id, payload.to)
    if (payload.to === payload.from) throw notEntitled('a seat is no proxy of its own')
    const { from, to, proposal, until_ms: untilMs } = payload
    return withGovernance(state, { proxies: [...others, { body: body.id, from, to, proposal, untilMs }] })
  },
}

function openBallot(
  state: StateFields,
  proposal: Proposal,
  { document, difference, proof, overrides }: Shaped<typeof openShape>,
  nowMs: number,
): Ballot {
  const bodies = state.agreement.bodies
    .filter((body) => concerns(body, proposal.sectors))
    .map((body) => ({
      body: body.id,
      ...rollOf(body, state.governance.seats, proposal.sectors),
      votes: [],
      quorumAtMs: null,
      result: null,
    }))
  return {
    subject: ballotSubject({ document, difference, proof }),
    difference,
    proof,
    overrides,
    openedAtMs: nowMs,
    closesMs: nowMs + state.agreement.amendments.ballotMs,
    extended: false,
    bodies,
  }
}

function openBallotOf(proposal: Proposal, { at }: RuleContext): Ballot {
  const { ballot } = proposal
  if (ballot === null || proposal.state !== 'ballot') throw notInBallot(proposal)
  if (at.timeMs < ballot.closesMs) return ballot
  throw new ProgrammeError(
    'statement_ballot_over',
    `the ballot on \`${proposal.id}\` ended at ${new Date(ballot.closesMs).toISOString()}`,
  )
}

function requireOnRoll(
  { bodies }: Ballot,
  { body, seat: voting }: Shaped<typeof castShape>,
): Ballot['bodies'][number]['votes'] {
  const found = bodies.find((each) => each.body === body)
  if (found?.roll.includes(voting)) return found.votes
  if (found?.observing.includes(voting)) {
    throw new ProgrammeError(
      'statement_seat_examines',
      `seat \`${body}/${voting}\` examines what is decided: it observes and does not vote`,
    )
  }
  throw new ProgrammeError(
    'statement_seat_not_on_roll',
    `seat \`${body}/${voting}\` was not on the roll when the ballot opened`,
  )
}

/** The holder, or the holder of a seat that has the proxy. */
function voterOf(
  state: StateFields,
  { body, seat: voting, proposal }: Shaped<typeof castShape>,
  context: RuleContext,
): { readonly by: string; readonly proxy: string | null } {
  const by = signerOf(context)
  if (entry(state.governance.seats, seatKey(body, voting))?.actor === by) return { by, proxy: null }
  const { proxies, seats } = state.governance
  const asked = { body, seat: voting, actor: by, proposal }
  const proxy = proxySeat(proxies, seats, asked, context.at.timeMs)
  if (proxy === null) throw notHeld(body, voting)
  return { by, proxy }
}

/** A vote has one signer: who else signed would look as if it counted. */
function signerOf({ signers }: RuleContext): string {
  const [actor] = signers.actors
  if (actor !== undefined && signers.owners.length === 1) return actor.id
  throw notEntitled('one person signs for a seat')
}

function notHeld(body: string, held: string): ProgrammeError {
  return new ProgrammeError(
    'statement_seat_not_held',
    `the signer neither holds seat \`${body}/${held}\` nor votes for it by proxy`,
  )
}

function notInBallot({ id: proposal, state }: Proposal): ProgrammeError {
  return new ProgrammeError('statement_subject_state', `\`${proposal}\` is ${state}: no ballot is open on it`)
}
