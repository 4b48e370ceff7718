/**
 * From the model's scores to a proposal: side, capability, confidence, and whether to abstain.
 *
 * Spec: docs/spec/boundary.md §6. Thresholds are fixed on the training sources and one part of the development
 * sets; the figures in the model card come from the other part.
 */
import type { GatheredFeatures } from './features.ts'
import { HEADS, type Model, OUTPUTS, scoreCapabilities, scoreHeads, sigmoid } from './model.ts'
import { CAPABILITIES, type Capability, type Side } from './reading.ts'

/** At or above: the request is offensive or prohibited. */
export const HARM_AT = 0.5
/** From here up to HARM_AT the reader abstains: lowest that keeps abstention under a tenth on the tuning rows. */
export const HARM_UNSURE_AT = 0.12
/** At or above: the request is about security. */
const CYBER_AT = 0.5

export interface Proposal {
  readonly side: Exclude<Side, 'uncertain'>
  readonly capability: Capability
  readonly uncertain: boolean
  /** Probability that the request is offensive or prohibited. */
  readonly harm: number
  readonly cyber: number
}

const OFFENSIVE: readonly Capability[] = [
  'exploit_validation',
  'credential_attack',
  'stealth_evasion',
  'persistence',
  'lateral_movement',
  'command_and_control',
  'malware_creation',
  'data_exfiltration',
  'social_engineering',
]
const DUAL: readonly Capability[] = [
  'vulnerability_discovery',
  'reverse_engineering',
  'pentest_planning',
  'attack_emulation',
]
const DEFENSIVE: readonly Capability[] = [
  'alert_triage',
  'log_analysis',
  'detection_engineering',
  'threat_intel',
  'incident_response',
  'forensics',
  'vulnerability_triage',
  'patching',
  'hardening',
  'secure_code_review',
  'malware_analysis',
]
/** Capabilities that a side may have. */
export const CAPABILITIES_OF_SIDE: Readonly<Record<Exclude<Side, 'uncertain'>, readonly Capability[]>> = {
  defensive: DEFENSIVE,
  dual_use: DUAL,
  offensive: OFFENSIVE,
  prohibited: [
    ...OFFENSIVE.filter((name) => name !== 'exploit_validation'),
    'third_party_exploitation',
    'disruption',
  ],
  non_cyber: ['none'],
}

/** Scores of the text at hand: reading is synchronous, so one array serves all. */
const SCORES = new Float64Array(OUTPUTS)

/** What the features gathered last propose. */
export function propose(model: Model, gathered: GatheredFeatures): Proposal {
  scoreHeads(SCORES, model, gathered)
  const [cyberHead = 0, harmHead = 0, dualHead = 0, forbiddenHead = 0] = SCORES
  const cyber = sigmoid(cyberHead)
  const harm = cyber * sigmoid(harmHead)
  const side = sideOf(cyber, harm, sigmoid(dualHead), sigmoid(forbiddenHead))
  const uncertain = harm >= HARM_UNSURE_AT && harm < HARM_AT
  return { side, capability: capabilityOf(model, side), uncertain, harm, cyber }
}

/** The probability of harm alone, for a tenth of the cost of a proposal. */
export function harmIn(model: Model, gathered: GatheredFeatures): number {
  scoreHeads(SCORES, model, gathered)
  const [cyberHead = 0, harmHead = 0] = SCORES
  return sigmoid(cyberHead) * sigmoid(harmHead)
}

function sideOf(cyber: number, harm: number, dual: number, forbidden: number): Proposal['side'] {
  if (harm >= HARM_AT) return forbidden >= 0.5 ? 'prohibited' : 'offensive'
  if (cyber < CYBER_AT) return 'non_cyber'
  return dual >= 0.5 ? 'dual_use' : 'defensive'
}

/** The likeliest of the capabilities that the side may have, by the scores of the text read last. */
function capabilityOf(model: Model, side: Proposal['side']): Capability {
  if (side === 'non_cyber') return 'none'
  scoreCapabilities(SCORES, model)
  let best: Capability = 'none'
  let top = Number.NEGATIVE_INFINITY
  for (const capability of CAPABILITIES_OF_SIDE[side]) {
    const score = SCORES[HEADS + CAPABILITIES.indexOf(capability)] ?? 0
    if (score <= top) continue
    best = capability
    top = score
  }
  return best
}
