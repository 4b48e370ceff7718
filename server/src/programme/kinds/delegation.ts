/** Delegations: an institution lets named staff of an integrator act for it, for a time. */
import { list, object, type Shaped } from '../../identity/index.ts'
import { requireDirectory } from '../employer.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { id, MEMBERS_MAX, reason, timeMs } from '../members.ts'
import type { Delegation } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf, integratorOf } from '../subject.ts'

/** Longest delegation. */
const DELEGATION_MS_MAX = 366 * 24 * 3_600_000

const delegationGrantShape = object({
  institution: id,
  integrator: id,
  actors: list(id, 1, MEMBERS_MAX, String),
  until_ms: timeMs,
})

const delegationRevokeShape = object({ institution: id, integrator: id, reason })

export const delegationGrant: Kind<Shaped<typeof delegationGrantShape>> = {
  shape: delegationGrantShape,
  rule: (state, payload, { at, signers }) => {
    requireDirectory(state, payload.institution, signers, 'widen')
    integratorOf(state, payload.integrator)
    if (payload.until_ms <= at.timeMs || payload.until_ms > at.timeMs + DELEGATION_MS_MAX) {
      throw new ProgrammeError('statement_payload_invalid', '`until_ms` must lie within the next 366 days')
    }
    for (const id of payload.actors) {
      if (actorOf(state, id).institution !== payload.integrator) {
        throw new ProgrammeError(
          'statement_subject_unknown',
          `\`${id}\` is not staff of \`${payload.integrator}\``,
        )
      }
    }
    const granted: Delegation = {
      institution: payload.institution,
      integrator: payload.integrator,
      actors: payload.actors,
      untilMs: payload.until_ms,
      revoked: false,
    }
    return { delegations: [...withoutPair(state, payload), granted] }
  },
}

export const delegationRevoke: Kind<Shaped<typeof delegationRevokeShape>> = {
  shape: delegationRevokeShape,
  rule: (state, payload, { signers }) => {
    requireDirectory(state, payload.institution, signers, 'narrow')
    const standing = state.delegations.find(
      (each) => each.institution === payload.institution && each.integrator === payload.integrator,
    )
    if (standing === undefined || standing.revoked) {
      throw new ProgrammeError('statement_subject_unknown', 'there is no such delegation in force')
    }
    return { delegations: [...withoutPair(state, payload), { ...standing, revoked: true }] }
  },
}

function withoutPair(
  state: StateFields,
  pair: { readonly institution: string; readonly integrator: string },
): Delegation[] {
  return state.delegations.filter(
    (each) => each.institution !== pair.institution || each.integrator !== pair.integrator,
  )
}
