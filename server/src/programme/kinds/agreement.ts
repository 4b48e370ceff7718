/** The agreement in force: founding the programme under it, and activating the next version. */

import type { Agreement } from '../../agreement/index.ts'
import { boolean, list, object, type Shaped } from '../../identity/index.ts'
import { NO_CUSTODY } from '../custody.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { agreement, enrolledKey, party } from '../members.ts'
import { withNonce } from '../seen-nonces.ts'
import { SharedMap } from '../shared-map.ts'
import { requireEveryParty } from '../signers.ts'
import type { Party } from '../snapshot.ts'
import type { KeyOwner, StateFields } from '../state.ts'
import type { Statement } from '../statement.ts'

const programmeFoundShape = object({
  agreement,
  sample: boolean,
  parties: list(party, 1, 32, (each) => each.id),
})

const agreementActivateShape = object({ agreement, parties: list(party, 0, 32, (each) => each.id) })

/** Founds the programme, once. Every party signs with the keys that the statement itself brings. */
export const programmeFound: Kind<Shaped<typeof programmeFoundShape>> = {
  shape: programmeFoundShape,
  brings: (payload) => payload.parties,
  rule: (state) => {
    throw new ProgrammeError(
      'statement_already_founded',
      `programme \`${state.programme}\` is founded already`,
    )
  },
}

/** Signed by every party of the version in force and of the next one. */
export const agreementActivate: Kind<Shaped<typeof agreementActivateShape>> = {
  shape: agreementActivateShape,
  brings: (payload) => payload.parties,
  rule: (state, payload, context) => {
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
}

/** The first state. Every party signs with the keys that the statement itself brings. */
export function foundProgramme(
  statement: Statement & { readonly type: 'programme.found' },
  context: RuleContext,
): StateFields {
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
    custody: NO_CUSTODY,
    keyOwners: ownersOf(parties, SharedMap.empty()),
    seen: withNonce([], statement.nonce, context.at.timeMs),
  }
}

function findAgreement(
  named: Shaped<typeof programmeFoundShape>['agreement'],
  context: RuleContext,
): Agreement {
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

function keysFor(payload: Shaped<typeof agreementActivateShape>, id: string): Party['keys'] {
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

function refuseStrangers(payload: Shaped<typeof agreementActivateShape>, parties: readonly Party[]): void {
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
