/**
 * The model: one row of bytes a feature, a few hidden units, and heads on top of them.
 *
 * A feature's row holds its say in each of the four yes/no heads and in each hidden unit; the hidden units, which all
 * heads and all capabilities share, weigh combinations of features that no row can. Deterministic: rows add up as
 * integers, and doubles are added in one order. The weights are rebuilt bit for bit by `bench/boundary/train.ts` from
 * inputs with the digests that the model card lists. Spec: docs/spec/boundary.md §4.
 */
import { readFileSync } from 'node:fs'
import { BoundaryError } from './error.ts'
import { FEATURE_BUCKETS } from './feature-table.ts'
import type { GatheredFeatures } from './features.ts'
import { CAPABILITIES } from './reading.ts'

/** `cyber` against not; `harm`: offensive or prohibited against the rest; `dual` use against defensive; `forbidden`: prohibited against offensive. */
export const BINARY_HEADS = ['cyber', 'harm', 'dual', 'forbidden'] as const
export type BinaryHead = (typeof BINARY_HEADS)[number]
export const HEADS = BINARY_HEADS.length
export const OUTPUTS = HEADS + CAPABILITIES.length
/** Bytes of a feature's row: one a head, one a hidden unit. */
export const ROW = 32
export const HIDDEN = ROW - HEADS

/** Header: magic; a scale and a bias for each byte of a row; then for each output a bias and a weight a hidden unit; all float32. */
const MAGIC = 'sekisho-boundary-weights/2\n'
const DENSE = OUTPUTS * (1 + HIDDEN)
const HEADER_BYTES = MAGIC.length + (2 * ROW + DENSE) * 4
const WEIGHTS_BYTES = HEADER_BYTES + FEATURE_BUCKETS * ROW

export interface Model {
  /** `weights[bucket * ROW + column]`. */
  readonly weights: Int8Array
  /** By column of a row. */
  readonly scales: Float32Array
  readonly biases: Float32Array
  /** By output: its bias, then one weight a hidden unit. */
  readonly dense: Float32Array
}

/** @throws {BoundaryError} `boundary_weights_damaged` */
export function decodeModel(file: Buffer): Model {
  if (file.length !== WEIGHTS_BYTES || file.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new BoundaryError(
      'boundary_weights_damaged',
      `weights file has ${file.length} bytes, expected ${WEIGHTS_BYTES}`,
    )
  }
  let at = MAGIC.length
  const floats = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => {
      at += 4
      return file.readFloatLE(at - 4)
    })
  const [scales, biases, dense] = [floats(ROW), floats(ROW), floats(DENSE)]
  const weights = new Int8Array(file.buffer, file.byteOffset + HEADER_BYTES, FEATURE_BUCKETS * ROW)
  return { weights, scales, biases, dense }
}

/** The inverse of `decodeModel`. */
export function encodeModel({ weights, scales, biases, dense }: Model): Buffer {
  const file = Buffer.alloc(WEIGHTS_BYTES)
  file.write(MAGIC, 'latin1')
  let at = MAGIC.length
  for (const floats of [scales, biases, dense]) for (const value of floats) at = file.writeFloatLE(value, at)
  Buffer.from(weights.buffer, weights.byteOffset, weights.length).copy(file, HEADER_BYTES)
  return file
}

/** Reads the weights shipped beside this file. */
export function loadModel(): Model {
  return decodeModel(readFileSync(new URL('./weights.bin', import.meta.url)))
}

const UNITS = new Float64Array(ROW)
const SUMS = new Int32Array(ROW)

/**
 * The heads for the features gathered last, into `scores`; capabilities follow with `scoreCapabilities`.
 *
 * Exact whatever the order of features: a group's rows add up as integers, and integers times one float32 a group fit
 * a double, so the same text has the same score on every machine.
 */
export function scoreHeads(scores: Float64Array, model: Model, { groups }: GatheredFeatures): void {
  const { weights, scales, biases } = model
  UNITS.fill(0)
  for (const { buckets, size, value } of groups) {
    addRows(weights, buckets, size)
    for (let unit = 0; unit < ROW; unit++) UNITS[unit]! += value * SUMS[unit]!
  }
  // INVARIANT: every index is below the length that decodeModel gave its table.
  for (let unit = 0; unit < ROW; unit++) UNITS[unit] = UNITS[unit]! * scales[unit]! + biases[unit]!
  for (let unit = HEADS; unit < ROW; unit++) if (UNITS[unit]! < 0) UNITS[unit] = UNITS[unit]! * LEAK
  scoreRange(scores, model, 0, HEADS)
  for (let head = 0; head < HEADS; head++) scores[head]! += UNITS[head]!
}

/** The capabilities for the features that `scoreHeads` saw last, into `scores` behind the heads. */
export function scoreCapabilities(scores: Float64Array, model: Model): void {
  scoreRange(scores, model, HEADS, OUTPUTS)
}

function scoreRange(scores: Float64Array, { dense }: Model, from: number, to: number): void {
  for (let output = from; output < to; output++) {
    const row = output * (1 + HIDDEN)
    let sum = dense[row]!
    for (let unit = 0; unit < HIDDEN; unit++) sum += dense[row + 1 + unit]! * UNITS[HEADS + unit]!
    scores[output] = sum
  }
}

/** What a hidden unit below zero passes on. */
export const LEAK = 0.05

/** Sums of the rows of `buckets`, eight columns at a time: their sums stay in registers. */
function addRows(weights: Int8Array, buckets: Uint16Array, size: number): void {
  for (let column = 0; column < ROW; column += 8) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0]
    for (let i = 0; i < size; i++) {
      // INVARIANT: buckets are below FEATURE_BUCKETS.
      const row = buckets[i]! * ROW + column
      a += weights[row]!
      b += weights[row + 1]!
      c += weights[row + 2]!
      d += weights[row + 3]!
      e += weights[row + 4]!
      f += weights[row + 5]!
      g += weights[row + 6]!
      h += weights[row + 7]!
    }
    SUMS[column] = a
    SUMS[column + 1] = b
    SUMS[column + 2] = c
    SUMS[column + 3] = d
    SUMS[column + 4] = e
    SUMS[column + 5] = f
    SUMS[column + 6] = g
    SUMS[column + 7] = h
  }
}

/** Log-odds to probability. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
