/** What presenting a credential leads to. */
import type { Principal } from '../programme/index.ts'

/** Why a credential was not accepted. There is no anonymous principal. */
export type AuthenticationFailure =
  | 'missing'
  | 'conflicting'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'not_ready'

/** A principal, or exactly one reason why there is none. */
export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly failure: AuthenticationFailure }

/** What a client of the gateway is told, at whichever of its doors. */
export const AUTHENTICATION_FAILURES: Readonly<Record<AuthenticationFailure, string>> = {
  missing: 'no credential: send `Authorization: Bearer …` or `x-api-key` with a token from `sekisho token`',
  conflicting: 'two different credentials: send one',
  malformed: 'the credential is not a Sekisho token: get one with `sekisho token`',
  unknown: 'the token is not known here: get a new one with `sekisho token`',
  expired: 'the token has expired: get a new one with `sekisho token`',
  revoked: 'the token, its key or its holder was revoked',
  not_ready: 'the programme is not loaded yet: try again shortly',
}
