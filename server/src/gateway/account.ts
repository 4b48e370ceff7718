/**
 * What an answer cost and what it said of itself: the figures of its outcome.
 *
 * HOSTILE: the upstream's own figures; only a complete answer's usage is its last word.
 */
import { compareServed, type VendorModel } from '../upstream/index.ts'
import type { Recorded } from './exchange.ts'
import { inputTokensAtMost } from './output-ceiling.ts'
import type { Outcome } from './record-outcome.ts'
import type { RelaySummary } from './relay.ts'

/** How far an answer came. */
export interface Progress {
  readonly complete: boolean
  /** The vendor answered with an error. */
  readonly turnedAway: boolean
  /** Bytes of the answer that arrived. */
  readonly bytes: number
}

export function accountsOf(
  { served, usage, opaque }: RelaySummary,
  model: VendorModel,
): Pick<Outcome, 'served' | 'inputTokens' | 'outputTokens' | 'opaque'> {
  return {
    served: {
      model: served?.model ?? null,
      comparison: compareServed(model, served),
      programme: served?.accessProgram ?? null,
    },
    ...(usage === null ? {} : usage),
    opaque,
  }
}

/**
 * Tokens to charge; null charges what was reserved. An answer that was cut is charged what it can have cost: a token
 * is at least one byte of what arrived. A request the vendor turned away costs nothing.
 */
export function tokensToCharge(x: Recorded, { usage }: RelaySummary, progress: Progress): number | null {
  if (progress.complete) return usage === null ? null : usage.inputTokens + usage.outputTokens
  if (progress.turnedAway) return 0
  return Math.min(x.reservedTokens, inputTokensAtMost(x.request) + progress.bytes)
}
