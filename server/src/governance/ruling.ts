/**
 * Use-case rulings: a named use (capabilities × autonomy × assets) of a sector is approved, restricted or forbidden.
 *
 * Spec: docs/spec/proposal.md §8. A ruling in force is found as the fact `use_ruling`; of several the strictest counts.
 */
import type { AssetClass, AutonomyLevel, Bilingual } from '../agreement/index.ts'

export const RULING_VERDICTS = ['approved', 'restricted', 'forbidden'] as const
export type RulingVerdict = (typeof RULING_VERDICTS)[number]

export interface Ruling {
  /** The named use, in words. */
  readonly name: Bilingual
  readonly sector: string
  readonly capabilities: readonly string[]
  /** Levels of the engagement; without one a request is at `A0`. */
  readonly autonomy: readonly AutonomyLevel[]
  /** Classes of the assets reached; `none` is a request that reaches none. */
  readonly assets: readonly (AssetClass | 'none')[]
  readonly verdict: RulingVerdict
  readonly untilMs: number | null
}

/** One that took effect, and by which proposal. */
export interface RulingInForce extends Ruling {
  readonly proposal: string
}

export interface UseCase {
  readonly sector: string
  readonly capability: string
  readonly autonomy: AutonomyLevel
  readonly asset: AssetClass | 'none'
}

/** The strictest ruling that covers the use, or `none`. */
export function rulingOn(
  rulings: readonly RulingInForce[],
  use: UseCase,
  nowMs: number,
): RulingVerdict | 'none' {
  let strictest = -1
  for (const ruling of rulings) {
    const covers =
      ruling.sector === use.sector &&
      (ruling.untilMs === null || nowMs < ruling.untilMs) &&
      ruling.capabilities.includes(use.capability) &&
      ruling.autonomy.includes(use.autonomy) &&
      ruling.assets.includes(use.asset)
    if (covers) strictest = Math.max(strictest, RULING_VERDICTS.indexOf(ruling.verdict))
  }
  return RULING_VERDICTS[strictest] ?? 'none'
}
