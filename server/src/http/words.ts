/** Recorded names in the words of a page, both languages. A name without words is shown as it was recorded. */
import type { REMEDIES } from '../agreement/index.ts'
import type { StopScope } from '../programme/index.ts'
import type { Language } from './page.ts'

type Words = readonly [en: string, ja: string]
type Remedy = (typeof REMEDIES)[number]

export const VERDICTS = {
  allow: ['Allowed', '許可'],
  hold: ['Held for approval', '保留(承認待ち)'],
  deny: ['Denied', '拒否'],
} as const satisfies Record<string, Words>

export const EFFECTS = {
  permit: ['permits', '許可する条項'],
  hold: ['holds for approval', '保留とする条項'],
  forbid: ['forbids', '禁止する条項'],
} as const satisfies Record<string, Words>

export const ENDS = {
  completed: ['completed', '完了'],
  refused: ['stopped by Sekisho', '関所が停止'],
  failed: ['failed', '失敗'],
  cancelled: ['the client left', 'クライアントが切断'],
  ambiguous: ['ambiguous: cut off by a restart', '不明(再起動により中断)'],
} as const satisfies Record<string, Words>

export const STOP_SCOPES: Readonly<Record<StopScope['kind'], Words>> = {
  person: ['person', '担当者'],
  engagement: ['engagement', '実施案件'],
  institution: ['institution', '参加機関'],
  sector: ['sector', '分野'],
  model: ['model', 'モデル'],
  jurisdiction: ['jurisdiction', '法域'],
  all: ['everything', '全体'],
}

export const REMEDY_WORDS: Readonly<Record<Remedy, Words>> = {
  none: ['There is no way to have this allowed.', 'この要求が許可される手段はありません。'],
  ask_institution: ['Ask your institution.', '所属する参加機関に確認してください。'],
  ask_parties: ['Ask the parties to the agreement.', '利用取決めの締結主体に確認してください。'],
  enrol_stronger_key: [
    'Enrol a stronger key and sign in with it.',
    'より強い本人確認手段(鍵)を登録し、それを使ってください。',
  ],
  get_delegation: [
    'Obtain a delegation from the institution you work for.',
    '業務を委託する参加機関から委任を受けてください。',
  ],
  request_programme_access: [
    'Have your institution apply for the access programme of the provider.',
    '参加機関を通じて、提供者のアクセスプログラムに申請してください。',
  ],
  renew_evaluation: [
    'The safety evaluation of this model has to be renewed first.',
    'このモデルの安全性評価を更新する必要があります。',
  ],
  use_other_model: [
    'Use another model: `GET /v1/models` lists those offered to you.',
    '別のモデルを使ってください。利用できるモデルは `GET /v1/models` で確認できます。',
  ],
  wait_for_rollout: [
    'The sector has to move to a further stage first.',
    '分野の展開段階が進むまでお待ちください。',
  ],
  open_engagement: [
    'Open an engagement that covers this, and have it approved.',
    '該当する実施案件を登録し、承認を受けてください。',
  ],
  approve_engagement: [
    'Have the engagement approved by two other people.',
    '実施案件について、本人以外の二人の承認を受けてください。',
  ],
  join_engagement: ['Have yourself named in the engagement.', '実施案件の構成員に加わってください。'],
  amend_engagement: [
    'Have the engagement amended to cover this, and approved again.',
    '実施案件を変更し、あらためて承認を受けてください。',
  ],
  wait_for_window: [
    'Wait for the window of the engagement, or have it amended.',
    '実施案件の期間を待つか、期間を変更してください。',
  ],
  name_target: [
    'Name the target, so that it can be compared with the engagement.',
    '実施案件と照合できるよう、対象を明記してください。',
  ],
  lower_autonomy: ['Work at a lower autonomy level.', '自律レベルを下げてください。'],
  request_approval: [
    'Ask another person entitled to approve.',
    '承認権限を持つ別の担当者に承認を依頼してください。',
  ],
  remove_secret: ['Remove the secret and send the request again.', '秘密情報を取り除いて再送してください。'],
  wait_for_budget: [
    'Wait until the budget is available again, or have it raised.',
    '利用量が回復するまで待つか、上限の引上げを依頼してください。',
  ],
  retry_later: ['Try again shortly.', 'しばらくしてから再送してください。'],
}

/** The words of `name`, or `name` itself where there are none. */
export function wordsOf(table: Readonly<Record<string, Words>>, name: string, language: Language): string {
  const words = Object.hasOwn(table, name) ? table[name] : undefined
  return words === undefined ? name : words[language === 'ja' ? 1 : 0]
}

/** A time for people: Japan first for a Japanese reader, UTC always, so that two countries read the same instant. */
export function timeInWords(atMs: number, language: Language): string {
  const utc = new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')
  const jst = new Date(atMs + 9 * 3_600_000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' JST')
  return language === 'ja' ? `${jst}(${utc})` : `${utc} (${jst})`
}
