/**
 * The table that a text's features are gathered into: five groups of buckets, each bucket once in a text.
 *
 * It stays from text to text instead of fresh arrays and sets: a text of 0.5 kB has some hundred features, and
 * reading is synchronous. Spec: docs/spec/boundary.md §4. Part of the model: a change here needs new weights.
 */

/** Buckets of the weights file: the upper half is for single words, so that pairs and n-grams cannot blur them. */
export const FEATURE_BUCKETS = 1 << 16
const HALF = FEATURE_BUCKETS / 2

/** Groups in the order of a vector's entries. */
export const CONCEPT = 0
export const PAIR = 1
export const WORD = 2
export const GRAM = 3
export const FRAME = 4
const GROUP_SCALE = [1.4, 1.2, 1, 1, 1.2] as const

/** One group's buckets, each at most once, and the value that all of them have. */
export interface FeatureGroup {
  readonly buckets: Uint16Array
  size: number
  value: number
}

/** INVARIANT: holds the text gathered last, until the next one. */
export const GROUPS: readonly FeatureGroup[] = GROUP_SCALE.map(() => ({
  buckets: new Uint16Array(FEATURE_BUCKETS),
  size: 0,
  value: 0,
}))
/** Which text last used a bucket: keeps each to one group and once. */
const usedBy = new Int32Array(FEATURE_BUCKETS)
let generation = 0

/** Empties the table for the next text. */
export function beginFeatures(): void {
  generation = (generation + 1) | 0
  for (const group of GROUPS) group.size = 0
}

/** Adds one feature: `seed` says of what kind, `a` and `b` which. */
export function addFeature(group: number, seed: number, a: number, b: number): void {
  add(group, bucketOf(seed, a, b))
}

/** Adds a word by the hash of its letters. */
export function addWord(hash: number): void {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  add(WORD, HALF + ((mixed ^ (mixed >>> 16)) & (HALF - 1)))
}

function add(group: number, bucket: number): void {
  if (usedBy[bucket] === generation) return
  usedBy[bucket] = generation
  // Groups are the constants above.
  const into = GROUPS[group]!
  into.buckets[into.size++] = bucket
}

/** Gives every group its value: a fixed length over all its entries. */
export function finishFeatures(): void {
  GROUPS.forEach((group, index) => {
    group.value = Math.fround((GROUP_SCALE[index] ?? 1) / Math.sqrt(Math.max(1, group.size)))
  })
}

/** Three 32-bit numbers into a bucket of the lower half. */
function bucketOf(seed: number, a: number, b: number): number {
  let hash = Math.imul(seed ^ a, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ b, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) & (HALF - 1)
}
