/** Reads a whole exchange. Spec: docs/spec/boundary.md. */
import type { WireRequest } from '../wire/index.ts'
import type { Reading } from './reading.ts'

export interface ReaderOptions {
  /** Segments whose reading is remembered, by digest of their text. */
  readonly memoSegmentsMax?: number
}

export interface ReaderStats {
  readonly segmentHits: number
  readonly segmentMisses: number
}

export interface Reader {
  /** Reads one request; pure apart from the memo. Never throws on content. */
  read(req: WireRequest): Reading
  stats(): ReaderStats
}

export function createReader(_options: ReaderOptions = {}): Reader {
  const read = (_req: WireRequest): Reading => ({
    capability: 'none',
    side: 'uncertain',
    confidencePermille: 0,
    targets: [],
    spans: [],
    reader: 'none/0',
    leakage: 'none',
  })
  return { read, stats: () => ({ segmentHits: 0, segmentMisses: 0 }) }
}
