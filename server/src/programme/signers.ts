/**
 * Whether those who signed a statement are enough, and who is meant by authorities and providers.
 *
 * Spec: docs/spec/statement.md §5.
 */
import { ProgrammeError } from './error.ts'
import type { Actor, Party } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'

export interface Signers {
  /** Keys that signed, by owner. */
  readonly owners: readonly KeyOwner[]
  /** Active persons and services among them. */
  readonly actors: readonly Actor[]
}

/** Party ids whose threshold is met. */
export function partiesMet(parties: Iterable<Party>, signers: Signers): ReadonlySet<string> {
  return new Set([...parties].filter((party) => meets(party, signers)).map(({ id }) => id))
}

function meets({ id, threshold }: Party, { owners }: Signers): boolean {
  return owners.filter((owner) => owner.kind === 'party' && owner.id === id).length >= threshold
}

/**
 * A party may stand twice, under two versions of the agreement: both of its thresholds count, not the lower one.
 *
 * @throws {ProgrammeError} `statement_threshold_not_met` naming who is missing
 */
export function requireEveryParty(parties: Iterable<Party>, signers: Signers): void {
  const missing = [...parties].filter((party) => !meets(party, signers))
  if (missing.length === 0) return
  const list = missing
    .map((party) => `\`${party.id}\` (${party.threshold} of ${party.keys.length})`)
    .join(', ')
  throw new ProgrammeError('statement_threshold_not_met', `needs the signatures of ${list} as well`)
}

/** @throws {ProgrammeError} `statement_signer_not_entitled` */
export function requireAnyParty(parties: Iterable<Party>, signers: Signers): string {
  const needed = [...parties]
  const [first] = partiesMet(needed, signers)
  if (first !== undefined) return first
  throw notEntitled(`one of ${needed.map((party) => `\`${party.id}\``).join(', ')} must sign`)
}

export function authorities(state: StateFields): Party[] {
  return [...state.parties.values()].filter((party) => party.kind === 'authority')
}

export function providers(state: StateFields): Party[] {
  return [...state.parties.values()].filter((party) => party.kind === 'provider')
}

/** Whether a directory key of this institution or integrator signed. */
export function signedByDirectoryOf(
  kind: 'institution' | 'integrator',
  id: string,
  signers: Signers,
): boolean {
  return signers.owners.some((owner) => owner.kind === kind && owner.id === id)
}

export function notEntitled(why: string): ProgrammeError {
  return new ProgrammeError('statement_signer_not_entitled', `the signers may not state this: ${why}`)
}
