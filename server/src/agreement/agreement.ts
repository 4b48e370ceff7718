/**
 * The agreement in memory: what the document says, as values.
 *
 * Built only by `loadAgreement`; frozen; one value per version. People read the document, the other rooms read this.
 * Spec: docs/spec/agreement.md.
 */
import type { Condition } from './condition.ts'
import type { Custody, DisclosureProfile } from './custody.ts'
import type { FactValue } from './facts.ts'
import type { Amendments, Majority, OrderRule, RolloutRules } from './procedure.ts'

/** Text in both languages of the agreement. Neither may be empty. */
export interface Bilingual {
  readonly en: string
  readonly ja: string
}

/** The four asset classes of the fact `asset_criticality` that can be owned. */
export type AssetClass = 'ordinary' | 'critical' | 'designated'
export const ASSET_CLASSES: readonly AssetClass[] = ['ordinary', 'critical', 'designated']

export type AutonomyLevel = 'A0' | 'A1' | 'A2' | 'A3' | 'A4'
/** In rising order. */
export const AUTONOMY_LEVELS: readonly AutonomyLevel[] = ['A0', 'A1', 'A2', 'A3', 'A4']

export type StageId = Exclude<FactValue<'sector_stage'>, 'unknown'>
/** In rollout order. Each stage adds capabilities to the one before it. */
export const STAGE_IDS: readonly StageId[] = ['closed', 'rehearsal', 'defensive', 'dual_use', 'full']

export type TierId = Exclude<FactValue<'model_tier'>, 'unknown'>
/** In rising order of restriction. */
export const TIER_IDS: readonly TierId[] = ['rehearsal', 'standard', 'blue', 'red', 'critical']

export interface AgreementParty {
  readonly id: string
  readonly kind: 'authority' | 'provider'
  /** ISO 3166-1 alpha-2. */
  readonly jurisdiction: string
  readonly name: Bilingual
  /** Keys the party holds, and how many of them must sign for it. */
  readonly keys: number
  readonly threshold: number
}

export type Chamber = 'public' | 'private' | 'provider'

/** Seats of one sector in one chamber. `sector` is null for seats that speak for every sector in the remit. */
export interface SeatGroup {
  readonly sector: string | null
  readonly chamber: Chamber
  readonly seats: number
}

export interface Body {
  readonly id: string
  readonly name: Bilingual
  readonly authority: 'advisory' | 'binding'
  /** Sector ids the body may speak on. */
  readonly remit: readonly string[]
  /** Total number of voting seats; equals the sum over `seatGroups`. */
  readonly seats: number
  readonly seatGroups: readonly SeatGroup[]
  readonly observers: readonly {
    readonly id: string
    readonly name: Bilingual
    readonly examines: readonly string[]
  }[]
  /** Seats that must take part for a ballot to count. */
  readonly quorum: number
  /** Every chamber that has seats stands in exactly one; a motion carries when all of them carry it. */
  readonly majorities: readonly Majority[]
  /** Other seats that one seat may vote for. */
  readonly proxiesMax: number
}

export interface Sector {
  readonly id: string
  readonly en: string
  readonly ja: string
  /** Stage until a rollout statement moves it. */
  readonly stage: StageId
}

/** A versioned list of sectors: 重要インフラ and 基幹インフラ are two different lists, and both change. */
export interface SectorList {
  readonly id: string
  readonly version: string
  readonly source: string
  readonly sectors: readonly Sector[]
}

export interface AdmittedInstitution {
  readonly id: string
  readonly sector: string
  readonly jurisdiction: string
  readonly name: Bilingual
}

export interface Tier {
  readonly id: TierId
  readonly name: Bilingual
  /** Restricted tiers need programme access, a current evaluation and phishing-resistant assurance. */
  readonly restricted: boolean
}

export interface Stage {
  readonly id: StageId
  readonly name: Bilingual
  /** Capabilities this stage adds. */
  readonly adds: readonly string[]
  /** Everything the stage grants: its own and those of all earlier stages. */
  readonly capabilities: ReadonlySet<string>
}

export type StopKind = 'person' | 'engagement' | 'institution' | 'sector' | 'model' | 'jurisdiction' | 'all'
export const STOP_KINDS: readonly StopKind[] = [
  'person',
  'engagement',
  'institution',
  'sector',
  'model',
  'jurisdiction',
  'all',
]

/**
 * Who may stop a scope, and who must sign together to resume it.
 *
 * `stop` and `resume` hold party ids, or `institution` for the institution concerned (its operations leads and its
 * directory keys). Any one of `stop` stops. To resume, `resumeCount` distinct members of `resume` must sign, and
 * whoever stopped must be among them.
 */
export interface StopRule {
  readonly scope: StopKind
  readonly stop: readonly string[]
  readonly resume: readonly string[]
  readonly resumeCount: number
  /** A stop of this scope runs out by itself after so long; null: it holds until it is lifted. */
  readonly expiresMs: number | null
}

export interface Budget {
  readonly requestsPerDay: number
  readonly tokensPerDay: number
}

/** Limits on a grant: requests it may cover, and how long it may last. */
export interface GrantLimits {
  readonly requestsMax: number
  readonly minutesMax: number
}

/** Who approves what is held. Clauses name a rule by `@approval`. */
export interface HoldRule {
  readonly id: string
  /** Distinct approvers, none of them the requester. */
  readonly count: number
  /** Any of these roles. */
  readonly roles: readonly string[]
}

export interface Clause {
  /** `7.3`: article number, point, position. */
  readonly id: string
  readonly article: string
  readonly effect: 'permit' | 'forbid'
  /** `both` for a forbid: what is forbidden can neither proceed nor be held for approval. */
  readonly action: 'proceed' | 'hold' | 'both'
  readonly policyText: string
  readonly advice: string | null
  readonly advice_ja: string | null
  readonly remedy: string | null
  /** Receipt tier that a permit asks for. */
  readonly obligation: 'T1' | 'T2' | 'T3' | null
  /** For a permit to hold: who must approve. */
  readonly approval: HoldRule | null
  /** When the clause applies, as a tree over facts; same meaning as `policyText`. */
  readonly condition: Condition
  /** 1-based line of the clause in the document. */
  readonly line: number
}

export interface Article {
  readonly id: string
  readonly title: Bilingual
  readonly prose: Bilingual
  readonly normative: boolean
  readonly clauses: readonly Clause[]
}

/** A sentence of the document that is ours and not from a public report. */
export interface Assumption {
  /** `article 4` or a front-matter path such as `sectors.finance`. */
  readonly where: string
  readonly text: string
}

export interface Agreement {
  readonly id: string
  readonly version: number
  /** SHA-256 (hex) of the document's bytes. */
  readonly digest: string
  readonly documentText: string
  readonly title: Bilingual
  /** Says that the document is an illustration, if it is one. */
  readonly illustration: Bilingual | null
  readonly parties: readonly AgreementParty[]
  readonly bodies: readonly Body[]
  readonly sectorList: SectorList
  /** Same as `sectorList.sectors`, by id. */
  readonly sectors: ReadonlyMap<string, Sector>
  readonly institutions: ReadonlyMap<string, AdmittedInstitution>
  readonly tiers: ReadonlyMap<TierId, Tier>
  readonly stages: ReadonlyMap<StageId, Stage>
  /** Capabilities that no stage may grant. */
  readonly neverGranted: readonly string[]
  /** Highest autonomy level by sector and asset class; total over the sector list. */
  readonly autonomy: ReadonlyMap<string, Readonly<Record<AssetClass, AutonomyLevel>>>
  readonly stops: ReadonlyMap<StopKind, StopRule>
  readonly amendments: Amendments
  readonly rollout: RolloutRules
  readonly exportOrders: OrderRule
  /** Null: nothing is wrapped for custodians and nothing may be destroyed. */
  readonly custody: Custody | null
  /** Profiles of evidence packs by id; none: nobody may order one. */
  readonly disclosure: ReadonlyMap<string, DisclosureProfile>
  readonly budgets: { readonly person: Budget; readonly institution: Budget }
  readonly grants: GrantLimits
  /** Distinct approvers a grant needs, by the class of the asset it reaches. */
  readonly grantApprovals: Readonly<Record<AssetClass, number>>
  /** Distinct approvers an engagement needs, its author not counted. */
  readonly engagementApprovals: number
  readonly holds: ReadonlyMap<string, HoldRule>
  readonly articles: readonly Article[]
  /** All clauses in document order. */
  readonly clauses: readonly Clause[]
  readonly assumptions: readonly Assumption[]
  /** Cedar schema the clauses were validated against. */
  readonly schema: string
}
