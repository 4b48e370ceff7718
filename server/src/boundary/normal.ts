/**
 * Normal form of a text, with the way back to the original.
 *
 * Full-width and compatibility forms fold (NFKC), and characters that are invisible or turn the writing direction
 * go, so that neither hides a word or an address. Spec: docs/spec/boundary.md §2. HOSTILE input.
 */
import { SHAPE, shapeOf } from './shape.ts'

/** A text in normal form; `at(i)` is the place of its character `i` in the original (UTF-16 code units). */
export interface NormalText {
  readonly text: string
  at(index: number): number
}

/** Zero-width, bidirectional controls, soft hyphen, tags, variation selectors. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
/** What NFKC may change, or what is invisible. Kana, kanji and ASCII are not here, so ordinary text is left alone. */
const FOLDABLE =
  /(?:\p{Default_Ignorable_Code_Point}|[\u00a0-\u00bf\u0132\u0133\u017f\u01c4-\u01cc\u02b0-\u02ff\u1d2c-\u1dbf\u2000-\u2bff\u3000]|[\u0300-\u036f]|[\u3099-\u309c\u30ff\u3131-\u33ff\uf900-\ufdff\ufe10-\uffff]|[\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f2ff}])(?:\p{M}|[\uff9e\uff9f])*|[^\0-\u02ff](?:\p{M}|[\u3099\u309a])+/gu

/**
 * Folds `text`. Each foldable character is folded with what combines onto it, so every place maps back.
 *
 * @param shape the shape of `text`, where it is known already
 */
export function normalise(text: string, shape = shapeOf(text)): NormalText {
  if ((shape & SHAPE.foldable) === 0) return { text, at: (index) => index }
  FOLDABLE.lastIndex = 0
  let hit = FOLDABLE.exec(text)
  if (hit === null) return { text, at: (index) => index }
  // Where lengths changed: from folded place `starts[i]` on, the original place is `shifts[i]` further.
  const starts: number[] = []
  const shifts: number[] = []
  const pieces: string[] = []
  let from = 0
  let length = 0
  for (; hit !== null; hit = FOLDABLE.exec(text)) {
    const [piece] = hit
    const folded = foldedOf(piece)
    if (folded === piece) continue
    pieces.push(text.slice(from, hit.index), folded)
    length += hit.index - from + folded.length
    from = hit.index + piece.length
    if (folded.length !== piece.length) {
      starts.push(length)
      shifts.push(from - length)
    }
  }
  pieces.push(text.slice(from))
  return {
    text: pieces.join(''),
    at: (index) => Math.min(text.length, index + shiftAt(starts, shifts, index)),
  }
}

/** Forms of single characters: Japanese text has a full-width mark in every sentence. LIMIT: at most 65,536. */
const FOLDED = new Map<string, string>()

function foldedOf(piece: string): string {
  if (piece.length > 1) return fold(piece)
  let folded = FOLDED.get(piece)
  if (folded === undefined) {
    folded = fold(piece)
    FOLDED.set(piece, folded)
  }
  return folded
}

function fold(piece: string): string {
  const form = INVISIBLE.test(piece) ? [...piece].filter((char) => !INVISIBLE.test(char)).join('') : piece
  return form.normalize('NFKC')
}

function shiftAt(starts: readonly number[], shifts: readonly number[], index: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : (shifts[low - 1] ?? 0)
}
