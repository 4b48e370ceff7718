/**
 * Separates what is asked from what is shown.
 *
 * Logs, code, reports, quoted mail and harness notes are evidence: they say what the ask is about, not what is
 * asked. Spec: docs/spec/boundary.md §3. HOSTILE: an ask may hide in evidence, so evidence is read too, and counts
 * when the ask is to follow it.
 */
import { lineKind } from './lines.ts'
import { isSpace, SHAPE, shapeOf } from './shape.ts'

export type PartKind = 'instruction' | 'evidence' | 'context'

/** A run of the text, in UTF-16 code units. */
export interface Part {
  readonly kind: PartKind
  readonly start: number
  readonly end: number
}

/** Texts longer than this are evidence beyond the first and last so many characters. */
const INSTRUCTION_CHARS_MAX = 12_000

/** Notes that agent harnesses put into the user's turn. */
const CONTEXT_TAGS =
  'system-reminder|environment_context|user_instructions|instructions|ide_opened_file|ide_selection|command-name|command-message|command-args|local-command-stdout|local-command-caveat|permissions|collaboration_mode|apps_instructions|skills_instructions|turn_aborted|claudemd'
/** Tags that people put around what they paste. */
const EVIDENCE_TAGS =
  'log|logs|document|documents|file|file_content|file_contents|report|data|alert|alerts|code|diff|email|mail|context|evidence|output|pasted|transcript|article|content|event|events|stdout|stderr|results?|tool_result'
const BLOCK = new RegExp(
  `<(${CONTEXT_TAGS}|${EVIDENCE_TAGS})(?:\\s[^>\\n]{0,200})?>[\\s\\S]*?(?:</\\1>|$)|\`\`\`[\\s\\S]*?(?:\`\`\`|$)|"""[\\s\\S]*?(?:"""|$)|~~~[\\s\\S]*?(?:~~~|$)`,
  'gi',
)
const CONTEXT_OPENING = new RegExp(`^<(?:${CONTEXT_TAGS})[\\s>]`, 'i')

/** Everything after it was written by someone else. */
const FORWARDED =
  /^[^\S\r\n\u2028\u2029]{0,8}(?:-{2,8}[^\S\r\n]{0,4}(?:forwarded|original) message|-{2,8}[^\S\r\n]{0,4}(?:転送|元の)メッセージ|begin forwarded message|on .{4,80} wrote:[^\S\r\n]{0,8}$)/im

/**
 * The parts of a user's text, in order and without gaps.
 *
 * @param shape the shape of `text`, where it is known already
 */
export function partsOf(text: string, shape = shapeOf(text)): Part[] {
  const forwarded = mayForward(text, shape) ? (FORWARDED.exec(text)?.index ?? text.length) : text.length
  const equals = (shape & SHAPE.equals) !== 0
  const parts: Part[] = []
  let from = 0
  if ((shape & SHAPE.block) !== 0) {
    for (const block of text.slice(0, forwarded).matchAll(BLOCK)) {
      addLines(text, from, block.index, equals, parts)
      const kind = CONTEXT_OPENING.test(block[0]) ? 'context' : 'evidence'
      parts.push({ kind, start: block.index, end: block.index + block[0].length })
      from = block.index + block[0].length
    }
  }
  addLines(text, from, forwarded, equals, parts)
  if (forwarded < text.length) parts.push({ kind: 'evidence', start: forwarded, end: text.length })
  return shortened(parts)
}

/** Whether some line begins as FORWARDED does: `--`, `be`gin or `on`. */
function mayForward(text: string, shape: number): boolean {
  if ((shape & SHAPE.oddLine) !== 0) return true
  for (let start = 0; start < text.length; ) {
    let at = start
    while (at < text.length && isSpace(text.charCodeAt(at))) at++
    const code = text.charCodeAt(at) | 32
    const next = text.charCodeAt(at + 1)
    if (
      (code === 45 && next === 45) ||
      (code === 98 && (next | 32) === 101) ||
      (code === 111 && (next | 32) === 110)
    )
      return true
    const newline = text.indexOf('\n', at)
    if (newline === -1) return false
    start = newline + 1
  }
  return false
}

/** All text of one kind. */
export function textOf(text: string, parts: readonly Part[], kind: PartKind): string {
  const [only] = parts
  // Most texts are one part: nothing to join.
  if (only !== undefined && parts.length === 1)
    return only.kind === kind ? text.slice(only.start, only.end).trim() : ''
  return parts
    .filter((part) => part.kind === kind)
    .map((part) => text.slice(part.start, part.end))
    .join('\n')
    .trim()
}

function addLines(text: string, from: number, to: number, equals: boolean, parts: Part[]): void {
  let start = from
  let codeRun: Part[] = []
  const flushCode = (): void => {
    // One line that looks like code may be prose; two are code.
    const kind = codeRun.length >= 2 ? 'evidence' : 'instruction'
    for (const part of codeRun) push(parts, kind, part.start, part.end)
    codeRun = []
  }
  while (start < to) {
    const end = lineEnd(text, start, to)
    const kind = lineKind(text, start, end, equals)
    if (kind === 'code') codeRun.push({ kind: 'evidence', start, end })
    else if (kind === 'blank' && codeRun.length > 0) codeRun.push({ kind: 'evidence', start, end })
    else {
      flushCode()
      push(parts, kind === 'evidence' ? 'evidence' : 'instruction', start, end)
    }
    start = end
  }
  flushCode()
}

/** HOSTILE: looks no further than `to`, or many short parts before a distant line feed would take quadratic time. */
function lineEnd(text: string, start: number, to: number): number {
  for (let at = start; at < to; at++) if (text.charCodeAt(at) === 10) return at + 1
  return to
}

function push(parts: Part[], kind: PartKind, start: number, end: number): void {
  const last = parts.at(-1)
  if (last !== undefined && last.kind === kind && last.end === start)
    parts[parts.length - 1] = { kind, start: last.start, end }
  else if (end > start) parts.push({ kind, start, end })
}

/** A very long instruction is a paste: its middle becomes evidence. */
function shortened(parts: readonly Part[]): Part[] {
  return parts.flatMap((part): Part[] => {
    if (part.kind !== 'instruction' || part.end - part.start <= INSTRUCTION_CHARS_MAX) return [part]
    const half = INSTRUCTION_CHARS_MAX / 2
    return [
      { kind: 'instruction', start: part.start, end: part.start + half },
      { kind: 'evidence', start: part.start + half, end: part.end - half },
      { kind: 'instruction', start: part.end - half, end: part.end },
    ]
  })
}
