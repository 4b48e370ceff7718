/** A family of asks: one capability on one side, in both languages. */
import type { Capability, Side } from '../../server/src/boundary/index.ts'

export interface AskFamily {
  readonly capability: Capability
  readonly side: Exclude<Side, 'uncertain'>
  readonly en: readonly string[]
  readonly ja: readonly string[]
}

/** @param en asks in English @param ja asks in Japanese; `{slot}` is filled from SLOTS */
export const family = (
  capability: Capability,
  side: AskFamily['side'],
  en: readonly string[],
  ja: readonly string[],
): AskFamily => ({ capability, side, en, ja })
