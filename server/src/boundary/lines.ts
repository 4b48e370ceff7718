/**
 * What one line of a user's text looks like: prose, code, or evidence such as logs and quotes.
 *
 * Spec: docs/spec/boundary.md §3. A table over the line's first character tells which expressions can match, so a
 * line of prose meets none of them.
 */
import { isSpace } from './shape.ts'

export type LineKind = 'evidence' | 'code' | 'blank' | 'prose'

/** Characters of a line that are looked at. */
const LINE_CHARS_MAX = 400

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

/** First visible characters of the expressions, as bits. */
const LOG = 1
const TRACE = 2
const QUOTED = 4
const JSON_START = 8
const DIFF = 16
const CODE = 32
/** Last visible characters of lines of code. */
const CODE_END = 64
const STARTS = startTable()

/**
 * The kind of the line of `text` from `start` up to `end`.
 *
 * @param equals whether the line may hold `=`
 */
export function lineKind(text: string, start: number, end: number, equals: boolean): LineKind {
  const to = Math.min(end, start + LINE_CHARS_MAX)
  let first = start
  while (first < to && isSpace(text.charCodeAt(first))) first++
  if (first === to) return 'blank'
  const bits = startBits(text, start, first, to)
  if (bits === 0 && !equals) return 'prose'
  const line = text.slice(start, to)
  const assigns = equals && line.includes('=')
  return bits === 0 && !assigns ? 'prose' : matchedKind(line, bits, assigns)
}

/** The kind of `line` by the expressions that `bits` and `assigns` (it holds `=`) let match; by all of them with -1. */
export function matchedKind(line: string, bits: number, assigns: boolean): Exclude<LineKind, 'blank'> {
  if (
    ((bits & LOG) !== 0 && LOG_LINE.test(line)) ||
    (assigns && PAIRS_LINE.test(line)) ||
    ((bits & QUOTED) !== 0 && QUOTED_LINE.test(line)) ||
    ((bits & TRACE) !== 0 && TRACE_LINE.test(line))
  )
    return 'evidence'
  const code =
    ((bits & JSON_START) !== 0 && JSON_LINE.test(line)) ||
    ((bits & DIFF) !== 0 && DIFF_LINE.test(line)) ||
    ((assigns || (bits & CODE) !== 0) && CODE_LINE.test(line))
  return code ? 'code' : 'prose'
}

/** Which expressions may match a line whose first visible character stands at `first`. */
function startBits(text: string, start: number, first: number, to: number): number {
  const code = text.charCodeAt(first)
  let bits = code < 128 ? (STARTS[code] ?? 0) & ~CODE_END : 0
  if (first !== start) bits &= ~DIFF
  let last = to - 1
  while (last > first && isSpace(text.charCodeAt(last))) last--
  const ending = text.charCodeAt(last)
  const closes = ending < 128 && ((STARTS[ending] ?? 0) & CODE_END) !== 0
  // Indented, ended like a statement, or a drive letter.
  return closes || first - start >= 4 || text.charCodeAt(first + 1) === 58 ? bits | CODE : bits
}

function startTable(): Uint8Array {
  const table = new Uint8Array(128)
  const set = (chars: string, bit: number): void => {
    for (const char of chars) table[char.charCodeAt(0)] = (table[char.charCodeAt(0)] ?? 0) | bit
  }
  set('[0123456789JFMASOND<CLt', LOG)
  set('aFTC0123456789bcdef', TRACE)
  set('>|', QUOTED)
  set('{["}]', JSON_START)
  set('di@+-', DIFF)
  set('ifdacsP#/*@<$', CODE)
  set(';:{}()', CODE_END)
  return table
}
