/**
 * Clauses that do nothing, and rules that contradict each other, beyond what parsing refuses.
 *
 * Parsing sees one clause at a time; whether another one always forestalls it is a question about every record of facts.
 * Findings are reported and break nothing: a clause that only explains is often meant to.
 * Spec: docs/spec/proof.md §7.
 */
import { type Bilingual, type Clause, conditionHolds, STAGE_IDS } from '../agreement/index.ts'
import { FALSE, type Node } from './bdd.ts'
import { someRecord } from './example.ts'
import type { Space } from './space.ts'
import type { Verdicts } from './verdicts.ts'

export type FindingKind =
  /** The condition is never true. */
  | 'never_applies'
  /** A permit that forbids always forestall. */
  | 'always_forbidden'
  /** Whatever the clause does, others do as well: taking it out changes no decision and no reason is lost. */
  | 'shadowed'
  /** A forbid of what nothing permits: it changes no verdict, and gives the reason. */
  | 'explains_only'
  /** An open stage at which nothing is allowed. */
  | 'stage_allows_nothing'
  /** A tier on which nothing is allowed. */
  | 'tier_allows_nothing'
  /** Holds that apply together and share no role: nobody can approve. */
  | 'hold_without_approver'
  /** A hold rule of the front matter that no clause names. */
  | 'hold_rule_unused'

export interface Finding {
  readonly kind: FindingKind
  /** Clause, stage, tier or hold rule. */
  readonly subject: string
  /** Clauses that forestall or shadow it. */
  readonly by: readonly string[]
}

/** What each kind means, `{subject}` and `{by}` to be filled in. */
export const FINDING_WORDS: Readonly<Record<FindingKind, Bilingual>> = {
  never_applies: { en: 'clause {subject} can never apply', ja: '条項{subject}は適用されることがない' },
  always_forbidden: {
    en: 'clause {subject} permits only what {by} forbid',
    ja: '条項{subject}が認めるものは、すべて{by}により禁止されている',
  },
  shadowed: { en: 'clause {subject} adds nothing to {by}', ja: '条項{subject}は{by}に何も加えない' },
  explains_only: {
    en: 'forbids only what no clause permits, so that it gives the reason: {subject}',
    ja: 'いずれの条項も認めていないもののみを禁止する(理由を示すための)条項: {subject}',
  },
  stage_allows_nothing: { en: 'stage {subject} allows nothing', ja: '展開段階{subject}では何も許可されない' },
  tier_allows_nothing: { en: 'tier {subject} allows nothing', ja: '提供階層{subject}では何も許可されない' },
  hold_without_approver: {
    en: 'holds {by} apply together and no role may approve both',
    ja: '保留{by}は重なって適用されるが、双方を承認できる役割がない',
  },
  hold_rule_unused: { en: 'no clause names hold rule {subject}', ja: '保留規則{subject}を用いる条項がない' },
}

export function findingWords({ kind, subject, by }: Finding): Bilingual {
  const fill = (text: string, and: string): string =>
    text.replace('{subject}', subject).replace('{by}', by.join(and))
  return { en: fill(FINDING_WORDS[kind].en, ', '), ja: fill(FINDING_WORDS[kind].ja, '、') }
}

export function findDefects(space: Space, verdicts: Verdicts): Finding[] {
  const { agreement } = verdicts
  const permitted = permittedBy(space, verdicts)
  return [
    ...agreement.clauses.flatMap((clause) => inspect(space, verdicts, clause, permitted)),
    ...STAGE_IDS.filter((stage) => stage !== 'closed').flatMap((stage) =>
      emptyAt(space, verdicts, 'sector_stage', stage, 'stage_allows_nothing'),
    ),
    ...[...agreement.tiers.keys()].flatMap((tier) =>
      emptyAt(space, verdicts, 'model_tier', tier, 'tier_allows_nothing'),
    ),
    ...withoutApprover(space, verdicts),
    ...[...agreement.holds.keys()]
      .filter((id) => !agreement.clauses.some(({ approval }) => approval?.id === id))
      .map((subject): Finding => ({ kind: 'hold_rule_unused', subject, by: [] })),
  ]
}

function inspect(space: Space, verdicts: Verdicts, clause: Clause, permitted: Node): Finding[] {
  const { bdd } = space
  const applies = setOf(verdicts, clause)
  const found = (kind: FindingKind, by: readonly string[] = []): Finding[] => [
    { kind, subject: clause.id, by },
  ]
  if (applies === FALSE) return found('never_applies')
  // What of the clause matters: a permit only where nothing forbids, a hold only where nothing proceeds as well.
  let matters = applies
  if (clause.action !== 'both') matters = bdd.minus(matters, verdicts.forbidden)
  if (matters === FALSE) {
    const forbids = verdicts.agreement.clauses.filter(({ action }) => action === 'both')
    return found('always_forbidden', covering(space, verdicts, applies, forbids))
  }
  const rivals = verdicts.agreement.clauses.filter(
    (other) => other.id !== clause.id && outranks(other, clause),
  )
  const by = covering(space, verdicts, matters, rivals)
  if (by.length > 0) return found('shadowed', by)
  if (clause.action !== 'both') return []
  return bdd.and(applies, permitted) === FALSE ? found('explains_only') : []
}

/** Whether `other`, where it applies as well, leaves `clause` without effect. */
function outranks(other: Clause, clause: Clause): boolean {
  if (clause.action === 'hold') {
    if (other.action === 'proceed') return true
    return other.action === 'hold' && (other.approval?.count ?? 0) >= (clause.approval?.count ?? 0)
  }
  return other.action === clause.action && (other.obligation ?? '') >= (clause.obligation ?? '')
}

/**
 * The first clause that covers the set alone; else some that cover it together; empty when all together do not.
 *
 * One record not yet covered names the next clause, so that only clauses that matter are subtracted: subtracting each of 100
 * clauses made 1.3 million nodes, their unions from both ends more than 4 million.
 */
function covering(space: Space, verdicts: Verdicts, set: Node, clauses: readonly Clause[]): string[] {
  const used: string[] = []
  let rest = set
  for (let facts = someRecord(space, rest); facts !== null; facts = someRecord(space, rest)) {
    const record = facts
    const next = clauses.find(({ condition }) => conditionHolds(condition, record))
    if (next === undefined) return []
    used.push(next.id)
    rest = space.bdd.minus(rest, setOf(verdicts, next))
  }
  const alone = clauses.find((clause) => space.bdd.minus(set, setOf(verdicts, clause)) === FALSE)
  return alone === undefined ? used : [alone.id]
}

function permittedBy({ bdd }: Space, verdicts: Verdicts): Node {
  return verdicts.agreement.clauses
    .filter(({ effect }) => effect === 'permit')
    .reduce((set, clause) => bdd.or(set, setOf(verdicts, clause)), FALSE)
}

function emptyAt(
  space: Space,
  { allow }: Verdicts,
  fact: 'sector_stage' | 'model_tier',
  value: string,
  kind: FindingKind,
): Finding[] {
  return space.cofactor(allow, fact, value) === FALSE ? [{ kind, subject: value, by: [] }] : []
}

function withoutApprover({ bdd }: Space, verdicts: Verdicts): Finding[] {
  return verdicts.grades
    .filter(({ verdict, roles }) => verdict === 'hold' && roles.length === 0)
    .map(({ set }): Finding => {
      const by = verdicts.agreement.clauses
        .filter((clause) => clause.action === 'hold' && bdd.and(set, setOf(verdicts, clause)) !== FALSE)
        .map(({ id }) => id)
      return { kind: 'hold_without_approver', subject: by[0] ?? '', by }
    })
}

function setOf({ clauses }: Verdicts, { id }: Clause): Node {
  return clauses.get(id) ?? FALSE
}
