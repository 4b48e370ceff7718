/**
 * How the programme is governed, for whoever has a credential: proposals with their counts, seats, the rollout's calendar, export
 * control, the capability register.
 *
 * Statements stand in clear in the public ledger, so none of this tells a caller more than the ledger does; the register shows what
 * the caller is cleared for. Spec: docs/spec/http.md §2, docs/spec/{proposal,rollout,emergency,register}.md.
 */
import { systemClock } from '../base/index.ts'
import {
  calendarView,
  countBody,
  entry,
  isOrderInForce,
  obligations,
  type Proposal,
  registerFor,
  seatKey,
  seatsOf,
} from '../governance/index.ts'
import { type Snapshot, stageOf } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { type Answer, json, text } from './answer.ts'
import { HttpError } from './error.ts'
import type { AdminRoute } from './route.ts'

type View = (
  snapshot: Snapshot,
  call: Parameters<AdminRoute['handle']>[0],
  caller: Parameters<AdminRoute['handle']>[1],
) => Answer

export function governanceRoutes({ programme }: Pick<AdminDeps, 'programme'>): AdminRoute[] {
  const route = (path: string, view: View): AdminRoute => ({
    method: 'GET',
    path,
    proof: 'credential',
    handle: (call, caller) => view(programme.snapshot(), call, caller),
  })
  return [
    route('/v1/proposals', (snapshot) =>
      json(200, {
        proposals: Object.values(snapshot.governance.proposals).map((each) => proposalView(snapshot, each)),
      }),
    ),
    route('/v1/proposals/:id', (snapshot, { params }) =>
      json(200, proposalView(snapshot, proposalOf(snapshot, params.id ?? ''))),
    ),
    route('/v1/proposals/:id/document', (snapshot, { params }) => {
      const document = proposalOf(snapshot, params.id ?? '').text
      if (document === null) throw unknown(params.id ?? '')
      return text(200, document, { 'content-type': 'text/markdown; charset=utf-8' })
    }),
    route('/v1/agreement', ({ agreement }) =>
      text(200, agreement.documentText, { 'content-type': 'text/markdown; charset=utf-8' }),
    ),
    route('/v1/seats', (snapshot) => json(200, { bodies: seatsView(snapshot) })),
    route('/v1/rollout', (snapshot) => json(200, { sectors: rolloutView(snapshot) })),
    route('/v1/export', (snapshot) => json(200, exportView(snapshot))),
    route('/v1/register', (snapshot, _call, caller) =>
      json(200, { entries: registerFor(snapshot.governance, caller.actor?.id ?? null, systemClock.nowMs()) }),
    ),
  ]
}

function proposalOf({ governance }: Snapshot, id: string): Proposal {
  const proposal = entry(governance.proposals, id)
  if (proposal === undefined) throw unknown(id)
  return proposal
}

function unknown(id: string): HttpError {
  return new HttpError(
    'http_proposal_unknown',
    `no proposal \`${id}\`, or its document is over and stands in the ledger only`,
  )
}

/** A proposal without its document; while the ballot is open, as it would be counted now. */
function proposalView({ agreement }: Snapshot, { text: _, ballot, ...proposal }: Proposal): object {
  if (ballot === null) return { ...proposal, ballot }
  const bodies = ballot.bodies.map((each) => {
    const body = agreement.bodies.find(({ id }) => id === each.body)
    return { ...each, result: each.result ?? (body === undefined ? null : countBody(body, each)) }
  })
  return { ...proposal, ballot: { ...ballot, bodies } }
}

function seatsView({ agreement, governance }: Snapshot): object[] {
  return agreement.bodies.map((body) => ({
    id: body.id,
    name: body.name,
    authority: body.authority,
    quorum: body.quorum,
    seats: seatsOf(body).map((seat) => ({
      ...seat,
      ...(entry(governance.seats, seatKey(body.id, seat.id)) ?? { actor: null }),
    })),
    observers: body.observers.map(({ id, name }) => ({
      id,
      name,
      actor: entry(governance.observers, seatKey(body.id, id))?.actor ?? null,
    })),
  }))
}

function rolloutView(snapshot: Snapshot): object[] {
  const { agreement, governance } = snapshot
  return calendarView(agreement, governance, (sector) => stageOf(snapshot, sector), systemClock.nowMs())
}

function exportView({ governance }: Snapshot): object {
  const nowMs = systemClock.nowMs()
  return {
    bases: Object.values(governance.bases),
    orders: governance.orders.map((order) => ({ ...order, in_force: isOrderInForce(order, nowMs) })),
    lists: Object.values(governance.lists),
    obligations: obligations(governance, nowMs),
  }
}
