/**
 * Opens the configured upstreams.
 *
 * Spec: docs/spec/upstream.md §1. Threat: a base URL that sends requests, and the provider's key, somewhere else.
 */
import type { Dialect } from '../wire/index.ts'
import { UpstreamError } from './error.ts'
import { createRehearsal } from './rehearsal/rehearsal.ts'
import type { Upstream } from './upstream.ts'
import { createVendorClient } from './vendor-client.ts'

const CONNECT_TIMEOUT_MS = 5_000
/** Reasoning models think for minutes before their first byte when not streaming. */
const HEAD_TIMEOUT_MS = 600_000
/** Providers pause streams for classifiers, several seconds at a time. */
const IDLE_TIMEOUT_MS = 120_000
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
const CONNECTIONS_MAX = 256

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

const DEFAULTS: Readonly<
  Record<VendorConfig['kind'], { baseUrl: string | null; dialects: readonly Dialect[] }>
> = {
  openai: { baseUrl: 'https://api.openai.com/v1', dialects: ['responses', 'chat'] },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', dialects: ['messages'] },
  openai_compatible: { baseUrl: null, dialects: ['chat'] },
}

/** @throws {UpstreamError} `upstream_config` for a bad URL, a missing key or a duplicate id */
export function openUpstreams(configs: readonly UpstreamConfig[]): Map<string, Upstream> {
  const upstreams = new Map<string, Upstream>()
  for (const config of configs) {
    if (upstreams.has(config.id)) throw configError(config.id, 'is configured twice')
    upstreams.set(config.id, config.kind === 'rehearsal' ? createRehearsal(config) : openVendor(config))
  }
  return upstreams
}

function openVendor(config: VendorConfig): Upstream {
  const defaults = DEFAULTS[config.kind]
  const { origin, prefix } = readBaseUrl(config, config.baseUrl ?? defaults.baseUrl)
  return createVendorClient({
    id: config.id,
    kind: config.kind,
    origin,
    prefix,
    dialects: new Set(config.dialects ?? defaults.dialects),
    headers: { ...lowerCased(config), ...credentials(config) },
    connectTimeoutMs: config.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    headTimeoutMs: config.headTimeoutMs ?? HEAD_TIMEOUT_MS,
    idleTimeoutMs: config.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    answerBytesMax: config.answerBytesMax ?? ANSWER_BYTES_MAX,
    connectionsMax: config.connectionsMax ?? CONNECTIONS_MAX,
  })
}

function readBaseUrl(config: VendorConfig, text: string | null): { origin: string; prefix: string } {
  if (text === null) throw configError(config.id, 'needs a base URL')
  const url = URL.parse(text)
  if (url === null) throw configError(config.id, 'has a base URL that is not a URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw configError(config.id, 'needs an http(s) base URL')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw configError(
      config.id,
      'has a base URL with credentials, query or fragment; give only scheme, host and path',
    )
  }
  // A provider's key must not cross a network in the clear; a compatible server inside one's own network may.
  if (url.protocol === 'http:' && config.kind !== 'openai_compatible' && !isLoopback(url.hostname)) {
    throw configError(config.id, 'needs an https base URL')
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function credentials(config: VendorConfig): Record<string, string> {
  const { apiKey, kind, id } = config
  if (apiKey === undefined || apiKey === '') {
    if (kind === 'openai_compatible') return {}
    throw configError(id, 'needs an API key')
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw configError(id, 'has an API key with spaces or control characters')
  return kind === 'anthropic' ? { 'x-api-key': apiKey } : { authorization: `Bearer ${apiKey}` }
}

function lowerCased(config: VendorConfig): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(config.headers ?? {})) {
    if (!/^[A-Za-z0-9-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) {
      throw configError(config.id, `has an invalid header \`${name}\``)
    }
    headers[name.toLowerCase()] = value
  }
  return headers
}

function configError(id: string, defect: string): UpstreamError {
  return new UpstreamError('upstream_config', `upstream \`${id}\` ${defect}`)
}
