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
