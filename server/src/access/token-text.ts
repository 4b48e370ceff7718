/**
 * The text of a bearer token: `sekisho_`, 43 base62 digits (32 random bytes), 6 base62 digits of CRC-32;
 * `sekisho_admin_` begins one for administration, so that neither passes for the other.
 *
 * The prefix and checksum let secret scanners find a leaked token without false alarms, and let a gateway
 * turn garbage away without a look-up. The checksum is no secret and proves nothing.
 */
import { hash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import type { AuthenticationFailure } from './authentication.ts'

/** What a model token begins with; secret scanners look for it. */
export const TOKEN_PREFIX = 'sekisho_'
const SECRET_BYTES = 32
const SECRET_DIGITS = 43
const CHECK_DIGITS = 6
/** What a credential of administration begins with; secret scanners look for it. */
export const ADMIN_TOKEN_PREFIX = 'sekisho_admin_'
/** A model token as scanners find it; the checksum is checked apart. */
export const TOKEN_FORM = /^sekisho_[0-9A-Za-z]{49}$/
const ADMIN_TOKEN_FORM = /^sekisho_admin_[0-9A-Za-z]{49}$/
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** RFC 6750 §2.1: the scheme in any case, then one token. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i
/** Longest credential looked at. */
const CREDENTIAL_CHARACTERS_MAX = 4096

export function newTokenText(
  secret: Uint8Array = randomBytes(SECRET_BYTES),
  prefix: string = TOKEN_PREFIX,
): string {
  const unchecked = prefix + base62(BigInt(`0x${Buffer.from(secret).toString('hex')}`), SECRET_DIGITS)
  return unchecked + checksum(unchecked)
}

/** Whether the text has the form and the checksum of a token. */
export function isTokenText(text: string): boolean {
  return TOKEN_FORM.test(text) && checked(text)
}

/** The same for a credential of administration. */
export function isAdminTokenText(text: string): boolean {
  return ADMIN_TOKEN_FORM.test(text) && checked(text)
}

function checked(text: string): boolean {
  return checksum(text.slice(0, -CHECK_DIGITS)) === text.slice(-CHECK_DIGITS)
}

/** What is kept of a token: SHA-256, hex. 256 bits of randomness need no salt. */
export function tokenHash(text: string): string {
  return hash('sha256', text, 'hex')
}

/**
 * The one credential among the headers: `Authorization: Bearer …` or `x-api-key`; both only if they agree.
 *
 * HOSTILE: whatever is not exactly one credential is a failure, never "no credential given, go on".
 */
export function presentedToken(
  headers: IncomingHttpHeaders,
):
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly failure: AuthenticationFailure } {
  const authorization = headers.authorization
  const apiKey = headers['x-api-key']
  if (authorization === undefined && apiKey === undefined) return { ok: false, failure: 'missing' }
  if (Array.isArray(apiKey)) return { ok: false, failure: 'conflicting' }
  if ((authorization?.length ?? 0) + (apiKey?.length ?? 0) > CREDENTIAL_CHARACTERS_MAX) {
    return { ok: false, failure: 'malformed' }
  }
  const bearer = authorization === undefined ? apiKey : BEARER.exec(authorization)?.[1]
  if (bearer === undefined || bearer === '') return { ok: false, failure: 'malformed' }
  if (apiKey !== undefined && apiKey !== bearer) return { ok: false, failure: 'conflicting' }
  return { ok: true, token: bearer }
}

function checksum(text: string): string {
  let digits = ''
  let rest = crc32(text)
  for (let i = 0; i < CHECK_DIGITS; i++) {
    digits = DIGITS.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

function base62(value: bigint, digits: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < digits; i++) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}
