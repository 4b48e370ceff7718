/**
 * The linear model: four yes/no heads and one head over capabilities, with weights of one byte.
 *
 * Deterministic: integers, one scale a head, and `Math.exp` only at the end. The weights are rebuilt bit for bit by
 * `bench/boundary/train.ts` from inputs with the digests that the model card lists. Spec: docs/spec/boundary.md §4.
 */
import { readFileSync } from 'node:fs'
import { BoundaryError } from './error.ts'
import { FEATURE_BUCKETS, type Features } from './features.ts'
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

/** Raw scores: log-odds of each binary head, then one score a capability. */
export type Scores = Float64Array

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

/** Scores of one text. */
export function scoreOf(model: Model, { buckets, values }: Features): Scores {
  const scores = new Float64Array(OUTPUTS)
  for (let i = 0; i < buckets.length; i++) {
    const row = (buckets[i] ?? 0) * OUTPUTS
    const value = values[i] ?? 0
    for (let output = 0; output < OUTPUTS; output++)
      scores[output]! += value * (model.weights[row + output] ?? 0)
  }
  for (let output = 0; output < OUTPUTS; output++) {
    scores[output] = (scores[output] ?? 0) * (model.scales[output] ?? 0) + (model.biases[output] ?? 0)
  }
  return scores
}

/** Log-odds to probability. */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
