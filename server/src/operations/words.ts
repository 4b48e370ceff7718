/** What a caller is told when a call was stopped or failed: the decision, the clause, what to do next. */
import { rolesInWords } from '../programme/index.ts'
import type { CallEnd, RecordedCall } from './call.ts'
import type { ToolState } from './catalogue.ts'

type Language = 'en' | 'ja'
const TARGETS_SHOWN_MAX = 5

export function stoppedWords(call: RecordedCall, consoleUrl: string, language: Language): string {
  const { decision, decisionId, tool } = call
  const ja = language === 'ja'
  const clauses = decision.clauses.map((clause) =>
    ja
      ? `条項 ${clause.clause}(${clause.title.ja})。${clause.advice?.ja ?? ''}`
      : `Clause ${clause.clause} (${clause.title.en}). ${clause.advice?.en ?? ''}`.trim(),
  )
  const address = `${consoleUrl}/decisions/${decisionId}`
  const held = decision.verdict === 'hold'
  const head = held
    ? ja
      ? `ツール ${tool.served} の呼出しは保留されました。`
      : `The call of ${tool.served} is held for approval.`
    : ja
      ? `ツール ${tool.served} の呼出しは利用取決めにより許可されません。`
      : `The call of ${tool.served} is denied under the agreement.`
  return [
    head,
    ...clauses,
    targetWords(call, ja),
    techniqueWords(call, ja),
    held ? approvalWords(call, ja) : '',
    ja ? `判定 ${decisionId}: ${address}` : `Decision ${decisionId}: ${address}`,
  ]
    .filter((part) => part !== '')
    .join(ja ? '' : ' ')
}

function approvalWords({ decision, decisionId }: RecordedCall, ja: boolean): string {
  const count = decision.approval?.count ?? 1
  const roles = rolesInWords(decision.approval?.roles ?? [], ja ? 'ja' : 'en')
  return ja
    ? `この引数での呼出しに限り、本人以外の${count}名(${roles})の承認が必要です: \`sekisho approve ${decisionId}\`。承認後に同じ引数で再度呼び出してください。`
    : `It needs the approval of ${count} other ${count === 1 ? 'person' : 'people'} (${roles}), for these arguments only: \`sekisho approve ${decisionId}\`; then call it again with the same arguments.`
}

function targetWords({ facts, reading }: RecordedCall, ja: boolean): string {
  if (facts.targets !== 'out_of_scope' && facts.targets !== 'unresolved') return ''
  const named = reading.targets.slice(0, TARGETS_SHOWN_MAX).map(({ raw }) => raw)
  if (named.length === 0) return ''
  return ja ? `照合した対象: ${named.join('、')}。` : `Targets compared: ${named.join(', ')}.`
}

function techniqueWords({ tool, facts }: RecordedCall, ja: boolean): string {
  if (tool.technique === undefined || facts.engagement_capability !== 'not_allowed') return ''
  return ja
    ? `ツールの手法: ${tool.technique}(実施案件の条件を確認してください)。`
    : `Technique of the tool: ${tool.technique}; see the terms of the engagement.`
}

export function failedWords(end: Extract<CallEnd, { kind: 'failed' }>, language: Language): string {
  const { error, ambiguous, call } = end
  if (language === 'ja') {
    return ambiguous
      ? `ツール ${call.tool.served} に送信しましたが、結果が分かりません(${error.code})。実行された可能性があります。確認するまで再実行しないでください。判定 ${call.decisionId}`
      : `ツール ${call.tool.served} は失敗しました(${error.code})。判定 ${call.decisionId}`
  }
  return ambiguous
    ? `${call.tool.served} was sent and its outcome is not known (${error.code}): it may have happened. Find out before calling it again. Decision ${call.decisionId}`
    : `${call.tool.served} failed: ${error.message} (${error.code}). Decision ${call.decisionId}`
}

export function unknownToolWords(name: string, state: ToolState | null, language: Language): string {
  const shown = name.slice(0, 120)
  if (state === 'changed') {
    return language === 'ja'
      ? `ツール ${shown} の説明が承認時から変わったため、停止しています。再承認が必要です。`
      : `The description of ${shown} changed since it was approved: it is out of service until approved again.`
  }
  return language === 'ja' ? `ツール ${shown} は提供されていません。` : `There is no tool ${shown} here.`
}
