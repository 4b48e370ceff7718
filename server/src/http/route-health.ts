/**
 * `/livez`, `/readyz`, `/metrics`.
 *
 * Ready means: model requests would be served. With the database gone they are, from the snapshot, so that alone does
 * not make a server unready; a ledger that cannot write does, because then nothing is served.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { presentedToken } from '../access/index.ts'
import type { AdminDeps } from './admin.ts'
import { json, text } from './answer.ts'
import { callerOf } from './caller.ts'
import type { Route } from './route.ts'

export function healthRoutes(deps: AdminDeps): Route[] {
  return [
    { method: 'GET', path: '/livez', proof: 'nothing', handle: () => json(200, { status: 'alive' }) },
    { method: 'GET', path: '/readyz', proof: 'nothing', handle: () => readiness(deps) },
    {
      method: 'GET',
      path: '/metrics',
      proof: 'itself',
      async handle({ request }) {
        admitScraper(request, deps)
        return text(200, await deps.metrics.text(), { 'content-type': deps.metrics.contentType })
      },
    },
  ]
}

/** Open, or for whoever presents the configured token or a credential of administration. */
function admitScraper(request: IncomingMessage, deps: AdminDeps): void {
  const { access, token } = deps.metricsAccess
  if (access === 'open') return
  const presented = presentedToken(request.headers)
  if (token !== null && presented.ok && sameText(presented.token, token)) return
  callerOf(request, deps)
}

/** Compared by digest: neither length nor time tells how much was right. */
function sameText(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
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
