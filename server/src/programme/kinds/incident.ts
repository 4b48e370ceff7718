/** Incident mode. */
import { boolean, object, type Shaped } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { reason } from '../members.ts'
import { authorities, requireAnyParty, requireEveryParty } from '../signers.ts'

const incidentSetShape = object({ incident: boolean, reason })

/** Incident mode may widen what responders get, so every authority declares it; any one ends it. */
export const incidentSet: Kind<Shaped<typeof incidentSetShape>> = {
  shape: incidentSetShape,
  rule: (state, payload, { signers }) => {
    if (payload.incident === state.incidentMode) {
      throw new ProgrammeError(
        'statement_subject_state',
        `incident mode is ${state.incidentMode ? 'on' : 'off'} already`,
      )
    }
    if (payload.incident) requireEveryParty(authorities(state), signers)
    else requireAnyParty(authorities(state), signers)
    return { incidentMode: payload.incident }
  },
}
