/**
 * The three verdicts of an agreement as sets of fact records, in the decider's order.
 *
 * A forbid denies; otherwise a permit to proceed allows, a permit to hold holds, and everything else is denied.
 * Spec: docs/spec/proof.md §3, docs/spec/decision.md §1.
 */
import type { Agreement, Clause, Facts } from '../agreement/index.ts'
import type { Verdict } from '../authorization/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { gathered } from './order.ts'
import { createSpace, type Space } from './space.ts'

/** What an allow or a hold asks for: two holds may differ in who must approve, two allows in the receipt. */
export interface Grade {
  readonly verdict: 'allow' | 'hold'
  /** Allow: T1, T2, T3. */
  readonly receipt: 'T1' | 'T2' | 'T3' | null
  /** Hold: distinct approvers, and roles that every hold in force accepts. */
  readonly approvals: number | null
  readonly roles: readonly string[]
  readonly set: Node
}

export interface Verdicts extends Readonly<Record<Verdict, Node>> {
  readonly agreement: Agreement
  /** Records to which each clause applies, by clause id. */
  readonly clauses: ReadonlyMap<string, Node>
  /** Records that some forbid denies. */
  readonly forbidden: Node
  /** Allow or hold: what is not denied. */
  readonly passing: Node
  readonly grades: readonly Grade[]
}

/** LIMIT: nodes tried in the usual order before another is looked for; the sample takes 11,300. */
const NODES_TRIED_MAX = 1 << 14

/** A space in an order that suits the documents: the usual one, unless their clauses grow out of hand in it. */
export function spaceFor(...agreements: readonly Agreement[]): Space {
  const space = createSpace()
  const { bdd } = space
  for (const { clauses } of agreements) {
    let set = FALSE
    for (const { condition } of clauses) {
      set = bdd.or(set, space.where(condition))
      if (bdd.size > NODES_TRIED_MAX) return createSpace(gathered(agreements))
    }
  }
  return createSpace()
}

export function buildVerdicts(space: Space, agreement: Agreement): Verdicts {
  const { bdd, all } = space
  const clauses = new Map(agreement.clauses.map(({ id, condition }) => [id, space.where(condition)]))
  const union = (action: Clause['action']): Node =>
    agreement.clauses
      .filter((clause) => clause.action === action)
      .reduce((set, { id }) => bdd.or(set, clauses.get(id) ?? FALSE), FALSE)
  const forbidden = union('both')
  const allow = bdd.minus(union('proceed'), forbidden)
  const hold = bdd.minus(bdd.minus(union('hold'), forbidden), allow)
  const passing = bdd.or(allow, hold)
  const sets = { clauses, forbidden, allow, hold, passing, deny: bdd.minus(all, passing) }
  return {
    agreement,
    ...sets,
    grades: [...receipts(space, agreement, sets), ...holds(space, agreement, sets)],
  }
}

/** The verdict that the diagrams give a record. */
export function verdictOf(space: Space, verdicts: Verdicts, facts: Facts): Verdict {
  if (space.has(verdicts.allow, facts)) return 'allow'
  return space.has(verdicts.hold, facts) ? 'hold' : 'deny'
}

type Sets = Pick<Verdicts, 'clauses' | 'allow' | 'hold'>

/** The strongest receipt that a determining permit asks for. */
function receipts({ bdd }: Space, agreement: Agreement, { clauses, allow }: Sets): Grade[] {
  let rest = allow
  return (['T3', 'T2', 'T1'] as const).flatMap((receipt) => {
    const asking = agreement.clauses
      .filter((clause) => clause.action === 'proceed' && (receipt === 'T1' || clause.obligation === receipt))
      .reduce((set, { id }) => bdd.or(set, clauses.get(id) ?? FALSE), FALSE)
    const set = bdd.and(rest, asking)
    rest = bdd.minus(rest, set)
    return set === FALSE ? [] : [{ verdict: 'allow' as const, receipt, approvals: null, roles: [], set }]
  })
}

/** Of several holds in force the most approvers, and only roles that all of them accept, as the decider has it. */
function holds({ bdd }: Space, agreement: Agreement, { clauses, hold }: Sets): Grade[] {
  let grades: Grade[] = [{ verdict: 'hold', receipt: null, approvals: 0, roles: [], set: hold }]
  for (const { action, approval, id } of agreement.clauses) {
    if (action !== 'hold' || approval === null) continue
    const applies = clauses.get(id) ?? FALSE
    grades = merge(
      bdd,
      grades.flatMap((grade) => [
        { ...grade, set: bdd.minus(grade.set, applies) },
        {
          ...grade,
          approvals: Math.max(grade.approvals ?? 0, approval.count),
          roles:
            grade.approvals === 0
              ? [...approval.roles].sort()
              : grade.roles.filter((role) => approval.roles.includes(role)),
          set: bdd.and(grade.set, applies),
        },
      ]),
    )
  }
  return grades
}

function merge(bdd: Space['bdd'], grades: readonly Grade[]): Grade[] {
  const merged = new Map<string, Grade>()
  for (const grade of grades) {
    if (grade.set === FALSE) continue
    const key = `${grade.approvals} ${grade.roles.join()}`
    merged.set(key, { ...grade, set: bdd.or(grade.set, merged.get(key)?.set ?? FALSE) })
  }
  return [...merged.values()]
}
