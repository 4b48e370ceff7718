/** Tokens: minted for whoever proves possession of an enrolled key, listed and revoked with a token. */
import type { IncomingMessage } from 'node:http'
import { presentedToken } from '../access/index.ts'
import { type Principal, standingOf } from '../programme/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'

/** Who may revoke tokens of others in the same institution. */
const REVOKING_ROLES: readonly string[] = ['platform', 'operations_lead']

export function tokenRoutes(deps: AdminDeps): Route[] {
  return [
    { method: 'POST', path: '/v1/tokens', handle: (call) => mint(call, deps) },
    { method: 'GET', path: '/v1/tokens', handle: ({ request }) => list(authenticated(request, deps), deps) },
    { method: 'DELETE', path: '/v1/tokens/:id', handle: (call) => revoke(call, deps) },
  ]
}

async function mint(call: Call, deps: AdminDeps) {
  const minted = await deps.programme.mintToken(await call.body())
  return json(201, { token: minted.token, id: minted.id, expires_at_ms: minted.expiresAtMs })
}

function list(principal: Principal, deps: AdminDeps) {
  const tokens = deps.programme.tokens(principal.actor.id).map((token) => ({
    id: token.id,
    institution: token.institution,
    engagement: token.engagement,
    created_at_ms: token.createdAtMs,
    expires_at_ms: token.expiresAtMs,
    revoked: token.revoked,
  }))
  return json(200, { tokens })
}

async function revoke(call: Call, deps: AdminDeps) {
  const principal = authenticated(call.request, deps)
  // `self`: whoever holds a token may end it, without knowing its id.
  const named = call.params.id ?? ''
  const id = named === 'self' ? principal.tokenId : named
  if (!mayRevoke(principal, id, deps)) {
    // Whether such a token exists is not for everyone: not yours and not there are answered alike.
    throw new HttpError(
      'http_not_entitled',
      'no such token of yours; operations leads and platform staff may revoke others of their institution',
    )
  }
  await deps.programme.revokeToken(id)
  return json(200, { id, revoked: true })
}

function mayRevoke(principal: Principal, id: string, deps: AdminDeps): boolean {
  const has = (actor: string): boolean => deps.programme.tokens(actor).some((token) => token.id === id)
  if (id === principal.tokenId || has(principal.actor.id)) return true
  if (!principal.actor.roles.some((role) => REVOKING_ROLES.includes(role))) return false
  const institution = principal.actor.institution
  for (const actor of deps.programme.snapshot().actors.values()) {
    if (actor.institution === institution && has(actor.id)) return true
  }
  return false
}

/** HOSTILE: a credential that fails is an error, never a caller without a name. */
export function authenticated(request: IncomingMessage, deps: AdminDeps): Principal {
  const presented = presentedToken(request.headers)
  const result = presented.ok ? deps.programme.authority.authenticate(presented.token) : presented
  if (result.ok && 'principal' in result) return inGoodStanding(result.principal, deps)
  const failure = result.ok ? 'unknown' : result.failure
  const why =
    failure === 'missing'
      ? 'send `Authorization: Bearer TOKEN`'
      : `the token is ${failure}: mint one with \`sekisho token\``
  throw new HttpError('http_credential_required', why)
}

/** What is served here passes no decision, so an old token of somebody suspended is refused here. */
function inGoodStanding(principal: Principal, deps: AdminDeps): Principal {
  const standing = standingOf(principal, deps.programme.snapshot())
  if (standing === 'good') return principal
  throw new HttpError('http_not_entitled', `the token is good, its holder is not: ${standing}`)
}
