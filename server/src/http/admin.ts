/**
 * The admin listener: health, metrics, tokens, statements, and how things stand.
 *
 * Spec: docs/spec/http.md. Statements and token requests are signed, so they prove themselves; what is looked up by an
 * unguessable id needs nothing else; revoking a token needs a token. With the database away, what needs it answers 503.
 */
import type { Server } from 'node:http'
import type { Agreement, Facts } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Decision } from '../authorization/index.ts'
import type { Logger } from '../base/index.ts'
import type { HostCheck } from '../config/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { createListener } from './listener.ts'
import type { Metrics } from './metrics.ts'
import { decisionRoutes } from './route-decisions.ts'
import { entryRoutes } from './route-entries.ts'
import { healthRoutes } from './route-health.ts'
import { programmeRoutes } from './route-programme.ts'
import { tokenRoutes } from './route-tokens.ts'

export interface AdminDeps {
  readonly programme: Programme
  readonly ledger: Ledger
  readonly databaseHealthy: () => boolean
  readonly agreement: () => Agreement
  readonly decide: (facts: Facts) => Decision
  readonly metrics: Metrics
  /** Where the other listeners are, as their clients see them. */
  readonly addresses: () => { readonly gateway: string; readonly console: string }
  readonly hostCheck: () => HostCheck
  readonly logger: Logger
  /** True from SIGTERM on: `/readyz` says so, so that a balancer sends nothing more. */
  readonly closing: () => boolean
  /** Whether any gateway process is up; absent where the gateway is in this process. */
  readonly gatewayServing?: () => boolean
}

export function createAdminListener(deps: AdminDeps): Server {
  return createListener({
    routes: [
      ...healthRoutes(deps),
      ...tokenRoutes(deps),
      ...programmeRoutes(deps),
      ...decisionRoutes(deps),
      ...entryRoutes(deps),
    ],
    hostCheck: deps.hostCheck,
    logger: deps.logger,
  })
}
