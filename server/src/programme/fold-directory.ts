/** Rules for the directory: institutions, integrators, persons, services, delegations. */
import { ProgrammeError } from './error.ts'
import { ACTOR_MACHINE, INSTITUTION_MACHINE, INTEGRATOR_MACHINE, next } from './machine.ts'
import type { Changes, RuleContext, RulesFor } from './rule.ts'
import {
  authorities,
  notEntitled,
  partiesMet,
  requireAnyParty,
  requireEveryParty,
  signedByDirectoryOf,
} from './signers.ts'
import type { Actor, Delegation, PublicKey, Role } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'
import { enrolledKey, type Payload } from './statement.ts'
import { actorOf, institutionOf, integratorOf } from './subject.ts'

/** Longest delegation. */
const DELEGATION_MS_MAX = 366 * 24 * 3_600_000

/** Roles that an employer of each kind may give to its people. */
const ROLES_BY_EMPLOYER: Readonly<Record<'institution' | 'integrator' | 'party', readonly Role[]>> = {
  institution: ['analyst', 'approver', 'operations_lead', 'platform', 'internal_audit', 'working_group_seat'],
  integrator: ['analyst', 'platform'],
  party: ['party', 'regulator', 'external_auditor', 'working_group_seat'],
}

type DirectoryType =
  | 'institution.register'
  | 'institution.admit'
  | 'institution.suspend'
  | 'integrator.admit'
  | 'integrator.suspend'
  | 'person.enrol'
  | 'service.enrol'
  | 'actor.suspend'
  | 'actor.reinstate'
  | 'actor.revoke'
  | 'delegation.grant'
  | 'delegation.revoke'

export const DIRECTORY_RULES: RulesFor<DirectoryType> = {
  /** Makes an institution known, not admitted: any one authority. */
  'institution.register': (state, payload, { signers }) => {
    requireAnyParty(authorities(state), signers)
    refuseTakenId(state, payload.id)
    if (!state.agreement.sectors.has(payload.sector)) {
      throw new ProgrammeError(
        'statement_subject_unknown',
        `the agreement lists no sector \`${payload.sector}\``,
      )
    }
    const { id, sector, jurisdiction, name, fictional } = payload
    const keys = payload.keys.map(enrolledKey)
    return {
      institutions: state.institutions.with(id, {
        id,
        sector,
        jurisdiction,
        name,
        fictional,
        keys,
        standing: 'not_admitted',
        programmeAccess: [],
        budget: null,
      }),
      keyOwners: withOwners(state, 'institution', id, keys),
    }
  },

  'institution.admit': (state, payload, { signers }) => {
    const institution = institutionOf(state, payload.id)
    requireEveryParty(authorities(state), signers)
    const standing = next(INSTITUTION_MACHINE, institution.standing, 'admit', payload.id)
    const budget = payload.budget && {
      requestsPerDay: payload.budget.requests_per_day,
      tokensPerDay: payload.budget.tokens_per_day,
    }
    return { institutions: state.institutions.with(payload.id, { ...institution, standing, budget }) }
  },

  'institution.suspend': (state, payload, { signers }) => {
    const institution = institutionOf(state, payload.id)
    requireAnyParty(state.parties.values(), signers)
    const standing = next(INSTITUTION_MACHINE, institution.standing, 'suspend', payload.id)
    return { institutions: state.institutions.with(payload.id, { ...institution, standing }) }
  },

  /** Admits an integrator, or a suspended one again (its keys stay). */
  'integrator.admit': (state, payload, { signers }) => {
    requireEveryParty(authorities(state), signers)
    const known = state.integrators.get(payload.id)
    if (known !== undefined) {
      const standing = next(INTEGRATOR_MACHINE, known.standing, 'admit', payload.id)
      return { integrators: state.integrators.with(known.id, { ...known, standing }) }
    }
    refuseTakenId(state, payload.id)
    const keys = payload.keys.map(enrolledKey)
    return {
      integrators: state.integrators.with(payload.id, {
        id: payload.id,
        name: payload.name,
        keys,
        standing: 'admitted',
      }),
      keyOwners: withOwners(state, 'integrator', payload.id, keys),
    }
  },

  'integrator.suspend': (state, payload, { signers }) => {
    const integrator = integratorOf(state, payload.id)
    requireAnyParty(state.parties.values(), signers)
    const standing = next(INTEGRATOR_MACHINE, integrator.standing, 'suspend', payload.id)
    return { integrators: state.integrators.with(payload.id, { ...integrator, standing }) }
  },

  'person.enrol': (state, payload, context) => enrol(state, { ...payload, kind: 'person' }, context),
  'service.enrol': (state, payload, context) =>
    enrol(state, { ...payload, kind: 'service', roles: [] }, context),

  'actor.suspend': (state, payload, context) => moveActor(state, payload.id, 'suspend', context),
  'actor.reinstate': (state, payload, context) => moveActor(state, payload.id, 'reinstate', context),
  'actor.revoke': (state, payload, context) => moveActor(state, payload.id, 'revoke', context),

  'delegation.grant': (state, payload, { at, signers }) => {
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

  'delegation.revoke': (state, payload, { signers }) => {
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

type Enrolment = Payload<'service.enrol'> & { readonly kind: Actor['kind']; readonly roles: readonly Role[] }

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

/**
 * That the employer signed: a directory key of an institution or integrator, or a party's threshold.
 * One that is suspended may still narrow what its people can do.
 *
 * @returns what kind of employer `id` is
 */
export function requireDirectory(
  state: StateFields,
  id: string,
  signers: RuleContext['signers'],
  direction: 'widen' | 'narrow',
): 'institution' | 'integrator' | 'party' {
  const party = state.parties.get(id)
  if (party !== undefined) {
    requireAnyParty([party], signers)
    return 'party'
  }
  const kind = state.integrators.has(id) ? 'integrator' : 'institution'
  const { standing } = kind === 'integrator' ? integratorOf(state, id) : institutionOf(state, id)
  if (!signedByDirectoryOf(kind, id, signers)) throw notEntitled(`a directory key of \`${id}\` must sign`)
  if (standing === 'suspended' && direction === 'widen') throw notEntitled(`\`${id}\` is suspended`)
  return kind
}

/** Adds keys to the register of holders. @throws {ProgrammeError} `statement_key_taken` */
export function withOwners(
  state: StateFields,
  kind: KeyOwner['kind'],
  id: string,
  keys: readonly PublicKey[],
): StateFields['keyOwners'] {
  let owners = state.keyOwners
  for (const key of keys) {
    const holder = owners.get(key.id)
    if (holder !== undefined) {
      throw new ProgrammeError('statement_key_taken', `key \`${key.id}\` belongs to \`${holder.id}\` already`)
    }
    owners = owners.with(key.id, { kind, id, key })
  }
  return owners
}

/** Ids of parties, institutions, integrators, persons and services share one name space. */
function refuseTakenId(state: StateFields, id: string): void {
  const taken =
    state.parties.has(id) || state.institutions.has(id) || state.integrators.has(id) || state.actors.has(id)
  if (taken) throw new ProgrammeError('statement_id_taken', `\`${id}\` is taken`)
}

function withoutPair(
  state: StateFields,
  pair: { readonly institution: string; readonly integrator: string },
): Delegation[] {
  return state.delegations.filter(
    (each) => each.institution !== pair.institution || each.integrator !== pair.integrator,
  )
}
