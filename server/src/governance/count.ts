/**
 * Counting a ballot: quorum, the majority of each group of chambers, late quorum.
 *
 * Abstaining counts for the quorum and not for the majority; a recused seat counts for neither. Every group needs more than
 * its percentage of the votes for and against, and at least one vote for. Spec: docs/spec/proposal.md §4.
 */
import type { Body } from '../agreement/index.ts'
import type { Ballot, BodyBallot, BodyResult, ChamberCount, Vote } from './proposal.ts'
import { seatsOf } from './seats.ts'

export function countBody(body: Body, { roll, votes }: Pick<BodyBallot, 'roll' | 'votes'>): BodyResult {
  const counts = body.majorities.map((majority) => countChambers(body, majority, votes))
  const recused = votes.filter(({ choice }) => choice === 'recuse').length
  const voted = participation(votes)
  const quorate = voted >= body.quorum
  return {
    authority: body.authority,
    roll: roll.length,
    recused,
    voted,
    quorum: body.quorum,
    quorate,
    counts,
    carried: quorate && counts.every(({ carried }) => carried),
  }
}

export function participation(votes: readonly Vote[]): number {
  return votes.filter(({ choice }) => choice !== 'recuse').length
}

/**
 * The ballot after one more vote. When it is the one that makes the last body quorate and little time is left, the end moves, once:
 * nobody decides in the last minute alone.
 */
export function withVote(ballot: Ballot, body: Body, vote: Vote, lateQuorumMs: number): Ballot {
  let reached = false
  const bodies = ballot.bodies.map((each) => {
    if (each.body !== body.id) return each
    const votes = [...each.votes, vote]
    const quorate = participation(votes) >= body.quorum
    reached ||= quorate && each.quorumAtMs === null
    return { ...each, votes, quorumAtMs: each.quorumAtMs ?? (quorate ? vote.atMs : null) }
  })
  const late = reached && !ballot.extended && ballot.closesMs - vote.atMs < lateQuorumMs
  return { ...ballot, bodies, ...(late ? { closesMs: vote.atMs + lateQuorumMs, extended: true } : {}) }
}

/** Results of every body; the ballot fails when a binding body does not carry it. */
export function closeBallot(
  ballot: Ballot,
  bodies: readonly Body[],
): { readonly ballot: Ballot; readonly failed: readonly string[] } {
  const closed = ballot.bodies.map((each) => {
    const body = bodies.find(({ id }) => id === each.body)
    // Bodies of the version in force when the ballot opened; a new version ends open ballots.
    return body === undefined ? each : { ...each, result: countBody(body, each) }
  })
  const failed = closed.filter(({ result }) => result?.authority === 'binding' && !result.carried)
  return { ballot: { ...ballot, bodies: closed }, failed: failed.map(({ body }) => body) }
}

function countChambers(
  body: Body,
  { chambers, percent }: Body['majorities'][number],
  votes: readonly Vote[],
): ChamberCount {
  const inside = new Set(
    seatsOf(body)
      .filter(({ chamber }) => chambers.includes(chamber))
      .map(({ id }) => id),
  )
  const count = (choice: Vote['choice']): number =>
    votes.filter((vote) => vote.choice === choice && inside.has(vote.seat)).length
  const yes = count('for')
  const no = count('against')
  return {
    chambers,
    for: yes,
    against: no,
    abstain: count('abstain'),
    percent,
    carried: yes > 0 && yes * 100 > percent * (yes + no),
  }
}
