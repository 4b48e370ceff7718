/** What the folded state keeps of governance: plain JSON, so that it is digested and handed to gateways as it stands. */
import type { EntityList, ExportClass, ExportOrder, LegalBasis } from './export-control.ts'
import type { Proposal } from './proposal.ts'
import type { Rec } from './record.ts'
import type { Clearance, RegisterEntry } from './register.ts'
import type { Acceptance, Attestation, RolloutTrack } from './rollout.ts'
import type { RulingInForce } from './ruling.ts'
import type { ObserverHolding, SeatHolding, SeatProxy } from './seats.ts'

/** A further agreement that an institution has joined: the stricter answer of all counts. */
export interface JoinedAgreement {
  readonly institution: string
  readonly agreement: string
  readonly digest: string
}

export interface GovernanceState {
  /** By `body/seat`. */
  readonly seats: Rec<SeatHolding>
  /** By `body/observer`. */
  readonly observers: Rec<ObserverHolding>
  readonly proxies: readonly SeatProxy[]
  readonly proposals: Rec<Proposal>
  readonly attestations: Rec<Attestation>
  readonly acceptances: readonly Acceptance[]
  /** By sector; absent: moving, since ever. */
  readonly rollouts: Rec<RolloutTrack>
  readonly rulings: readonly RulingInForce[]
  readonly bases: Rec<LegalBasis>
  readonly lists: Rec<EntityList>
  readonly orders: readonly ExportOrder[]
  readonly exportClasses: Rec<ExportClass>
  readonly capabilities: Rec<RegisterEntry>
  readonly clearances: Rec<Clearance>
  readonly joined: readonly JoinedAgreement[]
  /** Documents of the agreements joined, by digest. */
  readonly documents: Rec<string>
}

export const NO_GOVERNANCE: GovernanceState = Object.freeze({
  seats: {},
  observers: {},
  proxies: [],
  proposals: {},
  attestations: {},
  acceptances: [],
  rollouts: {},
  rulings: [],
  bases: {},
  lists: {},
  orders: [],
  exportClasses: {},
  capabilities: {},
  clearances: {},
  joined: [],
  documents: {},
})
