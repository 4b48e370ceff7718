/** Rules for stopping and resuming. Who may is the agreement's table; stopping is easy, resuming is not. */
import type { StopKind } from '../agreement/index.ts'
import { ProgrammeError } from './error.ts'
import type { RuleContext, RulesFor } from './rule.ts'
import { notEntitled, partiesMet, type Signers, signedByDirectoryOf } from './signers.ts'
import type { Stop, StopScope } from './snapshot.ts'
import type { StateFields } from './state.ts'
import { actorOf, engagementOf, institutionOf } from './subject.ts'

/** Stops in force at once. At the limit, widen one instead: a stop of scope `all` is always accepted. */
const STOPS_MAX = 4096

export const STOP_RULES: RulesFor<'stop.issue' | 'stop.resume'> = {
  'stop.issue': (state, payload, { at, signers }) => {
    const scope = payload.scope as StopScope // the shape reads exactly the scopes of `StopScope`
    const concerned = institutionConcerned(state, scope)
    const allowed = ruleFor(state, scope.kind).stop
    const by = signersNamed(state, allowed, concerned, signers)[0]
    if (by === undefined) {
      throw notEntitled(`the agreement lets ${allowed.join(', ')} stop scope \`${scope.kind}\``)
    }
    if (state.stops.length >= STOPS_MAX && scope.kind !== 'all') {
      throw new ProgrammeError(
        'statement_limit',
        `${state.stops.length} stops are in force: stop \`all\` instead`,
      )
    }
    const stop: Stop = { index: at.index, scope, by, reason: payload.reason }
    return { stops: [...state.stops, stop] }
  },

  'stop.resume': (state, payload, { signers }: RuleContext) => {
    const stop = state.stops.find((each) => each.index === payload.stop)
    if (stop === undefined) {
      throw new ProgrammeError('statement_subject_unknown', `no stop in force has index ${payload.stop}`)
    }
    const needed = ruleFor(state, stop.scope.kind).resume
    const met = signersNamed(state, needed, institutionConcerned(state, stop.scope), signers)
    const missing = needed.filter((id) => !met.includes(id))
    if (missing.length > 0 || needed.length === 0) {
      throw new ProgrammeError(
        'statement_threshold_not_met',
        `resuming scope \`${stop.scope.kind}\` takes ${needed.join(', ')} together: ${missing.join(', ')} missing`,
      )
    }
    return { stops: state.stops.filter((each) => each !== stop) }
  },
}

function ruleFor(
  state: StateFields,
  kind: StopKind,
): { readonly stop: readonly string[]; readonly resume: readonly string[] } {
  return state.agreement.stops.get(kind) ?? { stop: [], resume: [] }
}

/** Which of the named (party ids, or `institution`) signed. */
function signersNamed(
  state: StateFields,
  named: readonly string[],
  concerned: string | null,
  signers: Signers,
): readonly string[] {
  const met = partiesMet(state.parties.values(), signers)
  return named.filter((id) => (id === 'institution' ? speaksFor(concerned, signers) : met.has(id)))
}

/** A directory key of the institution (or the integrator) concerned, or one of its operations leads. */
function speaksFor(concerned: string | null, signers: Signers): boolean {
  if (concerned === null) return false
  if (signedByDirectoryOf('institution', concerned, signers)) return true
  if (signedByDirectoryOf('integrator', concerned, signers)) return true
  return signers.actors.some(
    (actor) => actor.institution === concerned && actor.roles.includes('operations_lead'),
  )
}

/**
 * The institution a scope lies within, or null when it is wider than one.
 * A scope that names nothing known is refused: a mistyped stop must not look like one that holds.
 *
 * @throws {ProgrammeError} `statement_subject_unknown`
 */
function institutionConcerned(state: StateFields, scope: StopScope): string | null {
  switch (scope.kind) {
    case 'person':
      return actorOf(state, scope.id).institution
    case 'engagement':
      return engagementOf(state, scope.id).institution
    case 'institution':
      return institutionOf(state, scope.id).id
    case 'sector':
      if (state.agreement.sectors.has(scope.id)) return null
      break
    case 'jurisdiction':
      if (jurisdictions(state).has(scope.id)) return null
      break
    case 'model':
    case 'all':
      return null
  }
  throw new ProgrammeError('statement_subject_unknown', `no ${scope.kind} \`${scope.id}\` is known`)
}

function jurisdictions(state: StateFields): ReadonlySet<string> {
  const parties = [...state.parties.values()].map((party) => party.jurisdiction)
  const institutions = [...state.institutions.values()].map((institution) => institution.jurisdiction)
  return new Set([...parties, ...institutions])
}
