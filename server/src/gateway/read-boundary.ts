/**
 * Stage 4: what the reader makes of the exchange. The reader proposes, the agreement decides.
 *
 * What leaks is taken out here, before anything is decided or recorded: reader and stickiness see what was asked, the
 * ledger and the provider see tokens (docs/spec/leakage.md §4).
 */
import { holdsCanary, redactRequest } from '../guard/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Bound, Read } from './exchange.ts'

export function readBoundary(bound: Bound, deps: GatewayDeps): Read {
  const who = { person: bound.principal.actor.id, nowMs: deps.clock.nowMs() }
  const reading = deps.reader.read(bound.request, who)
  const canaries = deps.guard.canaries ?? []
  const outgoing = bound.request
  const guard = deps.guard.tiers?.[bound.model?.tier ?? ''] ?? deps.guard
  if (canaries.length > 0 && holdsCanary(bound.request, canaries))
    return { ...bound, reading: { ...reading, leakage: 'present' }, outgoing, tokens: null, guard }
  if (reading.leakage !== 'present') return { ...bound, reading, outgoing, tokens: null, guard }
  const { request, leakage, tokens } = redactRequest(bound.request, {
    secret: deps.endUserSecret,
    // The person as well: sessions are named by clients, and a colleague of the same name could try values against tokens on record.
    scope: [bound.principal.institution.id, bound.principal.actor.id, bound.session],
    bodyBytesMax: deps.limits.bodyBytesMax,
  })
  return { ...bound, reading: { ...reading, leakage }, outgoing: request, tokens, guard }
}
