/**
 * Features of a text: concepts, pairs of concepts in a sentence, words, word pairs and kana/kanji n-grams.
 *
 * Each group is scaled to a length of its own, so that a long text weighs no more than a short one and concepts,
 * which carry over between languages, are not drowned by words. Spec: docs/spec/boundary.md §4. Part of the model:
 * a change here needs new weights.
 */
import { CONCEPTS } from './concepts.ts'
import {
  addFeature,
  addWord,
  beginFeatures,
  CONCEPT,
  type FeatureGroup,
  FRAME,
  finishFeatures,
  GRAM,
  GROUPS,
  PAIR,
  WORD,
} from './feature-table.ts'
import { type ConceptHit, findConcepts } from './lexicon.ts'
import { moodOf } from './mood.ts'

/** Concepts further apart than this many concepts in a sentence are not paired. */
const PAIR_REACH = 6

/** Words share a feature with all words that begin with the same letters: "exfiltrate", "exfiltration". */
const STEM_LETTERS = 5

const SEED_CONCEPT = 0x1001
const SEED_ASK = 0x2002
const SEED_PAIR = 0x3003
const SEED_ORDER = 0x4004
const SEED_WORDS = 0x6006
const SEED_GRAM = 0x7007
const SEED_SHAPE = 0x8008
const SEED_MOOD = 0x9009
const SEED_OWNER = 0xa00a
const SEED_STEM = 0xb00b

/** Whose the thing is, as far as the words tell; bits. */
const OWN = 1
const OTHER = 2
const LAB = 4
const OWNER_OF = Uint8Array.from(CONCEPTS, ({ name }) =>
  name === 'own'
    ? OWN
    : name === 'third_party' || name === 'outsider' || name === 'people' || name === 'institution'
      ? OTHER
      : name === 'lab' || name === 'pentest' || name === 'emulate'
        ? LAB
        : 0,
)
const IS_ACT = Uint8Array.from(CONCEPTS, ({ kind }) => (kind === 'act' ? 1 : 0))

/** Sparse vector: `values[i]` at bucket `buckets[i]`. */
export interface Features {
  readonly buckets: Int32Array
  readonly values: Float32Array
  readonly hits: readonly ConceptHit[]
  /** How many of the entries, from the first, come from concepts and their pairs. */
  readonly conceptEntries: number
}

/** INVARIANT: `groups` holds the text gathered last, until the next one. */
export interface GatheredFeatures {
  readonly groups: readonly FeatureGroup[]
  readonly hits: readonly ConceptHit[]
}

/** Gathers the features of `text`, which is in normal form; its case does not matter. */
export function gatherFeatures(text: string): GatheredFeatures {
  const lower = text.toLowerCase()
  const hits = findConcepts(lower)
  beginFeatures()
  addConcepts(lower, hits)
  addWords(lower)
  finishFeatures()
  return { groups: GROUPS, hits }
}

/** The features of `text` as a vector of their own. */
export function featuresOf(text: string): Features {
  const { hits } = gatherFeatures(text)
  const size = GROUPS.reduce((sum, group) => sum + group.size, 0)
  const buckets = new Int32Array(size)
  const values = new Float32Array(size)
  let at = 0
  for (const group of GROUPS) {
    buckets.set(group.buckets.subarray(0, group.size), at)
    values.fill(group.value, at, at + group.size)
    at += group.size
  }
  const [concepts, pairs] = GROUPS
  return { buckets, values, hits, conceptEntries: (concepts?.size ?? 0) + (pairs?.size ?? 0) }
}

function addConcepts(text: string, hits: readonly ConceptHit[]): void {
  let from = 0
  while (from < hits.length) {
    const end = sentenceEnd(text, hits[from]?.end ?? 0)
    let to = from + 1
    while (to < hits.length && (hits[to]?.start ?? 0) < end) to++
    addSentence(text, hits, from, to)
    addFrame(text, hits, from, to, end)
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

/** The concepts of one sentence: hits `from` up to `to`. */
function addSentence(text: string, hits: readonly ConceptHit[], from: number, to: number): void {
  const conceptAt = (index: number): number => hits[index]?.concept ?? 0
  for (let i = from; i < to; i++) {
    const one = conceptAt(i)
    addFeature(CONCEPT, SEED_CONCEPT, one, 0)
    for (let j = i + 1; j < to && j <= i + PAIR_REACH; j++) {
      const two = conceptAt(j)
      addFeature(PAIR, SEED_PAIR, Math.min(one, two), Math.max(one, two) + 1)
    }
    if (i + 1 < to) addFeature(PAIR, SEED_ORDER, one, conceptAt(i + 1) + 1)
  }
  const ask = askOf(text, hits, from, to)
  if (ask === -1) return
  addFeature(CONCEPT, SEED_ASK, ask, 0)
  for (let i = from; i < to; i++) addFeature(PAIR, SEED_ASK, ask, conceptAt(i) + 1)
}

/** The mood of a sentence with what it speaks of, and whose that is. */
function addFrame(text: string, hits: readonly ConceptHit[], from: number, to: number, end: number): void {
  const start = sentenceStart(text, hits[from]?.start ?? 0)
  const japanese = holdsJapanese(text, start, end)
  const mood = moodOf(text, start, end, japanese)
  let owner = 0
  for (let i = from; i < to; i++) owner |= OWNER_OF[hits[i]?.concept ?? 0] ?? 0
  const ask = askOf(text, hits, from, to)
  addFeature(FRAME, SEED_MOOD, mood, 0)
  addFeature(FRAME, SEED_OWNER, owner, mood + 1)
  addFeature(FRAME, SEED_OWNER, owner + 16, ask + 1)
  addFeature(FRAME, SEED_OWNER, owner + 32 + mood * 64, ask + 1)
  for (let i = from; i < to; i++) addFeature(FRAME, SEED_MOOD, mood, (hits[i]?.concept ?? 0) + 1)
}

/** Where the sentence that holds `at` begins. */
function sentenceStart(text: string, at: number): number {
  for (let i = at - 1; i >= 0; i--) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 0x3002 || code === 33 || code === 63) return i + 1
    if (code === 46 && text.charCodeAt(i + 1) <= 32) return i + 1
  }
  return 0
}

/** What a sentence asks for: its first act in English, its last in Japanese, where the verb comes last; -1 for none. */
function askOf(text: string, hits: readonly ConceptHit[], from: number, to: number): number {
  let first = -1
  let last = -1
  for (let i = from; i < to; i++) {
    if (IS_ACT[hits[i]?.concept ?? 0] === 0) continue
    if (first === -1) first = i
    last = i
  }
  if (first === -1) return -1
  const japanese = holdsJapanese(text, hits[from]?.start ?? 0, (hits[last]?.end ?? 0) + 2)
  return hits[japanese ? last : first]?.concept ?? -1
}

function holdsJapanese(text: string, from: number, to: number): boolean {
  for (let i = from; i < to && i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code >= 0x3040 && code <= 0x30ff) || (code >= 0x4e00 && code <= 0x9fff)) return true
  }
  return false
}

/** Words and pairs of words; kana and kanji by twos and threes. Hashes roll over the characters. */
function addWords(text: string): void {
  let word = 0
  let before = 0
  let one = 0
  let two = 0
  let cjk = false
  let letters = 0
  let stem = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32
    if (isCjk(code)) {
      if (one !== 0) addFeature(GRAM, SEED_GRAM, one, code)
      if (two !== 0) addFeature(GRAM, SEED_GRAM, Math.imul(two, 65537) + one, code)
      two = one
      one = code
      cjk = true
    } else {
      one = 0
      two = 0
    }
    if (isLetter(code)) {
      word = word === 0 ? code + 1 : (Math.imul(word, 31) + code) | 0
      if (++letters === STEM_LETTERS) stem = word
      continue
    }
    if (word === 0) continue
    addWord(word)
    if (letters > STEM_LETTERS) addFeature(WORD, SEED_STEM, stem, 0)
    letters = 0
    if (before !== 0) addFeature(WORD, SEED_WORDS, before, word)
    before = word
    word = 0
  }
  addFeature(WORD, SEED_SHAPE, cjk ? 1 : 2, 0)
}

function isCjk(code: number): boolean {
  return (code >= 0x3005 && code <= 0x30ff) || (code >= 0x4e00 && code <= 0x9fff)
}

/** Letters of alphabets; digits are left out, so that numbers and addresses say nothing. */
function isLetter(code: number): boolean {
  if (code < 0xc0) return (code >= 97 && code <= 122) || code === 39
  return code < 0x3000 && !(code >= 0x2000 && code < 0x2c00)
}
