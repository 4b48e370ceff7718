/**
 * A model server reached over HTTP: OpenAI, Anthropic, or any OpenAI-compatible server.
 *
 * Spec: docs/spec/upstream.md §3. `undici` `Pool.dispatch`, bytes straight through. Never follows a redirect, never
 * retries, never asks for compression. The answer is HOSTILE until read: its size, type, encoding and pace are
 * bounded, and only listed headers are passed on.
 */
import { type Dispatcher, Pool } from 'undici'
import type { Dialect } from '../wire/index.ts'
import { UpstreamError } from './error.ts'
import { undiciError } from './undici-error.ts'
import type { Upstream, UpstreamCall, UpstreamExchange, UpstreamSink } from './upstream.ts'

/** Longest body of an answer that is an error. */
const ERROR_BYTES_MAX = 256 * 1024

const PATHS: Readonly<Record<Dialect, string>> = {
  responses: '/responses',
  chat: '/chat/completions',
  messages: '/messages',
}

/** Request headers a client may set on the vendor's request. Credentials and cookies are not among them. */
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'anthropic-beta',
  'anthropic-version',
  'x-client-request-id',
])

/** Answer headers passed on: what kind, which request, when to come back, how much is left. */
const ANSWER_HEADERS =
  /^(?:content-type|retry-after|retry-after-ms|x-request-id|request-id|openai-processing-ms|x-ratelimit-[a-z-]+|anthropic-ratelimit-[a-z-]+)$/

const ANTHROPIC_VERSION = '2023-06-01'

export interface VendorClientOptions {
  readonly id: string
  readonly kind: Exclude<Upstream['kind'], 'rehearsal'>
  readonly origin: string
  /** Path prefix without a final slash. */
  readonly prefix: string
  readonly dialects: ReadonlySet<Dialect>
  readonly headers: Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  readonly headTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly answerBytesMax: number
  readonly connectionsMax: number
}

/** Opens a pool of connections; nothing is sent before the first call. */
export function createVendorClient(options: VendorClientOptions): Upstream {
  const pool = new Pool(options.origin, {
    connections: options.connectionsMax,
    pipelining: 1,
    connect: { timeout: options.connectTimeoutMs },
    headersTimeout: options.headTimeoutMs,
    bodyTimeout: options.idleTimeoutMs,
  })
  const heads = createHeads(options.headers)
  return {
    id: options.id,
    kind: options.kind,
    dialects: options.dialects,
    send(call, sink) {
      const exchange = new Exchange(options, heads, call, sink)
      exchange.start(pool)
      return exchange
    },
    close: () => pool.destroy(new UpstreamError('upstream_closed', `upstream \`${options.id}\` is closed`)),
  }
}

/** One request and its answer. INVARIANT: once it is `done` nothing more reaches the sink. */
class Exchange implements UpstreamExchange, Dispatcher.DispatchHandler {
  private readonly options: VendorClientOptions
  private readonly heads: Heads
  private readonly call: UpstreamCall
  private readonly sink: UpstreamSink
  private controller: Dispatcher.DispatchController | null = null
  private failure: UpstreamError | null = null
  private sent = false
  private headSeen = false
  private done = false
  private bytes = 0
  private bytesMax = 0

  constructor(options: VendorClientOptions, heads: Heads, call: UpstreamCall, sink: UpstreamSink) {
    this.options = options
    this.heads = heads
    this.call = call
    this.sink = sink
  }

  start(pool: Pool): void {
    const { call, options } = this
    if (!options.dialects.has(call.dialect)) {
      queueMicrotask(() =>
        this.fail(
          new UpstreamError(
            'upstream_dialect',
            `upstream \`${options.id}\` does not speak \`${call.dialect}\``,
          ),
        ),
      )
      return
    }
    try {
      const { path, headers } = this.heads(call)
      pool.dispatch({ method: 'POST', path: `${options.prefix}${path}`, headers, body: call.body }, this)
    } catch (error) {
      queueMicrotask(() => this.fail(undiciError(error, 'connect')))
    }
  }

  resume(): void {
    if (!this.done) this.controller?.resume()
  }

  abort(): void {
    if (this.done) return
    const error = new UpstreamError('upstream_aborted', 'the request was aborted')
    const { controller } = this
    this.fail(error)
    controller?.abort(error)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    this.sent = true
    if (this.done) controller.abort(new UpstreamError('upstream_aborted', 'aborted before it was sent'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (this.done || status < 200) return
    const problem = this.headProblem(status, headers)
    if (problem !== null) {
      this.failure = problem
      controller.abort(problem)
      return
    }
    this.headSeen = true
    this.bytesMax = status === 200 ? this.options.answerBytesMax : ERROR_BYTES_MAX
    this.sink.onHead(status, passedOn(headers))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.done || this.failure !== null) return
    this.bytes += chunk.length
    if (this.bytes > this.bytesMax) {
      this.failure = new UpstreamError(
        'upstream_answer_too_large',
        `the answer is over ${this.bytesMax} bytes`,
      )
      controller.abort(this.failure)
      return
    }
    if (!this.sink.onData(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.done) return
    this.done = true
    this.sink.onEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.fail(this.failure ?? undiciError(error, this.headSeen ? 'body' : this.sent ? 'head' : 'connect'))
  }

  private fail(error: UpstreamError): void {
    if (this.done) return
    this.done = true
    this.sink.onError(error)
  }

  private headProblem(
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): UpstreamError | null {
    if (status >= 300 && status < 400) {
      return new UpstreamError(
        'upstream_redirect',
        `the vendor answered ${status}; redirects are not followed`,
      )
    }
    const encoding = one(headers['content-encoding'])
    if (encoding !== '' && encoding !== 'identity') {
      return new UpstreamError('upstream_encoding', 'the answer is compressed, which was not asked for')
    }
    if (status >= 400) return null
    if (status !== 200)
      return new UpstreamError('upstream_protocol', `a model answer cannot have status ${status}`)
    const type = one(headers['content-type']).split(';')[0]?.trim().toLowerCase() ?? ''
    const wanted = this.call.stream ? 'text/event-stream' : 'application/json'
    if (type === wanted) return null
    return new UpstreamError('upstream_content_type', `the answer is not \`${wanted}\``)
  }
}

type Heads = (call: UpstreamCall) => { readonly path: string; readonly headers: Record<string, string> }

/** Path and headers of a call. Most name no header of their own: theirs are made once for each dialect and kind. */
function createHeads(own: Readonly<Record<string, string>>): Heads {
  const plain = new Map<string, ReturnType<Heads>>()
  return (call) => {
    const named = Object.keys(call.headers)
    if (named.length > 0) return headOf(call, own)
    const key = `${call.dialect} ${call.stream}`
    const known = plain.get(key) ?? headOf(call, own)
    plain.set(key, known)
    return known
  }
}

function headOf(call: UpstreamCall, own: Readonly<Record<string, string>>): ReturnType<Heads> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: call.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'sekisho',
  }
  if (call.dialect === 'messages') headers['anthropic-version'] = ANTHROPIC_VERSION
  for (const [name, value] of Object.entries(call.headers)) {
    if (REQUEST_HEADERS.has(name)) headers[name] = value
  }
  const beta = call.dialect === 'messages' && 'anthropic-beta' in call.headers ? '?beta=true' : ''
  return { path: `${PATHS[call.dialect]}${beta}`, headers: Object.assign(headers, own) }
}

/** Names of answer headers and whether they are passed on; vendors send the same few. LIMIT: so many are remembered. */
const ANSWER_NAMES = new Map<string, boolean>()
const ANSWER_NAMES_MAX = 256

function isPassedOn(name: string): boolean {
  const known = ANSWER_NAMES.get(name)
  if (known !== undefined) return known
  const passed = ANSWER_HEADERS.test(name)
  if (ANSWER_NAMES.size < ANSWER_NAMES_MAX) ANSWER_NAMES.set(name, passed)
  return passed
}

function passedOn(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name in headers) if (isPassedOn(name)) kept[name] = one(headers[name])
  return kept
}

function one(value: string | string[] | undefined): string {
  return Array.isArray(value) ? (value[0] ?? '') : (value ?? '')
}
