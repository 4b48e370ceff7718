/** Nonces of signed requests, remembered for as long as a request with them could count. */
import { ProgrammeError } from '../programme/index.ts'
import { replayed, TOKEN_REQUEST_SKEW_MS } from './token.ts'

/** Nonces remembered; a full memory refuses rather than forgets. */
const NONCES_MAX = 65_536

export class Nonces {
  /** Until when each nonce is remembered, oldest first. */
  readonly #untilMs = new Map<string, number>()

  /** @throws {ProgrammeError} `token_request_replayed`, `token_limit` */
  use(nonce: string, nowMs: number): void {
    const untilMs = this.#untilMs.get(nonce)
    if (untilMs !== undefined && untilMs > nowMs) throw replayed()
    for (const [old, oldUntilMs] of this.#untilMs) {
      if (oldUntilMs > nowMs) break
      this.#untilMs.delete(old)
    }
    if (this.#untilMs.size >= NONCES_MAX) {
      throw new ProgrammeError('token_limit', 'too many tokens at once: wait a minute')
    }
    this.#untilMs.set(nonce, nowMs + 2 * TOKEN_REQUEST_SKEW_MS)
  }
}
