/** Keys: adding one to its holder, and revoking one for good. */
import { object, oneOf, type Shaped, text } from '../../identity/index.ts'
import { requireDirectory, withOwners } from '../employer.ts'
import { ProgrammeError } from '../error.ts'
import type { Changes, Kind, RuleContext } from '../kind.ts'
import { enrolledKey, id, key, reason, timeMs } from '../members.ts'
import { authorities, notEntitled, partiesMet, requireAnyParty } from '../signers.ts'
import type { PublicKey } from '../snapshot.ts'
import type { KeyOwner, StateFields } from '../state.ts'
import { actorOf, institutionOf, integratorOf } from '../subject.ts'

/** Keys one holder may have had, revoked ones included. */
const KEYS_PER_HOLDER_MAX = 64

const keyAddShape = object({
  owner: object({ kind: oneOf(['party', 'institution', 'integrator', 'actor']), id }),
  key,
})

const keyLimitShape = object({ key: text(16, /^[0-9a-f]{16}$/), until_ms: timeMs })

const keyRevokeShape = object({ key: text(16, /^[0-9a-f]{16}$/), reason })

/** Gives a key an end, or an earlier one. Whoever renews keys adds the next before the last has run out. */
export const keyLimit: Kind<Shaped<typeof keyLimitShape>> = {
  shape: keyLimitShape,
  rule: (state, payload, context) => {
    const owner = state.keyOwners.get(payload.key)
    if (owner === undefined)
      throw new ProgrammeError('statement_subject_unknown', `no holder has the key \`${payload.key}\``)
    if (owner.key.revoked)
      throw new ProgrammeError('statement_subject_state', `key \`${payload.key}\` is revoked already`)
    requireHolder(state, owner, context, 'narrow')
    const limited = { ...owner.key, untilMs: Math.min(payload.until_ms, owner.key.untilMs ?? Infinity) }
    const keys = keysOf(state, owner).map((each) => (each.id === limited.id ? limited : each))
    return {
      ...withKeys(state, owner, keys),
      keyOwners: state.keyOwners.with(limited.id, { ...owner, key: limited }),
    }
  },
}

export const keyAdd: Kind<Shaped<typeof keyAddShape>> = {
  shape: keyAddShape,
  rule: (state, payload, context) => {
    const { kind, id } = payload.owner
    requireHolder(state, payload.owner, context, 'widen')
    const key = enrolledKey(payload.key)
    const keys = keysOf(state, payload.owner)
    if (keys.length >= KEYS_PER_HOLDER_MAX) {
      throw new ProgrammeError('statement_limit', `\`${id}\` has had ${keys.length} keys, the limit`)
    }
    return {
      ...withKeys(state, payload.owner, [...keys, key]),
      keyOwners: withOwners(state, kind, id, [key]),
    }
  },
}

/** The holder may revoke its own key, the employer its people's, and any party anyone's but another party's. */
export const keyRevoke: Kind<Shaped<typeof keyRevokeShape>> = {
  shape: keyRevokeShape,
  rule: (state, payload, context) => {
    const owner = state.keyOwners.get(payload.key)
    if (owner === undefined)
      throw new ProgrammeError('statement_subject_unknown', `no holder has the key \`${payload.key}\``)
    if (owner.key.revoked)
      throw new ProgrammeError('statement_subject_state', `key \`${payload.key}\` is revoked already`)
    const byParty = owner.kind !== 'party' && partiesMet(state.parties.values(), context.signers).size > 0
    if (!byParty) requireHolder(state, owner, context, 'narrow')
    const revoked = { ...owner.key, revoked: true }
    const keys = keysOf(state, owner).map((key) => (key.id === revoked.id ? revoked : key))
    refuseLockOut(state, owner, keys)
    return {
      ...withKeys(state, owner, keys),
      keyOwners: state.keyOwners.with(revoked.id, { ...owner, key: revoked }),
    }
  },
}

type Holder = Pick<KeyOwner, 'kind' | 'id'>

/** That the holder, or for people their employer, signed. */
function requireHolder(
  state: StateFields,
  holder: Holder,
  context: RuleContext,
  direction: 'widen' | 'narrow',
): void {
  const { signers } = context
  if (holder.kind === 'actor') {
    if (direction === 'narrow' && signers.actors.some((actor) => actor.id === holder.id)) return
    const actor = actorOf(state, holder.id)
    if (actor.standing === 'revoked' && direction === 'widen') throw notEntitled(`\`${actor.id}\` is revoked`)
    requireDirectory(state, actor.institution, signers, direction)
    return
  }
  if (holder.kind === 'party') {
    const party = state.parties.get(holder.id)
    if (party === undefined)
      throw new ProgrammeError('statement_subject_unknown', `no party \`${holder.id}\` is known`)
    requireAnyParty([party], signers)
    return
  }
  // An institution that lost every key gets a new one from all the authorities, who admitted it.
  const admitting = authorities(state)
  if (partiesMet(admitting, signers).size === admitting.length) return
  requireDirectory(state, holder.id, signers, direction)
}

function keysOf(state: StateFields, holder: Holder): readonly PublicKey[] {
  switch (holder.kind) {
    case 'party':
      return state.parties.get(holder.id)?.keys ?? []
    case 'institution':
      return institutionOf(state, holder.id).keys
    case 'integrator':
      return integratorOf(state, holder.id).keys
    case 'actor':
      return actorOf(state, holder.id).keys
  }
}

function withKeys(state: StateFields, holder: Holder, keys: readonly PublicKey[]): Changes {
  switch (holder.kind) {
    case 'party': {
      const party = state.parties.get(holder.id)
      return party === undefined ? {} : { parties: state.parties.with(party.id, { ...party, keys }) }
    }
    case 'institution':
      return {
        institutions: state.institutions.with(holder.id, { ...institutionOf(state, holder.id), keys }),
      }
    case 'integrator':
      return { integrators: state.integrators.with(holder.id, { ...integratorOf(state, holder.id), keys }) }
    case 'actor':
      return { actors: state.actors.with(holder.id, { ...actorOf(state, holder.id), keys }) }
  }
}

/** A party below its threshold could never again resume, admit or amend: add the new key first. */
function refuseLockOut(state: StateFields, owner: KeyOwner, keys: readonly PublicKey[]): void {
  const party = owner.kind === 'party' ? state.parties.get(owner.id) : undefined
  if (party === undefined || keys.filter((key) => !key.revoked).length >= party.threshold) return
  throw new ProgrammeError(
    'statement_subject_state',
    `party \`${party.id}\` would be left below its threshold of ${party.threshold}: add a key first`,
  )
}
