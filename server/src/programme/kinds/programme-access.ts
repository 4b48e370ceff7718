/** Access to vendor tiers, as the provider approves it for an institution. */
import { TIER_IDS } from '../../agreement/index.ts'
import { list, object, oneOf, type Shaped } from '../../identity/index.ts'
import type { Kind } from '../kind.ts'
import { id } from '../members.ts'
import { providers, requireAnyParty } from '../signers.ts'
import { unknownSubject } from '../subject.ts'

const programmeAccessApproveShape = object({
  institution: id,
  tiers: list(oneOf(TIER_IDS), 0, TIER_IDS.length, String),
})

export const programmeAccessApprove: Kind<Shaped<typeof programmeAccessApproveShape>> = {
  shape: programmeAccessApproveShape,
  rule: (state, payload, { signers }) => {
    const institution = state.institutions.get(payload.institution)
    if (institution === undefined) throw unknownSubject('institution', payload.institution)
    requireAnyParty(providers(state), signers)
    const approved = { ...institution, programmeAccess: payload.tiers }
    return { institutions: state.institutions.with(institution.id, approved) }
  },
}
