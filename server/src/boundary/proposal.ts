/**
 * From the model's scores to a proposal: side, capability, confidence, and whether to abstain.
 *
 * Spec: docs/spec/boundary.md §6. Thresholds are fixed on the training sources and one part of the development
 * sets; the figures in the model card come from the other part.
 */
import { BINARY_HEADS, type Scores, sigmoid } from './model.ts'
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

/** What `scores` propose. */
export function propose(scores: Scores): Proposal {
  const [cyberHead = 0, harmHead = 0, dualHead = 0, forbiddenHead = 0] = scores
  const cyber = sigmoid(cyberHead)
  const harm = cyber * sigmoid(harmHead)
  const side = sideOf(cyber, harm, sigmoid(dualHead), sigmoid(forbiddenHead))
  const uncertain = harm >= HARM_UNSURE_AT && harm < HARM_AT
  return { side, capability: capabilityOf(scores, side), uncertain, harm, cyber }
}

function sideOf(cyber: number, harm: number, dual: number, forbidden: number): Proposal['side'] {
  if (harm >= HARM_AT) return forbidden >= 0.5 ? 'prohibited' : 'offensive'
  if (cyber < CYBER_AT) return 'non_cyber'
  return dual >= 0.5 ? 'dual_use' : 'defensive'
}

function capabilityOf(scores: Scores, side: Proposal['side']): Capability {
  let best: Capability = CAPABILITIES_OF_SIDE[side][0] ?? 'none'
  let top = Number.NEGATIVE_INFINITY
  for (const capability of CAPABILITIES_OF_SIDE[side]) {
    const score = scores[BINARY_HEADS.length + CAPABILITIES.indexOf(capability)] ?? Number.NEGATIVE_INFINITY
    if (score > top) {
      top = score
      best = capability
    }
  }
  return best
}
