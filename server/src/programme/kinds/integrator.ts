/** Integrators: companies that operate for institutions by delegation, admitted by every authority. */
import { object, type Shaped } from '../../identity/index.ts'
import { refuseTakenId, withOwners } from '../employer.ts'
import type { Kind } from '../kind.ts'
import { INTEGRATOR_MACHINE, next } from '../machine.ts'
import { enrolledKey, id, keys, name, reason } from '../members.ts'
import { authorities, requireAnyParty, requireEveryParty } from '../signers.ts'
import { integratorOf } from '../subject.ts'

const integratorAdmitShape = object({ id, name, keys })

const integratorSuspendShape = object({ id, reason })

/** Admits an integrator, or a suspended one again (its keys stay). */
export const integratorAdmit: Kind<Shaped<typeof integratorAdmitShape>> = {
  shape: integratorAdmitShape,
  rule: (state, payload, { signers }) => {
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
}

export const integratorSuspend: Kind<Shaped<typeof integratorSuspendShape>> = {
  shape: integratorSuspendShape,
  rule: (state, payload, { signers }) => {
    const integrator = integratorOf(state, payload.id)
    requireAnyParty(state.parties.values(), signers)
    const standing = next(INTEGRATOR_MACHINE, integrator.standing, 'suspend', payload.id)
    return { integrators: state.integrators.with(payload.id, { ...integrator, standing }) }
  },
}
