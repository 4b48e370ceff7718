/**
 * One answer under several agreements: the stricter of all.
 *
 * Spec: docs/spec/agreement.md §9. Each agreement is asked with the facts found under its own stages, tiers and ceilings; rollout
 * statements are of the agreement in force and do not move another one's sectors.
 */
import type { Agreement, Facts } from '../agreement/index.ts'
import { documentOf, type Snapshot } from '../programme/index.ts'
import type { Decider } from './decider.ts'
import type { ClauseRef, Decision } from './decision.ts'
import { type FactsInput, findFacts } from './find-facts.ts'

const SEVERITY = { allow: 0, hold: 1, deny: 2 } as const
const RECEIPTS = ['T1', 'T2', 'T3'] as const

/** Agreements that the institution has joined beside the one in force; almost always none. */
export function joinedAgreements({ governance }: Snapshot, institution: string): readonly Agreement[] {
  if (governance.joined.length === 0) return []
  return governance.joined
    .filter((each) => each.institution === institution)
    .map(({ digest }) => documentOf(digest, governance.documents[digest] ?? null, () => null))
}

/**
 * The stricter of `decision` and what every joined agreement says.
 *
 * @param decision under the agreement in force
 * @param asked what else is known of the request, added to the facts as they are found under each agreement
 */
export function strictest(
  decision: Decision,
  input: FactsInput,
  deciderFor: (agreement: Agreement) => Decider,
  asked: (facts: Facts) => Facts = (facts) => facts,
): Decision {
  const joined = joinedAgreements(input.snapshot, input.principal.institution.id)
  return joined.reduce((strict, agreement) => {
    const facts = asked(findFacts({ ...input, snapshot: under(input.snapshot, agreement) }))
    return stricter(strict, named(deciderFor(agreement).decide(facts), agreement))
  }, decision)
}

/** The stricter of two decisions; of equal ones both together: all clauses, most approvers, strongest receipt. */
export function stricter(a: Decision, b: Decision): Decision {
  if (SEVERITY[a.verdict] !== SEVERITY[b.verdict]) return SEVERITY[a.verdict] > SEVERITY[b.verdict] ? a : b
  return {
    ...a,
    clauses: [...a.clauses, ...b.clauses],
    nearest: a.nearest ?? b.nearest,
    approval: bothApprovals(a.approval, b.approval),
    because: [
      ...a.because,
      ...b.because.filter(({ fact }) => !a.because.some((known) => known.fact === fact)),
    ],
    usesGrant: a.usesGrant || b.usesGrant,
    receipt: RECEIPTS[Math.max(RECEIPTS.indexOf(a.receipt), RECEIPTS.indexOf(b.receipt))] ?? 'T3',
    engineErrors: [...a.engineErrors, ...b.engineErrors],
  }
}

/** As many approvers as either asks, with roles that both name. */
function bothApprovals(a: Decision['approval'], b: Decision['approval']): Decision['approval'] {
  if (a === null || b === null) return a ?? b
  return { count: Math.max(a.count, b.count), roles: a.roles.filter((role) => b.roles.includes(role)) }
}

function under(snapshot: Snapshot, agreement: Agreement): Snapshot {
  return { ...snapshot, agreement, stages: new Map() }
}

/** Clauses of another agreement carry its id: `us-uk-2026:9.2`. */
function named(decision: Decision, { id }: Agreement): Decision {
  const name = (ref: ClauseRef): ClauseRef => ({ ...ref, clause: `${id}:${ref.clause}` })
  const { nearest } = decision
  return {
    ...decision,
    clauses: decision.clauses.map(name),
    nearest: nearest === null ? null : { ...nearest, clause: name(nearest.clause) },
  }
}
