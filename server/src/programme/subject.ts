/** Finding what a statement is about. */
import { ProgrammeError } from './error.ts'
import type { Actor, Engagement, Institution, Integrator } from './snapshot.ts'
import type { StateFields } from './state.ts'

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function institutionOf(state: StateFields, id: string): Institution {
  return found(state.institutions.get(id), 'institution', id)
}

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function integratorOf(state: StateFields, id: string): Integrator {
  return found(state.integrators.get(id), 'integrator', id)
}

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function actorOf(state: StateFields, id: string): Actor {
  return found(state.actors.get(id), 'person or service', id)
}

/** @throws {ProgrammeError} `statement_subject_unknown` */
export function engagementOf(state: StateFields, id: string): Engagement {
  return found(state.engagements.get(id), 'engagement', id)
}

/** Whether `actor` works for `institution` at `timeMs`: as its own, or by a delegation in force. */
export function actsFor(state: StateFields, actor: Actor, institution: string, timeMs: number): boolean {
  if (actor.institution === institution) return true
  return state.delegations.some(
    (delegation) =>
      delegation.institution === institution &&
      delegation.integrator === actor.institution &&
      delegation.actors.includes(actor.id) &&
      !delegation.revoked &&
      delegation.untilMs > timeMs &&
      state.integrators.get(delegation.integrator)?.standing === 'admitted',
  )
}

function found<T>(subject: T | undefined, noun: string, id: string): T {
  if (subject !== undefined) return subject
  throw unknownSubject(noun, id)
}

export function unknownSubject(noun: string, id: string): ProgrammeError {
  return new ProgrammeError('statement_subject_unknown', `no ${noun} \`${id}\` is known`)
}
