/**
 * Features of a text: concepts, pairs of concepts in a sentence, words, word pairs and kana/kanji n-grams.
 *
 * Each group is scaled to a length of its own, so that a long text weighs no more than a short one and concepts,
 * which carry over between languages, are not drowned by words. Spec: docs/spec/boundary.md §4. Part of the model:
 * a change here needs new weights.
 */
import { CONCEPTS } from './concepts.ts'
import { type ConceptHit, findConcepts } from './lexicon.ts'

/** Buckets of the weights file. */
export const FEATURE_BUCKETS = 1 << 15
/** Concepts further apart than this many concepts in a sentence are not paired. */
const PAIR_REACH = 6

/** Sparse vector: `values[i]` at bucket `buckets[i]`. */
export interface Features {
  readonly buckets: Int32Array
  readonly values: Float32Array
  readonly hits: readonly ConceptHit[]
}

const GROUP_SCALE = { concept: 1.4, pair: 1.2, word: 1, gram: 1 } as const
type Group = keyof typeof GROUP_SCALE

const SEED_CONCEPT = 0x1001
const SEED_ASK = 0x2002
const SEED_PAIR = 0x3003
const SEED_ORDER = 0x4004
const SEED_WORD = 0x5005
const SEED_WORDS = 0x6006
const SEED_GRAM = 0x7007
const SEED_SHAPE = 0x8008

/** @param text in normal form; its case does not matter */
export function featuresOf(text: string): Features {
  const lower = text.toLowerCase()
  const hits = findConcepts(lower)
  const groups: Record<Group, Set<number>> = {
    concept: new Set(),
    pair: new Set(),
    word: new Set(),
    gram: new Set(),
  }
  addConcepts(lower, hits, groups)
  addWords(lower, groups)
  return { ...pack(groups), hits }
}

function pack(groups: Record<Group, Set<number>>): Pick<Features, 'buckets' | 'values'> {
  const total = groups.concept.size + groups.pair.size + groups.word.size + groups.gram.size
  const buckets = new Int32Array(total)
  const values = new Float32Array(total)
  let at = 0
  for (const name of ['concept', 'pair', 'word', 'gram'] as const) {
    const value = GROUP_SCALE[name] / Math.sqrt(Math.max(1, groups[name].size))
    for (const bucket of groups[name]) {
      buckets[at] = bucket
      values[at++] = value
    }
  }
  return { buckets, values }
}

/** Two 32-bit numbers into a bucket. */
function bucketOf(seed: number, a: number, b = 0): number {
  let hash = Math.imul(seed ^ a, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) & (FEATURE_BUCKETS - 1)
}

function addConcepts(text: string, hits: readonly ConceptHit[], groups: Record<Group, Set<number>>): void {
  let from = 0
  while (from < hits.length) {
    const end = sentenceEnd(text, hits[from]?.end ?? 0)
    let to = from + 1
    while (to < hits.length && (hits[to]?.start ?? 0) < end) to++
    addSentence(text, hits.slice(from, to), groups)
    from = to
  }
}

/** Where the sentence that holds `at` ends. */
function sentenceEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 0x3002 || code === 33 || code === 63) return i
    if (code === 46 && text.charCodeAt(i + 1) <= 32) return i
  }
  return text.length
}

function addSentence(text: string, hits: readonly ConceptHit[], groups: Record<Group, Set<number>>): void {
  for (let i = 0; i < hits.length; i++) {
    const one = hits[i]?.concept ?? 0
    groups.concept.add(bucketOf(SEED_CONCEPT, one))
    for (let j = i + 1; j < hits.length && j <= i + PAIR_REACH; j++) {
      const two = hits[j]?.concept ?? 0
      groups.pair.add(bucketOf(SEED_PAIR, Math.min(one, two), Math.max(one, two) + 1))
    }
    const next = hits[i + 1]?.concept
    if (next !== undefined) groups.pair.add(bucketOf(SEED_ORDER, one, next + 1))
  }
  const ask = askOf(text, hits)
  if (ask === null) return
  groups.concept.add(bucketOf(SEED_ASK, ask))
  for (const { concept } of hits) groups.pair.add(bucketOf(SEED_ASK, ask, concept + 1))
}

/** What a sentence asks for: its first act in English, its last in Japanese, where the verb comes last. */
function askOf(text: string, hits: readonly ConceptHit[]): number | null {
  const acts = hits.filter(({ concept }) => CONCEPTS[concept]?.kind === 'act')
  const last = acts.at(-1)
  if (last === undefined) return null
  const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/.test(text.slice(hits[0]?.start ?? 0, last.end + 2))
  return (japanese ? last : acts[0])?.concept ?? null
}

function addWords(text: string, groups: Record<Group, Set<number>>): void {
  let word = 0
  let before = 0
  let one = 0
  let two = 0
  let cjk = false
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32
    if (isCjk(code)) {
      if (one !== 0) groups.gram.add(bucketOf(SEED_GRAM, one, code))
      if (two !== 0) groups.gram.add(bucketOf(SEED_GRAM, two * 65537 + one, code))
      two = one
      one = code
      cjk = true
    } else if (one !== 0) {
      one = 0
      two = 0
    }
    if (isLetter(code)) {
      word = word === 0 ? code + 1 : Math.imul(word, 31) + code
      continue
    }
    if (word === 0) continue
    groups.word.add(bucketOf(SEED_WORD, word))
    if (before !== 0) groups.word.add(bucketOf(SEED_WORDS, before, word))
    before = word
    word = 0
  }
  groups.word.add(bucketOf(SEED_SHAPE, cjk ? 1 : 2))
}

function isCjk(code: number): boolean {
  return (code >= 0x3005 && code <= 0x30ff) || (code >= 0x4e00 && code <= 0x9fff)
}

/** Letters of alphabets; digits are left out, so that numbers and addresses say nothing. */
function isLetter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 0xc0 && code < 0x3000 && !(code >= 0x2000 && code < 0x2c00)) ||
    code === 39
  )
}
