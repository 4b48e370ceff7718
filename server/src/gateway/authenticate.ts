/**
 * Stage 1: who asks. A failed authentication is an error, never a principal.
 *
 * HOSTILE: headers are the client's. A header that decides something may stand once only.
 */
import { type AuthenticationFailure, presentedToken } from '../access/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError, type GatewayErrorCode } from './error.ts'
import type { Arrived, Authenticated } from './exchange.ts'

/** Headers that decide something: a second one would let two readers see two requests. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'session-id',
  'transfer-encoding',
  'x-api-key',
  'x-claude-code-session-id',
  'x-sekisho-engagement',
  'x-sekisho-purpose',
  'x-sekisho-session',
])

const FAILURES: Record<AuthenticationFailure, { code: GatewayErrorCode; message: string }> = {
  missing: {
    code: 'gateway_credential_missing',
    message: 'no credential: send `Authorization: Bearer …` or `x-api-key` with a token from `sekisho token`',
  },
  conflicting: { code: 'gateway_credential_conflicting', message: 'two different credentials: send one' },
  malformed: {
    code: 'gateway_credential_malformed',
    message: 'the credential is not a Sekisho token: get one with `sekisho token`',
  },
  unknown: {
    code: 'gateway_credential_unknown',
    message: 'the token is not known here: get a new one with `sekisho token`',
  },
  expired: {
    code: 'gateway_credential_expired',
    message: 'the token has expired: get a new one with `sekisho token`',
  },
  revoked: { code: 'gateway_credential_revoked', message: 'the token, its key or its holder was revoked' },
  not_ready: { code: 'gateway_not_ready', message: 'the programme is not loaded yet: try again shortly' },
}

/** @throws {GatewayError} `gateway_header_conflict`, `gateway_credential_*`, `gateway_not_ready`, `gateway_lease_expired` */
export function authenticate(arrived: Arrived, deps: GatewayDeps): Authenticated {
  assertSingleHeaders(arrived.http.request.rawHeaders)
  if (!deps.authority.leaseValid()) {
    throw new GatewayError(
      'gateway_lease_expired',
      'this gateway lost touch with the programme and serves nothing until it is back',
    )
  }
  const presented = presentedToken(arrived.http.request.headers)
  if (!presented.ok) throw refusal(presented.failure)
  const authentication = deps.authority.authenticate(presented.token)
  if (!authentication.ok) throw refusal(authentication.failure)
  return { ...arrived, bearer: presented.token, principal: authentication.principal }
}

function refusal(failure: AuthenticationFailure): GatewayError {
  const { code, message } = FAILURES[failure]
  return new GatewayError(code, message)
}

/** @throws {GatewayError} `gateway_header_conflict` */
export function assertSingleHeaders(rawHeaders: readonly string[]): void {
  const seen = new Set<string>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase() // rawHeaders holds name, value pairs
    if (!SINGLE_HEADERS.has(name)) continue
    if (seen.has(name))
      throw new GatewayError('gateway_header_conflict', `header \`${name}\` stands more than once`)
    seen.add(name)
  }
}
