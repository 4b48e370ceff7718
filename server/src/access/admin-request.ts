/**
 * Asking for a credential of administration: signed by any key of the directory, party keys included.
 *
 * What is signed begins with a line of its own, so that no request for a model token is one for administration,
 * nor the other way round. Spec: docs/spec/directory.md §5.
 */
import { randomBytes } from 'node:crypto'
import { canonicalize, type JsonObject } from 'sekisho-verify'
import {
  integer,
  type KeyHolder,
  object,
  oneOf,
  ShapeError,
  type SigningKey,
  text,
  verifyWith,
} from '../identity/index.ts'
import { ProgrammeError, type PublicKey, type Snapshot } from '../programme/index.ts'
import { keyCounts, TOKEN_REQUEST_SKEW_MS } from './token.ts'

/** First line of what is signed. */
export const ADMIN_REQUEST_CONTEXT = 'sekisho/admin-request/v1\n'
/** A working session, not a working day: asking again takes one signature. */
export const ADMIN_TTL_S_MAX = 3600

/** A request for a credential of the admin listener. */
export interface AdminRequest {
  readonly programme: string
  readonly audience: 'admin'
  /** Whose key signs. */
  readonly holder: KeyHolder
  /** Institution to act for: integrator staff must say. */
  readonly institution?: string
  /** 16 random bytes, hex. */
  readonly nonce: string
  readonly issued_at_ms: number
  readonly ttl_s: number
}

/** A request for a credential with the signature of the key it names. */
export interface SignedAdminRequest {
  readonly request: AdminRequest
  readonly key: string
  readonly sig: string
}

const id = text(64)
const required = {
  programme: id,
  audience: oneOf(['admin']),
  holder: object({ kind: oneOf(['party', 'institution', 'integrator', 'actor']), id }),
  nonce: text(32, /^[0-9a-f]{32}$/),
  issued_at_ms: integer(0, Number.MAX_SAFE_INTEGER),
  ttl_s: integer(1, ADMIN_TTL_S_MAX),
}
const signature = { key: text(16, /^[0-9a-f]{16}$/), sig: text(88, /^[A-Za-z0-9+/]{86}==$/) }

/** Whether a body asks for administration rather than for a model token. */
export function isAdminRequest(value: unknown): boolean {
  const request = memberOf(value, 'request')
  return memberOf(request, 'audience') !== undefined
}

/** Signs a request with a fresh nonce. */
export function signAdminRequest(
  request: Omit<AdminRequest, 'nonce' | 'audience'>,
  key: SigningKey,
): SignedAdminRequest {
  const complete = { ...request, audience: 'admin' as const, nonce: randomBytes(16).toString('hex') }
  return { request: complete, key: key.id, sig: key.sign(bytesOf(complete)).toString('base64') }
}

/** @throws {ProgrammeError} `token_request_malformed`, `token_request_lifetime` */
export function parseAdminRequest(value: unknown): SignedAdminRequest {
  try {
    const institution =
      memberOf(memberOf(value, 'request'), 'institution') === undefined ? {} : { institution: id }
    // The shape reads exactly the members of SignedAdminRequest.
    return object({ request: object({ ...required, ...institution }), ...signature })(
      value,
      '',
    ) as unknown as SignedAdminRequest
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    const code = error.path === 'request.ttl_s' ? 'token_request_lifetime' : 'token_request_malformed'
    throw new ProgrammeError(code, error.message, { cause: error })
  }
}

/**
 * That the request is signed by an enrolled key of the holder it names, for this programme, and fresh.
 *
 * @param notBeforeMs requests issued earlier are not fresh: what was used before then is forgotten
 * @throws {ProgrammeError} `token_request_signature_invalid`, `token_request_malformed`, `token_request_expired`
 */
export function checkAdminRequest(
  { request, key: keyId, sig }: SignedAdminRequest,
  snapshot: Snapshot,
  nowMs: number,
  notBeforeMs: number,
): void {
  const key = keysOf(snapshot, request.holder).find((each) => each.id === keyId && keyCounts(each, nowMs))
  // One answer for unknown holder, unknown key and bad signature: nobody learns who is enrolled.
  if (key === undefined || !verifyWith(key.public, bytesOf(request), Buffer.from(sig, 'base64'))) {
    throw new ProgrammeError(
      'token_request_signature_invalid',
      'the request is not signed by an enrolled key of this holder',
    )
  }
  if (request.programme !== snapshot.programme) {
    throw new ProgrammeError('token_request_malformed', `this is programme \`${snapshot.programme}\``)
  }
  const stale = Math.abs(request.issued_at_ms - nowMs) > TOKEN_REQUEST_SKEW_MS
  if (stale || request.issued_at_ms < notBeforeMs) {
    throw new ProgrammeError(
      'token_request_expired',
      'the request is not fresh: sign a new one, and check the clock',
    )
  }
}

/** Keys of a holder, revoked ones included; none for a holder that is not known. */
export function keysOf(snapshot: Snapshot, { kind, id }: KeyHolder): readonly PublicKey[] {
  const holders = {
    party: snapshot.parties,
    institution: snapshot.institutions,
    integrator: snapshot.integrators,
    actor: snapshot.actors,
  }
  return holders[kind].get(id)?.keys ?? []
}

function bytesOf(request: AdminRequest): Uint8Array {
  // Texts and integers only, by its shape.
  return Buffer.from(ADMIN_REQUEST_CONTEXT + canonicalize(request as unknown as JsonObject))
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name] // the object was just seen to have it
}
