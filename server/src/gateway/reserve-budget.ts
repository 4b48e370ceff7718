/**
 * Stage 7: sets aside one request, its tokens and one grant use, all or nothing.
 *
 * The fact `budget` is what the rules read; the reservation is what binds. When it is refused although the fact said
 * *within* (a race), the request is decided again with the fact that is now true. Too many open exchanges of one caller
 * are no budget: that is answered 429, undecided and unrecorded.
 */
import { decide } from './decide.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError } from './error.ts'
import type { Decided, Reserved } from './exchange.ts'
import { inputTokensAtMost, outputTokensAtMost } from './output-ceiling.ts'

/** @throws {GatewayError} `gateway_actor_busy` */
export async function reserveBudget(decided: Decided, deps: GatewayDeps): Promise<Reserved> {
  if (decided.decision.verdict !== 'allow') return { ...decided, reservation: null, reservedTokens: 0 }
  const tokens = tokensAtMost(decided)
  const reserved = await deps.authority.reserve({
    actor: decided.principal.actor.id,
    institution: decided.principal.institution.id,
    tokens,
    grant: decided.grant?.hold ?? null,
  })
  if (reserved.ok) return { ...decided, reservation: reserved.reservation, reservedTokens: tokens }
  // No denial: the agreement allows it, and it passes as soon as another exchange of this caller has ended.
  if (reserved.refusal === 'person_concurrency') {
    throw new GatewayError(
      'gateway_actor_busy',
      `you have ${reserved.limit} exchanges open, the most one caller may have: wait for one to end`,
    )
  }
  const facts =
    reserved.refusal === 'grant_spent'
      ? { ...decided.facts, grant: 'spent' as const }
      : { ...decided.facts, budget: 'exceeded' as const }
  const again = decide({ ...decided, facts, grant: null }, deps)
  if (again.decision.verdict !== 'allow') return { ...again, reservation: null, reservedTokens: 0 }
  // Fail closed: the agreement may not allow what could not be reserved.
  return { ...again, decision: { ...again.decision, verdict: 'deny' }, reservation: null, reservedTokens: 0 }
}

/** Upper bound of input plus output tokens. */
function tokensAtMost(decided: Decided): number {
  const ceiling = decided.model?.outputTokensMax ?? 0
  return inputTokensAtMost(decided.request) + outputTokensAtMost(decided.request, ceiling)
}
