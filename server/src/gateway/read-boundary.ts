/** Stage 4: what the reader makes of the exchange. The reader proposes, the agreement decides. */
import type { GatewayDeps } from './deps.ts'
import type { Bound, Read } from './exchange.ts'

export function readBoundary(bound: Bound, deps: GatewayDeps): Read {
  return { ...bound, reading: deps.reader.read(bound.request) }
}
