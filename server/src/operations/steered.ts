/**
 * Who was lately handed a result that speaks to a model, so that what they do next may be what the result asked for.
 *
 * Kept in memory only, per process: it makes a call wait for a person, it never lets one through. Spec: docs/spec/tool.md §6.
 */
import { createLru } from '../base/index.ts'

/** How long a result is remembered. */
export const STEERED_MS = 10 * 60_000
const CALLERS_MAX = 10_000

export interface Steered {
  note(caller: string, nowMs: number): void
  lately(caller: string, nowMs: number): boolean
}

export function createSteered(): Steered {
  const last = createLru<string, number>(CALLERS_MAX)
  return {
    note: (caller, nowMs) => last.set(caller, nowMs),
    lately(caller, nowMs) {
      const at = last.get(caller)
      return at !== undefined && nowMs - at < STEERED_MS
    },
  }
}
