/**
 * Reads one item of a batch: a text, a transcript, or the JSON of a tool call. Spec: docs/spec/boundary.md §8.
 */
import type { Segment } from '../wire/index.ts'
import { readText, type TextReading } from './read-text.ts'
import { readSegments } from './reader.ts'
import type { EvidenceSpan } from './reading.ts'
import { ordersOf } from './segment.ts'
import { readToolCall, type ToolCall } from './tool-call.ts'

/** Turns of a transcript at most; a longer one is read as one text. */
const TURNS_MAX = 2_000

/** Who speaks, at the start of a line. */
const SPEAKER =
  /^[ \t]{0,3}(?:\[|\*\*|#{1,3} |<\|?)?(user|human|customer|system|assistant|ai|model|bot|tool|function|tool[ _]result|tool[ _]call|ユーザー|利用者|人間|システム|アシスタント|ツール)(?:\]|\*\*|\|?>)?[ \t]{0,2}[:：](?:\*\*)?[ \t]?/gim

const ROLE_OF: Readonly<Record<string, Pick<Segment, 'role' | 'kind'>>> = {
  user: { role: 'user', kind: 'text' },
  human: { role: 'user', kind: 'text' },
  customer: { role: 'user', kind: 'text' },
  ユーザー: { role: 'user', kind: 'text' },
  利用者: { role: 'user', kind: 'text' },
  人間: { role: 'user', kind: 'text' },
  system: { role: 'system', kind: 'text' },
  developer: { role: 'system', kind: 'text' },
  システム: { role: 'system', kind: 'text' },
  assistant: { role: 'assistant', kind: 'text' },
  ai: { role: 'assistant', kind: 'text' },
  model: { role: 'assistant', kind: 'text' },
  bot: { role: 'assistant', kind: 'text' },
  アシスタント: { role: 'assistant', kind: 'text' },
  tool: { role: 'tool', kind: 'tool_result' },
  function: { role: 'tool', kind: 'tool_result' },
  'tool result': { role: 'tool', kind: 'tool_result' },
  'tool call': { role: 'assistant', kind: 'tool_call' },
  ツール: { role: 'tool', kind: 'tool_result' },
}

/** Reads `text` as whatever it is. Pure and deterministic; never throws on content. */
export function readBatchItem(text: string): TextReading {
  const turns = messagesOf(text) ?? transcriptOf(text)
  if (turns !== null)
    return readSegments(
      turns.map(({ segment }) => segment),
      turns.map(({ at }) => at),
    )
  const call = readToolCall(text)
  return call === null ? readText(text) : readCall(text, call)
}

interface Turn {
  readonly segment: Segment
  /** Where the turn's text stands in the item, or -1 where it stands otherwise written. */
  readonly at: number
}

function turnOf(speaker: string, text: string, at: number): Turn {
  const key = speaker.toLowerCase().replace('_', ' ')
  return { segment: { ...(ROLE_OF[key] ?? ROLE_OF.user!), text, path: '' }, at }
}

/** `[{"role","content"}]`, or an object that holds it as `messages` or `input`. */
function messagesOf(text: string): Turn[] | null {
  if (!/^\s*[[{]/.test(text) || !text.includes('"role"')) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const holder = value as { messages?: unknown; input?: unknown } | null
  const list = Array.isArray(value) ? value : (holder?.messages ?? holder?.input)
  if (!Array.isArray(list) || list.length === 0 || list.length > TURNS_MAX) return null
  const turns: Turn[] = []
  for (const each of list as { role?: unknown; content?: unknown }[]) {
    if (typeof each?.role !== 'string') return null
    for (const content of contentsOf(each.content))
      turns.push(turnOf(each.role, content, text.indexOf(content)))
  }
  return turns.length === 0 ? null : turns
}

function contentsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content]
  if (!Array.isArray(content)) return []
  return content.flatMap((part: { text?: unknown } | null) =>
    typeof part?.text === 'string' ? [part.text] : [],
  )
}

/** Lines that begin with who speaks; one such line alone is how people write. */
function transcriptOf(text: string): Turn[] | null {
  const marks = [...text.matchAll(SPEAKER)]
  if (marks.length < 2 || marks.length > TURNS_MAX || text.slice(0, marks[0]?.index).trim() !== '')
    return null
  return marks.map((mark, index) => {
    const from = mark.index + mark[0].length
    const body = text.slice(from, marks[index + 1]?.index ?? text.length)
    const at = from + (body.length - body.trimStart().length)
    return turnOf(mark[1] ?? '', body.trim(), at)
  })
}

const RANK = { non_cyber: 0, defensive: 1, dual_use: 2, offensive: 3, prohibited: 4 } as const

/** A call is what its gravest program is; its names and words count where they order harm. */
function readCall(text: string, call: ToolCall): TextReading {
  const orders = ordersOf([call.name.replaceAll('_', ' '), ...call.words].join('\n'), 'tool')
  const known = call.programs.flatMap(({ program }) => (program === null ? [] : [program]))
  const gravest = known.reduce(
    (top, each) => (top === null || RANK[each.side] > RANK[top.side] ? each : top),
    known[0] ?? null,
  )
  const worst = orders.worst
  const structural = gravest !== null && gravest.side !== 'non_cyber'
  const side = structural ? gravest.side : (worst?.side ?? gravest?.side ?? 'non_cyber')
  const capability = structural ? gravest.capability : (worst?.capability ?? gravest?.capability ?? 'none')
  const targets = call.programs.flatMap((program) => program.targets)
  const grave = side === 'offensive' || side === 'prohibited'
  return {
    capability,
    side,
    confidencePermille: grave
      ? structural
        ? 950
        : Math.round(1000 * (worst?.harm ?? 0.5))
      : call.parsable
        ? 900
        : 600,
    uncertain: !call.parsable && !grave,
    targets: targets.map(({ kind, value, raw }) => ({ kind, value, raw, segment: 0 })),
    spans: binarySpans(text, call),
  }
}

function binarySpans(text: string, call: ToolCall): EvidenceSpan[] {
  const lower = text.toLowerCase()
  const spans: EvidenceSpan[] = []
  let from = 0
  for (const { binary, effect } of call.programs) {
    const start = binary === '' ? -1 : lower.indexOf(binary, from)
    if (start === -1) continue
    from = start + binary.length
    spans.push({ segment: 0, start, end: from, label: `program:${effect}` })
  }
  if (!call.parsable) spans.push({ segment: 0, start: 0, end: text.length, label: 'unparsable' })
  return spans
}
