/**
 * What the rehearsal model says, in Japanese or English.
 *
 * It never repeats the request's words: an echo would make every guard's finding about a request a finding about
 * the answer too, and would teach nobody anything.
 */

export interface Situation {
  /** The user's last words. */
  readonly question: string
  readonly dialect: string
  readonly userTexts: number
  readonly results: number
  readonly resultChars: number
}

/** An answer in the language of the question. */
export function answerText(situation: Situation): string {
  return isJapanese(situation.question) ? japanese(situation) : english(situation)
}

/** Kana decide: han characters alone could be Chinese. */
function isJapanese(text: string): boolean {
  return /[\u3041-\u30ff]/.test(text)
}

function japanese(situation: Situation): string {
  const { lines, chars } = sizeOf(situation.question)
  const received =
    situation.results > 0
      ? `ツールの結果を${situation.results}件(最後のものは${situation.resultChars}文字)受け取りました。`
      : `ご依頼(${lines}行、${chars}文字)を受け取りました。`
  return [
    'これは予行演習です。応答しているのは rehearsal/1 (no AI) で、AIモデルではなく、決められた規則だけで動いています。',
    received,
    '内容の分析は行っていません。本番のモデルであれば、ここに分析結果が入ります。',
    '確認できたこと:',
    '1. 依頼が関所の認証・判定を通り、台帳に記録されたこと。',
    '2. 応答が逐次検査されながらお手元に届いたこと。',
    '3. この応答についての記録証明書を、応答ヘッダーの番号で取得できること。',
    '次の手順: 実施案件の範囲・期間・担当者を確認し、利用枠の承認者を決めておいてください。',
  ].join('\n')
}

function english(situation: Situation): string {
  const { lines, chars } = sizeOf(situation.question)
  const received =
    situation.results > 0
      ? `I received ${situation.results} tool result(s), the last of ${situation.resultChars} characters.`
      : `I received your request of ${lines} line(s) and ${chars} characters.`
  return [
    'This is a rehearsal. The answer comes from rehearsal/1 (no AI): no model has read your request, only fixed rules.',
    received,
    'Nothing was analysed. A real model would put its analysis here.',
    'What this shows:',
    '1. The request passed authentication and the decision, and stands in the ledger.',
    '2. The answer reached you while it was being checked, piece by piece.',
    '3. A receipt for this exchange can be fetched by the number in the response header.',
    'Next: check the engagement’s scope, window and people, and agree on who approves grants.',
  ].join('\n')
}

function sizeOf(text: string): { lines: number; chars: number } {
  return { lines: text.split('\n').length, chars: [...text].length }
}
