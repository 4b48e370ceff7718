/** Employers and what they hold: who signs for one, whose an id or a key is. */
import { ProgrammeError } from './error.ts'
import type { RuleContext } from './kind.ts'
import { notEntitled, requireAnyParty, signedByDirectoryOf } from './signers.ts'
import type { PublicKey } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'
import { institutionOf, integratorOf } from './subject.ts'
/**
 * That the employer signed: a directory key of an institution or integrator, or a party's threshold.
 * One that is suspended may still narrow what its people can do.
 *
 * @returns what kind of employer `id` is
 */
export function requireDirectory(
  state: StateFields,
  id: string,
  signers: RuleContext['signers'],
  direction: 'widen' | 'narrow',
): 'institution' | 'integrator' | 'party' {
  const party = state.parties.get(id)
  if (party !== undefined) {
    requireAnyParty([party], signers)
    return 'party'
  }
  const kind = state.integrators.has(id) ? 'integrator' : 'institution'
  const { standing } = kind === 'integrator' ? integratorOf(state, id) : institutionOf(state, id)
  if (!signedByDirectoryOf(kind, id, signers)) throw notEntitled(`a directory key of \`${id}\` must sign`)
  if (standing === 'suspended' && direction === 'widen') throw notEntitled(`\`${id}\` is suspended`)
  return kind
}

/** Adds keys to the register of holders. @throws {ProgrammeError} `statement_key_taken` */
export function withOwners(
  state: StateFields,
  kind: KeyOwner['kind'],
  id: string,
  keys: readonly PublicKey[],
): StateFields['keyOwners'] {
  let owners = state.keyOwners
  for (const key of keys) {
    const holder = owners.get(key.id)
    if (holder !== undefined) {
      throw new ProgrammeError('statement_key_taken', `key \`${key.id}\` belongs to \`${holder.id}\` already`)
    }
    owners = owners.with(key.id, { kind, id, key })
  }
  return owners
}

/** Ids of parties, institutions, integrators, persons and services share one name space. */
export function refuseTakenId(state: StateFields, id: string): void {
  const taken =
    state.parties.has(id) || state.institutions.has(id) || state.integrators.has(id) || state.actors.has(id)
  if (taken) throw new ProgrammeError('statement_id_taken', `\`${id}\` is taken`)
}
