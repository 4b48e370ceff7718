/** `/decisions/ID`: why a request was admitted, held or refused, and what to do next. */
import { FACT_NAMES, type FactName, factName, factValue } from '../agreement/index.ts'
import type { ClauseRef, NearestPermit } from '../authorization/index.ts'
import { rolesInWords } from '../programme/index.ts'
import type { DecisionView } from './decision-view.ts'
import { type Html, html } from './html.ts'
import type { Language } from './page.ts'
import { EFFECTS, ENDS, REMEDY_WORDS, timeInWords, VERDICTS, wordsOf } from './words.ts'

export function decisionTitle(view: DecisionView, language: Language): string {
  return `${language === 'ja' ? '判定' : 'Decision'}: ${wordsOf(VERDICTS, view.verdict, language)}`
}

export function decisionBody(view: DecisionView, language: Language): Html {
  const t = (en: string, ja: string): string => (language === 'ja' ? ja : en)
  return html`<h1 class="${view.verdict}">${wordsOf(VERDICTS, view.verdict, language)}</h1>
<table>
<tr><th>${t('Decision', '判定')}</th><td><code>${view.id}</code></td></tr>
<tr><th>${t('Time', '日時')}</th><td>${timeInWords(view.atMs, language)}</td></tr>
<tr><th>${t('Model asked for', '要求されたモデル')}</th><td>${view.model ?? '–'}</td></tr>
<tr><th>${t('Read as', '読み取り結果')}</th><td>${view.side === null ? '–' : factValue('side', view.side, language)} · <code>${view.capability ?? '–'}</code></td></tr>
<tr><th>${t('Agreement', '利用取決め')}</th><td>${t(`version ${view.agreement.version ?? '–'}; programme as of entry ${view.agreement.snapshot ?? '–'}`, `第${view.agreement.version ?? '–'}版(台帳記録 ${view.agreement.snapshot ?? '–'} までの登録内容に基づく判定)`)}</td></tr>
<tr><th>${t('Ended', '終了状態')}</th><td>${view.outcome === null ? t('under way', '処理中') : `${wordsOf(ENDS, view.outcome.end, language)}${view.outcome.code === null ? '' : ` (${view.outcome.code})`}`}</td></tr>
<tr><th>${t('Receipt', '記録証明書')}</th><td><a href="/decisions/${view.id}/receipt">${view.receipt}</a></td></tr>
</table>
${approval(view, language)}
${repeats(view, language)}
${appeal(view, language)}
${clauses(view, language)}
<h2>${t('Facts', '判定要素')}</h2>
<table>${FACT_NAMES.map((name) => html`<tr><th>${factName(name, language)} <code class="soft">${name}</code></th><td>${factShown(name, view.facts[name], language)}</td></tr>`)}</table>`
}

function approval(view: DecisionView, language: Language): Html | null {
  if (view.approval === null) return null
  const { count } = view.approval
  const roles = rolesInWords(view.approval.roles, language)
  const sentence =
    language === 'ja'
      ? `本人以外の${count}名(${roles})の承認が必要です。承認後に同じ要求を再送してください。`
      : `Needs the approval of ${count} other ${count === 1 ? 'person' : 'people'} (${roles}). Send the same request again afterwards.`
  return html`<p class="note">${sentence}<br><code>npm run sekisho -- approve ${view.id} --key FILE</code></p>`
}

function repeats(view: DecisionView, language: Language): Html | null {
  if (view.repeats === null) return null
  const words =
    language === 'ja' ? '同じ内容の要求は、先の判定で止められています' : 'The same content was stopped before'
  return html`<p class="note">${words}: <a href="/decisions/${view.repeats}">${view.repeats}</a></p>`
}

/** Whoever was refused wrongly has one command: what the page cannot know is whether it was wrong. */
function appeal(view: DecisionView, language: Language): Html | null {
  if (view.verdict !== 'deny') return null
  const words =
    language === 'ja'
      ? '読み取りや拒否が誤りだと思われる場合は、不服を申し立ててください。所属機関の別の担当者が確認します。'
      : 'If this was read or refused wrongly, appeal: somebody else of your institution looks at it.'
  return html`<p>${words}<br><code>npm run sekisho -- appeal ${view.repeats ?? view.id} --reason TEXT --key FILE</code></p>`
}

function clauses(view: DecisionView, language: Language): Html {
  const title = html`<h2>${language === 'ja' ? '根拠条項' : 'Clauses'}</h2>`
  if (view.explained === null) {
    const none = language === 'ja' ? '該当なし' : 'none'
    return html`${title}<p>${view.clauses.length === 0 ? none : view.clauses.join(', ')}</p>`
  }
  const { nearest, because } = view.explained
  return html`${title}${view.explained.clauses.map((clause) => clauseSection(clause, language))}
${because.length === 0 ? null : html`<p>${language === 'ja' ? '根拠となった判定要素' : 'Because'}: ${because.map(({ fact, got }) => found(fact, got, language)).join(language === 'ja' ? '、' : ', ')}</p>`}
${nearest === null ? null : nearestSection(nearest, language)}`
}

/** The chosen language first; the other stays, because both are the agreement. */
function clauseSection(clause: ClauseRef, language: Language): Html {
  const order: readonly Language[] = language === 'ja' ? ['ja', 'en'] : ['en', 'ja']
  const remedy = clause.remedy === null ? null : wordsOf(REMEDY_WORDS, clause.remedy, language)
  return html`<section>
<h3>${clause.clause} ${clause.title[language]} <span class="soft">(${wordsOf(EFFECTS, clause.effect, language)})</span></h3>
${order.map((l) => html`<p lang="${l}"${l === language ? null : html` class="soft"`}>${clause.prose[l]}</p>`)}
${clause.advice === null ? null : html`<p class="note">${clause.advice[language]}</p>`}
${remedy === null ? null : html`<p><strong>${language === 'ja' ? '次の手順' : 'What to do next'}:</strong> ${remedy}</p>`}
</section>`
}

function nearestSection(nearest: NearestPermit, language: Language): Html {
  const ja = language === 'ja'
  return html`<section><h3>${ja ? '最も近い許可条項' : 'The nearest permit'}: ${nearest.clause.clause} ${nearest.clause.title[language]}</h3>
<table><tr><th>${ja ? '満たされない判定要素' : 'Fact that keeps it from applying'}</th><td>${ja ? '現在' : 'is'}</td><td>${ja ? '必要' : 'needed'}</td></tr>
${nearest.missing.map(({ fact, got, wanted }) => html`<tr><th>${factName(fact, language)}</th><td>${factValue(fact, got, language)}</td><td>${wanted.map((value) => factValue(fact, value, language)).join(ja ? 'または' : ' or ')}</td></tr>`)}</table></section>`
}

function factShown(name: FactName, value: string | undefined, language: Language): string {
  return value === undefined ? '–' : factValue(name, value, language)
}

function found(fact: FactName, value: string, language: Language): string {
  return `${factName(fact, language)}: ${factValue(fact, value, language)}`
}
