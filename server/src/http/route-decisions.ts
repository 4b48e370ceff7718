/** Decisions, for people of the institution they were taken for. */
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { type DecisionView, readDecision, unknownDecision } from './decision-view.ts'
import type { Route } from './route.ts'

export function decisionRoutes(deps: AdminDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/decisions/:id',
      proof: 'credential',
      handle: async ({ params }, caller) => {
        const view = await readDecision(params.id ?? '', deps)
        // Another institution's decision is answered as one that is not there.
        if (caller.institution === null || view.institution !== caller.institution.id) throw unknownDecision()
        return json(200, decisionJson(view))
      },
    },
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
