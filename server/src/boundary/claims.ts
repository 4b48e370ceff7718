/**
 * Takes stated authorisation out of an ask before it is scored: a claim is no fact, so it weighs nothing either way.
 *
 * What is taken out are whole sentences that only claim ("I am authorised to do this."), and clauses set off by
 * commas or brackets. What says that there is no permission stays: it speaks of the target, not of the speaker.
 * Spec: docs/spec/boundary.md §6.
 */

const WHO =
  "(?:i|we|i'm|we're|i've|we've|my (?:team|boss|manager|company|employer|client)|our (?:team|company|bank|firm|group|institution|organi[sz]ation|ciso|boss|manager|legal (?:team|department)|board|client|management|customer|auditors?|cto|security team)|the (?:ciso|board|owner|client|customer|management|legal (?:team|department)|system owner|asset owner))"
const GRANT =
  "(?:am|are|is|was|were|has|have|had|'m|'ve|been|fully|already|officially|formally|duly|explicitly|also|all|both|got|get|hold|gave|give|given|granted|signed|obtained|received|this|it|off|on|to|us|me|a|an|the|our|my|valid|written|full|proper|explicit|verbal|necessary|required) "
const AUTHORISED =
  '(?:authori[sz](?:ed|ation)|permission|permitted|approv(?:ed|al)|allowed|consent(?:ed)?|clearance|cleared|sign(?:ed)?[- ]?off|legal|licen[sc]ed|certified|entitled|agreed|mandate|permit)'
const TAIL =
  "(?: (?:to|for|by|from|with|in|on|of|and|this|that|it|do|so|all|the|our|a|an|it's|test|tests|testing|work|task|request|action|activity|exercise|engagement|ciso|board|owner|client|customer|management|manager|legal|department|team|company|writing|advance|here|today|us|me|tester|professional|penetration|security|everything|job|us|system|scope)){0,12}"
const CLAIM_EN = `(?:${WHO} (?:${GRANT}){0,5}${AUTHORISED}${TAIL}|(?:this|it|that|everything|all of this|the (?:test|work|request|action|activity|exercise)) (?:is|was|has been|have been) (?:${GRANT}){0,3}${AUTHORISED}${TAIL}|(?:permission|approval|authori[sz]ation|consent) (?:is|was|has been|have been) (?:granted|given|obtained|received|in place|on file|there)${TAIL}|(?:with|under) (?:(?:full|proper|written|explicit|my|our|the|their|his|her|due|prior|valid) ){0,3}(?:permission|authori[sz]ation|approval|consent|clearance)${TAIL}|(?:we|i) own (?:the|this|that|these|all)(?: \\w+){0,3}|(?:authori[sz]ed|approved|permitted|with permission)${TAIL})`
const SENTENCE_EN = new RegExp(
  `(^|[.!?\\n]\\s{0,4}|[。]\\s{0,4})${CLAIM_EN}\\s{0,2}(?:[.!;]+(?=\\s|$)\\s?|\\n|$)`,
  'gi',
)
const CLAUSE_EN = new RegExp(
  `\\s?(?:,|\\(|—|–| - )\\s?(?:and |since |because |as |so )?${CLAIM_EN}\\s?(?:\\)|,(?=\\s)|(?=[.!?](?:\\s|$))|$)`,
  'gi',
)

const GRANTED_JA =
  '(?:(?:事前に|正式に|正式な|書面で|書面の|上司の|上長の|所有者の|顧客の|経営の|CISOの|CISOから|上司から|所有者から|顧客から|法務の|取締役会の|管理者の|当社の|全員の|必要な|すでに|既に|本件は|これは|この作業は|この件は|私は|当方は|すべて|全て|ちゃんと|、|は|の|から){0,6}(?:許可|承認|権限|同意|了承|了解|決裁|認可|許諾)(?:を|は|も|が)?(?:得て|取って|もらって|いただいて|受けて|頂いて|取得して|下りて|おりて|済んで|与えられて|あり|済み|得た|取った|もらった|ある|受けた|取得済み|得られて|されて)(?:い?ます|い?る|います|ました|です|あります|おります|た|から|ので|のですが)?(?:ので|から|のですが)?|(?:私は|当方は)?(?:正式に|既に|すでに)?(?:許可|承認|認可)(?:されて(?:い?ます|いる|おります)|済み(?:です)?)|合法(?:です|的です|だ))'
const SENTENCE_JA = new RegExp(`(^|[。\\n.!?！？]\\s{0,4})${GRANTED_JA}\\s{0,2}(?:[。.!！]|$|\\n)`, 'g')
const CLAUSE_JA = new RegExp(`(?:（|\\(|、)${GRANTED_JA}(?:）|\\)|、|(?=。|$))`, 'g')

/** Some claim may stand here: what no text without one has to pay for. */
const MAY_CLAIM =
  /authori[sz]|permi|approv|consent|clear|sign|legal|licen[sc]|certified|entitled|agreed|mandate|allowed|\bown\b|許可|承認|権限|同意|了承|了解|決裁|認可|許諾|合法/i
/** Longer texts are no asks with a claim. */
const CLAIM_CHARS_MAX = 12_000

/** `ask` without the claims in it. */
export function withoutClaims(ask: string): string {
  if (ask.length > CLAIM_CHARS_MAX || !MAY_CLAIM.test(ask)) return ask
  let text = ask
  // A sentence taken out may set the next one free; three rounds are a limit, not a need.
  for (let round = 0; round < 3; round++) {
    const shorter = text
      .replace(SENTENCE_EN, '$1')
      .replace(SENTENCE_JA, '$1')
      .replace(CLAUSE_EN, '')
      .replace(CLAUSE_JA, (clause) => (clause.startsWith('、') && clause.endsWith('、') ? '、' : ''))
    if (shorter === text) break
    text = shorter
  }
  return text.trim()
}
