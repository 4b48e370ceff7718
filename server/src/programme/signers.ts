/**
 * Who signed a statement, and whether that is enough.
 *
 * Every signature must be good: a bad one beside good ones is a refusal, so that nobody learns to ignore it.
 * Spec: docs/spec/statement.md §3, §5.
 */
import { verifyWith } from '../identity/index.ts'
import { ProgrammeError } from './error.ts'
import type { Actor, Party } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'
import { enrolledKey, type Statement } from './statement.ts'

export interface Signers {
  /** Keys that signed, by owner. */
  readonly owners: readonly KeyOwner[]
  /** Active persons and services among them. */
  readonly actors: readonly Actor[]
}

/**
 * Resolves and verifies every signature.
 *
 * @throws {ProgrammeError} `statement_key_unknown`, `statement_key_revoked`, `statement_signature_invalid`,
 *   `statement_signer_not_entitled` (an actor who is not active)
 */
export function verifySigners(state: StateFields | null, statement: Statement): Signers {
  const brought = keysBroughtBy(statement)
  const owners = statement.signatures.map(({ key, sig }) => {
    const owner = state?.keyOwners.get(key) ?? brought.get(key)
    if (owner === undefined)
      throw new ProgrammeError('statement_key_unknown', `no holder has the key \`${key}\``)
    if (owner.key.revoked) throw new ProgrammeError('statement_key_revoked', `key \`${key}\` was revoked`)
    if (!verifyWith(owner.key.public, statement.bytes, Buffer.from(sig, 'base64'))) {
      throw new ProgrammeError('statement_signature_invalid', `the signature by \`${key}\` does not verify`)
    }
    return owner
  })
  return { owners, actors: actorsAmong(state, owners) }
}

/** Party ids whose threshold is met. */
export function partiesMet(parties: Iterable<Party>, signers: Signers): ReadonlySet<string> {
  const met = new Set<string>()
  for (const party of parties) {
    const keys = signers.owners.filter((owner) => owner.kind === 'party' && owner.id === party.id)
    if (keys.length >= party.threshold) met.add(party.id)
  }
  return met
}

/** @throws {ProgrammeError} `statement_threshold_not_met` naming who is missing */
export function requireEveryParty(parties: Iterable<Party>, signers: Signers): void {
  const needed = [...parties]
  const met = partiesMet(needed, signers)
  const missing = needed.filter((party) => !met.has(party.id))
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

function actorsAmong(state: StateFields | null, owners: readonly KeyOwner[]): Actor[] {
  const actors = new Map<string, Actor>()
  for (const owner of owners) {
    if (owner.kind !== 'actor') continue
    const actor = state?.actors.get(owner.id)
    if (actor?.standing !== 'active') throw notEntitled(`\`${owner.id}\` is ${actor?.standing ?? 'unknown'}`)
    actors.set(actor.id, actor)
  }
  return [...actors.values()]
}

/** Party keys that a statement itself brings, because nobody could have enrolled them before. */
function keysBroughtBy(statement: Statement): ReadonlyMap<string, KeyOwner> {
  const owners = new Map<string, KeyOwner>()
  if (statement.type !== 'programme.found' && statement.type !== 'agreement.activate') return owners
  for (const party of statement.payload.parties) {
    for (const given of party.keys) {
      const key = enrolledKey(given)
      owners.set(key.id, { kind: 'party', id: party.id, key })
    }
  }
  return owners
}
