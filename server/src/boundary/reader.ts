/**
 * Reads a whole exchange: the last instruction decides, earlier turns accumulate.
 *
 * What the user asks decides the side. Every other text comes from the client too, and speaks of security all day
 * without asking for it: it is read for orders to do harm, which make a harmless reading uncertain.
 * Spec: docs/spec/boundary.md §6.
 */
import { hash } from 'node:crypto'
import type { Segment, WireRequest } from '../wire/index.ts'
import { createDayMemory, type DayMemory } from './day-memory.ts'
import { leaksIn } from './leakage/leaks.ts'
import { createMemo } from './memo.ts'
import { NO_ORDERS, type Orders, type Speaker } from './orders.ts'
import { HARM_AT, type Proposal } from './proposal.ts'
import { confidencePermille, type TextReading } from './read-text.ts'
import type { EvidenceSpan, Reading, Side, Target } from './reading.ts'
import { ordersOf, readSegment, type SegmentReading } from './segment.ts'
import { steers } from './steering.ts'
import { type FoundTarget, findTargets, unresolvedTarget } from './targets.ts'

export const READER_VERSION = 'moods/3'
/** Segments remembered by default. */
const MEMO_SEGMENTS_MAX = 8192
/** Share of an earlier turn's suspicion that the next turn inherits, and its weight against the turn's own. */
const CARRY = 0.7
const CARRY_WEIGHT = 0.4
/** Targets and spans of one reading at most. */
const TARGETS_MAX = 256
const SPANS_MAX = 64

export interface ReaderOptions {
  /** Segments whose reading is remembered, by digest of their text. */
  readonly memoSegmentsMax?: number
}

export interface Asker {
  /** Whoever asks, under the same id all day. */
  readonly person: string
  readonly nowMs: number
}

export interface ReaderStats {
  readonly segmentHits: number
  readonly segmentMisses: number
}

export interface Reader {
  /**
   * Reads one request; pure apart from its memories. Never throws on content.
   *
   * @param who whose day the request's last message adds to; without, nothing is added up beyond the conversation
   */
  read(req: WireRequest, who?: Asker): Reading
  stats(): ReaderStats
}

/** What is remembered of a segment. `asked` is null where nobody asks anything. */
interface Remembered {
  readonly asked: SegmentReading | null
  readonly actedOn: readonly FoundTarget[]
  readonly orders: Orders
  readonly secret: boolean
  readonly steers: boolean
}

interface Turn {
  readonly index: number
  readonly asked: SegmentReading
}

export function createReader(options: ReaderOptions = {}): Reader {
  const memo = createMemo<Remembered>(options.memoSegmentsMax ?? MEMO_SEGMENTS_MAX)
  let segmentHits = 0
  let segmentMisses = 0
  const remember = (segment: Segment): Remembered => {
    const way = wayOf(segment)
    const { text } = segment
    if (text === '') return SILENT
    const key = way + hash('sha256', text, 'hex')
    const known = memo.get(key)
    if (known !== undefined) {
      segmentHits++
      return known
    }
    segmentMisses++
    const fresh = readOne(way, text)
    memo.set(key, fresh)
    return fresh
  }
  const day = createDayMemory()
  return {
    read(req, who) {
      const remembered = req.segments.map(remember)
      const reading = readExchange(req.segments, remembered)
      return who === undefined ? reading : withDay(reading, req.segments, remembered, who, day)
    },
    stats: () => ({ segmentHits, segmentMisses }),
  }
}

/** How a segment is read: as an ask, for what it acts on, or for what it orders. */
type Way = 'ask' | 'act' | Speaker

/** Text of a field nobody lists is never the ask: beside a harmful ask it would speak for it. */
function wayOf({ role, kind }: Segment): Way {
  if (kind === 'tool_call') return 'act'
  if (kind === 'tool_declaration') return 'tool'
  if (role === 'user' && kind === 'text') return 'ask'
  return kind === 'unlisted' || (role === 'system' && kind === 'text') ? 'prompt' : 'other'
}

const SILENT: Remembered = { asked: null, actedOn: [], orders: NO_ORDERS, secret: false, steers: false }

function readOne(way: Way, text: string): Remembered {
  if (text.trim() === '') return SILENT
  const secret = leaksIn(text).length > 0
  if (way === 'ask') {
    const asked = readSegment(text)
    return { asked, actedOn: [], orders: asked.orders, secret, steers: asked.steers }
  }
  const orders = ordersOf(text, way === 'act' ? 'other' : way)
  const actedOn = way === 'act' ? findTargets(text) : []
  return { asked: null, actedOn, orders, secret, steers: way !== 'act' && way !== 'tool' && steers(text) }
}

/**
 * Reads the turns of a transcript, without a memory. Pure.
 *
 * @param places where each segment's text begins in the transcript, or -1: spans are moved there, others left out
 */
export function readSegments(segments: readonly Segment[], places: readonly number[]): TextReading {
  const remembered = segments.map((segment) => readOne(wayOf(segment), segment.text))
  const reading = readExchange(segments, remembered)
  const likeliest = proposalOf(segments, remembered).side
  return {
    capability: reading.capability,
    side: reading.side === 'uncertain' ? likeliest : reading.side,
    confidencePermille: reading.confidencePermille,
    uncertain: reading.side === 'uncertain',
    targets: reading.targets,
    spans: reading.spans.flatMap((span) => {
      const at = places[span.segment] ?? -1
      return at === -1 ? [] : [{ ...span, start: span.start + at, end: span.end + at }]
    }),
  }
}

function turnsOf(remembered: readonly Remembered[]): Turn[] {
  return remembered.flatMap(({ asked }, index) => (asked === null ? [] : [{ index, asked }]))
}

function proposalOf(segments: readonly Segment[], remembered: readonly Remembered[]): Proposal {
  const turns = turnsOf(remembered)
  return raised(sideOfExchange(turns), segments, remembered, turns).proposal
}

function readExchange(segments: readonly Segment[], remembered: readonly Remembered[]): Reading {
  const turns = turnsOf(remembered)
  const { proposal, side } = raised(sideOfExchange(turns), segments, remembered, turns)
  return {
    capability: proposal.capability,
    side,
    confidencePermille: confidencePermille(proposal.harm, proposal.side),
    targets: targetsOf(turns, remembered, side),
    spans: spansOf(turns),
    reader: READER_VERSION,
    leakage: remembered.some(({ secret }) => secret) ? 'present' : 'none',
    injection: remembered.some((each, i) => each.steers && isGiven(segments[i])) ? 'suspected' : 'none',
  }
}

/** Given to the model to read: not what instructs it by its place, nor what it said itself. */
function isGiven(segment: Segment | undefined): boolean {
  return (
    segment !== undefined && (segment.kind === 'unlisted' || !['system', 'assistant'].includes(segment.role))
  )
}

/** A harmless reading is uncertain when the person's asks of the day together look like a job cut into pieces. */
function withDay(
  reading: Reading,
  segments: readonly Segment[],
  remembered: readonly Remembered[],
  { person, nowMs }: Asker,
  day: DayMemory,
): Reading {
  const message = lastMessage(turnsOf(remembered))
  const harm = Math.max(0, ...message.map(({ asked }) => asked.proposal.harm))
  if (harm < 0.01) return reading
  const digest = hash('sha256', message.map(({ index }) => segments[index]?.text ?? '').join('\0'), 'hex')
  const { capability, side } = reading
  const suspected = day.note(person, { digest, capability, side, harm }, nowMs)
  return suspected && side === 'dual_use' ? { ...reading, side: 'uncertain' } : reading
}

/** Turns of one user message stand together: the last message is the last run of user segments. */
function lastMessage(turns: readonly Turn[]): Turn[] {
  const last = turns.at(-1)
  if (last === undefined) return []
  const message = [last]
  for (let i = turns.length - 2; i >= 0; i--) {
    const turn = turns[i]
    if (turn === undefined || turn.index !== (message[0]?.index ?? 0) - 1) break
    message.unshift(turn)
  }
  return message
}

const NOTHING: Proposal = { side: 'non_cyber', capability: 'none', uncertain: true, harm: 0, cyber: 0 }

interface Sided {
  readonly proposal: Proposal
  readonly side: Side
}

/**
 * What stands outside the last ask can make a harmless reading uncertain, never more: orders of clear harm, harm
 * asked for in an earlier turn, media nobody here can read, and texts too long to be read whole.
 */
function raised(
  { proposal, side }: Sided,
  segments: readonly Segment[],
  remembered: readonly Remembered[],
  turns: readonly Turn[],
): Sided {
  if (side === 'offensive' || side === 'prohibited') return { proposal, side }
  const harms = turns
    .map(({ asked }) => asked.proposal)
    .filter((each) => each.harm >= HARM_AT && !each.uncertain)
  for (const { orders } of remembered) if (orders.worst !== null) harms.push(orders.worst)
  const worst = gravest(harms)
  // The capability stays the ask's: it is the ask that is held.
  if (worst !== null) return { proposal: { ...proposal, harm: worst.harm }, side: 'uncertain' }
  const unread = remembered.some(({ orders }) => orders.unread) || segments.some(isUnread)
  return { proposal, side: unread ? 'uncertain' : side }
}

/** Media in any role; what the vendor encrypted is vouched for by its digest. */
function isUnread({ kind, unreadable }: Segment): boolean {
  return kind === 'unreadable' && unreadable !== 'encrypted'
}

function sideOfExchange(turns: readonly Turn[]): Sided {
  const message = lastMessage(turns)
  const current = gravest(message.map(({ asked }) => asked.proposal))
  const earlier = turns.slice(0, turns.length - message.length)
  if (current === null) return { proposal: NOTHING, side: 'uncertain' }
  const vague = message.every(({ asked }) => asked.vague)
  // "Go on" asks for whatever was asked before.
  const proposal = vague
    ? (gravest([current, ...earlier.slice(-3).map(({ asked }) => asked.proposal)]) ?? current)
    : current
  // What points at something nobody named cannot be sided.
  const lost = vague && earlier.every(({ asked }) => asked.vague)
  if (proposal.harm >= HARM_AT && !proposal.uncertain && !lost) return { proposal, side: proposal.side }
  const unsure = proposal.uncertain || lost || accumulates(earlier, proposal)
  return { proposal, side: unsure ? 'uncertain' : proposal.side }
}

/** Suspicion carried from turn to turn: a job cut into pieces that look harmless one by one. */
function accumulates(earlier: readonly Turn[], current: Proposal): boolean {
  if (current.cyber < 0.5 || current.side === 'defensive') return false
  let carried = 0
  for (const { asked } of earlier) carried = carried * CARRY + asked.proposal.harm
  return current.harm + CARRY_WEIGHT * carried >= HARM_AT
}

function gravest(proposals: readonly Proposal[]): Proposal | null {
  const rank = ({ harm, cyber }: Proposal): number => harm + cyber / 1000
  return proposals.reduce<Proposal | null>(
    (top, each) => (top === null || rank(each) > rank(top) ? each : top),
    null,
  )
}

/** What the request would act on: for offensive work everything any turn names, otherwise what this one does. */
function targetsOf(turns: readonly Turn[], remembered: readonly Remembered[], side: Side): Target[] {
  const acting = side === 'offensive' || side === 'prohibited' || side === 'uncertain'
  const message = acting ? turns : lastMessage(turns)
  const from = message[0]?.index ?? 0
  const found: { target: FoundTarget; segment: number }[] = []
  for (const { index, asked } of message)
    for (const target of asked.targets) found.push({ target, segment: index })
  remembered.forEach(({ actedOn, orders }, segment) => {
    if (acting) for (const target of orders.targets) found.push({ target, segment })
    if (acting || segment >= from) for (const target of actedOn) found.push({ target, segment })
  })
  if (acting) {
    for (const { index, asked } of message) {
      for (const target of asked.evidenceTargets) found.push({ target, segment: index })
      for (const target of asked.spelledOut) found.push({ target, segment: index })
    }
  }
  const seen = new Set<string>()
  const named = found.filter(
    ({ target: { kind, value } }) => !seen.has(`${kind} ${value}`) && seen.add(`${kind} ${value}`),
  )
  // HOSTILE: what is one too many is not left out, or a long list would hide the last.
  if (named.length > TARGETS_MAX)
    named.splice(TARGETS_MAX - 1, named.length, { target: unresolvedTarget(''), segment: from })
  return named.map(({ target: { kind, value, raw }, segment }) => ({ kind, value, raw, segment }))
}

function spansOf(turns: readonly Turn[]): EvidenceSpan[] {
  // The last ones, from the end: an agent's history has many hundred.
  const spans: EvidenceSpan[] = []
  for (let turn = turns.length - 1; turn >= 0 && spans.length < SPANS_MAX; turn--) {
    const { index, asked } = turns[turn]! // turn is in range
    for (let at = asked.spans.length - 1; at >= 0 && spans.length < SPANS_MAX; at--) {
      const { start, end, label } = asked.spans[at]! // at is in range
      spans.push({ start, end, label, segment: index })
    }
  }
  return spans.reverse()
}
