/**
 * The programme's state machines, as total tables: null is a refusal (`statement_subject_state`).
 *
 * docs/spec/directory.md prints them; a test keeps the two the same.
 */
import { ProgrammeError } from './error.ts'
import type { Actor, Engagement, Institution, Integrator } from './snapshot.ts'

export type Machine<S extends string, E extends string> = Readonly<Record<S, Readonly<Record<E, S | null>>>>

export const INSTITUTION_MACHINE: Machine<Institution['standing'], 'admit' | 'suspend'> = {
  not_admitted: { admit: 'admitted', suspend: null },
  admitted: { admit: null, suspend: 'suspended' },
  suspended: { admit: 'admitted', suspend: null },
}

export const INTEGRATOR_MACHINE: Machine<Integrator['standing'], 'admit' | 'suspend'> = {
  admitted: { admit: null, suspend: 'suspended' },
  suspended: { admit: 'admitted', suspend: null },
}

export const ACTOR_MACHINE: Machine<Actor['standing'], 'suspend' | 'reinstate' | 'revoke'> = {
  active: { suspend: 'suspended', reinstate: null, revoke: 'revoked' },
  suspended: { suspend: null, reinstate: 'active', revoke: 'revoked' },
  revoked: { suspend: null, reinstate: null, revoke: null },
}

/** `approve` is the last approval needed; those before it change no state. */
export const ENGAGEMENT_MACHINE: Machine<Engagement['state'], 'approve' | 'amend' | 'suspend' | 'close'> = {
  draft: { approve: 'active', amend: 'draft', suspend: null, close: 'closed' },
  active: { approve: null, amend: 'draft', suspend: 'suspended', close: 'closed' },
  suspended: { approve: 'active', amend: 'draft', suspend: null, close: 'closed' },
  closed: { approve: null, amend: null, suspend: null, close: null },
}

/** Its life as people see it: `expire` is its window ending, which no statement has to say. */
export const ENGAGEMENT_LIFE: Machine<
  Engagement['state'] | 'expired',
  'approve' | 'amend' | 'suspend' | 'close' | 'expire'
> = {
  draft: { ...ENGAGEMENT_MACHINE.draft, expire: 'expired' },
  active: { ...ENGAGEMENT_MACHINE.active, expire: 'expired' },
  suspended: { ...ENGAGEMENT_MACHINE.suspended, expire: 'expired' },
  expired: { approve: null, amend: 'draft', suspend: 'suspended', close: 'closed', expire: null },
  closed: { ...ENGAGEMENT_MACHINE.closed, expire: null },
}

/** How an engagement stands at `nowMs`. */
export function engagementStands(
  { state, untilMs }: Pick<Engagement, 'state' | 'untilMs'>,
  nowMs: number,
): Engagement['state'] | 'expired' {
  return state !== 'closed' && nowMs >= untilMs ? 'expired' : state
}

/** @throws {ProgrammeError} `statement_subject_state` */
export function next<S extends string, E extends string>(
  machine: Machine<S, E>,
  state: S,
  event: E,
  subject: string,
): S {
  const to = machine[state][event]
  if (to !== null) return to
  throw new ProgrammeError('statement_subject_state', `\`${subject}\` is ${state}: it cannot ${event}`)
}
