/**
 * From a bearer token to a principal. Every failure is typed; there is no anonymous principal.
 *
 * Threat: "validation failed, so fall back to an empty identity" is how gateways are broken into.
 */
import type { Clock } from '../base/index.ts'
import type { Delegation, Principal, Snapshot } from '../programme/index.ts'
import type { Authentication, AuthenticationFailure } from './authentication.ts'
import type { TokenRecord } from './token.ts'
import type { TokenBook } from './token-book.ts'
import { isTokenText, TOKEN_FORM, tokenHash } from './token-text.ts'

/** Principals by token under one snapshot: a new snapshot means new principals. */
const principals = new WeakMap<Snapshot, Map<TokenRecord, Principal>>()

/** Who presents this token under a snapshot; every failure is typed, and it never throws. */
export function authenticate(
  bearer: string | undefined,
  tokens: TokenBook,
  snapshot: Snapshot | null,
  clock: Pick<Clock, 'nowMs'>,
): Authentication {
  if (snapshot === null) return failed('not_ready')
  if (bearer === undefined || bearer === '') return failed('missing')
  if (typeof bearer !== 'string' || !TOKEN_FORM.test(bearer)) return failed('malformed')
  const record = tokens.byHash(tokenHash(bearer))
  // The text of a token that is known has its checksum.
  if (record === undefined) return failed(isTokenText(bearer) ? 'unknown' : 'malformed')
  const nowMs = clock.nowMs()
  if (record.revoked) return failed('revoked')
  if (record.expiresAtMs <= nowMs) return failed('expired')
  const principal = cached(snapshot, record)
  if (principal === null) return failed('revoked')
  // With its key, which may have been given an end since.
  if (principal.expiresAtMs <= nowMs) return failed('expired')
  // A delegation may end between two requests of one token.
  if (principal.delegation === null || principal.delegation.untilMs > nowMs) return { ok: true, principal }
  return { ok: true, principal: { ...principal, delegation: null } }
}

function cached(snapshot: Snapshot, record: TokenRecord): Principal | null {
  let known = principals.get(snapshot)
  if (known === undefined) {
    known = new Map()
    principals.set(snapshot, known)
  }
  const principal = known.get(record) ?? principalOf(snapshot, record)
  if (principal !== null) known.set(record, principal)
  return principal
}

/** Null when the actor or the key behind the token is revoked: the token is as good as revoked. */
function principalOf(snapshot: Snapshot, record: TokenRecord): Principal | null {
  const actor = snapshot.actors.get(record.actor)
  const institution = snapshot.institutions.get(record.institution)
  const key = actor?.keys.find((each) => each.id === record.key)
  if (actor === undefined || institution === undefined || key === undefined) return null
  if (actor.standing === 'revoked' || key.revoked) return null
  return {
    actor,
    institution,
    delegation: delegationFor(snapshot, record, actor.institution),
    tokenId: record.id,
    assurance: key.assurance,
    engagement: record.engagement,
    expiresAtMs: Math.min(record.expiresAtMs, key.untilMs ?? Number.POSITIVE_INFINITY),
  }
}

function delegationFor(snapshot: Snapshot, record: TokenRecord, employer: string): Delegation | null {
  if (employer === record.institution || snapshot.integrators.get(employer)?.standing !== 'admitted')
    return null
  const delegation = snapshot.delegations.find(
    (each) => each.institution === record.institution && each.integrator === employer,
  )
  return delegation !== undefined && !delegation.revoked && delegation.actors.includes(record.actor)
    ? delegation
    : null
}

function failed(failure: AuthenticationFailure): Authentication {
  return { ok: false, failure }
}
