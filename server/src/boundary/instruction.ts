/**
 * Separates what is asked from what is shown.
 *
 * Logs, code, reports, quoted mail and harness notes are evidence: they say what the ask is about, not what is
 * asked. Spec: docs/spec/boundary.md §3. HOSTILE: an ask may hide in evidence, so evidence is read too, and counts
 * when the ask is to follow it.
 */

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

const LOG_LINE =
  /^\s*(?:\[?\d{4}[-/]\d{2}[-/]\d{2}[T ,]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s\d{2}:|\[?\d{2}:\d{2}:\d{2}|<\d{1,3}>|CEF:|LEEF:|\d{10}(?:\.\d+)?\s|(?:\d{1,3}\.){3}\d{1,3}\s.{0,40}\[|type=[A-Z_]+\s|\d+月\s?\d+日?\s\d{2}:)/
const PAIRS_LINE = /(?:[\w.]{2,}=(?:"[^"]*"|[^\s"]+)[\s,;]+){2,}[\w.]{2,}=/
const QUOTED_LINE = /^\s{0,3}(?:>|\|)\s/
const JSON_LINE = /^\s*(?:[{[]["{[\w]|"[^"]{1,80}"\s*:|[}\]],?\s*$)/
const DIFF_LINE =
  /^(?:diff --git |index [0-9a-f]{7}|@@ -\d|\+\+\+ |--- [ab/]|[+-](?!\s?[A-Z][a-z]+ )\s*\S.*[;{}()=,:]\s*$)/
const CODE_LINE =
  /^(?:\s*(?:import |from \S+ import |#include|def \w+\(|(?:async )?function\b|class \w+|(?:const|let|var|public|private|static|return|package|using|func|fn|struct|if|for|while|try|except|else|elif|end)\b.*[;:{(})]\s*$|[\w.]+\s*=\s*\S.*|[\w.]+\(.*\)\s*[;:{]?\s*$|\/\/|\/\*|\*\/|@\w+|<\/?\w+[^>]*>\s*$|\$\s?\w+|[A-Z]:\\|PS>|sudo )|.*[;{}]\s*$|\s{4,}\S)/
const TRACE_LINE =
  /^\s*(?:at \S+\(|File "|Traceback |Caused by:|[0-9a-f]{8}\s(?:[0-9a-f]{2}\s){4}|0x[0-9a-f]{4,})/
/** Everything after it was written by someone else. */
const FORWARDED =
  /^\s*(?:-{2,}\s*(?:forwarded|original) message|-{2,}\s*(?:転送|元の)メッセージ|begin forwarded message|on .{4,80} wrote:\s*$)/im

/** The parts of a user's text, in order and without gaps. */
export function partsOf(text: string): Part[] {
  const forwarded = FORWARDED.exec(text)?.index ?? text.length
  const parts: Part[] = []
  let from = 0
  for (const block of text.slice(0, forwarded).matchAll(BLOCK)) {
    addLines(text, from, block.index, parts)
    const kind = CONTEXT_OPENING.test(block[0]) ? 'context' : 'evidence'
    parts.push({ kind, start: block.index, end: block.index + block[0].length })
    from = block.index + block[0].length
  }
  addLines(text, from, forwarded, parts)
  if (forwarded < text.length) parts.push({ kind: 'evidence', start: forwarded, end: text.length })
  return shortened(parts)
}

/** All text of one kind. */
export function textOf(text: string, parts: readonly Part[], kind: PartKind): string {
  return parts
    .filter((part) => part.kind === kind)
    .map((part) => text.slice(part.start, part.end))
    .join('\n')
    .trim()
}

function addLines(text: string, from: number, to: number, parts: Part[]): void {
  let start = from
  let codeRun: Part[] = []
  const flushCode = (): void => {
    // One line that looks like code may be prose; two are code.
    const kind = codeRun.length >= 2 ? 'evidence' : 'instruction'
    for (const part of codeRun) push(parts, kind, part.start, part.end)
    codeRun = []
  }
  while (start < to) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 || newline >= to ? to : newline + 1
    const line = text.slice(start, Math.min(end, start + 400))
    const shape = shapeOf(line)
    if (shape === 'code') codeRun.push({ kind: 'evidence', start, end })
    else if (shape === 'blank' && codeRun.length > 0) codeRun.push({ kind: 'evidence', start, end })
    else {
      flushCode()
      push(parts, shape === 'evidence' ? 'evidence' : 'instruction', start, end)
    }
    start = end
  }
  flushCode()
}

function shapeOf(line: string): 'evidence' | 'code' | 'blank' | 'prose' {
  if (line.trim() === '') return 'blank'
  if (LOG_LINE.test(line) || PAIRS_LINE.test(line) || QUOTED_LINE.test(line) || TRACE_LINE.test(line))
    return 'evidence'
  return JSON_LINE.test(line) || DIFF_LINE.test(line) || CODE_LINE.test(line) ? 'code' : 'prose'
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
