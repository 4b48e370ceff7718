/**
 * Which stops cover a request. Spec: docs/spec/stop.md §2.
 *
 * A stop of a person covers the person everywhere; of an institution, everyone acting for it and everyone it
 * employs; of an engagement, what is asked under it; of a model, the model under each of its names.
 */
import type { Principal, Snapshot, Stop } from './snapshot.ts'

export interface StopSubject {
  readonly principal: Pick<Principal, 'actor' | 'institution'>
  /** Engagement the request is made under, or null. */
  readonly engagement: string | null
  /** Every name of the model: id and aliases, and what the client asked for. */
  readonly models: readonly string[]
}

/** Stops in force that cover the subject, oldest first. */
export function stopsCovering(snapshot: Snapshot, subject: StopSubject): readonly Stop[] {
  if (snapshot.stops.length === 0) return snapshot.stops
  return snapshot.stops.filter((stop) => covers(stop, subject))
}

function covers({ scope }: Stop, { principal, engagement, models }: StopSubject): boolean {
  const { actor, institution } = principal
  switch (scope.kind) {
    case 'all':
      return true
    case 'person':
      return scope.id === actor.id
    case 'engagement':
      return scope.id === engagement
    case 'institution':
      return scope.id === institution.id || scope.id === actor.institution
    case 'sector':
      return scope.id === institution.sector
    case 'model':
      return models.includes(scope.id)
    case 'jurisdiction':
      return scope.id === institution.jurisdiction
  }
}
