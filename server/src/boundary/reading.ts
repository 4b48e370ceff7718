/**
 * What the reader says about one exchange: capability, side, and how sure it is.
 *
 * The reader proposes, the agreement decides. Spec: docs/spec/boundary.md.
 */

/** Capabilities in the order of docs/spec/boundary.md. */
export const CAPABILITIES = [
  'alert_triage',
  'log_analysis',
  'detection_engineering',
  'threat_intel',
  'incident_response',
  'forensics',
  'vulnerability_discovery',
  'vulnerability_triage',
  'patching',
  'hardening',
  'secure_code_review',
  'malware_analysis',
  'reverse_engineering',
  'exploit_validation',
  'pentest_planning',
  'attack_emulation',
  'credential_attack',
  'stealth_evasion',
  'persistence',
  'lateral_movement',
  'command_and_control',
  'malware_creation',
  'data_exfiltration',
  'social_engineering',
  'third_party_exploitation',
  'disruption',
  'none',
] as const
export type Capability = (typeof CAPABILITIES)[number]

export const SIDES = ['defensive', 'dual_use', 'offensive', 'prohibited', 'non_cyber', 'uncertain'] as const
export type Side = (typeof SIDES)[number]

export type TargetKind = 'ipv4' | 'ipv6' | 'cidr' | 'domain' | 'url' | 'repository' | 'cve' | 'hash'
/** A target named in the request, in canonical form. `cve` and `hash` identify things, they are not acted upon. */
export interface Target {
  readonly kind: TargetKind
  readonly value: string
  /** As it stood in the text. */
  readonly raw: string
  readonly segment: number
}

export interface EvidenceSpan {
  readonly segment: number
  /** UTF-16 code units into the segment's text. */
  readonly start: number
  readonly end: number
  readonly label: string
}

export interface Reading {
  readonly capability: Capability
  readonly side: Side
  /** Parts per thousand. */
  readonly confidencePermille: number
  readonly targets: readonly Target[]
  readonly spans: readonly EvidenceSpan[]
  /** Reader version, e.g. `lexicon/1`. */
  readonly reader: string
  /** Secrets and personal data in what would leave the institution; `redacted` once each is a token. */
  readonly leakage: 'none' | 'redacted' | 'present'
  /** Whether something that was pasted or fetched speaks to the model: a flag, never a verdict. */
  readonly injection: 'none' | 'suspected'
}
