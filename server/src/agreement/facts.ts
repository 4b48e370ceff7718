/**
 * The closed record of facts that an agreement's rules may read.
 *
 * Every fact is an enumeration and every record holds every fact, so a rule can
 * never meet an absent attribute: Cedar skips a policy that errors, and an
 * erroring `forbid` would fail open. `unknown` is a value of its own that no
 * permit may name; `not_applicable` is a different value.
 *
 * Spec: docs/spec/facts.md. Order is API: the packed key and recorded facts use it. Append only.
 */

/** Every fact with its values in order. A value's position is its code in the packed key. */
export const FACT_VALUES = {
  /** Standing of the authenticated person or service in the directory. */
  actor_standing: ['unknown', 'active', 'suspended', 'revoked'],
  actor_kind: ['unknown', 'person', 'service'],
  /** How the caller proved who they are: an enrolled key, or phishing-resistant (WebAuthn, hardware). */
  assurance: ['unknown', 'key', 'phishing_resistant'],
  /** Employer class of the actor as enrolled. */
  employer: ['unknown', 'employee', 'contractor', 'integrator'],
  /** Integrator acting for an institution: only by a delegation that is in force. */
  delegation: ['unknown', 'not_applicable', 'in_force', 'absent'],
  /** Nationality class of the actor under the agreement. */
  nationality: ['unknown', 'party', 'listed_partner', 'other'],
  /** Class of the place the actor works from, as enrolled. */
  location: ['unknown', 'party', 'listed_partner', 'other'],
  institution_standing: ['unknown', 'admitted', 'suspended', 'not_admitted'],
  /** Rollout stage of the institution's sector. */
  sector_stage: ['unknown', 'closed', 'rehearsal', 'defensive', 'dual_use', 'full'],
  model_tier: ['unknown', 'rehearsal', 'standard', 'blue', 'red', 'critical'],
  model_state: ['unknown', 'available', 'retired', 'unlisted'],
  /** Whether the institution's vendor access programme covers the model's tier. */
  programme_access: ['unknown', 'not_applicable', 'approved', 'not_approved'],
  /** Safety evaluation that a restricted tier needs. */
  evaluation: ['unknown', 'not_applicable', 'current', 'expired', 'missing'],
  side: ['unknown', 'defensive', 'dual_use', 'offensive', 'prohibited', 'non_cyber', 'uncertain'],
  /** Whether the sector's stage grants the capability that was read. */
  capability: ['unknown', 'not_applicable', 'granted', 'not_granted'],
  surface: ['unknown', 'model_request', 'tool_call'],
  engagement: ['unknown', 'none', 'draft', 'active', 'suspended', 'closed'],
  /** Distinct approvers of the engagement, its author not counted. */
  engagement_approvals: ['unknown', 'not_applicable', 'zero', 'one', 'two_or_more'],
  engagement_window: ['unknown', 'not_applicable', 'inside', 'before', 'after'],
  engagement_member: ['unknown', 'not_applicable', 'member', 'not_member'],
  engagement_capability: ['unknown', 'not_applicable', 'allowed', 'not_allowed'],
  /** Targets named in the request against the engagement's assets. */
  targets: ['unknown', 'none', 'all_in_scope', 'out_of_scope', 'unresolved'],
  asset_criticality: ['unknown', 'not_applicable', 'ordinary', 'critical', 'designated'],
  /** The engagement's autonomy level against the ceiling for sector and asset class. */
  autonomy: ['unknown', 'not_applicable', 'within', 'above'],
  /** A grant approved by a person other than the requester, covering this request. */
  grant: ['unknown', 'none', 'covering', 'spent', 'expired'],
  /** Secrets found in the request. */
  leakage: ['unknown', 'none', 'redacted', 'present'],
  budget: ['unknown', 'within', 'exceeded'],
  /** Suspicion that capability is being extracted. */
  extraction: ['unknown', 'none', 'suspected', 'confirmed'],
  /** Whether an emergency stop covers this request. */
  stop: ['unknown', 'none', 'covering'],
  incident_mode: ['unknown', 'normal', 'incident'],
  ledger: ['unknown', 'writable', 'not_writable'],
  /** Whether a named list in force holds the person, the institution or the employer. */
  entity_list: ['unknown', 'clear', 'listed'],
  /** Licence, memorandum or exception under which a restricted tier is used. */
  legal_basis: ['unknown', 'not_applicable', 'in_force', 'lapsed', 'missing'],
  /** Japan's own deemed-export rule: a fact of its own beside nationality. */
  deemed_export: ['unknown', 'not_applicable', 'cleared', 'required'],
  /** Use of a restricted tier from outside the parties. */
  reexport: ['unknown', 'not_applicable', 'granted', 'not_granted'],
  /** Whether an export order in force leaves the request inside its scope. */
  export_order: ['unknown', 'none', 'inside', 'outside'],
  /** The bodies' ruling on this use. */
  use_ruling: ['unknown', 'none', 'approved', 'restricted', 'forbidden'],
  /** Whether something that was pasted, fetched or handed on speaks to the model. */
  injection: ['unknown', 'none', 'suspected'],
} as const

export type FactName = keyof typeof FACT_VALUES
export type FactValue<N extends FactName> = (typeof FACT_VALUES)[N][number]
/** One total record of facts about one request. */
export type Facts = { readonly [N in FactName]: FactValue<N> }

export const FACT_NAMES = Object.keys(FACT_VALUES) as readonly FactName[]

/**
 * What a record made before a fact existed is read as: what it meant when nothing was said. Total by type, so that a fact added
 * without a default does not compile; docs/spec/facts.md §6 asks for the rest.
 */
export const FACT_DEFAULTS: Facts = Object.freeze({
  actor_standing: 'unknown',
  actor_kind: 'unknown',
  assurance: 'unknown',
  employer: 'unknown',
  delegation: 'unknown',
  nationality: 'unknown',
  location: 'unknown',
  institution_standing: 'unknown',
  sector_stage: 'unknown',
  model_tier: 'unknown',
  model_state: 'unknown',
  programme_access: 'unknown',
  evaluation: 'unknown',
  side: 'unknown',
  capability: 'unknown',
  surface: 'unknown',
  engagement: 'unknown',
  engagement_approvals: 'unknown',
  engagement_window: 'unknown',
  engagement_member: 'unknown',
  engagement_capability: 'unknown',
  targets: 'unknown',
  asset_criticality: 'unknown',
  autonomy: 'unknown',
  grant: 'unknown',
  leakage: 'unknown',
  budget: 'unknown',
  extraction: 'unknown',
  stop: 'unknown',
  incident_mode: 'unknown',
  ledger: 'unknown',
  entity_list: 'clear',
  legal_basis: 'not_applicable',
  deemed_export: 'not_applicable',
  reexport: 'not_applicable',
  export_order: 'none',
  use_ruling: 'none',
  injection: 'none',
})
