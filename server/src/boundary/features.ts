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
  /** How many of the entries, from the first, come from concepts and their pairs. */
  readonly conceptEntries: number
}

const GROUP_SCALE = { concept: 1.4, pair: 1.2, word: 1, gram: 1 } as const
const GROUPS = ['concept', 'pair', 'word', 'gram'] as const
type Group = (typeof GROUPS)[number]

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
  const bag = newBag()
  addConcepts(lower, hits, bag)
  addWords(lower, bag)
  const { concept, pair, word, gram } = bag.groups
  const buckets = Int32Array.from([...concept, ...pair, ...word, ...gram])
  const values = new Float32Array(buckets.length)
  let at = 0
  for (const name of GROUPS) {
    const size = bag.groups[name].length
    values.fill(GROUP_SCALE[name] / Math.sqrt(Math.max(1, size)), at, at + size)
    at += size
  }
  return { buckets, values, hits, conceptEntries: concept.length + pair.length }
}

/** Buckets of each group, every bucket at most once in one text. */
interface Bag {
  readonly groups: Readonly<Record<Group, number[]>>
  readonly generation: number
}

/** Which text last used a bucket: deduplicates without a set. Reading is synchronous, so one table serves all. */
const usedBy = new Int32Array(FEATURE_BUCKETS)
let generation = 0

function newBag(): Bag {
  generation = (generation + 1) | 0
  return { groups: { concept: [], pair: [], word: [], gram: [] }, generation }
}

function add(bag: Bag, group: Group, bucket: number): void {
  if (usedBy[bucket] === bag.generation) return
  usedBy[bucket] = bag.generation
  bag.groups[group].push(bucket)
}

/** Two 32-bit numbers into a bucket. */
function bucketOf(seed: number, a: number, b = 0): number {
  let hash = Math.imul(seed ^ a, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) & (FEATURE_BUCKETS - 1)
}

function addConcepts(text: string, hits: readonly ConceptHit[], bag: Bag): void {
  let from = 0
  while (from < hits.length) {
    const end = sentenceEnd(text, hits[from]?.end ?? 0)
    let to = from + 1
    while (to < hits.length && (hits[to]?.start ?? 0) < end) to++
    addSentence(text, hits.slice(from, to), bag)
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

function addSentence(text: string, hits: readonly ConceptHit[], bag: Bag): void {
  for (let i = 0; i < hits.length; i++) {
    const one = hits[i]?.concept ?? 0
    add(bag, 'concept', bucketOf(SEED_CONCEPT, one))
    for (let j = i + 1; j < hits.length && j <= i + PAIR_REACH; j++) {
      const two = hits[j]?.concept ?? 0
      add(bag, 'pair', bucketOf(SEED_PAIR, Math.min(one, two), Math.max(one, two) + 1))
    }
    const next = hits[i + 1]?.concept
    if (next !== undefined) add(bag, 'pair', bucketOf(SEED_ORDER, one, next + 1))
  }
  const ask = askOf(text, hits)
  if (ask === null) return
  add(bag, 'concept', bucketOf(SEED_ASK, ask))
  for (const { concept } of hits) add(bag, 'pair', bucketOf(SEED_ASK, ask, concept + 1))
}

/** What a sentence asks for: its first act in English, its last in Japanese, where the verb comes last. */
function askOf(text: string, hits: readonly ConceptHit[]): number | null {
  const acts = hits.filter(({ concept }) => CONCEPTS[concept]?.kind === 'act')
  const last = acts.at(-1)
  if (last === undefined) return null
  const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/.test(text.slice(hits[0]?.start ?? 0, last.end + 2))
  return (japanese ? last : acts[0])?.concept ?? null
}

function addWords(text: string, bag: Bag): void {
  let word = 0
  let before = 0
  let one = 0
  let two = 0
  let cjk = false
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32
    if (isCjk(code)) {
      if (one !== 0) add(bag, 'gram', bucketOf(SEED_GRAM, one, code))
      if (two !== 0) add(bag, 'gram', bucketOf(SEED_GRAM, two * 65537 + one, code))
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
    add(bag, 'word', bucketOf(SEED_WORD, word))
    if (before !== 0) add(bag, 'word', bucketOf(SEED_WORDS, before, word))
    before = word
    word = 0
  }
  add(bag, 'word', bucketOf(SEED_SHAPE, cjk ? 1 : 2))
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
