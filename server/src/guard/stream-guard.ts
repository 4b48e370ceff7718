/** Scans a stream of events and releases only what has been scanned. Spec: docs/spec/leakage.md. */
import type { StreamPart } from '../wire/index.ts'
import type { Finding } from './finding.ts'

export interface GuardOptions {
  /** Strings that must never leave, 8 characters or longer. */
  readonly canaries?: readonly string[]
  /** Bytes held back at most before the stream is cut. */
  readonly heldBytesMax?: number
}

export interface GuardStep {
  /** Events to send on now, byte-identical and in order. */
  readonly release: Buffer[]
  /** Set once; afterwards nothing is released any more. */
  readonly cut: Finding | null
}

export interface StreamGuard {
  /** One event's bytes with what it carries. */
  push(raw: Buffer, parts: readonly StreamPart[]): GuardStep
  /** The upstream ended: settles what was held back. */
  end(): GuardStep
  /** Bytes held back now. */
  heldBytes(): number
}

export function createStreamGuard(_options: GuardOptions = {}): StreamGuard {
  return {
    push: (raw) => ({ release: [raw], cut: null }),
    end: () => ({ release: [], cut: null }),
    heldBytes: () => 0,
  }
}
