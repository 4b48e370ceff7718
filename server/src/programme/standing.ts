/**
 * Whether a caller may still act for the institution of its token, by the snapshot in force.
 *
 * Spec: docs/spec/directory.md §5. Threat: a token outlives the trust behind it. Model requests are denied by the
 * agreement, with a clause; whatever is served without a decision (records, receipts, lists) asks here first.
 */
import type { Principal, Snapshot } from './snapshot.ts'

/** `good`, or why a caller is not in good standing. Spec: docs/spec/directory.md §5. */
export type PrincipalStanding =
  | 'good'
  | 'actor_unknown'
  | 'actor_suspended'
  | 'actor_revoked'
  | 'institution_unknown'
  | 'institution_suspended'
  | 'institution_not_admitted'
  | 'integrator_not_admitted'
  | 'delegation_ended'

/**
 * Read from `snapshot`, not from what the principal was made of: a principal may be older. What ends by time is what
 * `authenticate` says: it gives a principal whose delegation has run out none.
 */
export function standingOf(principal: Principal, snapshot: Snapshot): PrincipalStanding {
  const actor = snapshot.actors.get(principal.actor.id)
  if (actor === undefined) return 'actor_unknown'
  if (actor.standing !== 'active') return `actor_${actor.standing}`
  const institution = snapshot.institutions.get(principal.institution.id)
  if (institution === undefined) return 'institution_unknown'
  if (institution.standing === 'suspended') return 'institution_suspended'
  if (institution.standing !== 'admitted') return 'institution_not_admitted'
  return actor.institution === institution.id ? 'good' : delegated(principal, snapshot)
}

function delegated({ actor, institution, delegation }: Principal, snapshot: Snapshot): PrincipalStanding {
  if (snapshot.integrators.get(actor.institution)?.standing !== 'admitted') return 'integrator_not_admitted'
  const inForce = snapshot.delegations.some(
    (each) =>
      each.institution === institution.id &&
      each.integrator === actor.institution &&
      !each.revoked &&
      each.actors.includes(actor.id),
  )
  return delegation !== null && inForce ? 'good' : 'delegation_ended'
}
