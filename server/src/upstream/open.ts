/** Opens the configured upstreams (under construction). */
import type { Dialect } from '../wire/index.ts'
import type { Upstream } from './upstream.ts'

export interface VendorConfig {
  readonly id: string
  readonly kind: 'openai' | 'anthropic' | 'openai_compatible'
  /** Including the path prefix, e.g. `https://api.openai.com/v1`; defaults by kind, required for compatible servers. */
  readonly baseUrl?: string
  /** Never logged, never sent anywhere else. */
  readonly apiKey?: string
  readonly dialects?: readonly Dialect[]
  /** Extra fixed headers, e.g. `openai-project`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly connectTimeoutMs?: number
  /** From the request sent to the answer's head. */
  readonly headTimeoutMs?: number
  /** Longest silence inside the answer's body. */
  readonly idleTimeoutMs?: number
  readonly answerBytesMax?: number
  readonly connectionsMax?: number
}

export interface RehearsalConfig {
  readonly id: string
  readonly kind: 'rehearsal'
  /** Pause between chunks; 0 yields with setImmediate. */
  readonly chunkDelayMs?: number
}

export type UpstreamConfig = VendorConfig | RehearsalConfig

/** @throws {UpstreamError} `upstream_config` for a bad URL, a missing key or a duplicate id */
export function openUpstreams(_configs: readonly UpstreamConfig[]): Map<string, Upstream> {
  throw new Error('under construction')
}
