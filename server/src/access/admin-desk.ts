/**
 * Credentials of administration: minted for whoever proves a key of the directory, held as hashes, gone with the process.
 *
 * They are in memory only, so administration goes on when the database does not. A request issued before this process
 * started is refused, because which requests were used before then is forgotten. Spec: docs/spec/directory.md §5.
 */
import { type Clock, newId } from '../base/index.ts'
import type { KeyHolder } from '../identity/index.ts'
import { ProgrammeError, type Snapshot } from '../programme/index.ts'
import { type AdminCaller, whoCalls } from './admin-caller.ts'
import { checkAdminRequest, keysOf, parseAdminRequest } from './admin-request.ts'
import type { AuthenticationFailure } from './authentication.ts'
import { Nonces } from './nonces.ts'
import { keyCounts, type MintedToken } from './token.ts'
import { ADMIN_TOKEN_PREFIX, isAdminTokenText, newTokenText, tokenHash } from './token-text.ts'

/** Live credentials of one holder. */
export const ADMIN_TOKENS_PER_HOLDER_MAX = 64

export type AdminAuthentication =
  | { readonly ok: true; readonly caller: AdminCaller }
  | { readonly ok: false; readonly failure: AuthenticationFailure }

/** A live credential without its text. */
export interface AdminTokenSummary {
  readonly id: string
  readonly holder: KeyHolder
  /** Institution that integrator staff act for, or null. */
  readonly institution: string | null
  readonly key: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Credentials of the admin listener. */
export interface Administration {
  /** @throws {ProgrammeError} `token_request_*`, `token_limit`, `programme_not_founded` */
  mint(request: unknown): MintedToken
  /** Who presents this credential. Never throws; every failure is typed. */
  authenticate(bearer: string | undefined): AdminAuthentication
  /** @throws {ProgrammeError} `token_unknown` */
  revoke(id: string): void
  /** Live credentials of a holder, without their text. */
  of(holder: KeyHolder): readonly AdminTokenSummary[]
}

export interface AdminDeskParts {
  readonly clock: Pick<Clock, 'nowMs'>
  /** @throws {ProgrammeError} `programme_not_founded` */
  readonly snapshot: () => Snapshot
  readonly founded: () => boolean
}

/** Mints, checks and forgets credentials of administration. One a process. */
export class AdminDesk implements Administration {
  readonly #parts: AdminDeskParts
  readonly #startedMs: number
  readonly #nonces = new Nonces()
  readonly #byHash = new Map<string, AdminTokenSummary>()

  constructor(parts: AdminDeskParts) {
    this.#parts = parts
    this.#startedMs = parts.clock.nowMs()
  }

  mint(value: unknown): MintedToken {
    const snapshot = this.#parts.snapshot()
    const nowMs = this.#parts.clock.nowMs()
    const signed = parseAdminRequest(value)
    checkAdminRequest(signed, snapshot, nowMs, this.#startedMs)
    const { holder, institution = null, ttl_s: ttlS, nonce } = signed.request
    refuseIdle(holder, institution, snapshot, nowMs)
    this.#sweep(nowMs)
    const held = this.of(holder).length
    if (held >= ADMIN_TOKENS_PER_HOLDER_MAX) {
      throw new ProgrammeError(
        'token_limit',
        `\`${holder.id}\` holds ${held} live credentials: wait, or revoke some`,
      )
    }
    this.#nonces.use(nonce, nowMs)
    const text = newTokenText(undefined, ADMIN_TOKEN_PREFIX)
    const expiresAtMs = nowMs + ttlS * 1000
    const record = { id: newId('adm'), holder, institution, key: signed.key, createdAtMs: nowMs, expiresAtMs }
    this.#byHash.set(tokenHash(text), record)
    return { token: text, id: record.id, expiresAtMs }
  }

  authenticate(bearer: string | undefined): AdminAuthentication {
    if (!this.#parts.founded()) return failed('not_ready')
    if (bearer === undefined || bearer === '') return failed('missing')
    if (!isAdminTokenText(bearer)) return failed('malformed')
    const record = this.#byHash.get(tokenHash(bearer))
    if (record === undefined) return failed('unknown')
    const nowMs = this.#parts.clock.nowMs()
    if (record.expiresAtMs <= nowMs) return failed('expired')
    const snapshot = this.#parts.snapshot()
    const key = keysOf(snapshot, record.holder).find((each) => each.id === record.key)
    if (key === undefined || !keyCounts(key, nowMs)) return failed('revoked')
    const { id: tokenId, expiresAtMs } = record
    const who = whoCalls(record.holder, record.institution, snapshot, nowMs)
    return { ok: true, caller: { ...who, tokenId, expiresAtMs } }
  }

  revoke(id: string): void {
    for (const [hash, record] of this.#byHash) {
      if (record.id !== id) continue
      this.#byHash.delete(hash)
      return
    }
    throw new ProgrammeError('token_unknown', `no credential \`${id}\` is known`)
  }

  of(holder: KeyHolder): readonly AdminTokenSummary[] {
    const nowMs = this.#parts.clock.nowMs()
    return [...this.#byHash.values()].filter(
      (each) => each.holder.kind === holder.kind && each.holder.id === holder.id && each.expiresAtMs > nowMs,
    )
  }

  #sweep(nowMs: number): void {
    for (const [hash, record] of this.#byHash) if (record.expiresAtMs <= nowMs) this.#byHash.delete(hash)
  }
}

/** Who could ask for nothing gets no credential, and hears why. */
function refuseIdle(holder: KeyHolder, institution: string | null, snapshot: Snapshot, nowMs: number): void {
  const { standing } = whoCalls(holder, institution, snapshot, nowMs)
  if (standing === 'delegation_ended') {
    throw new ProgrammeError(
      'token_request_institution_not_served',
      `\`${holder.id}\` acts for an institution that delegates to it: name one`,
    )
  }
  if (standing === 'actor_suspended' || standing === 'actor_revoked') {
    throw new ProgrammeError(
      'token_request_actor_not_active',
      `\`${holder.id}\` is ${standing.slice('actor_'.length)}`,
    )
  }
}

function failed(failure: AuthenticationFailure): AdminAuthentication {
  return { ok: false, failure }
}
