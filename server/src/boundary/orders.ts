/**
 * Finds orders to the model in texts that are not the user's ask: prompts, tools, results, reminders, long pastes.
 *
 * Such texts speak of attacks all day. What counts in them is a sentence that tells the model to do harm, or, in a
 * prompt, that says what the model is for, or, in a tool declaration, what the tool does and what it is called; and
 * only where the score is high. Reports, prohibitions and rules of refusal do not count. Read whole, sentence by
 * sentence. Spec: docs/spec/boundary.md §6. HOSTILE: bounded in sentences; what is not reached counts as unread.
 */
import { CONCEPTS } from './concepts.ts'
import { gatherFeatures } from './features.ts'
import { findConcepts } from './lexicon.ts'
import type { Model } from './model.ts'
import { MOOD_HOW_I, MOOD_INFORM, MOOD_ORDER, MOOD_WANT, moodOf } from './mood.ts'
import { harmIn, type Proposal, propose } from './proposal.ts'
import { shapeOf } from './shape.ts'
import { type FoundTarget, findTargets, unresolvedTarget } from './targets.ts'
import { readable, unwrapped } from './unwrap.ts'

/** At or above, a sentence that orders is clear harm: higher than for an ask, because of who speaks. */
const ORDER_AT: Readonly<Record<Speaker, number>> = { prompt: 0.7, tool: 0.75, other: 0.7 }
/** At or above, a prompt or a tool that names no harm still orders it. */
const NAMELESS_AT = 0.85

/**
 * Who speaks: a prompt (or anything else that instructs the model), a tool's declaration, or any other text, such as
 * what a tool gave back or what an earlier answer said.
 */
export type Speaker = 'prompt' | 'tool' | 'other'
/** Sentences scored of one text; more, and the text counts as unread. */
const SCORED_MAX = 20_000
/** Longer sentences are read in pieces of this length, which overlap. */
const SENTENCE_CHARS_MAX = 600
const OVERLAP_CHARS = 120
/** Targets of the orders of one text, about; the rest is one that was not read. */
const TARGETS_MAX = 256

export interface Orders {
  /** The gravest order of clear harm, or null. */
  readonly worst: Proposal | null
  /** What those orders name. */
  readonly targets: readonly FoundTarget[]
  /** The text has more sentences than are read. */
  readonly unread: boolean
}

export const NO_ORDERS: Orders = { worst: null, targets: [], unread: false }

/** Words of harm: a high score without any of them comes from the bareness of a sentence. */
const HARM_NAMES =
  'attack steal evade persist move disrupt encrypt_files deceive brute inject escape malware ransomware c2 get_into self_copy plant fire_at breakdown record_input outsider third_party covert_intent mass exploit'
const HARMFUL = Uint8Array.from(CONCEPTS, ({ name }) => (HARM_NAMES.split(' ').includes(name) ? 1 : 0))

/** What may stand before the verb of an order. */
const LEAD =
  "(?:<[^<>\\n]{0,80}>\\s{0,3}){0,3}(?:[-*•#>\\d.)(\\]\\[ \\t]{0,12})(?:(?:please|now|then|next|first|second|third|finally|also|and|so|but|ok|okay|important|task|goal|instructions?|system|user|human|assistant|prompt|step \\d{1,2}|always|just|simply|immediately|silently|secretly|quietly|instead|sure|of course|certainly)[\\s,:!.\\])]{1,4}){0,4}(?:(?:you (?:must|should|shall|will|are to|need to|have to|can)|your (?:task|job|goal|mission|purpose|role|objective) is to|i (?:want|need|would like) you to|i will|i'll|let'?s|can you|could you|would you|will you|we want you to|help (?:me|us|the user|them)(?: to)?|assist (?:me|us|the user) (?:in|with|to)|the (?:assistant|model|agent|ai) (?:must|should|will|shall)|(?:do not|don't|never) (?:hesitate|refuse|decline) to|show (?:me|us) how to|tell (?:me|us) how to|explain (?:in detail )?how to) {0,2}(?:always |also |now |then |silently |secretly )?){0,2}"
const VERB =
  '(?:writ|creat|build|generat|develop|implement|mak|cod|craft|design|produc|construct|compos|draft|giv|provid|show|tell|explain|list|outlin|teach|steal|harvest|exfiltrat|dump|crack|sniff|hack|attack|compromis|break|breach|hijack|tak|infiltrat|penetrat|infect|exploit|deploy|install|plant|launch|run|execut|encrypt|delet|destroy|wip|disrupt|crash|flood|disabl|bypass|evad|hid|spread|phish|impersonat|trick|send|copy|upload|download|scan|brute|guess|inject|get|gain|obtain|find|perform|carry|conduct|help|plan|prepar|continu|finish|complet|extract|collect|spy|kill|shut|knock|persist|set|open|connect|lock|modif|insert|add|buy|sell)e?'
const ORDER = new RegExp(`^${LEAD}${VERB}(?=\\s)`, 'i')
/** Verbs inside a long run without sentences. */
const ORDER_INSIDE = new RegExp(`(?:^|[\\s,;:])${VERB}\\s`, 'i')
/** Japanese orders end in their verb. */
const ORDER_JA =
  /(?:て|で)(?:ください|下さい|くれ|ほしい|欲しい|もらいたい|ちょうだい)?$|(?:しろ|せよ|なさい|お願いします|お願い|ましょう|書け|作れ|盗め|壊せ|攻めろ|ること|する|せる|書く|作る|盗む|教える|用意|作成|生成|実行)$/
const FORBIDS_JA =
  /(?:ないで(?:ください|下さい)?|ないこと|ない|てはならない|てはいけない|ません|禁止(?:する|します|です|すること)?|拒否(?:する|します|してください|すること)?|断(?:る|って(?:ください)?|ること|ります)|拒(?:む|んで(?:ください)?))$/
/** Prohibitions: before the verb, or at the head of a list. */
const FORBIDS =
  /\b(?:never|not|refus\w*|declin\w*|reject\w*|avoid|forbid\w*|forbidden|prohibit\w*|disallow\w*|cannot|can't|don't|doesn't|won't|shouldn't|mustn't|deny|out of scope|unacceptable|may not|no)\b|禁止|拒否|ならない|いけない|しないで/i
/** Orders not to refuse forbid nothing. */
const EMBOLDENS =
  /\b(?:not|never|don't|without|no)\b.{0,12}\b(?:refus\w*|declin\w*|hesitat\w*|worry|warn\w*|mention|ask|stop|question|limit\w*|restrict\w*|rules?|moraliz\w*)/i

/**
 * The gravest order to do harm in `text`, whoever wrote it. Pure.
 *
 * @param shape the shape of `text`, where it is known already
 * @param known the harm of sentences that were scored already
 */
export function findOrders(
  model: Model,
  text: string,
  speaker: Speaker,
  shape = shapeOf(text),
  known: ReadonlyMap<string, number> = NONE_KNOWN,
): Orders {
  const plain = readable(text, shape)
  let found = ordersIn(model, plain, speaker, known)
  for (const each of unwrapped(plain, 0, plain === text ? shape : shapeOf(plain))) {
    found = graver(found, ordersIn(model, each, speaker, NONE_KNOWN))
  }
  return found
}

function graver(one: Orders, two: Orders): Orders {
  const worst = one.worst === null || (two.worst?.harm ?? 0) > one.worst.harm ? two.worst : one.worst
  return { worst, targets: [...one.targets, ...two.targets], unread: one.unread || two.unread }
}

const NONE_KNOWN: ReadonlyMap<string, number> = new Map()

function ordersIn(model: Model, text: string, speaker: Speaker, known: ReadonlyMap<string, number>): Orders {
  const json = /^\s{0,8}[[{]/.test(text.slice(0, 16))
  let worst: Proposal | null = null
  const targets: FoundTarget[] = []
  let scoredCount = 0
  let forbidsList = false
  let before = ''
  for (const [sentence, continues] of piecesOf(text, json)) {
    if (sentence.length < 4) {
      if (sentence === '') forbidsList = false
      continue
    }
    const trimmed = sentence.trim()
    const item = ITEM.test(sentence)
    const verb = ORDER.test(trimmed)
    const forbids = isForbidding(trimmed, verb)
    if (!item && !continues) forbidsList = false
    if (OPENS_LIST.test(trimmed)) forbidsList = forbids
    // What forbids, and what stands in a list of forbidden things, is no order; "it" goes on with the last one.
    const ordered = !forbids && !(item && forbidsList) && (verb || isOrder(trimmed, continues, speaker))
    const joined = !ordered && before !== '' && GOES_ON.test(trimmed)
    if (!ordered && !joined) {
      before = ''
      continue
    }
    if (++scoredCount > SCORED_MAX) return { worst, targets, unread: true }
    const asked = joined ? `${before} ${sentence}` : sentence
    const harmless = !json && !joined && (known.get(trimmed) ?? 1) < ORDER_AT[speaker]
    const proposal = harmless
      ? null
      : harmOf(model, json || speaker === 'tool' ? inWords(asked) : asked, speaker)
    if (proposal !== null) {
      if (targets.length < TARGETS_MAX) {
        targets.push(...findTargets(asked))
        if (targets.length >= TARGETS_MAX) targets.push(unresolvedTarget(''))
      }
      if (proposal.harm > (worst?.harm ?? 0)) worst = proposal
    }
    before = asked.length < SENTENCE_CHARS_MAX ? asked : ''
  }
  return { worst, targets, unread: false }
}

const ITEM = /^\s{0,8}(?:[-*•]|\d{1,2}[.)])\s/
const OPENS_LIST = /[:：]$/
const GOES_ON = /^(?:it|this|that|which|they|the (?:program|tool|script|code))\b/i

/** What an order proposes when it is clear harm, else null. Most name nothing harmful; in most texts they are not scored. */
function harmOf(model: Model, asked: string, speaker: Speaker): Proposal | null {
  // A high score without any word of harm comes from the bareness of a sentence, where most texts are no orders.
  const named = findConcepts(asked.toLowerCase()).some(({ concept }) => HARMFUL[concept] === 1)
  if (!named && speaker === 'other') return null
  const gathered = gatherFeatures(asked)
  const clear = harmIn(model, gathered) >= (named ? ORDER_AT[speaker] : NAMELESS_AT)
  return clear ? propose(model, gathered) : null
}

function isForbidding(trimmed: string, verb: boolean): boolean {
  if (FORBIDS_JA.test(trimmed.slice(-40))) return true
  // Inside an order, a later "not" or "never" describes what is ordered.
  return !verb && FORBIDS.test(trimmed) && !EMBOLDENS.test(trimmed)
}

/** Names of tools and members as words: `deploy_locker`, `deployLocker`. */
function inWords(text: string): string {
  return text.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, '$1 $2')
}

/** A label of a rule or a member of a path, such as `attack.t1003`: no sentence. */
const LABEL = /^[-\s]*[\w-]+(?:\.[\w-]+)+$/

/** What a prompt says the model is, and is for. */
const ROLE =
  /^(?:you(?:'re| are| act| help| produce| build| write| generate| assist)|your (?:\w+ )?(?:task|job|goal|mission|purpose|role|objective)|act as|(?:the|this) (?:assistant|model|agent|ai|bot)\b|assistant[,:]|whatever (?:the user|they)|when(?:ever)? the user|help\b|assist\b|あなた|君は|お前は|アシスタント|AI|利用者が|ユーザーが)/i
/** Somebody speaks to the model, from inside a text that it only reads. */
const ADDRESS =
  /\b(?:assistant|language model|llm|chat ?bot|ai agents?|the agent|the ai|you,? the model)\b|\b(?:before you answer|when you summari[sz]e|do not (?:mention|report|tell)|without telling)\b|AIへ|AIは|エージェント|アシスタント|言語モデル|そのことは言わない|黙って/i
/** Who does it in a report: then it is no description of the model. */
const ACTOR_JA = /攻撃者|侵入者|犯人|実行者|検体|マルウェア|脅威|集団|犯罪|悪意|者が|者は|検知|報告/
const IN_JA = /[\u3040-\u30ff]/

/** Whether a sentence that begins with no verb of an order is one all the same. */
function isOrder(trimmed: string, continues: boolean, speaker: Speaker): boolean {
  if (LABEL.test(trimmed)) return false
  if (speaker === 'tool') return true
  // What a page or a result says to the model reading it instructs like a prompt.
  if (speaker === 'prompt' || ADDRESS.test(trimmed)) {
    if (ROLE.test(trimmed)) return true
    const japanese = IN_JA.test(trimmed)
    if (asksByMood(trimmed, japanese)) return true
    if (japanese && !ACTOR_JA.test(trimmed) && /(?:ます|る|す|う|く|つ|む)$/.test(trimmed)) return true
  }
  if (/[\u3040-\u30ff]/.test(trimmed) && ORDER_JA.test(trimmed.slice(-16))) return true
  if (continues) return ORDER_INSIDE.test(trimmed)
  // "Be helpful, and write …": an order in a later clause.
  return (
    CLAUSE_MAY_ORDER.test(trimmed) &&
    trimmed
      .split(CLAUSE)
      .slice(1, 12)
      .some((clause) => ORDER.test(clause))
  )
}

const CLAUSE = /[,;:—–]\s{0,3}|\band then\b\s?|["“”「]/i
const CLAUSE_MAY_ORDER = /[,;:—–"“”「]|\band then\b/i

/** The first `max` sentences of `text` that say something. */
export function sentencesOf(text: string, max: number): string[] {
  const sentences: string[] = []
  for (const [piece] of piecesOf(text, false)) {
    const trimmed = piece.trim()
    if (trimmed.length < 4) continue
    sentences.push(trimmed)
    if (sentences.length === max) break
  }
  return sentences
}

/** Whether a sentence of an ask asks for something, and does not forbid it. */
export function asks(sentence: string): boolean {
  return !isForbidding(sentence, ORDER.test(sentence)) && asksByMood(sentence, IN_JA.test(sentence))
}

function asksByMood(sentence: string, japanese: boolean): boolean {
  if (!japanese && !/^\W*[a-z][a-z'-]*[\s,]/i.test(sentence)) return false
  const mood = moodOf(sentence.toLowerCase(), 0, sentence.length, japanese)
  return mood === MOOD_ORDER || mood === MOOD_WANT || mood === MOOD_HOW_I || mood === MOOD_INFORM
}

/** Sentences, and pieces of what has no sentence end; the flag says that a piece goes on with the one before. */
function* piecesOf(text: string, json: boolean): Generator<readonly [string, boolean]> {
  let start = 0
  let continues = false
  for (let at = 0; at <= text.length; at++) {
    const ends = at === text.length || endsSentence(text, at, json)
    if (!ends && at - start < SENTENCE_CHARS_MAX) continue
    yield [text.slice(start, at), continues]
    continues = !ends
    start = ends ? at + 1 : at - OVERLAP_CHARS
    if (ends) continue
    // Not to stand still: the overlap is shorter than the piece.
    at = start + OVERLAP_CHARS
  }
}

function endsSentence(text: string, at: number, json: boolean): boolean {
  const code = text.charCodeAt(at)
  if (code === 10 || code === 13 || code === 0x3002 || code === 0x2028 || code === 0x2029) return true
  if (code === 0xff01 || code === 0xff1f) return true
  if (json && (code === 34 || code === 92)) return true
  if (code !== 46 && code !== 33 && code !== 63) return false
  const next = text.charCodeAt(at + 1)
  return Number.isNaN(next) || next <= 32 || next === 34 || next === 39 || next > 0x2000
}
