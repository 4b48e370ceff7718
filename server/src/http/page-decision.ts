/** `/decisions/ID`: why a request was admitted, held or refused, and what to do next. */
import { FACT_NAMES } from '../agreement/index.ts'
import type { ClauseRef, NearestPermit } from '../authorization/index.ts'
import type { DecisionView } from './decision-view.ts'
import { type Html, html } from './html.ts'
import type { Language } from './page.ts'

const VERDICTS: Readonly<Record<string, { en: string; ja: string }>> = {
  allow: { en: 'Allowed', ja: '許可' },
  hold: { en: 'Held for approval', ja: '保留(承認待ち)' },
  deny: { en: 'Denied', ja: '拒否' },
}

const REMEDIES: Readonly<Record<string, { en: string; ja: string }>> = {
  open_engagement: {
    en: 'Open an engagement that covers this, and have it approved.',
    ja: '該当する実施案件を登録し、承認を受けてください。',
  },
  request_approval: {
    en: 'Ask another person entitled to approve.',
    ja: '承認権限を持つ別の担当者に承認を依頼してください。',
  },
  none: { en: 'There is no way to have this allowed.', ja: 'この要求が許可される手段はありません。' },
}

export function decisionTitle(view: DecisionView, language: Language): string {
  return `${language === 'ja' ? '判定' : 'Decision'}: ${VERDICTS[view.verdict]?.[language] ?? view.verdict}`
}

export function decisionBody(view: DecisionView, language: Language): Html {
  const t = (en: string, ja: string): string => (language === 'ja' ? ja : en)
  return html`<h1 class="${view.verdict}">${VERDICTS[view.verdict]?.[language] ?? view.verdict}</h1>
<table>
<tr><th>${t('Decision', '判定')}</th><td><code>${view.id}</code></td></tr>
<tr><th>${t('Time', '日時')}</th><td>${new Date(view.atMs).toISOString()}</td></tr>
<tr><th>${t('Model asked for', '要求されたモデル')}</th><td>${view.model ?? '–'}</td></tr>
<tr><th>${t('Read as', '読み取り結果')}</th><td>${view.capability ?? '–'} · ${view.side ?? '–'}</td></tr>
<tr><th>${t('Agreement', '利用取決め')}</th><td>${t('version', '版')} ${view.agreement.version ?? '–'}, ${t('programme state', '状態番号')} ${view.agreement.snapshot ?? '–'}</td></tr>
<tr><th>${t('Ended', '終了状態')}</th><td>${view.outcome === null ? t('under way', '処理中') : `${view.outcome.end}${view.outcome.code === null ? '' : ` (${view.outcome.code})`}`}</td></tr>
<tr><th>${t('Receipt', '記録証明書')}</th><td><a href="/decisions/${view.id}/receipt">${view.receipt}</a></td></tr>
</table>
${approval(view, language)}
${repeats(view, language)}
${clauses(view, language)}
<h2>${t('Facts', '判定要素')}</h2>
<table>${FACT_NAMES.map((name) => html`<tr><th>${name}</th><td>${view.facts[name] ?? '–'}</td></tr>`)}</table>`
}

function approval(view: DecisionView, language: Language): Html | null {
  if (view.approval === null) return null
  const { count, roles } = view.approval
  const sentence =
    language === 'ja'
      ? `本人以外の ${count} 名(${roles.join('、')})の承認が必要です。承認後に同じ要求を再送してください。`
      : `Needs the approval of ${count} other ${count === 1 ? 'person' : 'people'} (${roles.join(', ')}). Send the same request again afterwards.`
  return html`<p class="note">${sentence}<br><code>npm run sekisho -- approve ${view.id} --key FILE</code></p>`
}

function repeats(view: DecisionView, language: Language): Html | null {
  if (view.repeats === null) return null
  const words =
    language === 'ja' ? '同じ内容は先の判定で止められています' : 'The same content was stopped before'
  return html`<p class="note">${words}: <a href="/decisions/${view.repeats}">${view.repeats}</a></p>`
}

function clauses(view: DecisionView, language: Language): Html {
  const title = html`<h2>${language === 'ja' ? '根拠条項' : 'Clauses'}</h2>`
  if (view.explained === null) {
    const none = language === 'ja' ? '該当なし' : 'none'
    return html`${title}<p>${view.clauses.length === 0 ? none : view.clauses.join(', ')}</p>`
  }
  const { nearest, because } = view.explained
  return html`${title}${view.explained.clauses.map((clause) => clauseSection(clause, language))}
${because.length === 0 ? null : html`<p>${language === 'ja' ? '根拠となった判定要素' : 'Because'}: ${because.map(({ fact, got }) => `${fact} = ${got}`).join(', ')}</p>`}
${nearest === null ? null : nearestSection(nearest, language)}`
}

/** The chosen language first; the other stays, because both are the agreement. */
function clauseSection(clause: ClauseRef, language: Language): Html {
  const order: readonly Language[] = language === 'ja' ? ['ja', 'en'] : ['en', 'ja']
  const remedy = clause.remedy === null ? null : (REMEDIES[clause.remedy]?.[language] ?? clause.remedy)
  return html`<section>
<h3>${clause.clause} ${clause.title[language]} <span class="soft">(${clause.effect})</span></h3>
${order.map((l) => html`<p lang="${l}"${l === language ? null : html` class="soft"`}>${clause.prose[l]}</p>`)}
${clause.advice === null ? null : html`<p class="note">${clause.advice[language]}</p>`}
${remedy === null ? null : html`<p><strong>${language === 'ja' ? '次の手順' : 'What to do next'}:</strong> ${remedy}</p>`}
</section>`
}

function nearestSection(nearest: NearestPermit, language: Language): Html {
  const ja = language === 'ja'
  return html`<section><h3>${ja ? '最も近い許可条項' : 'The nearest permit'}: ${nearest.clause.clause} ${nearest.clause.title[language]}</h3>
<table><tr><th>${ja ? '満たされない判定要素' : 'Fact that keeps it from applying'}</th><td>${ja ? '現在' : 'is'}</td><td>${ja ? '必要' : 'needed'}</td></tr>
${nearest.missing.map(({ fact, got, wanted }) => html`<tr><th>${fact}</th><td>${got}</td><td>${wanted.join(ja ? ' または ' : ' or ')}</td></tr>`)}</table></section>`
}
