/**
 * What an upstream's answer goes through before a byte of it leaves: one interface for whole and streamed answers.
 */
import type { VendorProblem } from '../upstream/index.ts'
import type { Problem } from '../wire/index.ts'
import type { Outcome } from './record-outcome.ts'

/** Why an answer is ended early. */
export interface RelayStop {
  readonly problem: Problem
  readonly end: 'refused' | 'failed'
  readonly sticky?: 'guard' | 'provider'
  readonly vendor?: Outcome['vendor']
}

export interface RelayStep {
  /** Scanned bytes that may leave now. */
  readonly release: Buffer[]
  /** The answer is complete: these bytes leave once the outcome is durable. */
  readonly tail: Buffer[] | null
  readonly stop: RelayStop | null
}

/** What the answer said of itself. */
export interface RelaySummary {
  readonly served: { readonly model: string; readonly accessProgram: string | null } | null
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null
  readonly opaque: readonly string[]
  /** The provider refused inside a well-formed answer. */
  readonly refusedByProvider: boolean
}

export interface Relay {
  push(chunk: Buffer): RelayStep
  end(): RelayStep
  summary(): RelaySummary
  /** The dialect's own typed failure for an answer whose first bytes have left; null when none can be given. */
  failure(problem: Problem): Buffer | null
}

export const NOTHING: RelayStep = { release: [], tail: null, stop: null }

/** What the provider's refusal or failure does to an answer: the sticky ones are remembered. */
export function vendorStop(vendor: VendorProblem): RelayStop {
  return {
    problem: vendor.problem,
    end: vendor.sticky ? 'refused' : 'failed',
    ...(vendor.sticky ? { sticky: 'provider' as const } : {}),
    vendor: { status: vendor.vendorStatus, code: vendor.vendorCode, by: vendor.by },
  }
}

/** Collects what the parts of an answer say of it. */
export class Summary implements RelaySummary {
  served: { model: string; accessProgram: string | null } | null = null
  usage: { inputTokens: number; outputTokens: number } | null = null
  readonly opaque: string[] = []
  refusedByProvider = false
}
