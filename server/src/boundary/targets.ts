/** Finds what a text names as a target. Spec: docs/spec/boundary.md. */
import type { TargetKind } from './reading.ts'

export interface FoundTarget {
  readonly kind: TargetKind
  /** Canonical form. */
  readonly value: string
  readonly raw: string
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
  /** A domain that mixes scripts or imitates Latin letters. */
  readonly homograph: boolean
}

export function findTargets(_text: string): FoundTarget[] {
  return []
}
