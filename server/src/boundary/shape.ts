/**
 * What a text can hold at all, found in one pass over its characters.
 *
 * Most expressions of the reader need a character that most texts do not have. A bit that is not set proves that the
 * expressions which need it cannot match; a bit that is set proves nothing. The shape of a text is also a shape of
 * any run of whole lines of it, and of it trimmed. Spec: docs/spec/boundary.md §2.
 * HOSTILE: a false "cannot" would hide something, so `shape.test.ts` holds every bit against its expression.
 */

/** Bits of a shape. */
export const SHAPE = {
  /** Something that normalising may change or drop. */
  foldable: 1,
  /** 24 characters of base64 or hexadecimal in a row. */
  run: 2,
  /** Five letters set apart by one mark each. */
  setApart: 4,
  /** A character that opens a block: fence, quote or tag. */
  block: 8,
  ampersand: 16,
  /** `%`, `\` or `0x`: bytes written out one by one. */
  escape: 32,
  /** A line that does not end in a plain line feed. */
  oddLine: 64,
  /** Greek or Cyrillic. */
  lookalike: 128,
  equals: 256,
} as const

const RUN_CHARS = 24
/** Five letters and the four marks between them. */
const SET_APART_CHARS = 9

const LETTER = 1
const MARK = 2
const ENCODED = 4
const KIND = kindTable()
const BITS = bitTable()

/** The shape of `text`: bits of SHAPE. */
export function shapeOf(text: string): number {
  let shape = 0
  let run = 0
  let apart = 0
  let before = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 128) {
      shape |= wideBits(code)
      run = 0
      before = 0
      continue
    }
    const kind = KIND[code] ?? 0
    shape |= BITS[code] ?? 0
    run = (kind & ENCODED) === 0 ? 0 : run + 1
    if (run === RUN_CHARS) shape |= SHAPE.run
    if ((kind & (LETTER | MARK)) !== 0) {
      // A letter after a mark, or a mark after a letter, goes on; a letter anywhere else begins anew.
      if (before + (kind & (LETTER | MARK)) === LETTER + MARK) apart++
      else apart = kind & LETTER
      if (apart === SET_APART_CHARS) shape |= SHAPE.setApart
    }
    before = kind & (LETTER | MARK)
    // `0x`: the letter alone is common, so the digit before it is looked at here.
    if (code === 120 && i > 0 && text.charCodeAt(i - 1) === 48) shape |= SHAPE.escape
  }
  return shape
}

/** Kana, kanji and accented Latin letters come first: they are plain, and by far the most frequent. */
function wideBits(code: number): number {
  if (isPlainWide(code)) return 0
  if (code >= 0x370 && code <= 0x52f) return SHAPE.lookalike | SHAPE.foldable
  return code === 0x2028 || code === 0x2029 ? SHAPE.oddLine | SHAPE.foldable : SHAPE.foldable
}

/** Whether a character beyond ASCII stays as it is in normal form, alone and beside any other such character. */
export function isPlainWide(code: number): boolean {
  return (
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x309d && code <= 0x30fe) ||
    (code >= 0x3001 && code <= 0x3029) ||
    (code >= 0xc0 && code <= 0x131)
  )
}

/** White space as `\s` and `trim` have it. */
export function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13)
  return (
    code === 0x3000 ||
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x1680 ||
    code === 0xfeff
  )
}

function kindTable(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code)
    const letter = /[A-Za-z]/.test(char) ? LETTER : 0
    const mark = /[ ._*-]/.test(char) ? MARK : 0
    table[code] = letter | mark | (/[A-Za-z0-9+/_-]/.test(char) ? ENCODED : 0)
  }
  return table
}

function bitTable(): Uint16Array {
  const table = new Uint16Array(128)
  const set = (chars: string, bit: number): void => {
    for (const char of chars) table[char.charCodeAt(0)] = bit
  }
  set('<`"~', SHAPE.block)
  set('&', SHAPE.ampersand)
  set('%\\', SHAPE.escape)
  set('\r', SHAPE.oddLine)
  set('=', SHAPE.equals)
  return table
}
