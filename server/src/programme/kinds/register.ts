/** The capability register and clearances to read it. Spec: docs/spec/register.md. */
import { AUTONOMY_LEVELS } from '../../agreement/index.ts'
import { CAPABILITIES } from '../../boundary/index.ts'
import { LABELS, registerKey } from '../../governance/index.ts'
import { nullable, object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { invalid } from '../approvers.ts'
import type { Kind } from '../kind.ts'
import { digest, id, name, reason, timeMs } from '../members.ts'
import { withGovernance } from '../proposals.ts'
import { authorities, providers, requireAnyParty } from '../signers.ts'
import { actorOf, unknownSubject } from '../subject.ts'

const registerShape = object({
  model: text(128),
  capability: oneOf(CAPABILITIES),
  side: oneOf(['defensive', 'dual_use', 'offensive']),
  autonomy: oneOf(AUTONOMY_LEVELS),
  label: oneOf(LABELS),
  disclosure: oneOf(['disclosed', 'partly', 'withheld']),
  text: nullable(name),
  content: nullable(digest),
})
const clearanceShape = object({ actor: id, label: oneOf(LABELS), until_ms: timeMs, reason })
const revokeShape = object({ actor: id, reason })

/** The provider says what a model can do, and what of that it has disclosed. What is not public never stands in clear. */
export const capabilityRegister: Kind<Shaped<typeof registerShape>> = {
  shape: registerShape,
  rule: (state, payload, { signers, at }) => {
    requireAnyParty(providers(state), signers)
    if (payload.text !== null && payload.label !== 'public')
      throw invalid('only what is public carries `text`')
    if (payload.disclosure === 'withheld' && (payload.text !== null || payload.content !== null)) {
      throw invalid('what is withheld has neither `text` nor `content`')
    }
    const key = registerKey(payload.model, payload.capability)
    const { capabilities } = state.governance
    return withGovernance(state, {
      capabilities: { ...capabilities, [key]: { ...payload, atMs: at.timeMs } },
    })
  },
}

export const clearanceGrant: Kind<Shaped<typeof clearanceShape>> = {
  shape: clearanceShape,
  rule: (state, { actor, label, until_ms: untilMs }, { signers }) => {
    const by = requireAnyParty(authorities(state), signers)
    actorOf(state, actor)
    const clearances = { ...state.governance.clearances, [actor]: { actor, label, untilMs, by } }
    return withGovernance(state, { clearances })
  },
}

export const clearanceRevoke: Kind<Shaped<typeof revokeShape>> = {
  shape: revokeShape,
  rule: (state, { actor }, { signers }) => {
    requireAnyParty(state.parties.values(), signers)
    if (!Object.hasOwn(state.governance.clearances, actor)) throw unknownSubject('clearance of', actor)
    const { [actor]: _, ...clearances } = state.governance.clearances
    return withGovernance(state, { clearances })
  },
}
