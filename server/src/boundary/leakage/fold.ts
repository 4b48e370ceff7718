/**
 * Forms in which a text is read for leakage: folded (NFKC, invisible characters gone, one kind of dash), and with
 * escapes resolved. Spec: docs/spec/leakage.md §2.1.
 */
import { plainView, rewritten, type View } from './view.ts'

/** Runs beyond ASCII, and whether one holds anything that may fold: the expression that folds is slow. */
const WIDE_RUN = /[\u0080-\uffff]+/g
const MAY_FOLD =
  /[\u00a0-\u00bf\u0132-\u036f\u1100-\u2bff\u3000]|[\u3097-\u309c]|[\u30ff-\u33ff]|[\ud800-\uffff]/
/**
 * What NFKC may change with what combines onto it, and what is invisible. Kana, kanji and Japanese punctuation that
 * stay as they are do not match, so ordinary text is passed over.
 */
const FOLDABLE =
  /(?:\p{Default_Ignorable_Code_Point}|[\u00a0-\u00bf\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u02b0-\u02ff\u1d2c-\u1dbf\u2000-\u2bff\u3000\u3131-\u33ff\uf900-\ufdff\ufe10-\uffff]|[\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f2ff}])[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*|[^\0-\u02ff][\u0300-\u036f\u3099\u309a]+/gu
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
/** Dashes that people write between digits; of one code unit each. */
const DASHES = /(?<=[\d)])[\u2010-\u2015\u2212\u2500\u2501\u30fc\ufe63\u02d7](?=[\d(])/g
const WIDE = { runs: WIDE_RUN, may: MAY_FOLD }
/** Forms of single characters, remembered. LIMIT: 65,536 by the alphabet. */
const FOLDED = new Map<string, string>()

/** `text` folded. A text of ASCII is its own view. */
export function folded(text: string): View {
  return text.search(WIDE_RUN) < 0 ? plainView(text) : dashed(rewritten(text, FOLDABLE, foldedOf, WIDE))
}

function dashed(view: View): View {
  return DASHES.test(view.text) ? { ...view, text: view.text.replace(DASHES, '-') } : view
}

function foldedOf(piece: string): string {
  if (piece.length > 1) return fold(piece)
  let known = FOLDED.get(piece)
  if (known === undefined) {
    known = fold(piece)
    FOLDED.set(piece, known)
  }
  return known
}

function fold(piece: string): string {
  return piece.replace(INVISIBLE, '').normalize('NFKC')
}

const KANJI_RUN = /[〇零一二三四五六七八九][〇零一二三四五六七八九\d ()ー−‐-]{8,24}/g
const KANJI_DIGITS = '〇一二三四五六七八九'

/** Numbers written in kanji one digit at a time, as digits; null when there are none. */
export function kanjiDigits(text: string): View | null {
  if (text.search(KANJI_RUN) < 0) return null
  const plain = text.replace(KANJI_RUN, (run) =>
    run.replace(/[〇零一二三四五六七八九ー−‐]/g, (char) => {
      const digit = char === '零' ? 0 : KANJI_DIGITS.indexOf(char)
      return digit < 0 ? '-' : String(digit)
    }),
  )
  return plainView(plain)
}

const PERCENT = /(?:%[0-9A-Fa-f]{2})+/g
const JSON_ESCAPE = /\\(?:u[0-9A-Fa-f]{4}|["\\/bfnrt])/g
const HIDES = /\\(?:u[0-9A-Fa-f]{4}|["/\\])/
const ENTITY = /&(?:#\d{2,7}|#x[0-9A-Fa-f]{2,6}|amp|lt|gt|quot|apos|nbsp);/g
const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' }
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** Views of `text` with one kind of escape resolved each; none where there is no such escape. */
export function unescapedViews(text: string): View[] {
  const views: View[] = []
  // Line breaks alone hide nothing.
  if (text.includes('%') && text.search(PERCENT) >= 0) views.push(percentDecoded(text))
  if (text.includes('\\') && HIDES.test(text)) views.push(rewritten(text, JSON_ESCAPE, resolveJson))
  if (text.includes('&') && text.search(ENTITY) >= 0) views.push(rewritten(text, ENTITY, resolveEntity))
  return views.filter((view) => view.text !== text)
}

/** Character by character, so that every character maps back to its own bytes. */
const PERCENT_CHAR =
  /%[0-7][0-9A-Fa-f]|%[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[Ff][0-4](?:%[89ABab][0-9A-Fa-f]){3}|\+/g

function percentDecoded(text: string): View {
  return rewritten(text, PERCENT_CHAR, (hit) => {
    if (hit === '+') return hit
    try {
      return decodeURIComponent(hit)
    } catch {
      return hit
    }
  })
}

function resolveJson(hit: string): string {
  const mark = hit.charAt(1)
  if (mark === 'u') return String.fromCharCode(Number.parseInt(hit.slice(2), 16))
  return SHORT[mark] ?? mark
}

function resolveEntity(hit: string): string {
  const name = hit.slice(1, -1)
  if (!name.startsWith('#')) return NAMED[name] ?? hit
  const code = name.charAt(1) === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : hit
}
