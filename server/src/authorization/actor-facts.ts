/**
 * Facts about who asks and for whom: standing, assurance, employer, delegation, nationality, place.
 *
 * Read from the directory as it stands now, not as it stood when the token was issued.
 * Spec: docs/spec/facts.md §2.
 */
import type { Facts } from '../agreement/index.ts'
import type { Actor, Snapshot } from '../programme/index.ts'
import type { FactsInput } from './find-facts.ts'

type ActorFacts = Pick<
  Facts,
  | 'actor_standing'
  | 'actor_kind'
  | 'assurance'
  | 'employer'
  | 'delegation'
  | 'nationality'
  | 'location'
  | 'institution_standing'
>

export function findActorFacts({ snapshot, principal, nowMs }: FactsInput): ActorFacts {
  const actor = snapshot.actors.get(principal.actor.id)
  const institution = snapshot.institutions.get(principal.institution.id)
  return {
    actor_standing: actor?.standing ?? 'unknown',
    actor_kind: actor?.kind ?? 'unknown',
    assurance: principal.assurance,
    employer: actor?.employer ?? 'unknown',
    delegation:
      actor === undefined ? 'unknown' : findDelegation(snapshot, actor, principal.institution.id, nowMs),
    nationality: actor?.nationality ?? 'unknown',
    location: actor?.location ?? 'unknown',
    // An institution that the directory does not hold is not admitted; that much is known.
    institution_standing: institution?.standing ?? 'not_admitted',
  }
}

/** Own staff need none. Others need one from this institution that names them, by an integrator in good standing. */
function findDelegation(
  snapshot: Snapshot,
  actor: Actor,
  institution: string,
  nowMs: number,
): Facts['delegation'] {
  if (actor.institution === institution && actor.employer !== 'integrator') return 'not_applicable'
  if (snapshot.integrators.get(actor.institution)?.standing !== 'admitted') return 'absent'
  const inForce = snapshot.delegations.some(
    (delegation) =>
      delegation.institution === institution &&
      delegation.integrator === actor.institution &&
      delegation.actors.includes(actor.id) &&
      !delegation.revoked &&
      nowMs < delegation.untilMs,
  )
  return inForce ? 'in_force' : 'absent'
}
