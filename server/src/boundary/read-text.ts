/** Reads one text on its own, for batch use. Spec: docs/spec/boundary.md. */
import type { Capability, EvidenceSpan, Side, Target } from './reading.ts'

export interface TextReading {
  readonly capability: Capability
  /** The likeliest side even when `uncertain`, never `uncertain` itself. */
  readonly side: Exclude<Side, 'uncertain'>
  readonly confidencePermille: number
  readonly uncertain: boolean
  readonly targets: readonly Target[]
  readonly spans: readonly EvidenceSpan[]
}

export function readText(_text: string): TextReading {
  return {
    capability: 'none',
    side: 'non_cyber',
    confidencePermille: 0,
    uncertain: true,
    targets: [],
    spans: [],
  }
}
