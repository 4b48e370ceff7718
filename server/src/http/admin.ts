/**
 * The admin listener: health, metrics, tokens, statements, and how things stand.
 *
 * Spec: docs/spec/http.md. Every route says what its caller must prove: statements and token requests are signed, so
 * they prove themselves; all that answers with data asks for a credential. With the database away, what needs it answers 503.
 */
import type { Server } from 'node:http'
import type { Agreement, Facts } from '../agreement/index.ts'
import type { Programme } from '../authority/index.ts'
import type { Decision } from '../authorization/index.ts'
import type { Logger } from '../base/index.ts'
import type { HostCheck } from '../config/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { RunDesk } from '../runs/index.ts'
import { callerOf } from './caller.ts'
import { createListener } from './listener.ts'
import type { Metrics } from './metrics.ts'
import { openApiRoute } from './openapi.ts'
import type { Route } from './route.ts'
import { appealRoutes } from './route-appeals.ts'
import { decisionRoutes } from './route-decisions.ts'
import { engagementRoutes } from './route-engagements.ts'
import { entryRoutes } from './route-entries.ts'
import { type EvidenceDesk, evidenceRoutes } from './route-evidence.ts'
import { governanceRoutes } from './route-governance.ts'
import { healthRoutes } from './route-health.ts'
import { holdRoutes } from './route-holds.ts'
import { programmeRoutes } from './route-programme.ts'
import { replayRoutes } from './route-replay.ts'
import { deconflictRoute, runRoutes } from './route-runs.ts'
import { tokenRoutes } from './route-tokens.ts'

/** What administration shows and does. */
export interface AdminDeps {
  readonly programme: Programme
  readonly ledger: Ledger
  readonly databaseHealthy: () => boolean
  readonly agreement: () => Agreement
  readonly decide: (facts: Facts) => Decision
  readonly metrics: Metrics
  /** Who may scrape: everyone who reaches the listener, or holders of this token and of credentials. */
  readonly metricsAccess: { readonly access: 'open' | 'credential'; readonly token: string | null }
  /** Where the other listeners are, as their clients see them. */
  readonly addresses: () => { readonly gateway: string; readonly console: string }
  readonly hostCheck: () => HostCheck
  readonly logger: Logger
  /** True from SIGTERM on: `/readyz` says so, so that a balancer sends nothing more. */
  readonly closing: () => boolean
  /** Whether any gateway process is up; absent where the gateway is in this process. */
  readonly gatewayServing?: () => boolean
  /** Packs, open intents, wrapped keys; absent in tests that have none of them. */
  readonly evidence?: EvidenceDesk
  /** Absent in tests that have none. */
  readonly runs?: RunDesk
}

/** Every route of the listener, each with what its caller must prove. */
export function adminRoutes(deps: AdminDeps): Route[] {
  const routes = [
    ...healthRoutes(deps),
    ...tokenRoutes(deps),
    ...programmeRoutes(deps),
    ...decisionRoutes(deps),
    ...governanceRoutes(deps),
    ...replayRoutes(deps),
    ...holdRoutes(deps),
    ...entryRoutes(deps),
    ...engagementRoutes(deps),
    ...appealRoutes(deps),
    ...(deps.evidence === undefined ? [] : evidenceRoutes(deps.evidence)),
    ...(deps.runs === undefined ? [] : runRoutes(deps.runs)),
    deconflictRoute(deps),
  ]
  return [...routes, openApiRoute(routes)]
}

/** The admin listener, not yet bound to an address. */
export function createAdminListener(deps: AdminDeps): Server {
  return createListener({
    routes: adminRoutes(deps),
    authenticate: (request) => callerOf(request, deps),
    hostCheck: deps.hostCheck,
    logger: deps.logger,
  })
}
