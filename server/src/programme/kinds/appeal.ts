/**
 * Appeals: who was refused sends the decision to review; a reviewer answers with a statement of their own.
 *
 * Spec: docs/spec/appeal.md. An answer that grants lifts the refusal that repeats, if there is one, and counts as an
 * over-refusal; the clause stands until the agreement is amended.
 */
import { boolean, nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { refuseRequester } from '../approvers.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { digest, id, reason } from '../members.ts'
import { notEntitled } from '../signers.ts'
import type { Appeal, Role } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf, actsFor, unknownSubject } from '../subject.ts'

const REVIEW_ROLES: readonly Role[] = ['approver', 'legal', 'risk']
/** Appeals kept, and open ones of one person: a flood is refused, not forgotten. */
const APPEALS_MAX = 100_000
const OPEN_MAX = 50

const decision = text(40, /^dec_[0-9a-z]{20,32}$/)

const appealOpenShape = object({
  decision,
  institution: id,
  reason,
  /** Whether the request, redacted, may become a test item of the institution. */
  consent: boolean,
})

const appealAnswerShape = object({
  decision,
  outcome: oneOf(['granted', 'upheld']),
  /** Key of the refusal that repeats, where one does. */
  refusal: nullable(digest),
  reason,
})

export const appealOpen: Kind<Shaped<typeof appealOpenShape>> = {
  shape: appealOpenShape,
  rule: (state, payload, context) => {
    const [actor, another] = context.signers.actors
    if (actor === undefined || another !== undefined)
      throw notEntitled('the one who was refused signs, alone')
    if (!actsFor(state, actor, payload.institution, context.at.timeMs))
      throw notEntitled(`\`${actor.id}\` does not work for \`${payload.institution}\``)
    const appeals = state.appeals ?? []
    if (appeals.some((each) => each.decision === payload.decision))
      throw new ProgrammeError('statement_id_taken', `\`${payload.decision}\` is under appeal already`)
    const open = appeals.filter((each) => each.actor === actor.id && each.outcome === 'open')
    if (appeals.length >= APPEALS_MAX || open.length >= OPEN_MAX)
      throw new ProgrammeError('statement_limit', `${OPEN_MAX} open appeals a person are the limit`)
    const appeal: Appeal = {
      ...payload,
      actor: actor.id,
      atMs: context.at.timeMs,
      outcome: 'open',
      answeredBy: null,
    }
    return { appeals: [...appeals, appeal] }
  },
}

export const appealAnswer: Kind<Shaped<typeof appealAnswerShape>> = {
  shape: appealAnswerShape,
  rule: (state, payload, context) => {
    const appeal = appealOf(state, payload.decision)
    if (appeal.outcome !== 'open')
      throw new ProgrammeError(
        'statement_subject_state',
        `\`${appeal.decision}\` was answered: ${appeal.outcome}`,
      )
    refuseRequester(context, appeal.actor)
    const appellant = actorOf(state, appeal.actor)
    const reviewer = context.signers.actors.find(
      (signer) =>
        signer.institution === appeal.institution &&
        actsFor(state, appellant, signer.institution, context.at.timeMs) &&
        signer.roles.some((role) => REVIEW_ROLES.includes(role)),
    )
    if (reviewer === undefined)
      throw notEntitled(`an approver, legal or risk of \`${appeal.institution}\` must sign`)
    const answered: Appeal = { ...appeal, outcome: payload.outcome, answeredBy: reviewer.id }
    return { appeals: (state.appeals ?? []).map((each) => (each === appeal ? answered : each)) }
  },
}

function appealOf(state: StateFields, name: string): Appeal {
  const appeal = (state.appeals ?? []).find((each) => each.decision === name)
  if (appeal === undefined) throw unknownSubject('appeal against', name)
  return appeal
}

/** The refusal that an answer lifts, as the writer's book knows it. */
export function liftedBy(
  payload: Shaped<typeof appealAnswerShape>,
  { appeals = [] }: Pick<StateFields, 'appeals'>,
): { readonly actor: string; readonly key: string } | null {
  const appeal = appeals.find((each) => each.decision === payload.decision)
  if (appeal === undefined || payload.outcome !== 'granted' || payload.refusal === null) return null
  return { actor: appeal.actor, key: payload.refusal }
}
