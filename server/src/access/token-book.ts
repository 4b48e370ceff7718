/**
 * Tokens in memory, by the SHA-256 of their text; the text itself is nowhere.
 *
 * LIMIT: so many live tokens per actor; expired ones are swept as new ones come.
 */
import { ProgrammeError } from '../programme/index.ts'
import type { TokenRecord, TokenSummary } from './token.ts'

export const TOKENS_PER_ACTOR_MAX = 256

/** Live tokens of one process by hash, and by actor. */
export class TokenBook {
  readonly #byHash = new Map<string, TokenRecord>()
  readonly #byActor = new Map<string, Map<string, TokenRecord>>()

  byHash(hash: string): TokenRecord | undefined {
    return this.#byHash.get(hash)
  }

  byId(id: string): TokenRecord | undefined {
    for (const record of this.#byHash.values()) if (record.id === id) return record
    return undefined
  }

  /** @throws {ProgrammeError} `token_limit` */
  checkRoom(actor: string, nowMs: number): void {
    const own = this.#byActor.get(actor)
    if (own === undefined || own.size < TOKENS_PER_ACTOR_MAX) return
    this.#sweep(own, nowMs)
    if (own.size < TOKENS_PER_ACTOR_MAX) return
    throw new ProgrammeError('token_limit', `\`${actor}\` holds ${own.size} live tokens: revoke some`)
  }

  add(record: TokenRecord): void {
    const own = this.#byActor.get(record.actor) ?? new Map<string, TokenRecord>()
    if (own.size >= TOKENS_PER_ACTOR_MAX / 2) this.#sweep(own, record.createdAtMs)
    own.set(record.hash, record)
    this.#byActor.set(record.actor, own)
    this.#byHash.set(record.hash, record)
  }

  revoke(id: string): boolean {
    const record = this.byId(id)
    if (record === undefined) return false
    const revoked = { ...record, revoked: true }
    this.#byHash.set(record.hash, revoked)
    this.#byActor.get(record.actor)?.set(record.hash, revoked)
    return true
  }

  of(actor: string): TokenSummary[] {
    return [...(this.#byActor.get(actor)?.values() ?? [])].map(({ hash: _, ...summary }) => summary)
  }

  all(): readonly TokenRecord[] {
    return [...this.#byHash.values()]
  }

  /** An expired token is `unknown` once it is swept: the answer to the client is the same, a new one. */
  #sweep(own: Map<string, TokenRecord>, nowMs: number): void {
    for (const [hash, record] of own) {
      if (record.expiresAtMs > nowMs) continue
      own.delete(hash)
      this.#byHash.delete(hash)
    }
  }
}
