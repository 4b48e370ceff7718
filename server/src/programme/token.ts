/**
 * Bearer tokens: `sekisho_`, 32 random bytes in base62, six characters of checksum.
 *
 * The fixed prefix and checksum let secret scanners find a leaked token and let a gateway turn away
 * garbage without a look-up. Only the SHA-256 is kept. Spec: docs/spec/directory.md §5.
 */

/** A request to mint, signed by the actor's own key: possession is proved each time. */
export interface TokenRequest {
  readonly programme: string
  readonly actor: string
  /** Institution to act for; may be left out by its own staff. */
  readonly institution?: string
  /** Binds the token to one engagement. */
  readonly engagement?: string
  readonly nonce: string
  readonly issued_at_ms: number
  readonly ttl_s: number
}

export interface SignedTokenRequest {
  readonly request: TokenRequest
  readonly key: string
  readonly sig: string
}

export interface MintedToken {
  /** Shown once. */
  readonly token: string
  readonly id: string
  readonly expiresAtMs: number
}

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
