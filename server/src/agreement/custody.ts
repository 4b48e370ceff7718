/**
 * Front matter on evidence: who keeps keys in custody, how long content stays, and who may order evidence packs.
 *
 * Spec: docs/spec/agreement.md §3, docs/spec/custody.md. Both parts may be absent. Then nothing is wrapped for
 * custodians, nothing may be destroyed and nobody may order a pack: what an agreement does not say is not allowed.
 */
import { FIELD_NAMES, type FieldName } from 'sekisho-verify'
import type { AgreementParty, Bilingual } from './agreement.ts'
import { byId, type YamlMapping } from './yaml-mapping.ts'

/** LIMIT: every group of `threshold` seats has its own shares, so their number must stay small. */
const SEATS_MAX = 7
const DAYS_MAX = 36_500

/** Content that is kept and destroyed by itself; statements never are. */
export type RetentionClass = 'intent' | 'outcome'
export const RETENTION_CLASSES: readonly RetentionClass[] = ['intent', 'outcome']

/** How far a capability's records may be shown; what a label does not reach stays a commitment. */
export type DisclosureLabel = 'public' | 'regulator' | 'classified'
/** In rising order of restriction. */
export const DISCLOSURE_LABELS: readonly DisclosureLabel[] = ['public', 'regulator', 'classified']

export interface CustodySeat {
  readonly id: string
  /** The party whose threshold states the seat's key. */
  readonly party: string
  readonly name: Bilingual
}

export interface Custody {
  /** Seats that must act together to open an epoch. */
  readonly threshold: number
  readonly seats: readonly CustodySeat[]
  /** Days that content stays, by class. */
  readonly retentionDays: Readonly<Record<RetentionClass, number>>
  /** Two distinct persons of the institution with one of these roles destroy content. */
  readonly destructionRoles: readonly string[]
}

/** What one profile of evidence packs may show, and to whose order. */
export interface DisclosureProfile {
  readonly id: string
  readonly name: Bilingual
  /** Parties that may order for any institution, each by its threshold. */
  readonly parties: readonly string[]
  /** Roles that may order for the institution their holder works for. */
  readonly roles: readonly string[]
  readonly fields: readonly FieldName[]
  readonly content: boolean
  /** Most restricted label shown. */
  readonly label: DisclosureLabel
}

/** @throws {AgreementError} `agreement_threshold_impossible`, `agreement_party_unknown` and those of the strict reader */
export function readCustody(top: YamlMapping, parties: readonly AgreementParty[]): Custody | null {
  if (!top.has('custody')) return null
  const item = top.mapping('custody')
  const seats = item.mappings('seats', (seat): CustodySeat => {
    const read = { id: seat.id('id'), party: seat.id('party'), name: seat.bilingual('name') }
    requireParty(seat, 'party', read.party, parties)
    return read
  })
  byId(item, 'seats', seats)
  const threshold = item.integer('threshold', 1, SEATS_MAX)
  if (threshold > seats.length || seats.length > SEATS_MAX) {
    item.fail(
      'agreement_threshold_impossible',
      `${threshold} of ${seats.length} custodians: there are 1 to ${SEATS_MAX} seats, and as many as must act`,
      'threshold',
    )
  }
  const retention = item.mapping('retention_days')
  const retentionDays = {
    intent: retention.integer('intent', 0, DAYS_MAX),
    outcome: retention.integer('outcome', 0, DAYS_MAX),
  }
  retention.end()
  const destructionRoles = item.ids('destruction_roles')
  item.end()
  return { threshold, seats, retentionDays, destructionRoles }
}

/** @throws {AgreementError} `agreement_party_unknown`, `agreement_threshold_impossible` and those of the strict reader */
export function readDisclosure(
  top: YamlMapping,
  parties: readonly AgreementParty[],
): ReadonlyMap<string, DisclosureProfile> {
  if (!top.has('disclosure')) return new Map()
  const profiles = top.mappings('disclosure', (item): DisclosureProfile => {
    const profile = {
      id: item.id('id'),
      name: item.bilingual('name'),
      parties: item.ids('parties'),
      roles: item.ids('roles'),
      fields: item.choices('fields', FIELD_NAMES),
      content: item.boolean('content'),
      label: item.oneOf('label', DISCLOSURE_LABELS),
    }
    for (const party of profile.parties) requireParty(item, 'parties', party, parties)
    if (profile.parties.length + profile.roles.length === 0)
      item.fail('agreement_threshold_impossible', `nobody may order profile \`${profile.id}\``, 'parties')
    return profile
  })
  return byId(top, 'disclosure', profiles)
}

function requireParty(item: YamlMapping, key: string, id: string, parties: readonly AgreementParty[]): void {
  if (!parties.some((party) => party.id === id))
    item.fail('agreement_party_unknown', `\`${id}\` is no party`, key)
}
