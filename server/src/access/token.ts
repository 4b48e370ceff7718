/**
 * Minting bearer tokens by proof of possession.
 *
 * The actor signs a request with an enrolled key each time; the answer carries the token once. Tokens are
 * short-lived, bound to one actor, one institution and optionally one engagement. Spec: docs/spec/directory.md §5.
 */
import { randomBytes } from 'node:crypto'
import { canonicalize, type JsonObject } from 'sekisho-verify'
import { newId } from '../base/index.ts'
import { integer, object, ShapeError, type SigningKey, text, verifyWith } from '../identity/index.ts'
import { type Institution, ProgrammeError, type PublicKey, type Snapshot } from '../programme/index.ts'

/** First line of what is signed. */
export const TOKEN_REQUEST_CONTEXT = 'sekisho/token-request/v1\n'
/** Longest life of a model token, in seconds. */
export const TOKEN_TTL_S_MAX = 12 * 3600
/** How far the signer's clock may differ, either way; nonces are remembered this long. */
export const TOKEN_REQUEST_SKEW_MS = 120_000

/** A request to mint, signed by the actor's own key: possession is proved each time. */
export interface TokenRequest {
  readonly programme: string
  readonly actor: string
  /** Institution to act for; may be left out by its own staff. */
  readonly institution?: string
  /** Binds the token to one engagement. */
  readonly engagement?: string
  /** 16 random bytes, hex. */
  readonly nonce: string
  readonly issued_at_ms: number
  readonly ttl_s: number
}

/** A request for a model token with the signature of the key it names. */
export interface SignedTokenRequest {
  readonly request: TokenRequest
  readonly key: string
  readonly sig: string
}

/** What minting answers; the text of the token stands nowhere else. */
export interface MintedToken {
  /** Shown once. */
  readonly token: string
  readonly id: string
  readonly expiresAtMs: number
}

/** A token without text or hash. */
export interface TokenSummary {
  readonly id: string
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly key: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly revoked: boolean
}

/** A token as it is kept: by its hash. */
export interface TokenRecord extends TokenSummary {
  /** SHA-256 (hex) of the token's text. */
  readonly hash: string
}

const id = text(64)
const required = {
  programme: id,
  actor: id,
  nonce: text(32, /^[0-9a-f]{32}$/),
  issued_at_ms: integer(0, Number.MAX_SAFE_INTEGER),
  ttl_s: integer(1, TOKEN_TTL_S_MAX),
}
const signature = { key: text(16, /^[0-9a-f]{16}$/), sig: text(88, /^[A-Za-z0-9+/]{86}==$/) }

/** The bytes an actor signs. */
export function tokenRequestBytes(request: TokenRequest): Uint8Array {
  // Texts and integers only, by its shape.
  return Buffer.from(TOKEN_REQUEST_CONTEXT + canonicalize(request as unknown as JsonObject))
}

/** Signs a request to mint with a fresh nonce. */
export function signTokenRequest(request: Omit<TokenRequest, 'nonce'>, key: SigningKey): SignedTokenRequest {
  const complete = { ...request, nonce: randomBytes(16).toString('hex') }
  return { request: complete, key: key.id, sig: key.sign(tokenRequestBytes(complete)).toString('base64') }
}

/** @throws {ProgrammeError} `token_request_malformed`, `token_request_lifetime` */
export function parseTokenRequest(value: unknown): SignedTokenRequest {
  try {
    // Looked at before its shape is checked: only which optional members there are.
    const given = (value as { readonly request?: unknown } | null)?.request
    const optional = (name: string) => (hasMember(given, name) ? { [name]: id } : {})
    const shape = object({
      request: object({ ...required, ...optional('institution'), ...optional('engagement') }),
      ...signature,
    })
    // The shape reads exactly the members of SignedTokenRequest.
    return shape(value, '') as unknown as SignedTokenRequest
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    const code = error.path === 'request.ttl_s' ? 'token_request_lifetime' : 'token_request_malformed'
    throw new ProgrammeError(code, error.message, { cause: error })
  }
}

/**
 * The token a good request earns. Replay is the caller's to check: it has the nonces.
 *
 * @throws {ProgrammeError} `token_request_*`
 */
export function grantToken(
  signed: SignedTokenRequest,
  snapshot: Snapshot,
  hash: string,
  nowMs: number,
): TokenRecord {
  const { request } = signed
  const actor = snapshot.actors.get(request.actor)
  const key = actor?.keys.find((each) => each.id === signed.key && keyCounts(each, nowMs))
  const signedBytes = tokenRequestBytes(request)
  // One answer for unknown actor, unknown key and bad signature: nobody learns who is enrolled.
  if (
    actor === undefined ||
    key === undefined ||
    !verifyWith(key.public, signedBytes, Buffer.from(signed.sig, 'base64'))
  ) {
    throw new ProgrammeError(
      'token_request_signature_invalid',
      'the request is not signed by an enrolled key of this actor',
    )
  }
  if (request.programme !== snapshot.programme) {
    throw new ProgrammeError('token_request_malformed', `this is programme \`${snapshot.programme}\``)
  }
  if (Math.abs(request.issued_at_ms - nowMs) > TOKEN_REQUEST_SKEW_MS) {
    throw new ProgrammeError(
      'token_request_expired',
      'the request is not fresh: sign a new one, and check the clock',
    )
  }
  if (actor.standing !== 'active') {
    throw new ProgrammeError('token_request_actor_not_active', `\`${actor.id}\` is ${actor.standing}`)
  }
  const institution = institutionFor(snapshot, request, actor.institution, nowMs)
  const engagement =
    request.engagement === undefined ? undefined : snapshot.engagements.get(request.engagement)
  if (request.engagement !== undefined && engagement?.institution !== institution.id) {
    throw new ProgrammeError(
      'token_request_engagement_unknown',
      `\`${institution.id}\` has no such engagement`,
    )
  }
  return {
    id: newId('tok'),
    hash,
    actor: actor.id,
    institution: institution.id,
    engagement: engagement?.id ?? null,
    key: key.id,
    createdAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + request.ttl_s * 1000, key.untilMs ?? Number.POSITIVE_INFINITY),
    revoked: false,
  }
}

/** Whether a key may prove anything now: neither revoked nor over. */
export function keyCounts({ revoked, untilMs }: PublicKey, nowMs: number): boolean {
  return !revoked && (untilMs === undefined || nowMs < untilMs)
}

/** The refusal of a request whose nonce was used before. */
export function replayed(): ProgrammeError {
  return new ProgrammeError('token_request_replayed', 'this request was used before: sign a new one')
}

/** The actor's own institution, or one that delegates to it. */
function institutionFor(snapshot: Snapshot, request: TokenRequest, own: string, nowMs: number): Institution {
  const id = request.institution ?? own
  const institution = snapshot.institutions.get(id)
  const delegated = snapshot.delegations.some(
    (each) =>
      each.institution === id &&
      each.integrator === own &&
      each.actors.includes(request.actor) &&
      !each.revoked &&
      each.untilMs > nowMs,
  )
  if (institution !== undefined && (id === own || delegated)) return institution
  throw new ProgrammeError(
    'token_request_institution_not_served',
    `\`${request.actor}\` does not act for \`${id}\`: name an institution that delegates to \`${own}\``,
  )
}

function hasMember(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}
