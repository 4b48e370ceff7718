/**
 * Reads one user text: splits it, unwraps it, scores it.
 *
 * Spec: docs/spec/boundary.md §2–6. Pure; the exchange reader remembers its results by digest.
 */
import { withoutClaims } from './claims.ts'
import { CONCEPTS } from './concepts.ts'
import { gatherFeatures } from './features.ts'
import { type Part, partsOf, textOf } from './instruction.ts'
import type { ConceptHit } from './lexicon.ts'
import { loadModel, type Model } from './model.ts'
import { normalise } from './normal.ts'
import { asks, findOrders, NO_ORDERS, type Orders, type Speaker, sentencesOf } from './orders.ts'
import { HARM_AT, HARM_UNSURE_AT, harmIn, type Proposal, propose } from './proposal.ts'
import { SHAPE, shapeOf } from './shape.ts'
import { findSpelledOut } from './spelled-out.ts'
import { findSteering, type SteeringSpan, steersWrapped } from './steering.ts'
import { type FoundTarget, findTargetsIn, UNRESOLVED } from './targets.ts'
import { framed, readable, unwrapped } from './unwrap.ts'

/** Evidence read at most, from its beginning and its end. */
const EVIDENCE_CHARS_MAX = 8_000
/** Concept spans reported at most. */
const SPANS_MAX = 32

export interface SegmentSpan {
  readonly start: number
  readonly end: number
  readonly label: string
}

export interface SegmentReading {
  readonly proposal: Proposal
  /** The text asks for "it" without saying what: only earlier turns can tell. */
  readonly vague: boolean
  /** Targets named in the ask, and those that only evidence names. */
  readonly targets: readonly FoundTarget[]
  readonly evidenceTargets: readonly FoundTarget[]
  /** Targets spelled out ("dot"): they count where the reading is not harmless. */
  readonly spelledOut: readonly FoundTarget[]
  /** What the text orders anywhere: in evidence, in harness notes, deep in a long ask. */
  readonly orders: Orders
  /** Something in it, harness notes aside, speaks to the model. */
  readonly steers: boolean
  readonly spans: readonly SegmentSpan[]
}

let model = loadModel()

/** Reads with other weights from now on: to measure what a model trained otherwise would say, never to serve. */
export function measureWith(other: Model): void {
  model = other
}

/** The ask is to do what the evidence says. */
const FOLLOW =
  /\b(?:do|follow|execute|carry out|perform|complete|obey|answer|respond to|finish|continue) (?:exactly )?(?:what|whatever|the (?:following|above|below|text|instructions?|task|request|prompt)|this|these|it)\b|\bdecode\b.{0,40}\b(?:and|then)\b|(?:以下|次|上記|下記)の(?:通り|とおり|指示|内容|依頼|文章)(?:に従|を実行|を行|どおり|に答)|に従って(?:ください|実行)|デコードして.{0,20}(?:実行|従|答)/i
/** Longer texts say what they mean. */
const VAGUE_CHARS_MAX = 60
/** Without anything else, these leave open what is wanted. */
const POINTING =
  /\b(?:it|this|that|them|the (?:box|thing|host|machine|target|rest|same))\b|それ(?!とも|ぞれ|では)|これ(?!ら|まで|から)|あれ(?!ば)|例の|さっきの|あの|同じ/i
const POINTING_ACT =
  /\b(?:against|on|into|work|run|launch|fire|try|hit|do|get in|go|use|continue|proceed|finish)\b|に対し|やって|動かして|実行|試して|続け|進めて|お願い|使って|撃/i
/** Nothing but "go on". */
const CONTINUE =
  /^(?:please |ok,? |yes,? |sure,? |はい、?|では、?)*(?:continue|go on|go ahead|proceed|keep going|next|yes|ok(?:ay)?|do it|again|same again|carry on|続けて|続き(?:を|は)?|次(?:へ|を|は)?|進めて|はい|お願いします|やって|もう一度|同じように(?:して)?)(?: please|ください|お願いします)?[.!。！]*$/i

/** Nobody asks for anything. */
const GREETING =
  /^(?:(?:hi|hello|hey|thanks|thank you|thx|test|testing|ping|good (?:morning|afternoon|evening)|bye|こんにちは|こんばんは|おはよう(?:ございます)?|ありがとう(?:ございます|ございました)?|テスト|了解(?:です|しました)?)(?: (?:there|all|again|everyone|so much|very much|a lot))?[\s,、!.。！?]{0,3}){1,3}$/i
/** Asks, and names nothing: what it is about stands in the turns before it, or nowhere. */
const OPEN_QUESTION =
  /^(?:(?:これ|それ|あれ|この後|このあと|次|つぎ|で|では|じゃあ|えっと|すみません|ちなみに|and|so|ok(?:ay)?|then|hm+|sorry)(?:は|って)?[、,\s]*){0,2}(?:(?:どう|何を|なにを|何から)(?:すれば|したら|やれば)(?:いい|よい|良い)(?:の|ん)?(?:ですか|でしょうか|かな|だろう)?|どう(?:する|します(?:か)?|ですか|思いますか|思う|なりますか|いうこと(?:ですか)?|いう意味(?:ですか)?)|なぜ(?:ですか|でしょうか)?|どうして(?:ですか)?|なに|何(?:ですか|のこと(?:ですか)?)|わかりました|分かりました|わかりません|分かりません|なるほど|そうですか|助けて(?:ください)?|what (?:should|can|do|must) (?:i|we) do(?: (?:now|next|then|here))?|what (?:now|next|then|else|is (?:this|that|it))|why(?: (?:not|so|is that))?|how (?:so|come)|how does (?:this|that|it) work|what do you (?:mean|think)|help(?: me)?|i see|got it|understood|sorry)[\s?？!！.。]*$/i
/** A short ask is scored whole; in a longer one a sentence would drown. */
const WHOLE_CHARS_MAX = 1000

/** What a text that is no ask orders. */
export function ordersOf(text: string, speaker: Speaker): Orders {
  return findOrders(model, text, speaker)
}

/** Reads one user text. */
export function readSegment(text: string): SegmentReading {
  const shape = shapeOf(text)
  const parts = partsOf(text, shape)
  const ask = textOf(text, parts, 'instruction')
  const shown = textOf(text, parts, 'evidence')
  const evidence = clipped(shown)
  const normal = normalise(text, shape)
  const asked = withoutClaims(readable(ask, shape, ask === text ? normal : undefined))
  const gathered = gatherFeatures(asked)
  const greets =
    evidence === '' && ask.length <= VAGUE_CHARS_MAX && (GREETING.test(ask) || OPEN_QUESTION.test(ask.trim()))
  const vague = evidence === '' && !greets && isVague(asked, gathered.hits)
  const known = new Map<string, number>()
  const own = asked === '' || greets ? null : gravestSentence(asked, propose(model, gathered), known)
  const proposal = combine(own, asked, asked === ask ? shape : shapeOf(asked), evidence, shape)
  const plain = parts.every(({ kind }) => kind === 'instruction')
  const whole = plain && ask.length <= WHOLE_CHARS_MAX
  // A harmful ask and nothing beside it: its orders could say no more, unless something is encoded in it.
  const settled = plain && !vague && proposal.harm >= HARM_AT && (shape & (SHAPE.run | SHAPE.escape)) === 0
  const targets = findTargetsIn(normal, text)
  // Notes of the harness instruct the model by their place.
  const steering = findSteering(text).filter(({ start }) => kindAt(parts, start) !== 'context')
  const inAsk = ({ value, start }: FoundTarget): boolean =>
    kindAt(parts, start) === 'instruction' ||
    // Nothing behind it was read: the ask neither, where there is one.
    (value === UNRESOLVED && parts.some(({ kind, end }) => kind === 'instruction' && end > start))
  return {
    proposal,
    vague,
    targets: targets.filter(inAsk),
    evidenceTargets: targets.filter((target) => !inAsk(target)),
    spelledOut: findSpelledOut(normal, text),
    orders: whole || settled ? NO_ORDERS : findOrders(model, text, 'other', shape, known),
    steers: steering.length > 0 || steersWrapped(text, shape),
    spans: spansOf(parts, targets, steering),
  }
}

/** A sentence of a longer ask is graver than the whole when it asks for clear harm by itself. */
const SENTENCE_HARM_AT = 0.85
/** Sentences of one ask read by themselves; the rest of a longer one is read for orders. */
const SENTENCES_MAX = 24

/** One sentence that asks for harm is not diluted by what stands around it, and not hidden by a frame. */
function gravestSentence(asked: string, whole: Proposal, known: Map<string, number>): Proposal {
  if (whole.harm >= HARM_AT) return whole
  const inner = framed(asked)
  const own = sentencesOf(asked, SENTENCES_MAX)
  if (own.length < 2 && inner.length === 0) return whole
  const sentences = [...own, ...inner.flatMap((each) => sentencesOf(each, SENTENCES_MAX))]
  let worst = whole
  for (const sentence of sentences) {
    if (!asks(sentence)) continue
    const gathered = gatherFeatures(sentence)
    const harm = harmIn(model, gathered)
    known.set(sentence, harm)
    if (harm >= SENTENCE_HARM_AT && harm > worst.harm) worst = propose(model, gathered)
  }
  return worst
}

/** The ask decides; what it carries encoded, or tells the model to follow, is read as well. */
function combine(
  own: Proposal | null,
  asked: string,
  askedShape: number,
  evidence: string,
  evidenceShape: number,
): Proposal {
  const hidden = unwrapped(asked, 0, askedShape).map((plain) => scored(plain, shapeOf(plain)))
  const shown = evidence === '' ? null : scored(evidence, evidenceShape)
  if (own === null) return shown === null ? EMPTY : shownAlone(shown)
  if (hidden.length === 0 && shown === null) return own
  const follows = FOLLOW.test(asked)
  const inner = [...hidden, ...(shown !== null && follows ? [shown] : [])]
  const worst = inner.reduce<Proposal | null>(
    (top, each) => (top === null || each.harm > top.harm ? each : top),
    null,
  )
  if (worst === null || worst.harm <= own.harm) return own
  // A defender who shows an encoded payload asks about it; one who only wraps an ask does not.
  if (!follows && own.cyber >= 0.5 && own.harm < HARM_UNSURE_AT && own.side === 'defensive') return own
  return worst.harm >= HARM_AT ? worst : own
}

const EMPTY: Proposal = { side: 'non_cyber', capability: 'none', uncertain: false, harm: 0, cyber: 0 }

function scored(text: string, shape: number): Proposal {
  return propose(model, gatherFeatures(readable(text, shape)))
}

/** Evidence without an ask: nothing says what is wanted, so harm is only ever suspected. */
function shownAlone(shown: Proposal): Proposal {
  return { ...shown, uncertain: shown.harm >= HARM_UNSURE_AT }
}

function isVague(asked: string, hits: readonly ConceptHit[]): boolean {
  if (CONTINUE.test(asked)) return true
  if (asked.length > VAGUE_CHARS_MAX || !POINTING.test(asked) || !POINTING_ACT.test(asked)) return false
  // A host is something to act on; any other thing says what the ask is about.
  const said = hits.map(({ concept }) => CONCEPTS[concept]).filter((each) => each?.name !== 'system')
  return (
    said.every((each) => each?.kind !== 'thing') && said.filter((each) => each?.kind === 'act').length <= 2
  )
}

function clipped(text: string): string {
  if (text.length <= EVIDENCE_CHARS_MAX) return text
  return `${text.slice(0, EVIDENCE_CHARS_MAX / 2)}\n${text.slice(-EVIDENCE_CHARS_MAX / 2)}`
}

function kindAt(parts: readonly Part[], place: number): Part['kind'] {
  return parts.find((part) => place >= part.start && place < part.end)?.kind ?? 'instruction'
}

function spansOf(
  parts: readonly Part[],
  targets: readonly FoundTarget[],
  steering: readonly SteeringSpan[],
): SegmentSpan[] {
  const spans: SegmentSpan[] = parts
    .filter(({ kind }) => kind === 'evidence')
    .map(({ start, end }) => ({ start, end, label: 'evidence' }))
  for (const { start, end } of steering.slice(0, 1)) spans.push({ start, end, label: 'injection' })
  for (const { start, end, homograph } of targets)
    if (homograph) spans.push({ start, end, label: 'homograph' })
  return spans.slice(0, SPANS_MAX)
}
