/**
 * Finds the lexicon's concepts in a text.
 *
 * English terms are looked up at the start of a word, Japanese ones at every place; both by one walk down a trie of
 * their characters, so a text is read in one pass and without making strings. Spec: docs/spec/boundary.md §4.
 */
import { CONCEPTS } from './concepts.ts'

export interface ConceptHit {
  /** Index into CONCEPTS. */
  readonly concept: number
  readonly start: number
  readonly end: number
}

/** What a term says where a walk ends in it. */
interface Term {
  readonly concept: number
  /** English and not `*`: the word must end with the term. */
  readonly closed: boolean
}

const WORD = Uint8Array.from({ length: 128 }, (_, code) => (/\w/.test(String.fromCharCode(code)) ? 1 : 0))

/** The trie: edges in one open-addressed table, from node and UTF-16 unit to node. LIMIT: 32,767 nodes. */
const EDGE_SLOTS = 1 << 15
const EDGE_KEYS = new Int32Array(EDGE_SLOTS)
const EDGE_NODES = new Uint16Array(EDGE_SLOTS)
/** Nodes that one character reaches from the root; 0 where no term begins, so most places are passed by at once. */
const FIRST = new Uint16Array(65536)
/** Terms that end in a node, in the lexicon's order; node 0 is none. */
const TERMS: (Term[] | undefined)[] = [undefined]
/** Longest path: nodes passed on one walk. */
const DEPTH_MAX = 64
const PASSED = new Uint16Array(DEPTH_MAX)
buildTrie()

/** Hits in `text` (normal form, lower case), in order; at one place every concept whose longest term stands there. */
export function findConcepts(text: string): ConceptHit[] {
  const hits: ConceptHit[] = []
  let wordBefore = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const word = isWord(code)
    if (word && wordBefore) continue
    wordBefore = word
    const first = FIRST[code] ?? 0
    if (first !== 0) walk(text, at, first, hits)
  }
  return hits
}

function walk(text: string, at: number, first: number, hits: ConceptHit[]): void {
  let depth = 0
  for (let node = first; node !== 0 && depth < DEPTH_MAX; ) {
    PASSED[depth++] = node
    const place = at + depth
    node = place < text.length ? childOf(node, text.charCodeAt(place)) : 0
  }
  const from = hits.length
  // Longest first, so that a concept's hit covers its longest term.
  for (; depth > 0; depth--) {
    const terms = TERMS[PASSED[depth - 1] ?? 0]
    if (terms === undefined) continue
    const end = at + depth
    for (const { concept, closed } of terms) {
      if (closed && isWord(text.charCodeAt(end))) continue
      if (!standsAlready(hits, from, concept)) hits.push({ concept, start: at, end })
    }
  }
}

function standsAlready(hits: readonly ConceptHit[], from: number, concept: number): boolean {
  for (let i = from; i < hits.length; i++) if (hits[i]?.concept === concept) return true
  return false
}

/** Latin letters, digits and the hyphen-free inside of a word. */
function isWord(code: number): boolean {
  return code < 128 && WORD[code] === 1
}

/** The slot of an edge, or the free one where it would go. */
function slotOf(key: number): number {
  let slot = Math.imul(key, 0x9e3779b1) >>> 17
  for (;;) {
    const there = EDGE_KEYS[slot]
    if (there === key || there === 0) return slot
    slot = (slot + 1) & (EDGE_SLOTS - 1)
  }
}

function childOf(node: number, code: number): number {
  return EDGE_NODES[slotOf((node << 16) | code)] ?? 0
}

function buildTrie(): void {
  CONCEPTS.forEach((each, concept) => {
    for (const term of `${each.en} ${each.ja}`.split(' ')) {
      const text = term.replace('*', '').replaceAll('_', ' ')
      const node = nodeOf(text)
      const closed = /^[ -~]+$/.test(text) && !term.endsWith('*')
      TERMS[node] = [...(TERMS[node] ?? []), { concept, closed }]
    }
  })
}

/** The node that `text` leads to, made as needed. */
function nodeOf(text: string): number {
  let node = FIRST[text.charCodeAt(0)] ?? 0
  if (node === 0) {
    node = TERMS.push(undefined) - 1
    FIRST[text.charCodeAt(0)] = node
  }
  for (let i = 1; i < text.length; i++) {
    const key = (node << 16) | text.charCodeAt(i)
    const slot = slotOf(key)
    if (EDGE_KEYS[slot] === 0) {
      EDGE_KEYS[slot] = key
      EDGE_NODES[slot] = TERMS.push(undefined) - 1
    }
    node = EDGE_NODES[slot] ?? 0
  }
  return node
}
