/** Decisions and holds by their unguessable id. */
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { type DecisionView, readDecision } from './decision-view.ts'
import { HttpError } from './error.ts'
import type { Route } from './route.ts'

export function decisionRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/decisions/:id',
      handle: async ({ params }) => json(200, decisionJson(await readDecision(params.id ?? '', deps))),
    },
    { method: 'GET', path: '/v1/holds/:id', handle: ({ params }) => holdAnswer(params.id ?? '', deps) },
  ]
}

/** What is to be approved: shown to the approver before signing, because the signature binds to it. */
function holdAnswer(id: string, deps: AdminDeps) {
  const hold = deps.programme.hold(id)
  if (hold === null)
    throw new HttpError('http_hold_unknown', 'no such hold: it was never there, or its time has run out')
  return json(200, {
    id: hold.id,
    actor: hold.actor,
    institution: hold.institution,
    engagement: hold.engagement,
    capability: hold.capability,
    session: hold.session,
    model: hold.model,
    approvals_needed: hold.approvalsNeeded,
    roles: hold.roles,
    intent: hold.index,
    at_ms: hold.atMs,
    until_ms: hold.untilMs,
  })
}

/** The API's names for a decision's members. */
export function decisionJson(view: DecisionView) {
  return {
    id: view.id,
    verdict: view.verdict,
    at_ms: view.atMs,
    receipt: view.receipt,
    agreement: {
      version: view.agreement.version,
      snapshot: view.agreement.snapshot,
      in_force: view.agreement.inForce,
    },
    model: view.model,
    capability: view.capability,
    side: view.side,
    clauses: view.clauses,
    explained: view.explained,
    approval: view.approval,
    repeats: view.repeats,
    facts: view.facts,
    outcome: view.outcome,
  }
}
