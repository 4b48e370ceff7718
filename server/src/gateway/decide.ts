/**
 * Stage 6: allow, hold or deny.
 *
 * Policy decisions repeat by themselves: the same facts give the same decision. A guard's cut or the provider's own
 * refusal is remembered by content, so that a client that silently sends it again gets the same answer.
 */
import { strictest } from '../authorization/index.ts'
import { newDecisionId } from '../base/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Decided, Found } from './exchange.ts'
import { factsInput } from './find-facts.ts'

export function decide(found: Found, deps: GatewayDeps): Decided {
  const first = deps.deciderFor(found.snapshot.agreement).decide(found.facts)
  // Whether another agreement binds the institution is one look at an empty list.
  const decision =
    found.snapshot.governance.joined.length === 0
      ? first
      : strictest(first, factsInput(found, found.snapshot, deps), deps.deciderFor)
  const repeated =
    decision.verdict === 'allow'
      ? deps.authority.sticky(found.principal.actor.id, found.request.model, () =>
          found.request.contentDigest(),
        )
      : null
  return {
    ...found,
    // A grant is used up only by a decision that rests on it.
    grant: decision.usesGrant ? found.grant : null,
    decision: repeated === null ? decision : { ...decision, verdict: 'deny' },
    decisionId: newDecisionId(),
    repeated,
  }
}
