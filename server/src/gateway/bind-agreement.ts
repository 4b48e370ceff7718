/** Stage 3: under which programme state and for which model the request is decided. */
import type { GatewayDeps } from './deps.ts'
import type { Bound, Parsed } from './exchange.ts'

export function bindAgreement(parsed: Parsed, deps: GatewayDeps): Bound {
  return { ...parsed, snapshot: deps.authority.snapshot(), model: deps.models.find(parsed.request.model) }
}
