/**
 * What is held, for whoever may approve it: the signature binds to it, so it is shown before signing.
 *
 * Threat: a decision's id is in error messages and logs. Only a person who proved a key for the same
 * institution learns anything; everyone else gets one answer, whatever the id stands for.
 */

import type { AdminCaller } from '../access/index.ts'
import type { Hold } from '../accounts/index.ts'
import { parseDecisionId } from '../base/index.ts'
import type { FieldName, JsonValue, StoredExchange } from '../ledger/index.ts'
import type { Actor } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { personOf } from './caller.ts'
import { type DecisionView, readDecision } from './decision-view.ts'
import { HttpError } from './error.ts'

export interface HoldFound {
  readonly hold: Hold
  readonly view: DecisionView
  /** The intent that is held, with its fields and content. */
  readonly entry: StoredExchange
  readonly fields: Readonly<Record<FieldName, JsonValue>>
}

/** @throws {HttpError} `http_hold_malformed`, `http_hold_unknown`, `http_hold_not_held`, `http_hold_ended`, `http_not_entitled` */
export async function findHold(given: string, caller: AdminCaller, deps: AdminDeps): Promise<HoldFound> {
  const { actor, institution } = personOf(caller)
  const id = parseDecisionId(given)
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
  if (entry.fields.institution !== institution.id) throw unknownHold()
  const hold = deps.programme.hold(id)
  if (hold === null) throw whyNotHeld(view)
  refuseUnentitled(actor, hold)
  return { hold, view, entry, fields: entry.fields }
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

function refuseUnentitled(actor: Actor, hold: Hold): void {
  // One's own request is no secret; approving it is refused where it is stated, whatever one's roles.
  if (actor.id === hold.actor) return
  if (actor.roles.some((role) => hold.roles.includes(role))) return
  throw new HttpError('http_not_entitled', `approving this takes the role ${hold.roles.join(' or ')}`)
}

/** What an approval would bind to. */
export function holdJson({ hold, view, fields }: HoldFound, deps: AdminDeps) {
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
