/**
 * The mood of a sentence: is something asked for, told, or asked about, and whose is it.
 *
 * The same words of attack are a request, a report or a defender's question by how the sentence is built: in English
 * by how it begins, in Japanese by how it ends. Spec: docs/spec/boundary.md §4. Part of the model: a change here
 * needs new weights.
 */

/** Order is part of the model. */
export const MOODS = [
  'order',
  'want',
  'how_i',
  'how_they',
  'question',
  'whether',
  'told',
  'inform',
  'rule',
] as const
export const MOOD_ORDER = 0
export const MOOD_WANT = 1
export const MOOD_HOW_I = 2
export const MOOD_TOLD = 6
export const MOOD_INFORM = 7

const START_CHARS = 96
const END_CHARS = 24

const LEADS =
  /^(?:[-*•#>\d.)(\]["'“「\s]|(?:please|now|then|next|also|and|so|but|ok|okay|hi|hello|hey|great|good|nice|thanks|first|second|third|finally|step \w+|urgent|instead|kindly|just|simply)\b[\s,:!.]*)+/
/** A clause before the one that asks: "for the drill, …", "on portal.example, …". */
const PREFIX =
  /^(?:for|from|on|in|at|with|using|by|as|if|when|once|after|before|starting|given|based|according|following|considering|since|while|because|under|within|during|to)\b[^,:]{0,90}[,:]\s*/
const HOW_I =
  /^(?:how (?:do|can|could|would|should|might|to|2)\b(?! (?:attackers?|criminals?|hackers?|intruders?|they|adversar|threat|malware|ransomware|the (?:attacker|actor|malware|group|operator)|an? (?:attacker|intruder|adversary)|banks?|defenders?|staff|people|info))|what(?:'s| is| are) the (?:best|easiest|fastest|most|quickest|steps?|right|safest|simplest)|which (?:tools?|methods?|techniques?) (?:are|is) (?:best|most)|ways? to|best way|steps to|guide to|tips)/
const HOW_THEY = /^how\b/
const QUESTION = /^(?:what|which|who|whom|whose|when|where|why)\b/
const ASKS_MODEL =
  /^(?:can|could|would|will) (?:you|u)\b|^(?:you|your) (?:must|should|will|are to|have to|need to|only)\b/
const WHETHER =
  /^(?:is|are|was|were|does|do|did|can|could|should|shall|must|may|has|have|had|would|will|am)\b(?! (?:not|n't)\b)/
const WANT =
  /^(?:i|we|i'd|we'd|i'm|we're|my (?:friend|boss|team))\b.{0,24}\b(?:want|need|like|looking|wanna|love|wish)|^(?:need|want|wanna|gimme|give me|get me|let me|help me|looking for)\b/
const INFORM =
  /^(?:explain|describe|summari[sz]e|list|tell|show|translate|compare|outline|name|give|teach|walk|define|clarify|answer)\b/
const RULE =
  /^(?:alert|detect|block|flag|warn|fire|notify|log|watch|monitor|stop|prevent|protect|spot|catch)\b/
const TELLER =
  /^(?:the|a|an|this|that|these|those|our|my|your|his|her|its|their|someone|somebody|nobody|everyone|they|he|she|it|there|yesterday|today|tonight|last|one|two|three|four|five|six|nine|ten|i|we|you|you'?re|all|some|many|most|few|half|at|customers?|attackers?|criminals?|adversar\w+|hackers?|staff|users?|people|employees?|malware|ransomware|actors?)\b/
const VERB_IN_S =
  /^(?:access|process|bypass|address|assess|compress|express|pass|focus|guess|dress|discuss|harass|press|cross|miss|toss|stress|suppress|trespass|always|this|is)$/

const JA_WANT =
  /(?:たい|ほしい|欲しい|もらいたい|希望|必要だ|要る)(?:です|んだけど|のですが|と思います|んだ|な)?$/
const JA_HOW_I =
  /(?:どうすればいい|どうすれば(?:よい|良い)|方法(?:は|を教えて(?:ください)?|ない|が知りたい)?|やり方(?:は|教えて|を教えて(?:ください)?)?|には|コツ(?:は|を教えて)?|手順(?:は|を教えて(?:ください)?)?|どうやって.{0,12})(?:です|でしょう|ですか|でしょうか|か)?$/
const JA_WHETHER = /(?:か|かな|の)$/
const JA_INFORM =
  /(?:教えて|説明して|示して|挙げて|まとめて|解説して|要約して|訳して|答えて|述べて|列挙して|比べて|整理して)(?:ください|下さい|ほしい|くれ)?$/
const JA_ORDER =
  /(?:て|で)(?:ください|下さい|くれ|くれる|ちょうだい|お願いします|お願い|頂戴|おいて|おいてください|みて|みてください)?$|(?:しろ|せよ|なさい|やれ|書け|作れ|出せ|ろ|こと|お願いします|お願い)$/
const JA_RULE = /(?:検知|検出|遮断|防止|警告|通知|知らせ|監視|捉え)/
const JA_TOLD = /(?:た|だ|ます|る|です|います|いる|ある|う|く|す|つ|む)$/

/** The mood of the sentence of `text` from `start` up to `end`; `text` is in lower case. */
export function moodOf(text: string, start: number, end: number, japanese: boolean): number {
  return japanese ? japaneseMood(text, start, end) : englishMood(text, start, end)
}

function englishMood(text: string, start: number, end: number): number {
  let head = text
    .slice(start, Math.min(end, start + START_CHARS))
    .trimStart()
    .replace(LEADS, '')
  if (PREFIX.test(head)) head = head.replace(PREFIX, '').replace(LEADS, '')
  if (RULE.test(head)) return 8
  if (HOW_I.test(head)) return 2
  if (HOW_THEY.test(head)) return 3
  if (QUESTION.test(head)) return 4
  if (ASKS_MODEL.test(head)) return MOOD_ORDER
  if (WANT.test(head)) return 1
  if (WHETHER.test(head)) return 5
  if (INFORM.test(head)) return 7
  if (TELLER.test(head)) return MOOD_TOLD
  const word = /^[a-z']+/.exec(head)?.[0] ?? ''
  return word.endsWith('s') && !VERB_IN_S.test(word) ? MOOD_TOLD : MOOD_ORDER
}

function japaneseMood(text: string, start: number, end: number): number {
  const tail = text.slice(Math.max(start, end - END_CHARS), end).replace(/[\s」』"'!?？！.…）)lw笑]+$/, '')
  if (JA_HOW_I.test(tail)) return 2
  if (JA_INFORM.test(tail)) return 7
  if (JA_WANT.test(tail)) return 1
  if (JA_ORDER.test(tail)) return JA_RULE.test(tail) ? 8 : MOOD_ORDER
  if (JA_WHETHER.test(tail)) return 5
  if (/(?:は|何|どれ|誰|いつ|どこ|なぜ)$/.test(tail)) return 4
  return JA_TOLD.test(tail) ? MOOD_TOLD : MOOD_ORDER
}
