/**
 * Takes the wrapping off a text before it is read: encodings, lookalike letters, letters set apart.
 *
 * Spec: docs/spec/boundary.md §2. HOSTILE: bounded in number, size and depth, so a bomb costs nothing.
 */
import { type NormalText, normalise } from './normal.ts'
import { SHAPE, shapeOf } from './shape.ts'

/** Encoded runs opened in one text, characters of each, and how deep encodings nest. */
const BLOBS_MAX = 8
const BLOB_CHARS_MAX = 16_384
const DEPTH_MAX = 2

const BASE64 = /(?<![\w+/=-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])/g
const HEX = /(?<!\w)(?:[0-9a-fA-F]{2}){12,}(?!\w)|(?:(?:\\x|0x|%)[0-9a-fA-F]{2}[ ,]?){8,}/g
const ENTITIES = /&(?:#(\d{2,7})|#x([0-9a-fA-F]{2,6})|(amp|lt|gt|quot|apos|nbsp));/g
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}
const PERCENT = /(?:%[0-9a-fA-F]{2})+/g
/** `r a n s o m` or `r-a-n-s-o-m`: letters set apart by one mark. */
const SET_APART = /(?<![A-Za-z0-9])(?:[A-Za-z][ ._*-]){4,}[A-Za-z](?![A-Za-z0-9])/g

/** Cyrillic and Greek letters that imitate Latin ones, in the order of LATIN. */
const LOOKALIKES = 'аеорсухіјѕһԁɡαορεικντυхВЕКМНОРСТХАІЅЈ'
const LATIN = 'aeopcyxijshdgaopeikvtuxBEKMHOPCTXAISJ'
const FOLD = new Map([...LOOKALIKES].map((letter, index) => [letter, [...LATIN][index] ?? letter]))
const MIXED = /[\w\u0370-\u052f]*(?:[a-zA-Z][\u0370-\u052f]|[\u0370-\u052f][a-zA-Z])[\w\u0370-\u052f]*/g

/** Without one of these a text stands as it is meant to be read. */
const WRAPPED = SHAPE.foldable | SHAPE.ampersand | SHAPE.lookalike | SHAPE.setApart

/**
 * `text` as it is meant to be read: normal form, lookalikes folded inside mixed words, entities resolved.
 *
 * @param shape the shape of `text` or of a text that holds its lines
 * @param normal `text` in normal form, where it is known already
 */
export function readable(text: string, shape = shapeOf(text), normal?: NormalText): string {
  if ((shape & WRAPPED) === 0) return text
  let plain = (normal ?? normalise(text, shape)).text
  if (plain.includes('&')) plain = plain.replace(ENTITIES, resolveEntity)
  if (/[\u0370-\u052f]/.test(plain)) {
    plain = plain.replace(MIXED, (word) => [...word].map((letter) => FOLD.get(letter) ?? letter).join(''))
  }
  return plain.replace(SET_APART, (run) => run.replace(/[ ._*-]/g, ''))
}

/**
 * Texts encoded inside `text` (base64, hexadecimal, percent), opened; at most BLOBS_MAX, DEPTH_MAX deep.
 *
 * @param shape the shape of `text` or of a text that holds its lines
 */
export function unwrapped(text: string, depth = 0, shape = shapeOf(text)): string[] {
  if ((shape & (SHAPE.run | SHAPE.escape)) === 0) return []
  const opened: string[] = []
  const add = (plain: string | null): void => {
    if (plain === null || opened.length >= BLOBS_MAX) return
    opened.push(plain)
    if (depth + 1 < DEPTH_MAX) opened.push(...unwrapped(plain, depth + 1).slice(0, BLOBS_MAX - opened.length))
  }
  for (const [run] of text.matchAll(BASE64)) {
    if (opened.length >= BLOBS_MAX) break
    if (!/^[0-9a-fA-F]+$/.test(run)) add(printable(Buffer.from(run.slice(0, BLOB_CHARS_MAX), 'base64')))
  }
  for (const [run] of text.matchAll(HEX)) {
    if (opened.length >= BLOBS_MAX) break
    add(printable(Buffer.from(run.slice(0, BLOB_CHARS_MAX).replace(/\\x|0x|[%, ]/g, ''), 'hex')))
  }
  for (const [run] of text.matchAll(PERCENT)) {
    if (opened.length >= BLOBS_MAX) break
    if (run.length >= 12 && run.length < 24) add(printable(Buffer.from(run.replaceAll('%', ''), 'hex')))
  }
  return opened
}

/** Words that say an ask stands inside a role, a story, a translation, or is written in another way. */
const FRAME =
  /\b(?:novel|story|script|scene|fiction\w*|role-?play\w*|pretend\w*|character|hypothetical\w*|imagine|translat\w*|let's play|game|poem|exercise|act as|you are an? |repeat|revers\w*|backwards?|rot-?13)\b|小説|物語|脚本|台本|場面|役|ごっこ|仮の話|仮に|なりきっ|翻訳|訳して|訳し|逆(?:順|さ|から)|復唱/i
const QUOTED = /["“「『]([^"“”「」『』\n]{12,2000})["”」』]/g
const INTRODUCED = /[:：]\s{0,3}([^\n]{12,2000})$/gm
const REVERSED = /\brevers|\bbackward|逆(?:順|さ|から)/i
const ROT13 = /\brot-?13\b/i
const FRAMED_MAX = 8

/** Asks inside an ask that speaks of a role, a story, a translation or another way of writing; at most FRAMED_MAX. */
export function framed(asked: string): string[] {
  if (asked.length > BLOB_CHARS_MAX || !FRAME.test(asked)) return []
  const inner: string[] = []
  for (const expression of [QUOTED, INTRODUCED])
    for (const [, words = ''] of asked.matchAll(expression)) if (inner.length < FRAMED_MAX) inner.push(words)
  const outer = inner.length === 0 ? [asked] : inner
  if (REVERSED.test(asked)) inner.push(...outer.map((words) => [...words].reverse().join('')))
  if (ROT13.test(asked)) inner.push(...outer.map(rotated))
  return inner.slice(0, 2 * FRAMED_MAX)
}

function rotated(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })
}

function resolveEntity(all: string, decimal?: string, hex?: string, named?: string): string {
  if (named !== undefined) return NAMED[named] ?? all
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
  return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? all : String.fromCodePoint(code)
}

/** The text of `bytes` if it is one: valid UTF-8, words, hardly any control characters. */
function printable(bytes: Buffer): string | null {
  if (bytes.length < 6) return null
  const text = bytes.toString('utf8')
  if (text.includes('\ufffd')) return null
  let odd = 0
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) < 32 && !'\n\r\t'.includes(text[i] ?? '')) odd++
  const worded = /[a-zA-Z]{3,}|[\u3040-\u30ff\u4e00-\u9fff]{2,}/.test(text) && /[\s\u3040-\u30ff]/.test(text)
  return odd > 0 || !worded ? null : text
}
