/** Founding the programme under an agreement, once. */
import type { Agreement } from '../../agreement/index.ts'
import { NO_GOVERNANCE } from '../../governance/index.ts'
import { boolean, list, object, type Shaped } from '../../identity/index.ts'
import { NO_CUSTODY } from '../custody.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import { agreement, party } from '../members.ts'
import { withNonce } from '../seen-nonces.ts'
import { SharedMap } from '../shared-map.ts'
import { requireEveryParty } from '../signers.ts'
import type { StateFields } from '../state.ts'
import type { Statement } from '../statement.ts'
import { keysFor, mismatch, ownersOf, partyUnder, refuseStrangers } from '../version.ts'

const programmeFoundShape = object({
  agreement,
  sample: boolean,
  parties: list(party, 1, 32, (each) => each.id),
})

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

/** The first state. Every party signs with the keys that the statement itself brings. */
export function foundProgramme(
  statement: Statement & { readonly type: 'programme.found' },
  context: RuleContext,
): StateFields {
  const { payload } = statement
  const agreement = findAgreement(payload.agreement, context)
  const parties = agreement.parties.map(({ id }) => partyUnder(agreement, id, keysFor(payload.parties, id)))
  refuseStrangers(payload.parties, parties)
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
    appeals: [],
    tools: [],
    governance: NO_GOVERNANCE,
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
