/**
 * What must be true of every version of an agreement, as data.
 *
 * An amendment that breaks a hard invariant cannot be put to a vote; a soft one needs a recorded override. Each invariant is a
 * list of queries that a diagram (check.ts) and an SMT solver (smt.ts) answer independently.
 * Where nothing is said of holds, what is held counts as passing: an approval could not lift what is forbidden.
 * Spec: docs/spec/proof.md §4.
 */
import {
  type Agreement,
  type Bilingual,
  type Condition,
  FACT_NAMES,
  type FactName,
} from '../agreement/index.ts'
import { allOf, anyOf, is, isNot } from './condition-of.ts'

/** `passing` is allow or hold. */
export type Outcome = 'allow' | 'hold' | 'passing'

/** No record (`none`), or at least one (`some`), has this outcome where the condition is true. */
export interface SingleQuery {
  readonly id: string
  readonly form: 'single'
  readonly outcome: Outcome
  readonly when: Condition
  readonly expect: 'none' | 'some'
}

/**
 * No record has `outcome` at the worse value of a fact and lacks `otherwise` at the better value, all other facts equal.
 */
export interface PairQuery {
  readonly id: string
  readonly form: 'pair'
  readonly fact: FactName
  readonly worse: string
  readonly better: string
  readonly outcome: Outcome
  readonly otherwise: Outcome
  /** Compared only here. */
  readonly when: Condition | null
  readonly expect: 'none'
}
export type Query = SingleQuery | PairQuery

export interface Invariant {
  readonly id: string
  readonly level: 'hard' | 'soft'
  readonly title: Bilingual
  /** @param agreement tiers are restricted by its front matter */
  readonly queries: (agreement: Agreement) => readonly Query[]
}

/** A step from a value to a worse one: more suspicion, fewer approvals, less assurance. */
export interface Step {
  readonly fact: FactName
  readonly better: string
  readonly worse: string
  readonly when: Condition | null
}

/**
 * The order of facts for I9, as steps from better to worse. Facts that are not here have no order: what kind of caller, which
 * tier, which surface, normal or incident. `unknown` is I10's. Engagement `none` is not below `active`: without one, an
 * article may permit what an engagement would bind to its scope.
 */
export const WORSE: readonly Step[] = [
  ...chain('actor_standing', 'active', 'suspended', 'revoked'),
  ...chain('assurance', 'phishing_resistant', 'key'),
  ...star('employer', 'employee', 'contractor', 'integrator'),
  ...chain('delegation', 'in_force', 'absent'),
  ...chain('delegation', 'not_applicable', 'absent'),
  ...chain('nationality', 'party', 'listed_partner', 'other'),
  ...chain('location', 'party', 'listed_partner', 'other'),
  ...chain('institution_standing', 'admitted', 'suspended', 'not_admitted'),
  ...chain('sector_stage', 'full', 'dual_use', 'defensive', 'rehearsal', 'closed'),
  ...star('model_state', 'available', 'retired', 'unlisted'),
  ...chain('programme_access', 'approved', 'not_approved'),
  ...chain('evaluation', 'current', 'expired', 'missing'),
  ...chain('side', 'defensive', 'dual_use', 'offensive', 'prohibited'),
  ...chain('side', 'defensive', 'uncertain', 'prohibited'),
  ...chain('capability', 'granted', 'not_granted'),
  ...star('engagement', 'active', 'draft', 'suspended', 'closed'),
  ...chain('engagement_approvals', 'two_or_more', 'one', 'zero'),
  ...star('engagement_window', 'inside', 'before', 'after'),
  ...chain('engagement_member', 'member', 'not_member'),
  ...chain('engagement_capability', 'allowed', 'not_allowed'),
  // Without an engagement there is no scope to be in or out of.
  ...within(isNot('engagement', 'none'), chain('targets', 'all_in_scope', 'unresolved', 'out_of_scope')),
  ...chain('asset_criticality', 'ordinary', 'critical', 'designated'),
  ...chain('autonomy', 'within', 'above'),
  ...star('grant', 'covering', 'none', 'spent', 'expired'),
  ...chain('leakage', 'none', 'redacted', 'present'),
  ...chain('budget', 'within', 'exceeded'),
  ...chain('extraction', 'none', 'suspected', 'confirmed'),
  ...chain('stop', 'none', 'covering'),
  ...chain('ledger', 'writable', 'not_writable'),
  ...chain('entity_list', 'clear', 'listed'),
  ...chain('legal_basis', 'in_force', 'lapsed', 'missing'),
  ...chain('deemed_export', 'cleared', 'required'),
  ...chain('reexport', 'granted', 'not_granted'),
  ...chain('export_order', 'inside', 'outside'),
  ...chain('export_order', 'none', 'outside'),
  ...chain('use_ruling', 'approved', 'restricted', 'forbidden'),
  ...chain('use_ruling', 'none', 'restricted'),
  ...chain('injection', 'none', 'suspected'),
]

export const INVARIANTS: readonly Invariant[] = [
  {
    id: 'I1',
    level: 'hard',
    title: { en: 'Nobody outside the agreement passes.', ja: '取決めの外にある者は通さない。' },
    queries: () => [
      never('I1/actor', isNot('actor_standing', 'active')),
      never('I1/institution', isNot('institution_standing', 'admitted')),
      never('I1/delegation', isNot('delegation', 'not_applicable', 'in_force')),
      never('I1/integrator', allOf(is('employer', 'integrator'), isNot('delegation', 'in_force'))),
    ],
  },
  {
    id: 'I2',
    level: 'hard',
    title: { en: 'What is prohibited is never allowed.', ja: '禁止された行為は決して許可しない。' },
    queries: () => [never('I2/prohibited', is('side', 'prohibited'))],
  },
  {
    id: 'I3',
    level: 'hard',
    title: {
      en: 'Offensive work needs an active engagement that two others approved, in its window, covering person, capability and every target.',
      ja: '攻撃的検証には、別の二人が承認し、実施中かつ期間内で、担当者、機能類型及びすべての対象を含む実施案件を要する。',
    },
    queries: () => [
      offensiveNever('engagement', isNot('engagement', 'active')),
      offensiveNever('approvals', isNot('engagement_approvals', 'two_or_more')),
      offensiveNever('window', isNot('engagement_window', 'inside')),
      offensiveNever('member', isNot('engagement_member', 'member')),
      offensiveNever('capability', isNot('engagement_capability', 'allowed')),
      offensiveNever('targets', isNot('targets', 'all_in_scope')),
    ],
  },
  {
    id: 'I4',
    level: 'hard',
    title: {
      en: 'Nothing passes under an emergency stop that covers it.',
      ja: '緊急停止の対象となるものは通さない。',
    },
    queries: () => [never('I4/stop', isNot('stop', 'none'))],
  },
  {
    id: 'I5',
    level: 'hard',
    title: { en: 'Nothing passes without a writable ledger.', ja: '台帳に記録できないときは何も通さない。' },
    queries: () => [never('I5/ledger', isNot('ledger', 'writable'))],
  },
  {
    id: 'I6',
    level: 'hard',
    title: {
      en: 'Nothing exceeds the stage of the sector or the ceiling of autonomy.',
      ja: '分野の展開段階及び自律レベルの上限を超えるものは通さない。',
    },
    queries: () => [
      never('I6/closed', is('sector_stage', 'closed', 'unknown')),
      never('I6/rehearsal', allOf(is('sector_stage', 'rehearsal'), isNot('model_tier', 'rehearsal'))),
      never('I6/dual_use', allOf(is('side', 'dual_use'), isNot('sector_stage', 'dual_use', 'full'))),
      never('I6/offensive', allOf(is('side', 'offensive'), isNot('sector_stage', 'full'))),
      never('I6/capability', isNot('capability', 'granted', 'not_applicable')),
      never('I6/autonomy', isNot('autonomy', 'within', 'not_applicable')),
    ],
  },
  {
    id: 'I7',
    level: 'hard',
    title: {
      en: 'No restricted tier is used without a current evaluation.',
      ja: '有効な評価のない制限付き提供階層は利用させない。',
    },
    queries: (agreement) => {
      const tiers = restrictedTiers(agreement)
      if (tiers.length === 0) return []
      return [never('I7/evaluation', allOf(is('model_tier', ...tiers), isNot('evaluation', 'current')))]
    },
  },
  {
    id: 'I8',
    level: 'hard',
    title: { en: 'No secret leaves unredacted.', ja: '秘密情報を秘匿せずに送信しない。' },
    queries: () => [never('I8/leakage', isNot('leakage', 'none', 'redacted'))],
  },
  {
    id: 'I9',
    level: 'hard',
    title: {
      en: 'More suspicion, fewer approvals or less assurance never allows more.',
      ja: '疑いが増し、承認が減り、又は本人確認が弱まることによって、許可が広がることはない。',
    },
    queries: () =>
      WORSE.flatMap(({ fact, better, worse, when }) =>
        (['allow', 'passing'] as const).map(
          (outcome): PairQuery => ({
            id: `I9/${fact}/${better}/${worse}/${outcome}`,
            form: 'pair',
            fact,
            worse,
            better,
            outcome,
            otherwise: outcome,
            when,
            expect: 'none',
          }),
        ),
      ),
  },
  {
    id: 'I10',
    level: 'hard',
    title: { en: 'A fact that is not known never allows.', ja: '不明な判定要素によって許可することはない。' },
    queries: () =>
      FACT_NAMES.map((fact) => ({ ...never(`I10/${fact}`, is(fact, 'unknown')), outcome: 'allow' as const })),
  },
  {
    id: 'S1',
    level: 'soft',
    title: {
      en: 'Offensive and uncertain requests are allowed only under a grant.',
      ja: '攻撃的検証及び判別不能の要求は、利用枠の下でのみ許可する。',
    },
    queries: () => [
      {
        ...never('S1/grant', allOf(is('side', 'offensive', 'uncertain'), isNot('grant', 'covering'))),
        outcome: 'allow',
      },
    ],
  },
  {
    id: 'S2',
    level: 'soft',
    title: {
      en: 'What is held is allowed once its approval is given.',
      ja: '保留されたものは、承認されれば許可される。',
    },
    queries: () =>
      (['none', 'spent', 'expired'] as const).map((worse) => ({
        id: `S2/${worse}`,
        form: 'pair' as const,
        fact: 'grant' as const,
        worse,
        better: 'covering',
        outcome: 'hold' as const,
        otherwise: 'allow' as const,
        when: null,
        expect: 'none' as const,
      })),
  },
  {
    id: 'S3',
    level: 'soft',
    title: {
      en: 'Every stage opens the work it is named for.',
      ja: '各展開段階において、その名称の業務を行うことができる。',
    },
    queries: () => [
      possible('S3/rehearsal', 'rehearsal', 'defensive'),
      possible('S3/defensive', 'defensive', 'defensive'),
      possible('S3/dual_use', 'dual_use', 'dual_use'),
      possible('S3/full', 'full', 'offensive'),
    ],
  },
  {
    id: 'S4',
    level: 'soft',
    title: {
      en: 'Nothing passes beyond its budget or under confirmed extraction.',
      ja: '利用量を超えるもの及び能力抽出が確認されたものは通さない。',
    },
    queries: () => [
      never('S4/budget', is('budget', 'exceeded')),
      never('S4/extraction', is('extraction', 'confirmed')),
    ],
  },
  {
    id: 'S5',
    level: 'soft',
    title: {
      en: 'Restricted tiers are for nationals of parties and listed partners, working there.',
      ja: '制限付き提供階層は、締結国及び掲載された友好国の国籍を有し、そこで業務を行う者に限る。',
    },
    queries: (agreement) => {
      const tiers = restrictedTiers(agreement)
      if (tiers.length === 0) return []
      const abroad = anyOf(is('nationality', 'other'), is('location', 'other'))
      return [never('S5/export', allOf(is('model_tier', ...tiers), abroad))]
    },
  },
  {
    id: 'S6',
    level: 'soft',
    title: {
      en: 'A fact that is not known is not held either.',
      ja: '不明な判定要素のあるものは、保留もしない。',
    },
    queries: () =>
      FACT_NAMES.map((fact) => ({ ...never(`S6/${fact}`, is(fact, 'unknown')), outcome: 'hold' as const })),
  },
  {
    id: 'S7',
    level: 'soft',
    title: {
      en: 'Whoever is listed, outside an export order or without a legal basis where one is needed does not pass, nor does a forbidden use.',
      ja: '指定リストに掲載された者、輸出管理命令の範囲外の者及び必要な法的根拠を欠くものは通さず、禁止された用途も通さない。',
    },
    queries: (agreement) => {
      const tiers = restrictedTiers(agreement)
      const restricted = tiers.length === 0 ? null : is('model_tier', ...tiers)
      return [
        never('S7/listed', is('entity_list', 'listed')),
        never('S7/order', is('export_order', 'outside')),
        never('S7/ruling', is('use_ruling', 'forbidden')),
        ...(restricted === null
          ? []
          : [
              never('S7/basis', allOf(restricted, isNot('legal_basis', 'in_force'))),
              never('S7/deemed', allOf(restricted, isNot('deemed_export', 'cleared'))),
              never('S7/reexport', allOf(restricted, is('reexport', 'not_granted'))),
            ]),
      ]
    },
  },
]

/** Tiers that the front matter restricts. */
export function restrictedTiers({ tiers }: Agreement): string[] {
  return [...tiers.values()].filter(({ restricted }) => restricted).map(({ id }) => id)
}

function never(id: string, when: Condition): SingleQuery {
  return { id, form: 'single', outcome: 'passing', when, expect: 'none' }
}

function offensiveNever(name: string, when: Condition): SingleQuery {
  return never(`I3/${name}`, allOf(is('side', 'offensive'), when))
}

function possible(id: string, stage: string, side: string): SingleQuery {
  const when = allOf(is('sector_stage', stage), is('side', side))
  return { id, form: 'single', outcome: 'passing', when, expect: 'some' }
}

function chain(fact: FactName, ...values: readonly string[]): Step[] {
  return values.slice(1).map((worse, position) => ({ fact, better: values[position]!, worse, when: null }))
}

function star(fact: FactName, best: string, ...others: readonly string[]): Step[] {
  return others.map((worse) => ({ fact, better: best, worse, when: null }))
}

function within(when: Condition, steps: readonly Step[]): Step[] {
  return steps.map((step) => ({ ...step, when }))
}
