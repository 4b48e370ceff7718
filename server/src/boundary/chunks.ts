/**
 * Runs of a text that may hold a target: without spaces or quotes, and with a telling mark in them.
 *
 * Spec: docs/spec/boundary.md §5. Written by hand because every word of every text passes here: as two expressions
 * it cost 45 ns a word, as one pass over character classes it costs a sixth. The expressions stay in
 * `chunks.test.ts` as its definition:
 *
 *   run      [^\s"'<>`「」『』()【】、,。!?;|]  or  [(,;?!)|](?=[\w/.])  or  (?<=\w)。(?=\w)
 *   telling  [.。:@][\w[\]/\\(*\u0080-\uffff]  or  CVE  or  [0-9a-f]{8}, in any case
 */
import { isSpace } from './shape.ts'

/** Calls `take(start, end)` for each telling run of `text`, in order; stops when it returns false. */
export function eachChunk(text: string, take: (start: number, end: number) => boolean): void {
  let start = -1
  let telling = false
  let marked = false
  let hex = 0
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 32
    const bits = code < 128 ? (CLASS[code] ?? 0) : wideClass(code)
    if ((bits & OPEN) === 0 || ((bits & SOME) !== 0 && !continues(text, i, code))) {
      if (telling && !take(start, i)) return
      start = -1
      telling = false
      marked = false
      hex = 0
      continue
    }
    if (start === -1) start = i
    hex = (bits & HEX) === 0 ? 0 : hex + 1
    if (hex === HEX_CHARS || (marked && (bits & TELLS) !== 0)) telling = true
    marked = (bits & MARK) !== 0
    // `CVE`, by its rarest letter.
    if ((code === 118 || code === 86) && isCve(text, i)) telling = true
  }
}

const HEX_CHARS = 8

/** Bits of a character: stands in a run; only before (and after) certain characters; and what it tells. */
const OPEN = 1
const SOME = 2
const MARK = 4
const TELLS = 8
const HEX = 16
const WORD = 32
const CLASS = classTable()

/**
 * Whether a telling run may hold a target at all: a dot inside, `@`, `://`, `CVE`, eight hexadecimal digits, or two
 * colons that may be of an IPv6 address. Clock times and `key:value` are telling, and hold none.
 */
export function mayHoldTarget(text: string, start: number, end: number): boolean {
  let hex = 0
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    const bits = code < 128 ? (CLASS[code] ?? 0) : wideClass(code)
    hex = (bits & HEX) === 0 ? 0 : hex + 1
    if (hex === HEX_CHARS) return true
    if ((code === 118 || code === 86) && isCve(text, i)) return true
    if ((bits & MARK) === 0) continue
    if (code === AT) return true
    if (code === COLON ? opensAddress(text, start, i) : i > start && i + 1 < end) return true
  }
  return false
}

/** Letters in a row beyond which nothing but the ends can be of a target: paths are read up to 2,048 characters, labels 63. */
const LETTERS_MAX = 4096
const HEAD_CHARS = 2304
const TAIL_CHARS = 256

/**
 * A run without the middle of very long words, as places `[start, end)`: HOSTILE, since every letter of such a word
 * would be tried as the beginning of a name. Most runs are one piece.
 */
export function piecesOfRun(text: string, start: number, end: number): (readonly [number, number])[] {
  if (end - start <= LETTERS_MAX) return [[start, end]]
  const pieces: (readonly [number, number])[] = []
  let from = start
  let word = start
  for (let i = start; i <= end; i++) {
    if (i < end && isWord(text.charCodeAt(i))) continue
    if (i - word > LETTERS_MAX) {
      pieces.push([from, word + HEAD_CHARS])
      from = i - TAIL_CHARS
    }
    word = i + 1
  }
  pieces.push([from, end])
  return pieces
}

const AT = 64
const COLON = 58

/** Whether the colon at `at` begins `://`, or is the first of an IPv6 address's. */
function opensAddress(text: string, start: number, at: number): boolean {
  let next = at + 1
  const after = text.charCodeAt(next)
  if (after === 47 || after === 92) return true
  while (isHex(text.charCodeAt(next))) next++
  if (text.charCodeAt(next) !== COLON) return false
  let first = at
  while (first > start && isHex(text.charCodeAt(first - 1))) first--
  const before = text.charCodeAt(first - 1)
  return first === start || !(isWord(before) || before === COLON || before === 46)
}

function isHex(code: number): boolean {
  return code < 128 && ((CLASS[code] ?? 0) & HEX) !== 0
}

function wideClass(code: number): number {
  if (code < 0x3000 || code > 0x3011) return isSpace(code) ? 0 : OPEN | TELLS
  if (code === 0x3002) return OPEN | SOME | MARK | TELLS
  // The ideographic space and comma, 「」『』 and 【】.
  const ends = code <= 0x3001 || (code >= 0x300c && code <= 0x300f) || code >= 0x3010
  return ends ? 0 : OPEN | TELLS
}

/** Whether a mark of sentences stands inside a run: `(`, `,` … before `\w`, `/` or `.`; `。` between two `\w`. */
function continues(text: string, at: number, code: number): boolean {
  const next = text.charCodeAt(at + 1)
  if (code === 0x3002) return isWord(text.charCodeAt(at - 1)) && isWord(next)
  return isWord(next) || next === 47 || next === 46
}

function isWord(code: number): boolean {
  return code < 128 && ((CLASS[code] ?? 0) & WORD) !== 0
}

/** Whether `CVE` stands around its `V` at `at`; its letters are in a run always. */
function isCve(text: string, at: number): boolean {
  return isLetter(text, at - 1, 99) && isLetter(text, at + 1, 101)
}

function isLetter(text: string, at: number, lower: number): boolean {
  const code = text.charCodeAt(at)
  return code === lower || code === lower - 32
}

function classTable(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code)
    const some = '(,;?!)|'.includes(char) ? SOME : 0
    const open = some !== 0 || !/[\s"'<>`]/.test(char) ? OPEN : 0
    const mark = '.:@'.includes(char) ? MARK : 0
    const tells = /[\w[\]/\\(*]/.test(char) ? TELLS : 0
    table[code] =
      open | some | mark | tells | (/[0-9a-f]/i.test(char) ? HEX : 0) | (/\w/.test(char) ? WORD : 0)
  }
  return table
}
