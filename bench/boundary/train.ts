/**
 * Trains the reader's weights, bit for bit the same from the same inputs.
 *
 *   node --conditions=sekisho-source bench/boundary/train.ts DATA_DIR [OUT_FILE]
 *
 * DATA_DIR holds `train/` and `taxonomy/` (docs/spec/boundary.md §7 lists the files with their digests).
 * Rows of linear heads and hidden units by AdaGrad, sequential and seeded; the result is rounded to one byte a weight.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { FEATURE_BUCKETS } from '../../server/src/boundary/feature-table.ts'
import { type Features, featuresOf } from '../../server/src/boundary/features.ts'
import {
  BINARY_HEADS,
  encodeModel,
  HEADS,
  HIDDEN,
  LEAK,
  type Model,
  OUTPUTS,
  ROW,
} from '../../server/src/boundary/model.ts'
import { normalise } from '../../server/src/boundary/normal.ts'
import { composedRows, itemRows, ownRows, publicRows, type Row, seededRandom } from './corpus.ts'
import { itemDigests } from './items.ts'

const SEED = 20260401
const EPOCHS = 5
const RATE = 0.15
const HIDDEN_RATE = 0.05
const DENSE_RATE = 0.05
/** Width of the random start of rows and of the heads above them. */
const START = 0.3
const DENSE_START = 0.6
/** Share of features left out each time, and what the others count for. */
const DROPPED = 0.3
const SCALE_UP = 1 / (1 - DROPPED)
const DECAY = 1e-6
/** Share of examples seen with concepts only, and with words only. */
const CONCEPTS_ONLY = 0.25
const WORDS_ONLY = 0.05
const OWN_COPIES = 14
const ITEM_COPIES = 3
const COMPOSED = 6000
/** Longest text learnt from; longer ones are cut. */
const TEXT_CHARS_MAX = 1500

interface Example {
  readonly features: Features
  readonly row: Row
}

interface Trained {
  /** By bucket and column. */
  readonly weights: Float32Array
  readonly biases: Float32Array
  readonly dense: Float32Array
}

/** Learns from `rows` in an order drawn from `seed`. */
export function train(rows: readonly Row[], seed = SEED): Trained {
  const examples = rows.map((row) => ({
    row,
    features: featuresOf(normalise(row.text.slice(0, TEXT_CHARS_MAX)).text),
  }))
  const random = seededRandom(seed)
  const learner = createLearner(random)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(examples, random)
    for (const { features, row } of examples) learner.learn(dropped(features, random), row)
  }
  return learner.trained
}

const STRIDE = 1 + HIDDEN

function createLearner(random: () => number) {
  const weights = new Float32Array(FEATURE_BUCKETS * ROW)
  for (let i = 0; i < weights.length; i++) if (i % ROW >= HEADS) weights[i] = (random() - 0.5) * START
  const squares = new Float32Array(FEATURE_BUCKETS * ROW)
  const biases = new Float32Array(ROW)
  const biasSquares = new Float32Array(ROW)
  const dense = Float32Array.from({ length: OUTPUTS * STRIDE }, (_, i) =>
    i % STRIDE === 0 ? 0 : (random() - 0.5) * DENSE_START,
  )
  const denseSquares = new Float32Array(dense.length)
  const units = new Float64Array(ROW)
  const out = new Float64Array(OUTPUTS)
  const errors = new Float64Array(OUTPUTS)
  const back = new Float64Array(ROW)
  const step = (
    values: Float32Array,
    sums: Float32Array,
    at: number,
    gradient: number,
    rate: number,
  ): void => {
    sums[at]! += gradient * gradient
    values[at]! -= (rate * gradient) / (Math.sqrt(sums[at]!) + 1e-3)
  }
  const forward = ({ buckets, values }: Features): void => {
    units.set(biases)
    for (let i = 0; i < buckets.length; i++) {
      const row = buckets[i]! * ROW
      const value = values[i]!
      for (let unit = 0; unit < ROW; unit++) units[unit]! += value * weights[row + unit]!
    }
    for (let unit = HEADS; unit < ROW; unit++) if (units[unit]! < 0) units[unit]! *= LEAK
    for (let output = 0; output < OUTPUTS; output++) {
      const row = output * STRIDE
      let sum = dense[row]! + (output < HEADS ? units[output]! : 0)
      for (let unit = 0; unit < HIDDEN; unit++) sum += dense[row + 1 + unit]! * units[HEADS + unit]!
      out[output] = sum
    }
  }
  const learn = (features: Features, row: Row): void => {
    forward(features)
    errorsOf(out, row, errors)
    back.fill(0)
    for (let output = 0; output < OUTPUTS; output++) {
      const error = errors[output]!
      if (error === 0) continue
      const at = output * STRIDE
      if (output < HEADS) back[output] = error
      for (let unit = 0; unit < HIDDEN; unit++) {
        back[HEADS + unit]! += error * dense[at + 1 + unit]!
        step(dense, denseSquares, at + 1 + unit, error * units[HEADS + unit]!, DENSE_RATE)
      }
      step(dense, denseSquares, at, error, DENSE_RATE)
    }
    for (let unit = HEADS; unit < ROW; unit++) if (units[unit]! < 0) back[unit]! *= LEAK
    const { buckets, values } = features
    for (let unit = 0; unit < ROW; unit++)
      if (back[unit] !== 0) step(biases, biasSquares, unit, back[unit]!, 0.05)
    for (let i = 0; i < buckets.length; i++) {
      const at = buckets[i]! * ROW
      const value = values[i]!
      for (let unit = 0; unit < ROW; unit++) {
        const error = back[unit]!
        if (error === 0) continue
        const rate = unit < HEADS ? RATE : HIDDEN_RATE
        step(weights, squares, at + unit, error * value + DECAY * weights[at + unit]!, rate)
      }
    }
  }
  return { learn, trained: { weights, biases, dense } }
}

/** Now and then only concepts, or only words: neither may lean on the other, and concepts carry between languages. Always without some features, so that no one of them is leant on. */
function dropped(all: Features, random: () => number): Features {
  const { buckets, values, conceptEntries } = all
  const draw = random()
  let from = 0
  let to = buckets.length
  if (draw < CONCEPTS_ONLY && conceptEntries > 2) to = conceptEntries
  else if (draw > 1 - WORDS_ONLY) from = conceptEntries
  const kept: number[] = []
  for (let i = from; i < to; i++) if (random() >= DROPPED) kept.push(i)
  return {
    ...all,
    buckets: Int32Array.from(kept, (i) => buckets[i]!),
    values: Float32Array.from(kept, (i) => values[i]! * SCALE_UP),
  }
}

/** Gradient of the loss at each output; 0 where the row says nothing. */
function errorsOf(out: Float64Array, row: Row, errors: Float64Array): void {
  errors.fill(0)
  BINARY_HEADS.forEach((head, output) => {
    const label = row.heads[head]
    if (label !== undefined) errors[output] = row.weight * (1 / (1 + Math.exp(-out[output]!)) - label)
  })
  if (row.capability === null) return
  let top = Number.NEGATIVE_INFINITY
  for (let output = HEADS; output < OUTPUTS; output++) top = Math.max(top, out[output]!)
  let sum = 0
  for (let output = HEADS; output < OUTPUTS; output++) sum += Math.exp(out[output]! - top)
  for (let output = HEADS; output < OUTPUTS; output++) {
    const probability = Math.exp(out[output]! - top) / sum
    errors[output] = row.weight * (probability - (output - HEADS === row.capability ? 1 : 0))
  }
}

function shuffle(list: Example[], random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[list[i], list[j]] = [list[j]!, list[i]!]
  }
}

/** One byte a weight, one scale a column. */
export function quantise({ weights, biases, dense }: Trained): Model {
  const scales = new Float32Array(ROW)
  const bytes = new Int8Array(weights.length)
  for (let column = 0; column < ROW; column++) {
    let top = 0
    for (let at = column; at < weights.length; at += ROW) top = Math.max(top, Math.abs(weights[at]!))
    const scale = top === 0 ? 1 : top / 127
    scales[column] = scale
    for (let at = column; at < weights.length; at += ROW) bytes[at] = Math.round(weights[at]! / scale)
  }
  return { weights: bytes, scales, biases, dense }
}

/** Every row the shipped weights learn from. */
export function trainingRows(dir: string, all = true): { rows: Row[]; digests: Record<string, string> } {
  const corpus = publicRows(dir)
  return {
    rows: [
      ...ownRows(SEED, OWN_COPIES),
      ...itemRows(SEED, ITEM_COPIES, (item) => all || !(item.heldOut || item.afterMisses)),
      ...composedRows(SEED, COMPOSED),
      ...corpus.rows,
    ],
    digests: {
      ...corpus.digests,
      'asks.ts': digestOf('asks.ts'),
      'asks-everyday.ts': digestOf('asks-everyday.ts'),
      'grammar.ts': digestOf('grammar.ts'),
      'grammar-words.ts': digestOf('grammar-words.ts'),
      ...itemDigests(),
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
