/** Reads one text on its own, for batch use. Spec: docs/spec/boundary.md §8. */
import { HARM_AT } from './proposal.ts'
import type { Capability, EvidenceSpan, Side, Target } from './reading.ts'
import { readSegment } from './segment.ts'

export interface TextReading {
  readonly capability: Capability
  /** The likeliest side even when `uncertain`, never `uncertain` itself. */
  readonly side: Exclude<Side, 'uncertain'>
  /** Parts per thousand: how sure the reader is that the text is, or is not, offensive or prohibited. */
  readonly confidencePermille: number
  readonly uncertain: boolean
  readonly targets: readonly Target[]
  readonly spans: readonly EvidenceSpan[]
}

/** An order outside the ask makes harm likelier, and never likely. */
const ORDERED_HARM = 0.49

/** Reads `text` as one user turn. Pure and deterministic; never throws on content. */
export function readText(text: string): TextReading {
  const { proposal, vague, targets, evidenceTargets, spelledOut, orders, spans } = readSegment(text)
  const ordered = orders.worst !== null || orders.unread
  // Evidence names targets of action only where the ask is to act.
  const acting =
    proposal.side === 'offensive' || proposal.side === 'prohibited' || proposal.uncertain || vague || ordered
  const harm =
    orders.worst === null ? proposal.harm : Math.max(proposal.harm, ORDERED_HARM * orders.worst.harm)
  const named = acting ? [...targets, ...evidenceTargets, ...spelledOut] : targets
  return {
    capability: proposal.capability,
    side: proposal.side,
    confidencePermille: confidencePermille(harm, proposal.side),
    uncertain: proposal.uncertain || vague || (ordered && proposal.harm < HARM_AT),
    targets: named.map(({ kind, value, raw }) => ({ kind, value, raw, segment: 0 })),
    spans: spans.map((span) => ({ ...span, segment: 0 })),
  }
}

/** Confidence in the side of the line that `side` lies on. */
export function confidencePermille(harm: number, side: Side): number {
  const harmful = side === 'offensive' || side === 'prohibited'
  return Math.round(1000 * (harmful ? harm : 1 - harm))
}
