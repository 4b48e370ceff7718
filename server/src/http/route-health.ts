/**
 * `/livez`, `/readyz`, `/metrics`.
 *
 * Ready means: model requests would be served. With the database gone they are, from the snapshot, so that alone does
 * not make a server unready; a ledger that cannot write does, because then nothing is served.
 */

import type { AdminDeps } from './admin.ts'
import { json, text } from './answer.ts'
import type { Route } from './route.ts'

export function healthRoutes(deps: AdminDeps): Route[] {
  return [
    { method: 'GET', path: '/livez', handle: () => json(200, { status: 'alive' }) },
    { method: 'GET', path: '/readyz', handle: () => readiness(deps) },
    {
      method: 'GET',
      path: '/metrics',
      handle: async () => text(200, await deps.metrics.text(), { 'content-type': deps.metrics.contentType }),
    },
  ]
}

function readiness(deps: AdminDeps) {
  const { programme, ledger } = deps
  const checks = {
    ledger: ledger.state(),
    programme: programme.founded ? 'founded' : 'not_founded',
    lease: programme.founded && programme.authority.leaseValid() ? 'valid' : 'expired',
    gateway: (deps.gatewayServing?.() ?? true) ? 'serving' : 'down',
    database: deps.databaseHealthy() ? 'reachable' : 'gone',
    closing: deps.closing(),
  }
  const ready =
    checks.ledger === 'writable' &&
    checks.programme === 'founded' &&
    checks.lease === 'valid' &&
    checks.gateway === 'serving' &&
    !checks.closing
  return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not_ready', ...checks })
}
