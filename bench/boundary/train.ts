/**
 * Trains the reader's weights, bit for bit the same from the same inputs.
 *
 *   node --conditions=sekisho-source bench/boundary/train.ts DATA_DIR [OUT_FILE]
 *
 * DATA_DIR holds `train/` and `taxonomy/` (docs/spec/boundary.md §7 lists the files with their digests).
 * Logistic regression by AdaGrad, sequential and seeded; the result is rounded to one byte a weight.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { FEATURE_BUCKETS } from '../../server/src/boundary/feature-table.ts'
import { type Features, featuresOf } from '../../server/src/boundary/features.ts'
import { BINARY_HEADS, encodeModel, type Model, OUTPUTS } from '../../server/src/boundary/model.ts'
import { normalise } from '../../server/src/boundary/normal.ts'
import { ownRows, publicRows, type Row, seededRandom } from './corpus.ts'

const SEED = 20260401
const EPOCHS = 6
const RATE = 0.3
const DECAY = 1e-6
/** Share of examples seen with concepts only, and with words only. */
const CONCEPTS_ONLY = 0.25
const WORDS_ONLY = 0.05
const OWN_COPIES = 14
/** Longest text learnt from; longer ones are cut. */
const TEXT_CHARS_MAX = 1500

interface Example {
  readonly features: Features
  readonly row: Row
}

interface Trained {
  readonly weights: Float32Array
  readonly biases: Float32Array
}

/** Learns from `rows` in an order drawn from `seed`. */
export function train(rows: readonly Row[], seed = SEED): Trained {
  const examples = rows.map((row) => ({
    row,
    features: featuresOf(normalise(row.text.slice(0, TEXT_CHARS_MAX)).text),
  }))
  const weights = new Float32Array(FEATURE_BUCKETS * OUTPUTS)
  const squares = new Float32Array(FEATURE_BUCKETS * OUTPUTS)
  const biases = new Float32Array(OUTPUTS)
  const biasSquares = new Float32Array(OUTPUTS)
  const random = seededRandom(seed)
  const errors = new Float64Array(OUTPUTS)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(examples, random)
    for (const { features: all, row } of examples) {
      const features = dropped(all, random())
      errorsOf(scores(features, weights, biases), row, errors)
      step(features, errors, weights, squares)
      for (let output = 0; output < OUTPUTS; output++) {
        const error = errors[output]!
        if (error === 0) continue
        biasSquares[output]! += error * error
        biases[output]! -= (0.1 * error) / Math.sqrt(biasSquares[output]! + 1)
      }
    }
  }
  return { weights, biases }
}

/** Now and then only concepts, or only words: neither may lean on the other, and concepts carry between languages. */
function dropped(all: Features, draw: number): Features {
  const { buckets, values, conceptEntries } = all
  if (draw < CONCEPTS_ONLY && conceptEntries > 2) {
    return {
      ...all,
      buckets: buckets.subarray(0, conceptEntries),
      values: values.subarray(0, conceptEntries),
    }
  }
  if (draw > 1 - WORDS_ONLY) {
    return { ...all, buckets: buckets.subarray(conceptEntries), values: values.subarray(conceptEntries) }
  }
  return all
}

function scores({ buckets, values }: Features, weights: Float32Array, biases: Float32Array): Float64Array {
  const out = Float64Array.from(biases)
  for (let i = 0; i < buckets.length; i++) {
    const row = buckets[i]! * OUTPUTS
    const value = values[i]!
    for (let output = 0; output < OUTPUTS; output++) out[output]! += value * weights[row + output]!
  }
  return out
}

/** Gradient of the loss at each output; 0 where the row says nothing. */
function errorsOf(out: Float64Array, row: Row, errors: Float64Array): void {
  errors.fill(0)
  BINARY_HEADS.forEach((head, output) => {
    const label = row.heads[head]
    if (label !== undefined) errors[output] = row.weight * (1 / (1 + Math.exp(-out[output]!)) - label)
  })
  if (row.capability === null) return
  const first = BINARY_HEADS.length
  let top = Number.NEGATIVE_INFINITY
  for (let output = first; output < OUTPUTS; output++) top = Math.max(top, out[output]!)
  let sum = 0
  for (let output = first; output < OUTPUTS; output++) sum += Math.exp(out[output]! - top)
  for (let output = first; output < OUTPUTS; output++) {
    const probability = Math.exp(out[output]! - top) / sum
    errors[output] = row.weight * (probability - (output - first === row.capability ? 1 : 0))
  }
}

function step(
  { buckets, values }: Features,
  errors: Float64Array,
  weights: Float32Array,
  squares: Float32Array,
): void {
  for (let i = 0; i < buckets.length; i++) {
    const row = buckets[i]! * OUTPUTS
    const value = values[i]!
    for (let output = 0; output < OUTPUTS; output++) {
      const error = errors[output]!
      if (error === 0) continue
      const gradient = error * value + DECAY * weights[row + output]!
      squares[row + output]! += gradient * gradient
      weights[row + output]! -= (RATE * gradient) / (Math.sqrt(squares[row + output]!) + 1e-3)
    }
  }
}

function shuffle(list: Example[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
}

/** One byte a weight, one scale an output. */
export function quantise({ weights, biases }: Trained): Model {
  const scales = new Float32Array(OUTPUTS)
  const bytes = new Int8Array(weights.length)
  for (let output = 0; output < OUTPUTS; output++) {
    let top = 0
    for (let at = output; at < weights.length; at += OUTPUTS) top = Math.max(top, Math.abs(weights[at]!))
    const scale = top === 0 ? 1 : top / 127
    scales[output] = scale
    for (let at = output; at < weights.length; at += OUTPUTS) bytes[at] = Math.round(weights[at]! / scale)
  }
  return { weights: bytes, scales, biases }
}

/** Every row the shipped weights learn from. */
export function trainingRows(dir: string): { rows: Row[]; digests: Record<string, string> } {
  const corpus = publicRows(dir)
  return {
    rows: [...ownRows(SEED, OWN_COPIES), ...corpus.rows],
    digests: {
      ...corpus.digests,
      'asks.ts': digestOf('asks.ts'),
      'asks-everyday.ts': digestOf('asks-everyday.ts'),
    },
  }
}

function digestOf(name: string): string {
  return createHash('sha256')
    .update(readFileSync(new URL(`./${name}`, import.meta.url)))
    .digest('hex')
}

if (import.meta.main) {
  const [dir, out = new URL('../../server/src/boundary/weights.bin', import.meta.url)] = process.argv.slice(2)
  if (dir === undefined) throw new Error('usage: train.ts DATA_DIR [OUT_FILE]')
  const started = performance.now()
  const { rows, digests } = trainingRows(dir)
  const file = encodeModel(quantise(train(rows)))
  writeFileSync(out, file)
  const sha256 = createHash('sha256').update(file).digest('hex')
  console.log(
    JSON.stringify({
      rows: rows.length,
      seconds: Math.round((performance.now() - started) / 1000),
      sha256,
      digests,
    }),
  )
}
