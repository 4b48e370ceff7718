/**
 * Facts and their values in words, in both languages of an agreement.
 *
 * Total by type: a fact that is added without words does not compile. Spec: docs/spec/facts.md §2.
 */
import type { Bilingual } from './agreement.ts'
import type { FactName, Facts, FactValue } from './facts.ts'

type Words = readonly [en: string, ja: string]
interface FactWords<N extends FactName> {
  readonly name: Words
  readonly values: { readonly [V in Exclude<FactValue<N>, 'unknown' | 'not_applicable'>]: Words }
}

const UNKNOWN: Words = ['not known', '不明']
const NOT_APPLICABLE: Words = ['not applicable', '該当なし']

const WORDS: { readonly [N in FactName]: FactWords<N> } = {
  actor_standing: {
    name: ['standing of the person or service', '担当者等の資格'],
    values: { active: ['active', '有効'], suspended: ['suspended', '停止中'], revoked: ['revoked', '失効'] },
  },
  actor_kind: {
    name: ['kind of caller', '要求者の種別'],
    values: { person: ['person', '担当者'], service: ['service', 'サービスアカウント'] },
  },
  assurance: {
    name: ['sign-in', '本人確認'],
    values: {
      key: ['enrolled key', '登録された鍵'],
      phishing_resistant: ['phishing-resistant', 'フィッシング耐性あり'],
    },
  },
  employer: {
    name: ['employment', '雇用'],
    values: {
      employee: ['employee', '職員'],
      contractor: ['contractor', '請負'],
      integrator: ['staff of an integrator', '受託事業者の要員'],
    },
  },
  delegation: {
    name: ['delegation', '委任'],
    values: { in_force: ['in force', '有効'], absent: ['absent', 'なし'] },
  },
  nationality: {
    name: ['nationality', '国籍'],
    values: {
      party: ['of a party', '締結国'],
      listed_partner: ['of a listed partner', '掲載された友好国'],
      other: ['other', 'その他'],
    },
  },
  location: {
    name: ['place of work', '所在地'],
    values: {
      party: ['in a party', '締結国'],
      listed_partner: ['in a listed partner', '掲載された友好国'],
      other: ['elsewhere', 'その他'],
    },
  },
  institution_standing: {
    name: ['standing of the institution', '参加機関の資格'],
    values: {
      admitted: ['admitted', '参加中'],
      suspended: ['suspended', '停止中'],
      not_admitted: ['not admitted', '不参加'],
    },
  },
  sector_stage: {
    name: ['stage of the sector', '分野の展開段階'],
    values: {
      closed: ['closed', '未開放'],
      rehearsal: ['rehearsal', 'リハーサル'],
      defensive: ['defensive', '防御'],
      dual_use: ['dual-use', '攻防両用'],
      full: ['full', '全面'],
    },
  },
  model_tier: {
    name: ['tier of the model', 'モデルの提供階層'],
    values: {
      rehearsal: ['rehearsal', 'リハーサル'],
      standard: ['standard', '標準'],
      blue: ['blue', 'blue(防御)'],
      red: ['red', 'red(承認済み検証)'],
      critical: ['critical', 'critical(最重要区分)'],
    },
  },
  model_state: {
    name: ['state of the model', 'モデルの状態'],
    values: {
      available: ['available', '提供中'],
      retired: ['retired', '提供終了'],
      unlisted: ['not listed', '一覧になし'],
    },
  },
  programme_access: {
    name: ['approval by the provider', '提供者の承認'],
    values: { approved: ['given', 'あり'], not_approved: ['not given', 'なし'] },
  },
  evaluation: {
    name: ['safety evaluation', '安全性評価'],
    values: {
      current: ['current', '有効'],
      expired: ['expired', '期限切れ'],
      missing: ['missing', 'なし'],
    },
  },
  side: {
    name: ['side', '行為類型'],
    values: {
      defensive: ['defensive', '防御'],
      dual_use: ['dual-use', '攻防両用'],
      offensive: ['offensive', '攻撃的検証'],
      prohibited: ['prohibited', '禁止'],
      non_cyber: ['not about security', '非セキュリティ'],
      uncertain: ['uncertain', '判別不能'],
    },
  },
  capability: {
    name: ['capability at this stage', '機能類型'],
    values: { granted: ['granted', '認められている'], not_granted: ['not granted', '認められていない'] },
  },
  surface: {
    name: ['surface', '経路'],
    values: { model_request: ['model request', 'モデルへの要求'], tool_call: ['tool call', 'ツール呼出し'] },
  },
  engagement: {
    name: ['engagement', '実施案件'],
    values: {
      none: ['none', 'なし'],
      draft: ['draft', '起案中'],
      active: ['active', '実施中'],
      suspended: ['suspended', '停止中'],
      closed: ['closed', '終了'],
    },
  },
  engagement_approvals: {
    name: ['approvals of the engagement', '実施案件の承認'],
    values: { zero: ['none', 'なし'], one: ['one', '一人'], two_or_more: ['two or more', '二人以上'] },
  },
  engagement_window: {
    name: ['window of the engagement', '実施案件の期間'],
    values: { inside: ['inside', '期間内'], before: ['before', '期間前'], after: ['after', '期間後'] },
  },
  engagement_member: {
    name: ['membership of the engagement', '実施案件の構成員'],
    values: { member: ['member', '構成員'], not_member: ['not a member', '構成員でない'] },
  },
  engagement_capability: {
    name: ['capability in the engagement', '実施案件の機能類型'],
    values: { allowed: ['named', '掲げている'], not_allowed: ['not named', '掲げていない'] },
  },
  targets: {
    name: ['targets', '対象'],
    values: {
      none: ['none named', '名指しなし'],
      all_in_scope: ['all in scope', 'すべて範囲内'],
      out_of_scope: ['out of scope', '範囲外を含む'],
      unresolved: ['unresolved', '照合できない'],
    },
  },
  asset_criticality: {
    name: ['class of the assets', '情報資産の区分'],
    values: {
      ordinary: ['ordinary', '一般'],
      critical: ['critical', '重要'],
      designated: ['designated', '指定重要'],
    },
  },
  autonomy: {
    name: ['autonomy', '自律レベル'],
    values: { within: ['within the ceiling', '上限内'], above: ['above the ceiling', '上限超過'] },
  },
  grant: {
    name: ['grant', '利用枠'],
    values: {
      none: ['none', 'なし'],
      covering: ['covering', '適用あり'],
      spent: ['used up', '使用済み'],
      expired: ['expired', '期限切れ'],
    },
  },
  leakage: {
    name: ['secrets', '秘密情報'],
    values: { none: ['none', 'なし'], redacted: ['redacted', '秘匿済み'], present: ['present', '含まれる'] },
  },
  budget: {
    name: ['budget', '利用量'],
    values: { within: ['within', '範囲内'], exceeded: ['exceeded', '超過'] },
  },
  extraction: {
    name: ['suspicion of extraction', '能力抽出の疑い'],
    values: {
      none: ['none', 'なし'],
      suspected: ['suspected', '疑いあり'],
      confirmed: ['confirmed', '確認済み'],
    },
  },
  stop: {
    name: ['emergency stop', '緊急停止'],
    values: { none: ['none', 'なし'], covering: ['covers this', '対象'] },
  },
  incident_mode: {
    name: ['mode', '運用態勢'],
    values: { normal: ['normal', '平常'], incident: ['incident declared', 'インシデント対応中'] },
  },
  ledger: {
    name: ['ledger', '台帳'],
    values: { writable: ['writable', '記録可能'], not_writable: ['not writable', '記録不能'] },
  },
  entity_list: {
    name: ['named lists', '指定リスト'],
    values: { clear: ['not listed', '掲載なし'], listed: ['listed', '掲載あり'] },
  },
  legal_basis: {
    name: ['legal basis', '法的根拠'],
    values: { in_force: ['in force', '有効'], lapsed: ['lapsed', '失効'], missing: ['missing', 'なし'] },
  },
  deemed_export: {
    name: ['deemed export', 'みなし輸出'],
    values: { cleared: ['cleared', '許可不要又は許可済み'], required: ['permission required', '許可が必要'] },
  },
  reexport: {
    name: ['re-export', '再輸出'],
    values: { granted: ['granted', '認められている'], not_granted: ['not granted', '認められていない'] },
  },
  export_order: {
    name: ['export order', '輸出管理命令'],
    values: {
      none: ['none', 'なし'],
      inside: ['inside its scope', '範囲内'],
      outside: ['outside its scope', '範囲外'],
    },
  },
  use_ruling: {
    name: ['ruling on this use', '用途に関する裁定'],
    values: {
      none: ['none', 'なし'],
      approved: ['approved', '承認'],
      restricted: ['restricted', '制限'],
      forbidden: ['forbidden', '禁止'],
    },
  },
  injection: {
    name: ['words that speak to the model', 'モデルへの働きかけ'],
    values: { none: ['none', 'なし'], suspected: ['suspected', '疑いあり'] },
  },
}

export const LANGUAGES = ['en', 'ja'] as const
export type Language = (typeof LANGUAGES)[number]

/** The name of a fact. */
export function factName(fact: FactName, language: Language): string {
  return pick(WORDS[fact].name, language)
}

/** A value of a fact; one that the fact does not have is given back as it stands. */
export function factValue(fact: FactName, value: string, language: Language): string {
  if (value === 'unknown') return pick(UNKNOWN, language)
  if (value === 'not_applicable') return pick(NOT_APPLICABLE, language)
  const words = (WORDS[fact].values as Readonly<Record<string, Words>>)[value]
  return words === undefined ? value : pick(words, language)
}

/** `stage of the sector: dual-use or full`; `分野の展開段階が攻防両用又は全面`. */
export function factIsOneOf(fact: FactName, values: readonly string[], language: Language): string {
  const words = values.map((value) => factValue(fact, value, language))
  const name = factName(fact, language)
  return language === 'en' ? `${name}: ${words.join(' or ')}` : `${name}が${words.join('又は')}`
}

/** The same in both languages. */
export function bilingual(say: (language: Language) => string): Bilingual {
  return { en: say('en'), ja: say('ja') }
}

/** Some facts of a record in one line. */
export function factsInWords(facts: Facts, names: readonly FactName[]): Bilingual {
  return bilingual((language) =>
    names.map((name) => factIsOneOf(name, [facts[name]], language)).join(language === 'en' ? '; ' : '、'),
  )
}

function pick([en, ja]: Words, language: Language): string {
  return language === 'en' ? en : ja
}
