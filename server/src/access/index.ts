/**
 * The access room: bearer tokens, minted by proof of possession of an enrolled key, and whom they speak for.
 */
export type { AdminCaller, Sight } from './admin-caller.ts'
export { AdminDesk, type Administration, type AdminTokenSummary } from './admin-desk.ts'
export {
  ADMIN_TTL_S_MAX,
  isAdminRequest,
  type SignedAdminRequest,
  signAdminRequest,
} from './admin-request.ts'
export { authenticate } from './authenticate.ts'
export { AUTHENTICATION_FAILURES, type Authentication, type AuthenticationFailure } from './authentication.ts'
export {
  type MintedToken,
  replayed,
  type SignedTokenRequest,
  signTokenRequest,
  TOKEN_REQUEST_CONTEXT,
  TOKEN_TTL_S_MAX,
  type TokenRecord,
  type TokenRequest,
  type TokenSummary,
} from './token.ts'
export { TokenBook } from './token-book.ts'
export { type TokenChange, TokenDesk } from './token-desk.ts'
export {
  ADMIN_TOKEN_PREFIX,
  isAdminTokenText,
  isTokenText,
  presentedToken,
  TOKEN_FORM,
  TOKEN_PREFIX,
} from './token-text.ts'
