/**
 * Encrypted reasoning that vendors issued: a client may send back only what was released to the same principal.
 *
 * LIMIT: kept in memory and bounded; after a restart a client starts a new session without its old blobs.
 */
import { createLru } from '../base/index.ts'

/** Blobs remembered over all principals. */
const BLOBS_MAX = 100_000

export interface IssuedBlobs {
  add(actor: string, digests: readonly string[]): void
  /** First digest that was not issued to this actor, or null. */
  firstForeign(actor: string, digests: readonly string[]): string | null
}

export function createIssuedBlobs(): IssuedBlobs {
  const issued = createLru<string, true>(BLOBS_MAX)
  return {
    add: (actor, digests) => {
      for (const digest of digests) issued.set(`${actor} ${digest}`, true)
    },
    firstForeign: (actor, digests) =>
      digests.find((digest) => issued.get(`${actor} ${digest}`) === undefined) ?? null,
  }
}
