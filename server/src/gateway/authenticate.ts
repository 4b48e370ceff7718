/**
 * Stage 1: who asks. A failed authentication is an error, never a principal.
 *
 * HOSTILE: headers are the client's. A header that decides something may stand once only.
 */
import { AUTHENTICATION_FAILURES, type AuthenticationFailure, presentedToken } from '../access/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError, type GatewayErrorCode } from './error.ts'
import type { Arrived, Authenticated } from './exchange.ts'

/** Headers that decide something: a second one would let two readers see two requests. At most 31: one bit each. */
const SINGLE_HEADERS: readonly string[] = [
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
]

const CODES: Readonly<Record<AuthenticationFailure, GatewayErrorCode>> = {
  missing: 'gateway_credential_missing',
  conflicting: 'gateway_credential_conflicting',
  malformed: 'gateway_credential_malformed',
  unknown: 'gateway_credential_unknown',
  expired: 'gateway_credential_expired',
  revoked: 'gateway_credential_revoked',
  not_ready: 'gateway_not_ready',
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
  return new GatewayError(CODES[failure], AUTHENTICATION_FAILURES[failure])
}

/** @throws {GatewayError} `gateway_header_conflict` */
export function assertSingleHeaders(rawHeaders: readonly string[]): void {
  let seen = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const bit = singleBit(rawHeaders[i]!) // rawHeaders holds name, value pairs
    if ((seen & bit) !== 0) {
      const name = rawHeaders[i]!.toLowerCase()
      throw new GatewayError('gateway_header_conflict', `header \`${name}\` stands more than once`)
    }
    seen |= bit
  }
}

/** Bits of header names as they were spelled; clients spell the same few. LIMIT: so many are remembered. */
const SPELLED = new Map<string, number>()
const SPELLED_MAX = 1024

/** A bit of its own for each header that may stand once only, 0 for the others. */
function singleBit(spelled: string): number {
  const known = SPELLED.get(spelled)
  if (known !== undefined) return known
  const index = SINGLE_HEADERS.indexOf(spelled.toLowerCase())
  const bit = index < 0 ? 0 : 1 << index
  if (SPELLED.size < SPELLED_MAX) SPELLED.set(spelled, bit)
  return bit
}
