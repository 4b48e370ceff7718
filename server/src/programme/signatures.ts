/**
 * Who signed a statement.
 *
 * Every signature must be good: a bad one beside good ones is a refusal, so that nobody learns to ignore it.
 * Spec: docs/spec/statement.md §3.
 */
import { verifyWith } from '../identity/index.ts'
import { ProgrammeError } from './error.ts'
import { kindOf } from './kinds.ts'
import { enrolledKey } from './members.ts'
import { notEntitled, type Signers } from './signers.ts'
import type { Actor } from './snapshot.ts'
import type { KeyOwner, StateFields } from './state.ts'
import type { Statement } from './statement.ts'
/**
 * Resolves and verifies every signature.
 *
 * @throws {ProgrammeError} `statement_key_unknown`, `statement_key_revoked`, `statement_key_expired`, `statement_signature_invalid`,
 *   `statement_signer_not_entitled` (an actor who is not active)
 */
export function verifySigners(state: StateFields | null, statement: Statement, nowMs: number): Signers {
  const brought = keysBroughtBy(statement)
  const owners = statement.signatures.map(({ key, sig }) => {
    const owner = state?.keyOwners.get(key) ?? brought.get(key)
    if (owner === undefined)
      throw new ProgrammeError('statement_key_unknown', `no holder has the key \`${key}\``)
    if (owner.key.revoked) throw new ProgrammeError('statement_key_revoked', `key \`${key}\` was revoked`)
    if (owner.key.untilMs !== undefined && nowMs >= owner.key.untilMs) {
      throw new ProgrammeError('statement_key_expired', `key \`${key}\` has run out: sign with another`)
    }
    if (!verifyWith(owner.key.public, statement.bytes, Buffer.from(sig, 'base64'))) {
      throw new ProgrammeError('statement_signature_invalid', `the signature by \`${key}\` does not verify`)
    }
    return owner
  })
  return { owners, actors: actorsAmong(state, owners) }
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

function keysBroughtBy(statement: Statement): ReadonlyMap<string, KeyOwner> {
  const owners = new Map<string, KeyOwner>()
  const { brings } = kindOf(statement.type)
  for (const party of brings?.(statement.payload) ?? []) {
    for (const given of party.keys) {
      const key = enrolledKey(given)
      owners.set(key.id, { kind: 'party', id: party.id, key })
    }
  }
  return owners
}
