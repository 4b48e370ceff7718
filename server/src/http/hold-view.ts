/**
 * What is held, for whoever may approve it: the signature binds to it, so it is shown before signing.
 *
 * Threat: a decision's id is in error messages and logs. Only a caller who proved a key (a token minted by a signed
 * request) for the same institution learns anything; everyone else gets one answer, whatever the id stands for.
 */

import type { Hold } from '../accounts/index.ts'
import { parseDecisionId } from '../base/index.ts'
import type { FieldName, JsonValue } from '../ledger/index.ts'
import type { Principal } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { type Answer, json } from './answer.ts'
import { type DecisionView, readDecision } from './decision-view.ts'
import { HttpError } from './error.ts'
import type { Call } from './route.ts'
import { authenticated } from './route-tokens.ts'

/** @throws {HttpError} `http_hold_malformed`, `http_hold_unknown`, `http_hold_not_held`, `http_hold_ended`, `http_not_entitled` */
export async function readHold({ request, params }: Call, deps: AdminDeps): Promise<Answer> {
  const principal = authenticated(request, deps)
  const id = parseDecisionId(params.id ?? '')
  if (id === null) {
    throw new HttpError(
      'http_hold_malformed',
      'that is no decision id: it stands in the refusal and in `x-sekisho-decision`, `dec_` and 26 characters',
    )
  }
  const view = await readDecision(id, deps).catch((error: unknown) => {
    if (error instanceof HttpError && error.code === 'http_decision_unknown') throw unknownHold()
    throw error
  })
  const entry = await deps.ledger.read(view.intent)
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') throw unknownHold()
  if (entry.fields.institution !== principal.institution.id) throw unknownHold()
  const hold = deps.programme.hold(id)
  if (hold === null) throw whyNotHeld(view)
  refuseUnentitled(principal, hold)
  return json(200, holdJson(hold, view, entry.fields, deps))
}

const unknownHold = (): HttpError =>
  new HttpError('http_hold_unknown', 'no such hold for you: check the id, and that it is of your institution')

function whyNotHeld({ verdict, clauses }: DecisionView): HttpError {
  if (verdict === 'allow')
    return new HttpError('http_hold_not_held', 'that request was allowed: there is nothing to approve')
  if (verdict === 'deny') {
    const by = clauses.length === 0 ? '' : ` by clause ${clauses.join(', ')}`
    return new HttpError(
      'http_hold_not_held',
      `that request was denied${by}: no approval lifts a denial; its page says what would`,
    )
  }
  return new HttpError(
    'http_hold_ended',
    'that hold is over: it was approved, or its time ran out; sending the request again makes a new one where one is needed',
  )
}

function refuseUnentitled({ actor }: Principal, hold: Hold): void {
  // One's own request is no secret; approving it is refused where it is stated, whatever one's roles.
  if (actor.id === hold.actor) return
  if (actor.roles.some((role) => hold.roles.includes(role))) return
  throw new HttpError('http_not_entitled', `approving this takes the role ${hold.roles.join(' or ')}`)
}

function holdJson(
  hold: Hold,
  view: DecisionView,
  fields: Readonly<Record<FieldName, JsonValue>>,
  deps: AdminDeps,
) {
  const snapshot = deps.programme.snapshot()
  const engagement = hold.engagement === null ? undefined : snapshot.engagements.get(hold.engagement)
  const begun = snapshot.pendingGrants.find((grant) => grant.hold === hold.id)
  return {
    id: hold.id,
    actor: hold.actor,
    institution: hold.institution,
    engagement: hold.engagement,
    engagement_purpose: engagement?.purpose ?? null,
    capability: hold.capability,
    side: view.side,
    session: hold.session,
    model: hold.model,
    approvals_needed: hold.approvalsNeeded,
    approvals_given: begun?.approvedBy ?? [],
    roles: hold.roles,
    clauses: view.explained?.clauses.map(({ clause, title }) => ({ clause, title })) ?? [],
    because: view.explained?.because ?? [],
    targets: fields.targets,
    intent: hold.index,
    at_ms: hold.atMs,
    until_ms: hold.untilMs,
  }
}
