/**
 * Finds the lexicon's concepts in a text.
 *
 * English terms are looked up at the start of a word, Japanese ones at every place; both through one table keyed by
 * the first two characters, so a text is read in one pass. Spec: docs/spec/boundary.md §4.
 */
import { CONCEPTS } from './concepts.ts'

export interface ConceptHit {
  /** Index into CONCEPTS. */
  readonly concept: number
  readonly start: number
  readonly end: number
}

interface Term {
  readonly text: string
  readonly concept: number
  /** English: the word may go on after the term. */
  readonly open: boolean
  readonly latin: boolean
}

const TABLE = buildTable()
/** 1 for every UTF-16 unit that some term begins with: most places of a text are passed by at once. */
const BEGINS = new Uint8Array(65536)
for (const key of TABLE.keys()) BEGINS[key >= 65536 ? Math.floor(key / 65536) : key] = 1

/** Hits in `text` (normal form, lower case), in order; at one place every concept whose longest term stands there. */
export function findConcepts(text: string): ConceptHit[] {
  const hits: ConceptHit[] = []
  let wordBefore = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const word = isWord(code)
    if (word && wordBefore) continue
    wordBefore = word
    if (BEGINS[code] === 0) continue
    const first = hits.length
    for (const key of [code * 65536 + text.charCodeAt(at + 1), code]) {
      const terms = TABLE.get(key)
      if (terms !== undefined) collect(text, at, terms, hits, first)
    }
  }
  return hits
}

function collect(text: string, at: number, terms: readonly Term[], hits: ConceptHit[], first: number): void {
  for (const { text: term, concept, open, latin } of terms) {
    if (!text.startsWith(term, at)) continue
    const end = at + term.length
    if (latin && !open && isWord(text.charCodeAt(end))) continue
    if (standsAlready(hits, first, concept)) continue
    hits.push({ concept, start: at, end })
  }
}

function standsAlready(hits: readonly ConceptHit[], first: number, concept: number): boolean {
  for (let i = first; i < hits.length; i++) if (hits[i]?.concept === concept) return true
  return false
}

/** Latin letters, digits and the hyphen-free inside of a word. */
function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95
  )
}

function buildTable(): Map<number, Term[]> {
  const table = new Map<number, Term[]>()
  const add = (text: string, concept: number, open: boolean): void => {
    const key = text.length === 1 ? text.charCodeAt(0) : text.charCodeAt(0) * 65536 + text.charCodeAt(1)
    const term = { text, concept, open, latin: /^[ -~]+$/.test(text) }
    table.set(key, [...(table.get(key) ?? []), term])
  }
  CONCEPTS.forEach((each, index) => {
    for (const term of `${each.en} ${each.ja}`.split(' ')) {
      add(term.replace('*', '').replaceAll('_', ' '), index, term.endsWith('*'))
    }
  })
  // Longest first, so that a concept's hit covers its longest term.
  for (const terms of table.values()) terms.sort((a, b) => b.text.length - a.text.length)
  return table
}
