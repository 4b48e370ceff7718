/** Institutions: registered by any one authority, admitted by all of them, suspended by any party. */
import { boolean, nullable, object, type Shaped, text } from '../../identity/index.ts'
import { refuseTakenId, withOwners } from '../employer.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { INSTITUTION_MACHINE, next } from '../machine.ts'
import { budget, enrolledKey, id, keys, name, reason } from '../members.ts'
import { authorities, requireAnyParty, requireEveryParty } from '../signers.ts'
import { institutionOf } from '../subject.ts'

const institutionRegisterShape = object({
  id,
  sector: id,
  jurisdiction: text(2, /^[A-Z]{2}$/),
  name,
  fictional: boolean,
  keys,
})

const institutionAdmitShape = object({ id, budget: nullable(budget) })

const institutionSuspendShape = object({ id, reason })

/** Makes an institution known, not admitted: any one authority. */
export const institutionRegister: Kind<Shaped<typeof institutionRegisterShape>> = {
  shape: institutionRegisterShape,
  rule: (state, payload, { signers }) => {
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
}

export const institutionAdmit: Kind<Shaped<typeof institutionAdmitShape>> = {
  shape: institutionAdmitShape,
  rule: (state, payload, { signers }) => {
    const institution = institutionOf(state, payload.id)
    requireEveryParty(authorities(state), signers)
    const standing = next(INSTITUTION_MACHINE, institution.standing, 'admit', payload.id)
    const budget = payload.budget && {
      requestsPerDay: payload.budget.requests_per_day,
      tokensPerDay: payload.budget.tokens_per_day,
    }
    return { institutions: state.institutions.with(payload.id, { ...institution, standing, budget }) }
  },
}

export const institutionSuspend: Kind<Shaped<typeof institutionSuspendShape>> = {
  shape: institutionSuspendShape,
  rule: (state, payload, { signers }) => {
    const institution = institutionOf(state, payload.id)
    requireAnyParty(state.parties.values(), signers)
    const standing = next(INSTITUTION_MACHINE, institution.standing, 'suspend', payload.id)
    return { institutions: state.institutions.with(payload.id, { ...institution, standing }) }
  },
}
