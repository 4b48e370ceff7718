/** Stopping and resuming. Who may is the agreement's table; stopping is easy, resuming is not. */
import type { StopKind, StopRule } from '../../agreement/index.ts'
import { integer, object, type Shaped, withFlag } from '../../identity/index.ts'
import { ProgrammeError } from '../error.ts'
import type { Kind } from '../kind.ts'
import { reason, scope } from '../members.ts'
import { notEntitled, partiesMet, type Signers, signedByDirectoryOf } from '../signers.ts'
import type { Stop, StopScope } from '../snapshot.ts'
import type { StateFields } from '../state.ts'
import { actorOf, engagementOf, institutionOf } from '../subject.ts'

/** Stops in force at once. At the limit, widen one instead: a stop of scope `all` is always accepted. */
const STOPS_MAX = 4096

const stopIssueShape = withFlag(object({ scope, reason }), 'unknown_model')

const stopResumeShape = object({ stop: integer(0, Number.MAX_SAFE_INTEGER), reason })

export const stopIssue: Kind<Shaped<typeof stopIssueShape>> = {
  shape: stopIssueShape,
  rule: (state, payload, { at, signers }) => {
    const scope = payload.scope as StopScope // the shape reads exactly the scopes of `StopScope`
    const concerned = institutionConcerned(state, scope)
    const allowed = ruleFor(state, scope.kind).stop
    const by = allowed.find((id) => hasOneKey(id, concerned, signers))
    if (by === undefined) {
      throw notEntitled(`the agreement lets ${allowed.join(', ')} stop scope \`${scope.kind}\``)
    }
    if (inForce(state.stops, at.timeMs).length >= STOPS_MAX && scope.kind !== 'all') {
      throw new ProgrammeError(
        'statement_limit',
        `${state.stops.length} stops are in force: stop \`all\` instead`,
      )
    }
    const { expiresMs } = ruleFor(state, scope.kind)
    const untilMs = expiresMs === null ? null : at.timeMs + expiresMs
    const stop: Stop = { index: at.index, scope, by, reason: payload.reason, untilMs }
    return { stops: [...inForce(state.stops, at.timeMs), stop] }
  },
}

export const stopResume: Kind<Shaped<typeof stopResumeShape>> = {
  shape: stopResumeShape,
  rule: (state, payload, { signers }) => {
    const stop = state.stops.find((each) => each.index === payload.stop)
    if (stop === undefined) {
      throw new ProgrammeError(
        'statement_subject_unknown',
        `no stop in force has number ${payload.stop}: \`sekisho stop list\` shows them`,
      )
    }
    const rule = ruleFor(state, stop.scope.kind)
    const signed = new Set(
      rule.resume.filter((id) => hasThreshold(state, id, concernedBy(state, stop), signers)),
    )
    // Whoever stopped must agree, unless the agreement leaves them out of resuming altogether.
    const stopperAgrees = signed.has(stop.by) || !rule.resume.includes(stop.by)
    if (signed.size < Math.max(1, rule.resumeCount) || !stopperAgrees) {
      throw new ProgrammeError(
        'statement_threshold_not_met',
        `resuming scope \`${stop.scope.kind}\` takes ${rule.resumeCount} of ${rule.resume.join(', ')}, ` +
          `\`${stop.by}\` who stopped among them; signed by enough keys: ${[...signed].join(', ') || 'none yet'}`,
      )
    }
    return { stops: state.stops.filter((each) => each !== stop) }
  },
}

/** A kind that the table leaves out can be stopped and resumed by nobody. */
function ruleFor(
  state: StateFields,
  kind: StopKind,
): Pick<StopRule, 'stop' | 'resume' | 'resumeCount' | 'expiresMs'> {
  return state.agreement.stops.get(kind) ?? { stop: [], resume: [], resumeCount: 1, expiresMs: null }
}

/** To stop, one key of a party is enough: gathering a threshold takes time that an emergency does not give. */
function hasOneKey(id: string, concerned: string | null, signers: Signers): boolean {
  if (id === 'institution') return speaksFor(concerned, signers)
  return signers.owners.some((owner) => owner.kind === 'party' && owner.id === id)
}

function hasThreshold(state: StateFields, id: string, concerned: string | null, signers: Signers): boolean {
  if (id === 'institution') return speaksFor(concerned, signers)
  return partiesMet(state.parties.values(), signers).has(id)
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

/** The same for a stop in force, whose subject was known when it was issued. */
function concernedBy(state: StateFields, stop: Stop): string | null {
  return stop.scope.kind === 'sector' || stop.scope.kind === 'jurisdiction'
    ? null
    : institutionConcerned(state, stop.scope)
}

function jurisdictions(state: StateFields): ReadonlySet<string> {
  const parties = [...state.parties.values()].map((party) => party.jurisdiction)
  const institutions = [...state.institutions.values()].map((institution) => institution.jurisdiction)
  return new Set([...parties, ...institutions])
}

/** Stops that have run out are forgotten at the next stop; facts leave them out by their time. */
function inForce(stops: readonly Stop[], nowMs: number): readonly Stop[] {
  return stops.filter(({ untilMs }) => untilMs === null || nowMs < untilMs)
}
