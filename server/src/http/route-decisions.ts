/** Decisions and holds by their unguessable id. */
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { type DecisionView, readDecision } from './decision-view.ts'
import { readHold } from './hold-view.ts'
import type { Route } from './route.ts'

export function decisionRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/decisions/:id',
      handle: async ({ params }) => json(200, decisionJson(await readDecision(params.id ?? '', deps))),
    },
    { method: 'GET', path: '/v1/holds/:id', handle: (call) => readHold(call, deps) },
  ]
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
