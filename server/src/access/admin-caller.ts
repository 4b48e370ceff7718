/**
 * Who calls the admin listener, and what of the programme they may see.
 *
 * Parties and the people they employ (supervisors, auditors) see how the programme stands, all of it, and no
 * institution's records. An institution's people see their own institution. Integrator staff see the one institution
 * they act for; the integrator's own key sees those that delegate to it. Spec: docs/spec/http.md §2.
 */
import type { KeyHolder } from '../identity/index.ts'
import type { Actor, Institution, PrincipalStanding, Snapshot } from '../programme/index.ts'

/** What a caller sees of the programme: all of it, or some institutions. */
export type Sight = 'programme' | ReadonlySet<string>

/** Who presents a credential of administration, by the snapshot in force. */
export interface AdminCaller {
  readonly holder: KeyHolder
  /** The person or service, where the holder is one. */
  readonly actor: Actor | null
  /** The institution whose records may be asked for; null for parties, their people, and integrators themselves. */
  readonly institution: Institution | null
  readonly sight: Sight
  readonly standing: PrincipalStanding
  readonly tokenId: string
  readonly expiresAtMs: number
}

/** Reads from the snapshot in force, so that trust which has ended ends here at once. */
export function whoCalls(
  holder: KeyHolder,
  institution: string | null,
  snapshot: Snapshot,
  nowMs: number,
): Omit<AdminCaller, 'tokenId' | 'expiresAtMs'> {
  const base = { holder, actor: null, institution: null, sight: NOTHING }
  switch (holder.kind) {
    case 'party':
      return { ...base, sight: 'programme', standing: 'good' }
    case 'institution':
      return { ...base, ...ownInstitution(holder.id, snapshot) }
    case 'integrator': {
      const good = snapshot.integrators.get(holder.id)?.standing === 'admitted'
      const sight = good ? delegating(holder.id, null, snapshot, nowMs) : NOTHING
      return { ...base, sight, standing: good ? 'good' : 'integrator_not_admitted' }
    }
    case 'actor':
      return { ...base, ...ofActor(holder.id, institution, snapshot, nowMs) }
  }
}

const NOTHING: ReadonlySet<string> = new Set()

type Seen = Pick<AdminCaller, 'institution' | 'sight' | 'standing'>

function ofActor(
  id: string,
  institution: string | null,
  snapshot: Snapshot,
  nowMs: number,
): Seen & Pick<AdminCaller, 'actor'> {
  const actor = snapshot.actors.get(id) ?? null
  const nothing = { actor, institution: null, sight: NOTHING }
  if (actor === null) return { ...nothing, standing: 'actor_unknown' }
  if (actor.standing !== 'active') return { ...nothing, standing: `actor_${actor.standing}` }
  if (snapshot.parties.has(actor.institution)) {
    return { actor, institution: null, sight: 'programme', standing: 'good' }
  }
  const integrator = snapshot.integrators.get(actor.institution)
  if (integrator === undefined) return { actor, ...ownInstitution(actor.institution, snapshot) }
  if (integrator.standing !== 'admitted') return { ...nothing, standing: 'integrator_not_admitted' }
  const served = delegating(integrator.id, actor.id, snapshot, nowMs)
  if (institution === null || !served.has(institution)) return { ...nothing, standing: 'delegation_ended' }
  return { actor, ...ownInstitution(institution, snapshot) }
}

function ownInstitution(id: string, snapshot: Snapshot): Seen {
  const institution = snapshot.institutions.get(id)
  if (institution === undefined) return { institution: null, sight: NOTHING, standing: 'institution_unknown' }
  const standing =
    institution.standing === 'admitted' ? 'good' : (`institution_${institution.standing}` as const)
  return { institution, sight: new Set([id]), standing }
}

/** Institutions that delegate to an integrator now, to this actor of it where one is given. */
function delegating(
  integrator: string,
  actor: string | null,
  snapshot: Snapshot,
  nowMs: number,
): ReadonlySet<string> {
  const live = snapshot.delegations.filter(
    (each) =>
      each.integrator === integrator &&
      !each.revoked &&
      each.untilMs > nowMs &&
      (actor === null || each.actors.includes(actor)),
  )
  return new Set(live.map((each) => each.institution))
}
