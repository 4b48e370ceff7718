/**
 * Words that speak to a model from inside what it was given to read: pasted logs, mail, pages, tool results, arguments.
 *
 * One detector for every surface. It flags, it is no wall: a log of an attack is made of such words, and defenders paste them all
 * day, so what follows from the flag is the agreement's to say (docs/spec/facts.md, `injection`). Spec: docs/spec/boundary.md §11.
 * HOSTILE: every gap is bounded, so the work is linear in the text. `steering.test.ts` holds what must and must not be flagged.
 */
import { shapeOf } from './shape.ts'
import { readable, unwrapped } from './unwrap.ts'

/** Matches reported of one text. */
const MATCHES_MAX = 64

const WHO = '(?:user|operator|analyst|human|person|developer)s?'
const MODEL = '(?:AI(?:\\s+(?:assistant|agent|model))?|LLM|language\\s+model|chat ?bot|assistant)s?'
const ORDERS = '(?:instructions?|prompts?|directives?|guidelines?|commands? you)'
const GAP = '[^]{0,24}?'

/** Phrases in English. "rules" and "message" alone are firewalls and logs, so they count with "previous" or "your" only. */
const ENGLISH = [
  `\\b(?:ignore|disregard|forget|override|overrule)\\b${GAP}\\b(?:previous|prior|above|earlier|preceding|foregoing)\\s+(?:system\\s+|safety\\s+|user\\s+)?(?:${ORDERS}|rules)\\b`,
  `\\b(?:ignore|disregard|forget|override|overrule)\\s+(?:all\\s+|any\\s+)?(?:of\\s+)?(?:your|other|the\\s+system|the\\s+user'?s?)\\s+(?:previous\\s+|system\\s+|safety\\s+|original\\s+)?(?:${ORDERS}|rules|training)\\b`,
  `\\b(?:ignore|disregard|forget)\\s+(?:everything|all(?:\\s+of)?\\s+(?:that|the\\s+text)|whatever)\\s+(?:(?:was|is)\\s+)?(?:above|before|you\\s+(?:were|have\\s+been)\\s+told|said\\s+before)\\b`,
  `\\b(?:new|updated|real|actual)\\s+system\\s+prompt\\b|\\bsystem\\s+prompt\\s*:|\\bsystem\\s+override\\s*:\\s*(?:you|ignore|the\\s+assistant)\\b`,
  `\\b(?:you\\s+are\\s+now|from\\s+now\\s+on,?\\s+you(?:\\s+are|'re|\\s+will|\\s+must))\\b${GAP}\\b(?:${MODEL}|DAN|unrestricted|jailbroken|developer\\s+mode|no\\s+longer\\s+bound|obey|answer\\s+only)\\b`,
  `\\b(?:you\\s+must|now|please|next,?)\\s+(?:call|invoke|use|run|execute)\\s+the\\s+[\`'"]?\\w{1,40}(?:[._-]\\w{1,40}){1,4}[\`'"]?\\s+(?:tool|function)\\b`,
  `\\b(?:do\\s+not|don't|never)\\s+(?:tell|inform|notify|alert|warn|ask)\\s+(?:the|your|any|this)\\s+${WHO}\\b(?!\\s+(?:their|his|her|your)\\b)`,
  `\\bwithout\\s+(?:telling|informing|notifying|alerting|asking|warning)\\s+(?:the|your|any)\\s+${WHO}\\b${GAP}\\b(?:send|call|run|execute|upload|forward|fetch|delete)\\b|\\b(?:send|call|run|execute|upload|forward|fetch|delete)\\b${GAP}\\bwithout\\s+(?:telling|informing|notifying|alerting|asking|warning)\\s+(?:the|your|any)\\s+${WHO}\\b`,
  `\\b(?:do\\s+not|don't|never)\\s+(?:mention|reveal|disclose|report)\\s+(?:this|these|it|that)\\b${GAP}\\b(?:to\\s+(?:the|your)\\s+${WHO}|in\\s+your\\s+(?:answer|response|reply|summary|output|report))\\b`,
  `\\b(?:if|since|when)\\s+you\\s+are\\s+(?:an?|the)\\s+${MODEL}\\b|\\b(?:attention|note|message|instructions?|hello|dear)(?:\\s+(?:to|for))?,?\\s+(?:the\\s+|any\\s+|all\\s+)?${MODEL}(?:\\s*[:,!]|\\s+(?:reading|processing|summari[sz]ing|analy[sz]ing))`,
  `\\b${MODEL}\\s+(?:reading|processing|summari[sz]ing|analy[sz]ing)\\s+this\\b${GAP}\\b(?:must|should|shall|please|is\\s+to|are\\s+to)\\b`,
  `\\b(?:reveal|print|repeat|output|show|leak|send)\\s+(?:me\\s+)?your\\s+(?:system|initial|hidden|original|full)\\s+(?:system\\s+)?(?:prompt|instructions|message)\\b`,
  '<\\|(?:im_start|im_end|system|assistant|endoftext)\\|>|\\[/?INST\\]|<<SYS>>|</?(?:assistant|tool_result|system_prompt)>',
]

const JA_WHO = '(?:ユーザー?|利用者|使用者|担当者|オペレーター?|分析者|アナリスト|人間)'
const JA_MODEL =
  '(?:AI|言語モデル|アシスタント|エージェント|チャットボット)(?:アシスタント|モデル|エージェント)?'
/** In Japanese the order is in the ending: a report of what somebody ignored is none. */
const JA_ORDERED = '(?:て(?:ください|下さい|くれ|、|。|ほしい)|ろ|せよ|、|なさい|ること|て(?!いた|いる|しま))'

const JAPANESE = [
  `(?:これまで|今まで|以前|上記|前述|先ほど|前|すべて|全て|元|既存)の(?:すべての|全ての|システム)?(?:指示|命令|プロンプト|ルール|制約|指令)[^。\\n]{0,8}?(?:(?:無視し|無視せ|忘れ|破棄し|破棄せ)(?:${JA_ORDERED}|よ|$)|従うな|従わないで(?:ください|下さい|、|。|$))`,
  `(?:指示|命令|プロンプト)(?:は|を)(?:すべて|全て)(?:無視し|忘れ|破棄し)${JA_ORDERED}`,
  `(?:新しい|真の|本当の)システムプロンプト|システムプロンプト\\s{0,4}[:：]|システムプロンプトを(?:すべて|全文)?(?:表示|出力|開示|教え|送信)(?:し|せ|て)`,
  `(?:あなたは(?:今から|これから)|(?:今から|これから)あなたは)[^。\\n]{0,30}?(?:アシスタント|エージェント|AI|モード|として(?:振る舞|行動|応答))`,
  `${JA_WHO}に(?:は|も)?[^。、\\n]{0,8}?(?:知らせ|伝え|言わ|報告し|見せ|確認せ)(?:ないで(?:ください|下さい)?|ないこと|ないように(?:して|せよ)|るな|ず(?:に)?、?[^。\\n]{0,24}?(?:ください|下さい|せよ|しろ|すること|しなさい))`,
  `${JA_MODEL}(?:へ(?:の(?:指示|命令|お願い))?|に告ぐ|に対する指示)\\s{0,4}[:：、]|この(?:文章|文書|メール|ログ|内容)を読(?:んでいる|む)${JA_MODEL}(?:は|へ|に)`,
]

const PHRASES = new RegExp([...ENGLISH, ...JAPANESE].join('|'), 'gi')
/** In lower case only, and not before another element: `<System><Provider …` begins every event of Windows. */
const TAG = /<system>(?!\s{0,8}<)/

/** What each phrase has at its rarest place: without one of these none can match, and most texts have none. */
const MAY_STEER =
  /ignore|disregard|forget|overr|system\s+[po]|are\s+now|now\s+on|(?:call|invoke|use|run|execute)\s+the\s|(?:not|n't|never)\s+(?:tell|in|not|al|warn|ask|men|rev|dis|rep)|without\s+[tinaw]|\b(?:AI|LLM)|language\s+model|chat ?bot|assistant|your\s+[sihof]|<\||\[\/?INST|<<S|<\/?[ats]|指示|命令|プロンプト|ルール|制約|指令|(?:今|これ)から|知らせ|伝え|言わ|報告し|見せ|確認せ|言語モデル|アシスタント|エージェント|チャット/i

export interface SteeringSpan {
  /** UTF-16 code units. */
  readonly start: number
  readonly end: number
}

/** Where `text`, as it stands, speaks to a model; at most 64 places. */
export function findSteering(text: string): readonly SteeringSpan[] {
  const found: SteeringSpan[] = []
  if (!MAY_STEER.test(text)) return found
  const tag = TAG.exec(text)
  if (tag !== null) found.push({ start: tag.index, end: tag.index + tag[0].length })
  for (const match of text.matchAll(PHRASES)) {
    if (found.length >= MATCHES_MAX) break
    found.push({ start: match.index, end: match.index + match[0].length })
  }
  return found
}

/** Whether `text` speaks to a model: as it stands, as it is meant to be read, or in what is encoded inside it. */
export function steers(text: string, shape = shapeOf(text)): boolean {
  return findSteering(text).length > 0 || steersWrapped(text, shape)
}

/** The same for what only shows when the wrapping is off. @param shape the shape of `text` */
export function steersWrapped(text: string, shape = shapeOf(text)): boolean {
  const plain = readable(text, shape)
  if (plain !== text && findSteering(plain).length > 0) return true
  return unwrapped(plain, 0, plain === text ? shape : shapeOf(plain)).some(
    (opened) => findSteering(opened).length > 0,
  )
}
