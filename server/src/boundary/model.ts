/**
 * The linear model: four yes/no heads and one head over capabilities, with weights of one byte.
 *
 * Deterministic: integers, one scale a head, and `Math.exp` only at the end. The weights are rebuilt bit for bit by
 * `bench/boundary/train.ts` from inputs with the digests that the model card lists. Spec: docs/spec/boundary.md §4.
 */
import { readFileSync } from 'node:fs'
import { BoundaryError } from './error.ts'
import { FEATURE_BUCKETS } from './feature-table.ts'
import type { GatheredFeatures } from './features.ts'
import { CAPABILITIES } from './reading.ts'

/** `cyber` against not; `harm`: offensive or prohibited against the rest; `dual` use against defensive; `forbidden`: prohibited against offensive. */
export const BINARY_HEADS = ['cyber', 'harm', 'dual', 'forbidden'] as const
export type BinaryHead = (typeof BINARY_HEADS)[number]
export const OUTPUTS = BINARY_HEADS.length + CAPABILITIES.length

/** Header: magic, then a float32 scale and a float32 bias for each output. */
const MAGIC = 'sekisho-boundary-weights/1\n'
const HEADER_BYTES = MAGIC.length + OUTPUTS * 8
const WEIGHTS_BYTES = HEADER_BYTES + FEATURE_BUCKETS * OUTPUTS

export interface Model {
  readonly weights: Int8Array
  readonly scales: Float32Array
  readonly biases: Float32Array
}

/** @throws {BoundaryError} `boundary_weights_damaged` */
export function decodeModel(file: Buffer): Model {
  if (file.length !== WEIGHTS_BYTES || file.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new BoundaryError(
      'boundary_weights_damaged',
      `weights file has ${file.length} bytes, expected ${WEIGHTS_BYTES}`,
    )
  }
  const scales = new Float32Array(OUTPUTS)
  const biases = new Float32Array(OUTPUTS)
  for (let i = 0; i < OUTPUTS; i++) {
    scales[i] = file.readFloatLE(MAGIC.length + i * 8)
    biases[i] = file.readFloatLE(MAGIC.length + i * 8 + 4)
  }
  const weights = new Int8Array(file.buffer, file.byteOffset + HEADER_BYTES, FEATURE_BUCKETS * OUTPUTS)
  return { weights, scales, biases }
}

/** The inverse of `decodeModel`. */
export function encodeModel({ weights, scales, biases }: Model): Buffer {
  const file = Buffer.alloc(WEIGHTS_BYTES)
  file.write(MAGIC, 'latin1')
  for (let i = 0; i < OUTPUTS; i++) {
    file.writeFloatLE(scales[i] ?? 0, MAGIC.length + i * 8)
    file.writeFloatLE(biases[i] ?? 0, MAGIC.length + i * 8 + 4)
  }
  Buffer.from(weights.buffer, weights.byteOffset, weights.length).copy(file, HEADER_BYTES)
  return file
}

/** Reads the weights shipped beside this file. */
export function loadModel(): Model {
  return decodeModel(readFileSync(new URL('./weights.bin', import.meta.url)))
}

/**
 * Scores of the outputs `from` up to `to` for the features gathered last, into `scores[output]`; outputs beside
 * these may be scored too.
 *
 * Exact whatever the order: a group's weights add up as integers, and integers times one float32 a group fit a
 * double, so the same text has the same score on every machine. Four outputs at a time, because their sums stay in
 * registers: one pass over the features for all outputs took three times as long.
 */
export function scoreInto(
  scores: Float64Array,
  model: Model,
  { groups }: GatheredFeatures,
  from: number,
  to: number,
): void {
  for (let output = from; output < to; output += 4) {
    scoreFour(scores, model, groups, Math.min(output, OUTPUTS - 4))
  }
}

function scoreFour(
  scores: Float64Array,
  { weights, scales, biases }: Model,
  groups: GatheredFeatures['groups'],
  at: number,
): void {
  scores.fill(0, at, at + 4)
  for (const { buckets, size, value } of groups) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = 0; i < size; i++) {
      // INVARIANT: buckets are below FEATURE_BUCKETS and `at + 3` below OUTPUTS, so every index is in its table.
      const row = buckets[i]! * OUTPUTS + at
      a += weights[row]!
      b += weights[row + 1]!
      c += weights[row + 2]!
      d += weights[row + 3]!
    }
    scores[at]! += value * a
    scores[at + 1]! += value * b
    scores[at + 2]! += value * c
    scores[at + 3]! += value * d
  }
  for (let output = at; output < at + 4; output++) {
    scores[output] = scores[output]! * scales[output]! + biases[output]!
  }
}

/** Log-odds to probability. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
