/** Runs one call against an upstream and gathers what the sink got. Test support only. */
import type { Dialect } from '../../wire/index.ts'
import { UpstreamError } from '../error.ts'
import type { Upstream } from '../upstream.ts'

export interface Gathered {
  readonly status: number | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly chunks: number
  readonly error: UpstreamError | null
}

export interface GatherOptions {
  readonly dialect: Dialect
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Ask for a pause after every chunk, and resume a turn later. */
  readonly slowReader?: boolean
  readonly onChunk?: (chunks: number) => void
}

export function gather(upstream: Upstream, options: GatherOptions): Promise<Gathered> {
  const json = options.body as { stream?: boolean }
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let status: number | null = null
    let headers: Readonly<Record<string, string>> = {}
    const finish = (error: UpstreamError | null): void =>
      resolve({ status, headers, body: Buffer.concat(chunks), chunks: chunks.length, error })
    const exchange = upstream.send(
      {
        dialect: options.dialect,
        body: Buffer.from(JSON.stringify(options.body)),
        headers: options.headers ?? {},
        stream: json.stream === true,
      },
      {
        onHead(code, received) {
          status = code
          headers = received
        },
        onData(chunk) {
          chunks.push(chunk)
          options.onChunk?.(chunks.length)
          if (options.slowReader !== true) return true
          setImmediate(() => exchange.resume())
          return false
        },
        onEnd: () => finish(null),
        onError: (error) =>
          finish(
            error instanceof UpstreamError ? error : new UpstreamError('upstream_protocol', String(error)),
          ),
      },
    )
    if (options.signal?.aborted === true) exchange.abort()
    options.signal?.addEventListener('abort', () => exchange.abort())
  })
}
