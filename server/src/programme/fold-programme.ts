/** Rules for what the parties state together: founding, agreement, rollout, vendor access, incident mode. */
import { type Agreement, STAGE_IDS } from '../agreement/index.ts'
import { ProgrammeError } from './error.ts'
import type { RuleContext, RulesFor } from './rule.ts'
import { withNonce } from './seen-nonces.ts'
import { SharedMap } from './shared-map.ts'
import { authorities, providers, requireAnyParty, requireEveryParty } from './signers.ts'
import type { Party } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'
import { enrolledKey, type Payload, type Statement } from './statement.ts'

type Founding = Extract<Statement, { type: 'programme.found' }>

/** The first state. Every party signs with the keys that the statement itself brings. */
export function foundProgramme(statement: Founding, context: RuleContext): StateFields {
  const { payload } = statement
  const agreement = findAgreement(payload.agreement, context)
  const parties = agreement.parties.map(({ id }) => partyUnder(agreement, id, keysFor(payload, id)))
  refuseStrangers(payload, parties)
  requireEveryParty(parties, context.signers)
  return {
    programme: statement.programme,
    founding: statement.digest,
    sample: payload.sample,
    index: context.at.index + 1,
    agreement,
    parties: SharedMap.of(parties.map((party) => [party.id, party])),
    institutions: SharedMap.empty(),
    integrators: SharedMap.empty(),
    actors: SharedMap.empty(),
    delegations: [],
    engagements: SharedMap.empty(),
    grants: [],
    pendingGrants: [],
    stops: [],
    stages: SharedMap.empty(),
    incidentMode: false,
    keyOwners: ownersOf(parties, SharedMap.empty()),
    seen: withNonce([], statement.nonce, context.at.timeMs),
  }
}

export const PROGRAMME_RULES: RulesFor<
  'agreement.activate' | 'sector.stage' | 'programme_access.approve' | 'incident.set'
> = {
  /** Signed by every party of the version in force and of the next one. */
  'agreement.activate': (state, payload, context) => {
    const agreement = findAgreement(payload.agreement, context)
    if (agreement.version !== state.agreement.version + 1) {
      throw mismatch(`version ${agreement.version} does not follow version ${state.agreement.version}`)
    }
    const parties = agreement.parties.map(({ id }) => {
      const standing = state.parties.get(id)
      const brought = keysFor(payload, id)
      if (standing !== undefined && brought.length > 0) throw mismatch(`party \`${id}\` has its keys already`)
      return partyUnder(agreement, id, standing?.keys ?? brought)
    })
    refuseStrangers(payload, parties)
    requireEveryParty([...state.parties.values(), ...parties], context.signers)
    return {
      agreement,
      parties: SharedMap.of(parties.map((party) => [party.id, party])),
      keyOwners: ownersOf(parties, state.keyOwners),
    }
  },

  /** Widening takes every party, narrowing any one of them. */
  'sector.stage': (state, payload, { signers }) => {
    const sector = state.agreement.sectors.get(payload.sector)
    if (sector === undefined) throw unknown('sector', payload.sector)
    const stage = state.stages.get(payload.sector) ?? sector.stage
    const rank = (id: string): number => (STAGE_IDS as readonly string[]).indexOf(id)
    if (payload.stage === stage) {
      throw new ProgrammeError(
        'statement_subject_state',
        `sector \`${payload.sector}\` is at \`${stage}\` already`,
      )
    }
    if (rank(payload.stage) < rank(stage)) requireAnyParty(state.parties.values(), signers)
    else requireEveryParty(state.parties.values(), signers)
    return { stages: state.stages.with(payload.sector, payload.stage) }
  },

  'programme_access.approve': (state, payload, { signers }) => {
    const institution = state.institutions.get(payload.institution)
    if (institution === undefined) throw unknown('institution', payload.institution)
    requireAnyParty(providers(state), signers)
    const approved = { ...institution, programmeAccess: payload.tiers }
    return { institutions: state.institutions.with(institution.id, approved) }
  },

  /** Incident mode may widen what responders get, so every authority declares it; any one ends it. */
  'incident.set': (state, payload, { signers }) => {
    if (payload.incident === state.incidentMode) {
      throw new ProgrammeError(
        'statement_subject_state',
        `incident mode is ${state.incidentMode ? 'on' : 'off'} already`,
      )
    }
    if (payload.incident) requireEveryParty(authorities(state), signers)
    else requireAnyParty(authorities(state), signers)
    return { incidentMode: payload.incident }
  },
}

function findAgreement(named: Payload<'programme.found'>['agreement'], context: RuleContext): Agreement {
  const agreement = context.agreements(named.digest)
  if (agreement === null) {
    throw new ProgrammeError(
      'statement_agreement_unknown',
      `no agreement document at hand has digest \`${named.digest}\``,
    )
  }
  if (agreement.id === named.id && agreement.version === named.version) return agreement
  throw mismatch(
    `the document says \`${agreement.id}\` version ${agreement.version}, the statement says otherwise`,
  )
}

function keysFor(payload: Payload<'agreement.activate'>, id: string): Party['keys'] {
  return payload.parties.find((party) => party.id === id)?.keys.map(enrolledKey) ?? []
}

function partyUnder(agreement: Agreement, id: string, keys: Party['keys']): Party {
  const terms = agreement.parties.find((party) => party.id === id)
  if (terms === undefined) throw mismatch(`the agreement names no party \`${id}\``)
  if (keys.filter((key) => !key.revoked).length < terms.keys) {
    throw mismatch(`party \`${id}\` holds ${terms.keys} keys under the agreement, ${keys.length} are given`)
  }
  return { id, kind: terms.kind, jurisdiction: terms.jurisdiction, keys, threshold: terms.threshold }
}

function refuseStrangers(payload: Payload<'agreement.activate'>, parties: readonly Party[]): void {
  const stranger = payload.parties.find(({ id }) => !parties.some((party) => party.id === id))
  if (stranger !== undefined) throw mismatch(`the agreement names no party \`${stranger.id}\``)
}

function ownersOf(
  parties: readonly Party[],
  owners: SharedMap<string, KeyOwner>,
): SharedMap<string, KeyOwner> {
  let all = owners
  for (const party of parties) {
    for (const key of party.keys) {
      const holder = all.get(key.id)
      if (holder !== undefined && (holder.kind !== 'party' || holder.id !== party.id)) {
        throw new ProgrammeError(
          'statement_key_taken',
          `key \`${key.id}\` belongs to \`${holder.id}\` already`,
        )
      }
      all = all.with(key.id, { kind: 'party', id: party.id, key })
    }
  }
  return all
}

function mismatch(why: string): ProgrammeError {
  return new ProgrammeError('statement_agreement_mismatch', why)
}

function unknown(noun: string, id: string): ProgrammeError {
  return new ProgrammeError('statement_subject_unknown', `no ${noun} \`${id}\` is known`)
}
