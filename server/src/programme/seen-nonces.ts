/**
 * Nonces of statements seen lately, as an immutable value: a statement counts once.
 *
 * A statement is accepted only within STATEMENT_AGE_MS_MAX of its issue, so a nonce can be forgotten
 * once every statement that could carry it is too old; memory is bounded by the rate of statements.
 */

/** How long signatures may be gathered: three parties in two time zones sign by hand. */
export const STATEMENT_AGE_MS_MAX = 7 * 24 * 3_600_000
/** How far a signer's clock may run ahead. */
export const STATEMENT_AHEAD_MS_MAX = 5 * 60_000
/** Nonces in one generation: the youngest generation is copied on each addition. */
const GENERATION_NONCES_MAX = 64

interface Generation {
  readonly nonces: ReadonlySet<string>
  /** Ledger time of the youngest nonce in it. */
  readonly newestMs: number
}

/** Oldest generation first. */
export type SeenNonces = readonly Generation[]

export function nonceSeen(seen: SeenNonces, nonce: string): boolean {
  return seen.some((generation) => generation.nonces.has(nonce))
}

/** The value that also holds `nonce`, less what no statement can carry any more. */
export function withNonce(seen: SeenNonces, nonce: string, atMs: number): SeenNonces {
  // A nonce seen at t was issued before t + AHEAD, so its statement is too old after t + AHEAD + AGE.
  const forgetBeforeMs = atMs - STATEMENT_AGE_MS_MAX - STATEMENT_AHEAD_MS_MAX
  const kept = seen.filter((generation) => generation.newestMs >= forgetBeforeMs)
  const last = kept.at(-1)
  if (last === undefined || last.nonces.size >= GENERATION_NONCES_MAX) {
    return [...kept, { nonces: new Set([nonce]), newestMs: atMs }]
  }
  const grown = { nonces: new Set(last.nonces).add(nonce), newestMs: Math.max(last.newestMs, atMs) }
  return [...kept.slice(0, -1), grown]
}
