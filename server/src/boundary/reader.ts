/**
 * Reads a whole exchange: the last instruction decides, earlier turns accumulate.
 *
 * Only what a person or an agent asks decides the side. System prompts and tool declarations speak of security all
 * day without asking for it, and are read for secrets only. Spec: docs/spec/boundary.md §6.
 */
import { hash } from 'node:crypto'
import type { Segment, WireRequest } from '../wire/index.ts'
import { createMemo } from './memo.ts'
import { HARM_AT, type Proposal } from './proposal.ts'
import { confidencePermille } from './read-text.ts'
import type { EvidenceSpan, Reading, Side, Target } from './reading.ts'
import { secretSpans } from './secrets.ts'
import { readSegment, type SegmentReading } from './segment.ts'
import { type FoundTarget, findTargets } from './targets.ts'

export const READER_VERSION = 'linear/1'
/** Segments remembered by default. */
const MEMO_SEGMENTS_MAX = 8192
/** Up to here, looking for secrets again costs less than remembering that there are none. */
const UNREMEMBERED_CHARS_MAX = 256
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

export interface ReaderStats {
  readonly segmentHits: number
  readonly segmentMisses: number
}

export interface Reader {
  /** Reads one request; pure apart from the memo. Never throws on content. */
  read(req: WireRequest): Reading
  stats(): ReaderStats
}

/** What is remembered of a segment. `asked` is null where nobody asks anything. */
interface Remembered {
  readonly asked: SegmentReading | null
  readonly actedOn: readonly FoundTarget[]
  readonly secret: boolean
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
    if (way === 'secrets' && text.length <= UNREMEMBERED_CHARS_MAX) return readOne(way, text)
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
  return {
    read: (req) => readExchange(req.segments, req.segments.map(remember)),
    stats: () => ({ segmentHits, segmentMisses }),
  }
}

/** How a segment is read: as an ask, for what it acts on, or for secrets only. */
type Way = 'ask' | 'act' | 'secrets'

function wayOf({ role, kind }: Segment): Way {
  if (kind === 'tool_call') return 'act'
  return role === 'user' && (kind === 'text' || kind === 'unlisted') ? 'ask' : 'secrets'
}

const SILENT: Remembered = { asked: null, actedOn: [], secret: false }
const LEAKING: Remembered = { asked: null, actedOn: [], secret: true }

function readOne(way: Way, text: string): Remembered {
  const secret = secretSpans(text).length > 0
  if (way === 'secrets') return secret ? LEAKING : SILENT
  return {
    asked: way === 'ask' && text.trim() !== '' ? readSegment(text) : null,
    actedOn: way === 'act' ? findTargets(text) : [],
    secret,
  }
}

function readExchange(segments: readonly Segment[], remembered: readonly Remembered[]): Reading {
  const turns: Turn[] = []
  remembered.forEach(({ asked }, index) => {
    if (asked !== null) turns.push({ index, asked })
  })
  const unreadable = segments.some(({ role, kind }) => kind === 'unreadable' && role !== 'assistant')
  const { proposal, side } = sideOfExchange(turns, unreadable)
  return {
    capability: proposal.capability,
    side,
    confidencePermille: confidencePermille(proposal.harm, proposal.side),
    targets: targetsOf(turns, remembered, side),
    spans: spansOf(turns),
    reader: READER_VERSION,
    leakage: remembered.some(({ secret }) => secret) ? 'present' : 'none',
  }
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

function sideOfExchange(turns: readonly Turn[], unreadable: boolean): { proposal: Proposal; side: Side } {
  const message = lastMessage(turns)
  const current = gravest(message.map(({ asked }) => asked.proposal))
  const earlier = turns.slice(0, turns.length - message.length)
  if (current === null) return { proposal: NOTHING, side: 'uncertain' }
  const vague = message.every(({ asked }) => asked.vague)
  // "Go on" asks for whatever was asked before.
  const proposal = vague
    ? (gravest([current, ...earlier.slice(-3).map(({ asked }) => asked.proposal)]) ?? current)
    : current
  if (proposal.harm >= HARM_AT && !proposal.uncertain) return { proposal, side: proposal.side }
  const lost = vague && earlier.every(({ asked }) => asked.vague)
  const unsure = proposal.uncertain || lost || unreadable || accumulates(earlier, proposal)
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
  remembered.forEach(({ actedOn }, segment) => {
    if (acting || segment >= from) for (const target of actedOn) found.push({ target, segment })
  })
  if (found.length === 0 && acting) {
    for (const { index, asked } of message) {
      for (const target of asked.evidenceTargets) found.push({ target, segment: index })
    }
  }
  const seen = new Set<string>()
  return found
    .filter(({ target: { kind, value } }) => !seen.has(`${kind} ${value}`) && seen.add(`${kind} ${value}`))
    .slice(0, TARGETS_MAX)
    .map(({ target: { kind, value, raw }, segment }) => ({ kind, value, raw, segment }))
}

function spansOf(turns: readonly Turn[]): EvidenceSpan[] {
  const spans = turns.flatMap(({ index, asked }) => asked.spans.map((span) => ({ ...span, segment: index })))
  return spans.slice(-SPANS_MAX)
}
