/**
 * The words a client is shown when it is stopped: what, which clause, what to do next, in the language it asked in.
 *
 * The message is the only field every client shows, so decision id, clause and console address stand in it.
 */
import { type FactName, factName, factValue } from '../agreement/index.ts'
import type { ClauseRef, NearestPermit } from '../authorization/index.ts'
import { rolesInWords } from '../programme/index.ts'
import { resolveScope } from '../scope/index.ts'
import type { JsonObject, Problem } from '../wire/index.ts'
import type { Recorded } from './exchange.ts'

type Language = 'en' | 'ja'

/** Targets named in a message at most. */
const TARGETS_SHOWN_MAX = 5

export function decisionProblem(x: Recorded, consoleUrl: string): Problem {
  const language = languageOf(x)
  return {
    status: x.facts.model_state === 'unlisted' ? 404 : 400,
    code:
      x.repeated === null
        ? x.decision.verdict === 'hold'
          ? 'approval_required'
          : 'agreement_denied'
        : 'gateway_repeated_refusal',
    wireCode: x.facts.model_state === 'unlisted' ? 'model_not_found' : 'invalid_prompt',
    message: sentence(x, language, consoleUrl),
    extension: extension(x, consoleUrl),
  }
}

/** Japanese when the last thing the user wrote contains kana or kanji. */
function languageOf(x: Recorded): Language {
  const last = x.request.segments.findLast((segment) => segment.role === 'user' && segment.kind === 'text')
  return last !== undefined && /[\u3040-\u30ff\u4e00-\u9fff]/.test(last.text) ? 'ja' : 'en'
}

function sentence(x: Recorded, language: Language, consoleUrl: string): string {
  const first = [headline(x, language), reason(x, language)]
  // Which model is offered is the whole matter here: the clause says so, the list says which are.
  if (notOffered(x)) first.reverse()
  return [...first, nextStep(x, language), reference(x, language, consoleUrl)]
    .filter((part) => part !== '')
    .join(language === 'ja' ? '' : ' ')
}

const notOffered = (x: Recorded): boolean => x.repeated === null && x.facts.model_state === 'unlisted'

function headline(x: Recorded, language: Language): string {
  if (x.repeated !== null) {
    const source = {
      guard: { en: 'the output guard', ja: '出力ガード' },
      provider: { en: 'the model provider', ja: 'モデル提供者' },
      flooded: { en: 'repeated refusals', ja: '度重なる拒否' },
    }[x.repeated.source]
    return language === 'ja'
      ? `同じ内容の要求は判定 ${x.repeated.decision} で${source.ja}により止められており、再送しても結果は変わりません(${x.repeated.code})。`
      : `The same content was already stopped by ${source.en} under decision ${x.repeated.decision} (${x.repeated.code}); sending it again does not change that.`
  }
  if (x.decision.verdict === 'hold') {
    return language === 'ja' ? 'この要求は保留されました。' : 'Sekisho holds this request for approval.'
  }
  return language === 'ja'
    ? 'この要求は利用取決めにより許可されません。'
    : 'Sekisho denied this request under the agreement.'
}

function reason(x: Recorded, language: Language): string {
  if (x.repeated !== null) return ''
  const clauses = x.decision.clauses.map((clause) => clauseWords(clause, language)).join(' ')
  const targets = targetWords(x, language)
  const nearest = x.decision.nearest === null ? '' : nearestWords(x.decision.nearest, language)
  return [clauses, targets, nearest].filter((part) => part !== '').join(language === 'ja' ? '' : ' ')
}

function clauseWords(clause: ClauseRef, language: Language): string {
  const advice = clause.advice?.[language] ?? ''
  return language === 'ja'
    ? `条項 ${clause.clause}(${clause.title.ja})。${advice}`
    : `Clause ${clause.clause} (${clause.title.en}). ${advice}`.trim()
}

function nearestWords(nearest: NearestPermit, language: Language): string {
  const missing = nearest.missing
    .map(({ fact, got, wanted }) => missingWords(fact, got, wanted, language))
    .join(language === 'ja' ? '、' : '; ')
  return language === 'ja'
    ? `最も近い許可条項は ${nearest.clause.clause}(${nearest.clause.title.ja})ですが、次の判定要素を満たしていません: ${missing}。`
    : `The nearest permit is clause ${nearest.clause.clause} (${nearest.clause.title.en}); what keeps it from applying: ${missing}.`
}

function missingWords(fact: FactName, got: string, wanted: readonly string[], language: Language): string {
  const words = wanted.map((value) => factValue(fact, value, language))
  const now = factValue(fact, got, language)
  return language === 'ja'
    ? `${factName(fact, language)}(現在「${now}」、必要「${words.join('」または「')}」)`
    : `${factName(fact, language)} is "${now}", needed "${words.join('" or "')}"`
}

function targetWords(x: Recorded, language: Language): string {
  if (x.facts.targets !== 'out_of_scope' && x.facts.targets !== 'unresolved') return ''
  const engagement = x.engagementId === null ? null : (x.snapshot.engagements.get(x.engagementId) ?? null)
  const resolution = resolveScope(engagement, x.reading.targets)
  const named = [...resolution.outOfScope, ...resolution.unresolved]
    .slice(0, TARGETS_SHOWN_MAX)
    .map((target) => target.value)
  if (named.length === 0) return ''
  if (engagement === null) {
    return language === 'ja'
      ? `対象とする実施案件が指定されていません: ${named.join('、')}。`
      : `Named without an engagement that covers it: ${named.join(', ')}.`
  }
  return language === 'ja'
    ? `実施案件の対象外: ${named.join('、')}。`
    : `Not among the assets of the engagement: ${named.join(', ')}.`
}

function nextStep(x: Recorded, language: Language): string {
  if (notOffered(x)) {
    return language === 'ja'
      ? '利用できるモデルは `GET /v1/models` で確認できます。'
      : '`GET /v1/models` lists the models that are.'
  }
  const { approval } = x.decision
  if (x.decision.verdict !== 'hold' || approval === null) return appealWords(x, language)
  const roles = rolesInWords(approval.roles, language)
  return language === 'ja'
    ? `本人以外の ${approval.count} 名(${roles})の承認が必要です: \`sekisho approve ${x.decisionId}\`。承認後に同じ要求を再送してください。`
    : `It needs the approval of ${approval.count} other ${approval.count === 1 ? 'person' : 'people'} (${roles}): \`sekisho approve ${x.decisionId}\`; send the same request again afterwards.`
}

/** What hangs on a reading or on a guard may be wrong: then there is somebody who looks at it. */
function appealWords(x: Recorded, language: Language): string {
  const read = x.facts.side === 'prohibited' || x.facts.side === 'offensive'
  if (x.repeated === null && !read) return ''
  const command = `\`sekisho appeal ${x.repeated?.decision ?? x.decisionId} --reason …\``
  return language === 'ja'
    ? `誤りだと思われる場合の不服申立て: ${command}。`
    : `If that is wrong, appeal: ${command}.`
}

function reference(x: Recorded, language: Language, consoleUrl: string): string {
  const address = `${consoleUrl}/decisions/${x.decisionId}`
  return language === 'ja' ? `判定 ${x.decisionId}: ${address}` : `Decision ${x.decisionId}: ${address}`
}

function extension(x: Recorded, consoleUrl: string): JsonObject {
  const { decision } = x
  return {
    decision: x.decisionId,
    verdict: decision.verdict,
    clauses: decision.clauses.map((clause) => clause.clause),
    remedy: decision.clauses.find((clause) => clause.remedy !== null)?.remedy ?? null,
    nearest: decision.nearest === null ? null : decision.nearest.clause.clause,
    console: `${consoleUrl}/decisions/${x.decisionId}`,
  }
}
