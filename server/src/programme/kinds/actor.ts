/** Persons and services: enrolled by their employer, suspended or revoked by whoever could stop them. */
import { list, object, oneOf, type Shaped } from '../../identity/index.ts'
import { refuseTakenId, requireDirectory, withOwners } from '../employer.ts'
import { ProgrammeError } from '../error.ts'
import type { Changes, Kind, RuleContext } from '../kind.ts'
import { ACTOR_MACHINE, next } from '../machine.ts'
import { enrolledKey, id, person, ROLES, reason } from '../members.ts'
import { notEntitled, partiesMet } from '../signers.ts'
import type { Actor, Role } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf } from '../subject.ts'

/** Roles that an employer of each kind may give to its people. */
const ROLES_BY_EMPLOYER: Readonly<Record<'institution' | 'integrator' | 'party', readonly Role[]>> = {
  institution: [
    'analyst',
    'approver',
    'operations_lead',
    'platform',
    'internal_audit',
    'working_group_seat',
    'legal',
    'risk',
  ],
  integrator: ['analyst', 'platform'],
  party: ['party', 'regulator', 'external_auditor', 'working_group_seat'],
}

const moved = object({ id, reason })

const personEnrolShape = object({ ...person, roles: list(oneOf(ROLES), 0, ROLES.length, String) })

const serviceEnrolShape = object(person)

export const personEnrol: Kind<Shaped<typeof personEnrolShape>> = {
  shape: personEnrolShape,
  rule: (state, payload, context) => enrol(state, { ...payload, kind: 'person' }, context),
}

export const serviceEnrol: Kind<Shaped<typeof serviceEnrolShape>> = {
  shape: serviceEnrolShape,
  rule: (state, payload, context) => enrol(state, { ...payload, kind: 'service', roles: [] }, context),
}

export const actorSuspend: Kind<Shaped<typeof moved>> = {
  shape: moved,
  rule: (state, payload, context) => moveActor(state, payload.id, 'suspend', context),
}

export const actorReinstate: Kind<Shaped<typeof moved>> = {
  shape: moved,
  rule: (state, payload, context) => moveActor(state, payload.id, 'reinstate', context),
}

export const actorRevoke: Kind<Shaped<typeof moved>> = {
  shape: moved,
  rule: (state, payload, context) => moveActor(state, payload.id, 'revoke', context),
}

type Enrolment = Shaped<typeof serviceEnrolShape> & {
  readonly kind: Actor['kind']
  readonly roles: readonly Role[]
}

function enrol(state: StateFields, payload: Enrolment, { signers }: RuleContext): Changes {
  const employer = requireDirectory(state, payload.institution, signers, 'widen')
  refuseTakenId(state, payload.id)
  if ((employer === 'integrator') !== (payload.employer === 'integrator')) {
    throw new ProgrammeError(
      'statement_payload_invalid',
      '`employer` is `integrator` for staff of an integrator, and only for them',
    )
  }
  const role = payload.roles.find((each) => !ROLES_BY_EMPLOYER[employer].includes(each))
  if (role !== undefined) throw notEntitled(`an ${employer} cannot give the role \`${role}\``)
  const keys = payload.keys.map(enrolledKey)
  const { id, kind, institution, roles, nationality, location } = payload
  const actor: Actor = {
    id,
    kind,
    institution,
    standing: 'active',
    roles,
    employer: payload.employer,
    nationality,
    location,
    keys,
  }
  return { actors: state.actors.with(id, actor), keyOwners: withOwners(state, 'actor', id, keys) }
}

/** Anyone who could stop the person may suspend or revoke; only the employer reinstates. */
function moveActor(
  state: StateFields,
  id: string,
  event: 'suspend' | 'reinstate' | 'revoke',
  { signers }: RuleContext,
): Changes {
  const actor = actorOf(state, id)
  const byParty = event !== 'reinstate' && partiesMet(state.parties.values(), signers).size > 0
  if (!byParty)
    requireDirectory(state, actor.institution, signers, event === 'reinstate' ? 'widen' : 'narrow')
  const standing = next(ACTOR_MACHINE, actor.standing, event, id)
  return { actors: state.actors.with(id, { ...actor, standing }) }
}
