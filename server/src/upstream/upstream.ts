/**
 * One upstream model server: OpenAI, Anthropic, an OpenAI-compatible server, or the built-in rehearsal model.
 *
 * Bytes pass through untouched; the gateway reads them with the `wire` room.
 */
import type { Dialect } from '../wire/index.ts'

export interface UpstreamCall {
  readonly dialect: Dialect
  readonly body: Buffer
  /** Headers to forward (anthropic-beta, anthropic-version); credentials are added by the upstream itself. */
  readonly headers: Readonly<Record<string, string>>
  readonly stream: boolean
}

/** Receives the answer. Calls arrive in order: onHead, onData*, then exactly one of onEnd or onError. */
export interface UpstreamSink {
  onHead(status: number, headers: Readonly<Record<string, string>>): void
  /** Return false to ask for a pause; the upstream calls again after `resume`. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  onError(error: Error): void
}

export interface UpstreamExchange {
  /** Ask for more data after onData returned false. */
  resume(): void
  /** Ends the upstream request at once; the sink then gets `upstream_aborted`, unless its end came before. */
  abort(): void
}

export interface Upstream {
  readonly id: string
  readonly kind: 'rehearsal' | 'openai' | 'anthropic' | 'openai_compatible'
  readonly dialects: ReadonlySet<Dialect>
  send(call: UpstreamCall, sink: UpstreamSink): UpstreamExchange
  close(): Promise<void>
}
