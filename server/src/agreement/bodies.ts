/**
 * Front matter, first half: the parties that sign, the bodies that advise or decide, and who may stop what.
 *
 * Spec: docs/spec/agreement.md §3.
 */
import type { AgreementParty, Body, Chamber, SeatGroup, StopKind, StopRule } from './agreement.ts'
import { STOP_KINDS } from './agreement.ts'
import { readMajorities, readPeriod, readProxies } from './procedure.ts'
import { byId, type YamlMapping } from './yaml-mapping.ts'

/** LIMIT: keys of one party, seats of one body. */
const KEYS_MAX = 32
const SEATS_MAX = 500
const CHAMBERS: readonly Chamber[] = ['public', 'private', 'provider']
/** In stop rules: the institution concerned, not a party. */
const INSTITUTION_CONCERNED = 'institution'

/** @throws {AgreementError} `agreement_threshold_impossible` and those of the strict reader */
export function readParties(top: YamlMapping): AgreementParty[] {
  const parties = top.mappings('parties', (item) => {
    const party: AgreementParty = {
      id: item.id('id'),
      kind: item.oneOf('kind', ['authority', 'provider']),
      jurisdiction: item.matching('jurisdiction', /^[A-Z]{2}$/, 'two capital letters (ISO 3166-1)'),
      name: item.bilingual('name'),
      keys: item.integer('keys', 1, KEYS_MAX),
      threshold: item.integer('threshold', 1, KEYS_MAX),
    }
    if (party.threshold > party.keys) {
      item.fail(
        'agreement_threshold_impossible',
        `threshold ${party.threshold} is above the ${party.keys} keys`,
        'threshold',
      )
    }
    return party
  })
  byId(top, 'parties', parties)
  return parties
}

/** @throws {AgreementError} `agreement_seats_mismatch`, `agreement_sector_*`, `agreement_threshold_impossible` */
export function readBodies(top: YamlMapping, sectors: ReadonlyMap<string, unknown>): Body[] {
  const bodies = top.mappings('bodies', (item) => readBody(item, sectors))
  byId(top, 'bodies', bodies)
  return bodies
}

function readBody(item: YamlMapping, sectors: ReadonlyMap<string, unknown>): Body {
  const knownSectors = (owner: YamlMapping, key: string): string[] => {
    const ids = owner.ids(key)
    for (const id of ids) requireSector(owner, key, id, sectors)
    return ids
  }
  const seatGroups = item.mappings('seat_groups', (group) => readSeatGroup(group, sectors))
  const seated = new Set(seatGroups.map(({ chamber }) => chamber))
  const body: Body = {
    id: item.id('id'),
    name: item.bilingual('name'),
    authority: item.oneOf('authority', ['advisory', 'binding']),
    remit: knownSectors(item, 'remit'),
    seats: item.integer('seats', 1, SEATS_MAX),
    seatGroups,
    observers: item.mappings('observers', (observer) => ({
      id: observer.id('id'),
      name: observer.bilingual('name'),
      examines: knownSectors(observer, 'examines'),
    })),
    quorum: item.integer('quorum', 1, SEATS_MAX),
    majorities: readMajorities(item, CHAMBERS, seated),
    proxiesMax: readProxies(item),
  }
  checkSeats(item, body)
  return body
}

function readSeatGroup(group: YamlMapping, sectors: ReadonlyMap<string, unknown>): SeatGroup {
  const sector = group.id('sector')
  if (sector !== 'all') requireSector(group, 'sector', sector, sectors)
  return {
    sector: sector === 'all' ? null : sector,
    chamber: group.oneOf('chamber', CHAMBERS),
    seats: group.integer('seats', 1, SEATS_MAX),
  }
}

function requireSector(
  owner: YamlMapping,
  key: string,
  id: string,
  sectors: ReadonlyMap<string, unknown>,
): void {
  if (!sectors.has(id)) owner.fail('agreement_sector_unknown', `no sector \`${id}\` in the list`, key)
}

function checkSeats(item: YamlMapping, body: Body): void {
  const sum = body.seatGroups.reduce((total, group) => total + group.seats, 0)
  if (sum !== body.seats) {
    item.fail(
      'agreement_seats_mismatch',
      `the groups hold ${sum} seats, \`seats\` says ${body.seats}`,
      'seats',
    )
  }
  const seated = new Set(body.seatGroups.map((group) => group.sector))
  const empty = body.remit.find((sector) => !seated.has(sector))
  if (empty !== undefined) {
    item.fail(
      'agreement_sector_without_seat',
      `sector \`${empty}\` is in the remit and holds no seat`,
      'remit',
    )
  }
  if (body.quorum > body.seats) {
    item.fail(
      'agreement_threshold_impossible',
      `quorum ${body.quorum} is above the ${body.seats} seats`,
      'quorum',
    )
  }
}

/** @throws {AgreementError} `agreement_party_unknown`, `agreement_stop_missing`, `agreement_threshold_impossible` */
export function readStops(
  top: YamlMapping,
  parties: readonly AgreementParty[],
): ReadonlyMap<StopKind, StopRule> {
  const known = new Set([INSTITUTION_CONCERNED, ...parties.map((party) => party.id)])
  const who = (item: YamlMapping, key: string): string[] => {
    const ids = item.ids(key)
    const stranger = ids.find((id) => !known.has(id))
    if (stranger !== undefined) item.fail('agreement_party_unknown', `\`${stranger}\` is no party`, key)
    if (ids.length === 0) item.fail('agreement_threshold_impossible', 'nobody is named', key)
    return ids
  }
  const rules = top.mappings('stops', (item) => {
    const scope = item.oneOf('scope', STOP_KINDS)
    const stop = who(item, 'stop')
    const resume = who(item, 'resume')
    const resumeCount = item.integer('resume_count', 1, KEYS_MAX)
    if (resumeCount > resume.length) {
      item.fail(
        'agreement_threshold_impossible',
        `${resumeCount} must sign, ${resume.length} may`,
        'resume_count',
      )
    }
    const expiresMs = item.has('expires') ? readPeriod(item, 'expires') : null
    return { id: scope, scope, stop, resume, resumeCount, expiresMs }
  })
  const map = byId(top, 'stops', rules)
  const missing = STOP_KINDS.find((scope) => !map.has(scope))
  if (missing !== undefined) {
    top.fail('agreement_stop_missing', `nobody may stop \`${missing}\`; every scope needs a rule`, 'stops')
  }
  return new Map([...map].map(([scope, { id: _id, ...rule }]) => [scope, rule]))
}
