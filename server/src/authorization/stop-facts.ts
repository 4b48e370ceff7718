/**
 * Whether an emergency stop covers a request.
 *
 * Whatever cannot be told apart counts as covered. Spec: docs/spec/facts.md §5.
 */
import type { Facts } from '../agreement/index.ts'
import type { Stop } from '../programme/index.ts'
import type { NamedEngagement } from './engagement-facts.ts'
import type { FactsInput } from './find-facts.ts'

export function findStop(input: FactsInput, engagement: NamedEngagement): Facts['stop'] {
  const inForce = ({ untilMs }: Stop): boolean => untilMs === null || input.nowMs < untilMs
  return input.snapshot.stops.some((stop) => inForce(stop) && covers(stop, input, engagement))
    ? 'covering'
    : 'none'
}

function covers(
  { scope }: Stop,
  { snapshot, principal, model }: FactsInput,
  engagement: NamedEngagement,
): boolean {
  const institution = snapshot.institutions.get(principal.institution.id) ?? principal.institution
  switch (scope.kind) {
    case 'all':
      return true
    case 'person':
      return scope.id === principal.actor.id
    case 'engagement':
      return engagement === 'unknown' || engagement?.id === scope.id
    case 'institution':
      // Staff of an integrator: the integrator as well as the institution they act for.
      return scope.id === institution.id || scope.id === principal.actor.institution
    case 'sector':
      return scope.id === institution.sector
    case 'model':
      return model === null || scope.id === model.id || model.aliases.includes(scope.id)
    case 'jurisdiction':
      return scope.id === institution.jurisdiction
    default:
      return true
  }
}
