/** Tokens: minted for whoever proves possession of an enrolled key, listed and revoked with a credential. */
import { type AdminCaller, isAdminRequest, isAdminTokenText, presentedToken } from '../access/index.ts'
import type { AdminDeps } from './admin.ts'
import { json } from './answer.ts'
import { callerOf, credentialRequired } from './caller.ts'
import { HttpError } from './error.ts'
import type { Call, Route } from './route.ts'

/** Who may revoke tokens of others in the same institution. */
const REVOKING_ROLES: readonly string[] = ['platform', 'operations_lead']

export function tokenRoutes(deps: AdminDeps): Route[] {
  return [
    { method: 'POST', path: '/v1/tokens', proof: 'itself', handle: (call) => mint(call, deps) },
    { method: 'GET', path: '/v1/tokens', proof: 'credential', handle: (_call, caller) => list(caller, deps) },
    // Before the route below: whoever holds a token may end it, without knowing its id or having another.
    { method: 'DELETE', path: '/v1/tokens/self', proof: 'itself', handle: (call) => endOwn(call, deps) },
    {
      method: 'DELETE',
      path: '/v1/tokens/:id',
      proof: 'credential',
      handle: (call, caller) => revoke(call, caller, deps),
    },
  ]
}

/** One door for both kinds: what is signed says which is asked for. */
async function mint(call: Call, { programme }: AdminDeps) {
  const body = await call.body()
  const minted = isAdminRequest(body) ? programme.administration.mint(body) : await programme.mintToken(body)
  return json(201, { token: minted.token, id: minted.id, expires_at_ms: minted.expiresAtMs })
}

function list(caller: AdminCaller, { programme }: AdminDeps) {
  const credentials = programme.administration.of(caller.holder).map((each) => ({
    id: each.id,
    audience: 'admin',
    institution: each.institution,
    engagement: null,
    created_at_ms: each.createdAtMs,
    expires_at_ms: each.expiresAtMs,
    revoked: false,
  }))
  const tokens = (caller.actor === null ? [] : programme.tokens(caller.actor.id)).map((token) => ({
    id: token.id,
    audience: 'gateway',
    institution: token.institution,
    engagement: token.engagement,
    created_at_ms: token.createdAtMs,
    expires_at_ms: token.expiresAtMs,
    revoked: token.revoked,
  }))
  return json(200, { tokens: [...tokens, ...credentials] })
}

/** HOSTILE: a text that fails is an error, never a caller without a name. */
async function endOwn({ request }: Call, deps: AdminDeps) {
  const presented = presentedToken(request.headers)
  if (presented.ok && !isAdminTokenText(presented.token)) {
    const result = deps.programme.authority.authenticate(presented.token)
    if (!result.ok) throw new HttpError('http_credential_required', `the token is ${result.failure}`)
    await deps.programme.revokeToken(result.principal.tokenId)
    return json(200, { id: result.principal.tokenId, revoked: true })
  }
  if (!presented.ok) throw credentialRequired(presented.failure)
  const { tokenId } = callerOf(request, deps)
  deps.programme.administration.revoke(tokenId)
  return json(200, { id: tokenId, revoked: true })
}

async function revoke({ params }: Call, caller: AdminCaller, deps: AdminDeps) {
  const id = params.id ?? ''
  if (deps.programme.administration.of(caller.holder).some((each) => each.id === id)) {
    deps.programme.administration.revoke(id)
    return json(200, { id, revoked: true })
  }
  if (!mayRevoke(caller, id, deps)) {
    // Whether such a token exists is not for everyone: not yours and not there are answered alike.
    throw new HttpError(
      'http_not_entitled',
      'no such token of yours; operations leads and platform staff may revoke others of their institution',
    )
  }
  await deps.programme.revokeToken(id)
  return json(200, { id, revoked: true })
}

/** One's own; for directory keys, operations leads and platform staff also those of the people they employ. */
function mayRevoke({ actor, holder }: AdminCaller, id: string, { programme }: AdminDeps): boolean {
  const has = (of: string): boolean => programme.tokens(of).some((token) => token.id === id)
  if (actor !== null && has(actor.id)) return true
  if (actor !== null && !actor.roles.some((role) => REVOKING_ROLES.includes(role))) return false
  const employer = actor?.institution ?? holder.id
  for (const each of programme.snapshot().actors.values()) {
    if (each.institution === employer && has(each.id)) return true
  }
  return false
}
