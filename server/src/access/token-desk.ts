/**
 * Where tokens are minted and revoked: checked, stored, told to every gateway, and only then handed out.
 *
 * Spec: docs/spec/directory.md §5.
 */
import type { Clock } from '../base/index.ts'
import { ProgrammeError, type Snapshot } from '../programme/index.ts'
import { authenticate } from './authenticate.ts'
import type { Authentication } from './authentication.ts'
import { Nonces } from './nonces.ts'
import {
  grantToken,
  type MintedToken,
  parseTokenRequest,
  type TokenRecord,
  type TokenSummary,
} from './token.ts'
import type { TokenBook } from './token-book.ts'
import { newTokenText, tokenHash } from './token-text.ts'

/** What gateways must know of a token. */
export type TokenChange =
  | { readonly kind: 'token'; readonly record: TokenRecord }
  | { readonly kind: 'token_revoked'; readonly id: string }

/** Where tokens outlive the process. */
export interface TokenStore {
  /** @throws {ProgrammeError} `token_request_replayed`, `programme_database_unavailable` */
  storeToken(record: TokenRecord, nonce: string): Promise<void>
  /** @throws {ProgrammeError} `programme_database_unavailable` */
  revokeToken(id: string): Promise<void>
}

export interface TokenDeskParts {
  readonly tokens: TokenBook
  readonly store: TokenStore
  readonly clock: Pick<Clock, 'nowMs'>
  /** Resolves when every gateway has it. */
  readonly publish: (item: TokenChange) => Promise<unknown>
}

/** Mints, checks and revokes model tokens in the writer. */
export class TokenDesk {
  readonly #parts: TokenDeskParts
  readonly #nonces = new Nonces()

  constructor(parts: TokenDeskParts) {
    this.#parts = parts
  }

  authenticate(bearer: string | undefined, snapshot: Snapshot | null): Authentication {
    return authenticate(bearer, this.#parts.tokens, snapshot, this.#parts.clock)
  }

  async mint(value: unknown, snapshot: Snapshot): Promise<MintedToken> {
    const { tokens, store, clock, publish } = this.#parts
    const signed = parseTokenRequest(value)
    const nowMs = clock.nowMs()
    const text = newTokenText()
    const record = grantToken(signed, snapshot, tokenHash(text), nowMs)
    tokens.checkRoom(record.actor, nowMs)
    this.#nonces.use(signed.request.nonce, nowMs)
    await store.storeToken(record, signed.request.nonce)
    tokens.add(record)
    await publish({ kind: 'token', record })
    return { token: text, id: record.id, expiresAtMs: record.expiresAtMs }
  }

  async revoke(id: string): Promise<void> {
    const { tokens, store, publish } = this.#parts
    if (!tokens.revoke(id)) throw new ProgrammeError('token_unknown', `no token \`${id}\` is known`)
    await publish({ kind: 'token_revoked', id })
    await store.revokeToken(id)
  }

  of(actor: string): readonly TokenSummary[] {
    return this.#parts.tokens.of(actor)
  }
}
