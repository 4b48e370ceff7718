/**
 * The programme as it stands: one immutable in-memory value folded from the ledger's signed statements.
 *
 * Every decision records `index`, so anyone holding the ledger can rebuild the snapshot it was taken under.
 */

import type { Agreement } from '../agreement/index.ts'
import type { Capability } from '../boundary/index.ts'
import type { GovernanceState } from '../governance/index.ts'
import type { Asset } from '../scope/index.ts'
import type { EngagementTerms } from './engagement-terms.ts'

/** What a person may do; given by the employer. */
export type Role =
  | 'analyst'
  | 'approver'
  | 'operations_lead'
  | 'platform'
  | 'internal_audit'
  | 'working_group_seat'
  | 'legal'
  | 'risk'
  | 'party'
  | 'regulator'
  | 'external_auditor'

/** An enrolled key; revoked ones stay. */
export interface PublicKey {
  /** First 16 hex digits of SHA-256 over the raw public key. */
  readonly id: string
  /** Raw Ed25519 public key, base64. */
  readonly public: string
  readonly assurance: 'key' | 'phishing_resistant'
  readonly revoked: boolean
  /** From this time on it signs nothing; absent: it has no end. */
  readonly untilMs?: number
}

/** A party to the agreement: an authority or the provider, with its keys and threshold. */
export interface Party {
  readonly id: string
  readonly kind: 'authority' | 'provider'
  readonly jurisdiction: string
  readonly keys: readonly PublicKey[]
  readonly threshold: number
}

/** A participating institution as its statements left it. */
export interface Institution {
  readonly id: string
  readonly sector: string
  /** ISO 3166-1 alpha-2; what a stop of scope `jurisdiction` names. */
  readonly jurisdiction: string
  readonly name: { readonly en: string; readonly ja: string }
  readonly standing: 'admitted' | 'suspended' | 'not_admitted'
  /** Keys that may sign directory statements of this institution. */
  readonly keys: readonly PublicKey[]
  readonly fictional: boolean
  /** Tiers the provider has approved this institution for under its access programme. */
  readonly programmeAccess: readonly string[]
  /** Per-day limits; null is the agreement's default. */
  readonly budget: { readonly requestsPerDay: number; readonly tokensPerDay: number } | null
}

/** A company that operates for institutions by delegation. Enrols its own staff; admitted by the authorities. */
export interface Integrator {
  readonly id: string
  readonly name: { readonly en: string; readonly ja: string }
  readonly standing: 'admitted' | 'suspended'
  readonly keys: readonly PublicKey[]
}

/** A person or a service. Ids are pseudonyms: the ledger never learns a name. */
export interface Actor {
  readonly id: string
  readonly kind: 'person' | 'service'
  /** Employer: an institution id, or an integrator id for integrator staff. */
  readonly institution: string
  readonly standing: 'active' | 'suspended' | 'revoked'
  readonly roles: readonly Role[]
  readonly employer: 'employee' | 'contractor' | 'integrator'
  readonly nationality: 'party' | 'listed_partner' | 'other' | 'unknown'
  readonly location: 'party' | 'listed_partner' | 'other' | 'unknown'
  readonly keys: readonly PublicKey[]
}

/** An institution lets named staff of an integrator act for it, until a time. */
export interface Delegation {
  readonly institution: string
  readonly integrator: string
  readonly actors: readonly string[]
  readonly untilMs: number
  readonly revoked: boolean
}

/** Work that was asked for and approved: assets, capabilities, people, window, autonomy. */
export interface Engagement {
  readonly id: string
  readonly institution: string
  readonly author: string
  readonly purpose: string
  readonly state: 'draft' | 'active' | 'suspended' | 'closed'
  readonly assets: readonly Asset[]
  readonly capabilities: readonly Capability[]
  readonly members: readonly string[]
  readonly autonomy: 'A0' | 'A1' | 'A2' | 'A3' | 'A4'
  readonly fromMs: number
  readonly untilMs: number
  /** Distinct approvers, the author never among them. */
  readonly approvedBy: readonly string[]
  /** Digest of the draft statement: what an approval binds to. */
  readonly draft: string
  /** What the scope document says beside its assets; absent where nothing offensive is asked for. */
  readonly terms?: EngagementTerms
}

/** A refusal sent to review. */
export interface Appeal {
  readonly decision: string
  readonly institution: string
  readonly actor: string
  readonly reason: string
  /** Whether the request, redacted, may become a test item of the institution. */
  readonly consent: boolean
  readonly atMs: number
  readonly outcome: 'open' | 'granted' | 'upheld'
  readonly answeredBy: string | null
}

/** The approvals of a hold: what they cover, how often and how long. */
export interface Grant {
  /** Decision id of the hold it answers. */
  readonly hold: string
  readonly actor: string
  /** Institution acted for when the request was held. */
  readonly institution: string
  readonly engagement: string | null
  readonly capability: Capability
  readonly session: string
  /** Requests it covers; uses are counted by the authority from recorded intents. */
  readonly count: number
  readonly untilMs: number
  readonly approvedBy: readonly string[]
  /** Distinct approvers the hold asked for. */
  readonly approvalsNeeded: number
}

/** What a stop covers. */
export type StopScope =
  | {
      readonly kind: 'person' | 'engagement' | 'institution' | 'sector' | 'model' | 'jurisdiction'
      readonly id: string
    }
  | { readonly kind: 'all' }

/** A stop in force. */
export interface Stop {
  /** Ledger index of the stop statement. */
  readonly index: number
  readonly scope: StopScope
  readonly by: string
  readonly reason: string
  /** When it runs out by itself, where the agreement says so; null: it holds until it is lifted. */
  readonly untilMs: number | null
}

/** A tool's description as an institution approved it. */
export interface ApprovedTool {
  readonly institution: string
  /** As served: `server.name`. */
  readonly tool: string
  /** SHA-256, hex: docs/spec/tool.md §2. */
  readonly description: string
}

/** The programme as it stands: one immutable value. */
export interface Snapshot {
  readonly programme: string
  /** Digest of the founding statement. */
  readonly founding: string
  /** True for the sample programme: listeners other than loopback are refused. */
  readonly sample: boolean
  /** Number of ledger entries folded: every statement below this index is in. */
  readonly index: number
  /** SHA-256 (hex) of the canonical JSON of the folded state. */
  readonly digest: string
  readonly agreement: Agreement
  readonly parties: ReadonlyMap<string, Party>
  readonly institutions: ReadonlyMap<string, Institution>
  readonly integrators: ReadonlyMap<string, Integrator>
  readonly actors: ReadonlyMap<string, Actor>
  readonly delegations: readonly Delegation[]
  readonly engagements: ReadonlyMap<string, Engagement>
  /** Grants with all the approvals they need. */
  readonly grants: readonly Grant[]
  /** Grants that still lack an approval: they cover nothing. */
  readonly pendingGrants: readonly Grant[]
  readonly stops: readonly Stop[]
  /** Stage by sector id; absent means the agreement's initial stage. */
  readonly stages: ReadonlyMap<string, string>
  readonly incidentMode: boolean
  /** In order of arrival; absent is none. */
  readonly appeals?: readonly Appeal[]
  /** Descriptions of tools that institutions have approved. */
  readonly tools: readonly ApprovedTool[]
  /** Seats, proposals, rollout, rulings, export control, register: docs/spec/proposal.md and beside it. */
  readonly governance: GovernanceState
}

/** An authenticated caller: never anonymous. */
export interface Principal {
  readonly actor: Actor
  /** The institution acted for: the actor's own, or the delegating one for integrator staff. */
  readonly institution: Institution
  readonly delegation: Delegation | null
  readonly tokenId: string
  readonly assurance: 'key' | 'phishing_resistant'
  /** Engagement the token is bound to, if any. */
  readonly engagement: string | null
  readonly expiresAtMs: number
}
