/**
 * `rehearsal/1 (no AI)`: the built-in model server that needs no key and no network.
 *
 * Spec: docs/spec/upstream.md §5. It exists so that an institution can rehearse the whole way, with its own clients
 * and tools, before access is granted. In-process, deterministic (the same body gets the same bytes), one chunk per
 * event with a turn of the event loop between them, and it honours abort and backpressure like a real one.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import {
  parseWireRequest,
  problemOfWireError,
  problemResponse,
  WireError,
  type WireRequest,
} from '../../wire/index.ts'
import { UpstreamError } from '../error.ts'
import type { Upstream, UpstreamCall, UpstreamExchange, UpstreamSink } from '../upstream.ts'
import { chatAnswer, chatEvents } from './encode-chat.ts'
import { messagesAnswer, messagesEvents } from './encode-messages.ts'
import { responsesAnswer, responsesEvents } from './encode-responses.ts'
import { eventBytes, type NamedEvent } from './events.ts'
import { type Plan, planAnswer } from './plan.ts'

export interface RehearsalOptions {
  readonly id: string
  /** Pause between chunks, in milliseconds; 0 yields with setImmediate. */
  readonly chunkDelayMs?: number
}

export function createRehearsal(options: RehearsalOptions): Upstream {
  const closing = new AbortController()
  return {
    id: options.id,
    kind: 'rehearsal',
    dialects: new Set(['responses', 'chat', 'messages']),
    send(call, sink) {
      const answer = new Answer(call, sink, options.chunkDelayMs ?? 0, closing.signal)
      void answer.run()
      return answer
    },
    close: async () => closing.abort(),
  }
}

class Answer implements UpstreamExchange {
  private readonly call: UpstreamCall
  private readonly sink: UpstreamSink
  private readonly chunkDelayMs: number
  private readonly closing: AbortSignal
  private readonly leaving = new AbortController()
  private readonly signal: AbortSignal
  private wake: (() => void) | null = null

  constructor(call: UpstreamCall, sink: UpstreamSink, chunkDelayMs: number, closing: AbortSignal) {
    this.call = call
    this.sink = sink
    this.chunkDelayMs = chunkDelayMs
    this.closing = closing
    this.signal = AbortSignal.any([this.leaving.signal, closing])
  }

  resume(): void {
    this.wake?.()
    this.wake = null
  }

  abort(): void {
    this.leaving.abort()
  }

  async run(): Promise<void> {
    try {
      await this.pause()
      await this.answer()
    } catch (error) {
      this.sink.onError(this.reason(error))
      return
    }
    this.sink.onEnd()
  }

  private reason(error: unknown): UpstreamError {
    if (this.closing.aborted) return new UpstreamError('upstream_closed', 'the rehearsal model is closed')
    if (this.signal.aborted) return new UpstreamError('upstream_aborted', 'the request was aborted')
    return new UpstreamError('upstream_protocol', 'the rehearsal model failed', { cause: error })
  }

  private async answer(): Promise<void> {
    const request = this.parse()
    if (request === null) return
    const plan = planAnswer(request)
    const headers = { 'x-request-id': `req_${plan.seed}` }
    if (!this.call.stream) {
      this.sink.onHead(200, { 'content-type': 'application/json', ...headers })
      await this.emit(Buffer.from(JSON.stringify(whole(plan, request))))
      return
    }
    this.sink.onHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers })
    for (const event of events(plan, request)) {
      await this.emit(eventBytes(event))
      await this.pause()
    }
  }

  /** Null after the parse error has been answered as a vendor would. */
  private parse(): WireRequest | null {
    try {
      return parseWireRequest(this.call.dialect, this.call.body)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      const { status, body } = problemResponse(this.call.dialect, problemOfWireError(error))
      this.sink.onHead(status, { 'content-type': 'application/json' })
      this.sink.onData(body)
      return null
    }
  }

  private async emit(chunk: Buffer): Promise<void> {
    this.signal.throwIfAborted()
    if (this.sink.onData(chunk)) return
    await new Promise<void>((resolve, reject) => {
      this.wake = resolve
      this.signal.addEventListener(
        'abort',
        () => reject(new UpstreamError('upstream_aborted', 'the request was aborted')),
        { once: true },
      )
    })
  }

  private async pause(): Promise<void> {
    if (this.chunkDelayMs > 0) await sleep(this.chunkDelayMs, undefined, { signal: this.signal })
    else await nextTurn(undefined, { signal: this.signal })
  }
}

function whole(plan: Plan, request: WireRequest): unknown {
  if (request.dialect === 'responses') return responsesAnswer(plan, request)
  return request.dialect === 'chat' ? chatAnswer(plan, request) : messagesAnswer(plan)
}

function events(plan: Plan, request: WireRequest): Iterable<NamedEvent> {
  if (request.dialect === 'responses') return responsesEvents(plan, request)
  return request.dialect === 'chat' ? chatEvents(plan, request) : messagesEvents(plan)
}
