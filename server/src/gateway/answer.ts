/**
 * One answer on its way back: from the upstream, through the relay, to the client, closed by exactly one outcome.
 *
 * INVARIANTS: at most one outcome is recorded; nothing is written after it but the tail it covers or the typed
 * failure it names; the client leaving, a stop, or a lost lease ends the upstream request at once.
 */
import type { ServerResponse } from 'node:http'
import {
  classifyUpstreamError,
  classifyVendorAnswer,
  compareServed,
  UpstreamError,
  type UpstreamExchange,
  type UpstreamSink,
  type VendorModel,
} from '../upstream/index.ts'
import type { Problem } from '../wire/index.ts'
import type { GatewayDeps } from './deps.ts'
import { type GatewayErrorCode, problemOfGatewayError } from './error.ts'
import type { Recorded } from './exchange.ts'
import type { OpenExchange, OpenExchanges } from './open-exchanges.ts'
import { inputTokensAtMost } from './output-ceiling.ts'
import { type Outcome, recordOutcome } from './record-outcome.ts'
import { type Relay, type RelayStep, type RelayStop, vendorStop } from './relay.ts'
import { receiptId, refsHeaders, respondProblem } from './respond.ts'

/** How much of a vendor's error answer is read, in bytes. */
const ERROR_BODY_BYTES_MAX = 64 * 1024

const LEASE_EXPIRED = problemOfGatewayError(
  'gateway_lease_expired',
  'this gateway lost touch with the programme, so the answer was stopped',
)

export interface AnswerHooks {
  /** Problem when the exchange is no longer allowed under the programme as it stands, else null. */
  readonly redecide: () => Problem | null
  /** Remembers encrypted blobs the vendor issued to this principal, in every gateway. */
  readonly issued: (digests: readonly string[]) => Promise<void>
}

export class Answer implements OpenExchange, UpstreamSink {
  readonly #x: Recorded
  readonly #deps: GatewayDeps
  readonly #open: OpenExchanges
  readonly #relay: Relay
  readonly #model: VendorModel
  readonly #hooks: AnswerHooks
  readonly #response: ServerResponse
  readonly #released: Buffer[] = []
  readonly #done: Promise<void>
  #resolveDone: () => void = () => {}
  #upstream: UpstreamExchange | null = null
  #errorStatus: { status: number; headers: Readonly<Record<string, string>> } | null = null
  #errorBody: Buffer[] = []
  #errorBytes = 0
  #receivedBytes = 0
  #settling = false
  #firstByteMs: number | null = null

  constructor(
    x: Recorded,
    deps: GatewayDeps,
    open: OpenExchanges,
    relay: Relay,
    model: VendorModel,
    hooks: AnswerHooks,
  ) {
    this.#x = x
    this.#deps = deps
    this.#open = open
    this.#relay = relay
    this.#model = model
    this.#hooks = hooks
    this.#response = x.http.response
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    open.add(this)
    this.#response.on('close', this.#onClose)
    this.#response.on('drain', this.#onDrain)
  }

  /** Resolves when the outcome is recorded and the client has its answer. */
  get done(): Promise<void> {
    return this.#done
  }

  attach(upstream: UpstreamExchange): void {
    this.#upstream = upstream
  }

  redecide(): void {
    if (this.#settling) return
    const problem = this.#hooks.redecide()
    if (problem !== null) void this.#stop({ problem, end: 'refused' })
  }

  end(code: 'gateway_lease_expired' | 'gateway_closing'): void {
    const closing = 'this gateway is shutting down: send the request again'
    this.fail(code, code === 'gateway_closing' ? closing : LEASE_EXPIRED.message)
  }

  /** Ends the exchange with one of the gateway's own errors. */
  fail(code: GatewayErrorCode, message: string): void {
    void this.#stop({ problem: problemOfGatewayError(code, message), end: 'failed' })
  }

  onHead(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#settling) return
    if (status !== 200) {
      this.#errorStatus = { status, headers }
      return
    }
    const expected = this.#x.request.stream ? 'text/event-stream' : 'application/json'
    const type = headers['content-type'] ?? ''
    if (!type.toLowerCase().startsWith(expected)) {
      this.fail(
        'gateway_answer_unreadable',
        `the upstream answered with content type \`${type.slice(0, 60)}\` instead of \`${expected}\``,
      )
    }
  }

  onData(chunk: Buffer): boolean {
    if (this.#settling) return true
    if (this.#errorStatus !== null) {
      if (this.#errorBytes < ERROR_BODY_BYTES_MAX) this.#errorBody.push(chunk)
      this.#errorBytes += chunk.length
      return true
    }
    this.#receivedBytes += chunk.length
    return this.#take(this.#relay.push(chunk))
  }

  onEnd(): void {
    if (this.#settling) return
    if (this.#errorStatus === null) {
      this.#take(this.#relay.end())
      return
    }
    const { status, headers } = this.#errorStatus
    const body = Buffer.concat(this.#errorBody).subarray(0, ERROR_BODY_BYTES_MAX)
    void this.#stop(vendorStop(classifyVendorAnswer(this.#x.dialect, status, headers, body)))
  }

  onError(error: Error): void {
    if (this.#settling) return
    if (error instanceof UpstreamError) void this.#stop(vendorStop(classifyUpstreamError(error)))
    else {
      this.#deps.log.error(
        { err: error, decision: this.#x.decisionId },
        'the upstream failed in an unforeseen way',
      )
      this.fail('gateway_answer_unreadable', 'the upstream failed in an unforeseen way')
    }
  }

  readonly #onClose = (): void => {
    if (this.#settling || this.#response.writableFinished) return
    void this.#settle(
      { end: 'cancelled', code: 'client_left', tokens: this.#tokens(false), released: this.#releasedSoFar() },
      () => {},
    )
  }

  readonly #onDrain = (): void => {
    this.#upstream?.resume()
  }

  /** Acts on what the relay made of some bytes. Returns false to ask the upstream for a pause. */
  #take(step: RelayStep): boolean {
    if (!this.#deps.authority.leaseValid()) {
      this.end('gateway_lease_expired')
      return true
    }
    const mismatch = step.stop === null ? this.#programmeMismatch() : null
    if (mismatch !== null) {
      void this.#stop(mismatch)
      return true
    }
    const flowing = this.#write(step.release)
    if (step.stop !== null) void this.#stop(step.stop)
    else if (step.tail !== null) void this.#complete(step.tail)
    return flowing
  }

  /** A vendor that answers under another access programme than was asked for has changed the refusals: stop. */
  #programmeMismatch(): RelayStop | null {
    const { served } = this.#relay.summary()
    if (served === null || compareServed(this.#model, served) !== 'different_programme') return null
    const message = `the provider answered under access programme \`${served.accessProgram ?? 'none'}\`, \`${this.#model.accessProgram ?? 'none'}\` was asked for`
    return { problem: problemOfGatewayError('gateway_served_programme_differs', message), end: 'failed' }
  }

  async #complete(tail: Buffer[]): Promise<void> {
    const last = tail.length === 1 ? tail[0]! : Buffer.concat(tail)
    const refused = this.#relay.summary().refusedByProvider
    await this.#settle(
      {
        end: refused ? 'refused' : 'completed',
        code: refused ? 'provider_refused' : null,
        tokens: this.#tokens(true),
        released: Buffer.concat([...this.#released, last]),
        ...(refused ? { sticky: 'provider' as const } : {}),
      },
      async () => {
        const { opaque } = this.#relay.summary()
        if (opaque.length > 0) await this.#hooks.issued(opaque)
        if (this.#response.destroyed) return
        // The process may have slept through a stop while the outcome was on its way to the ledger.
        if (!this.#deps.authority.leaseValid()) return this.#writeFailure(LEASE_EXPIRED)
        if (!this.#response.headersSent) this.#writeHead(this.#x.request.stream ? null : last.length)
        this.#response.end(last)
      },
    )
  }

  async #stop(stop: RelayStop): Promise<void> {
    await this.#settle(
      {
        end: stop.end,
        code: stop.problem.code,
        tokens: this.#tokens(false),
        released: this.#releasedSoFar(),
        ...(stop.vendor === undefined ? {} : { vendor: stop.vendor }),
        ...(stop.sticky === undefined ? {} : { sticky: stop.sticky }),
      },
      () => this.#writeFailure(stop.problem),
    )
  }

  /** Ends the upstream, records the one outcome, and only then lets `release` write the last bytes. */
  async #settle(outcome: Outcome, release: () => void | Promise<void>): Promise<void> {
    if (this.#settling) return
    this.#settling = true
    this.#open.delete(this)
    if (outcome.end !== 'completed') this.#x.abort.abort()
    const status = outcome.end === 'completed' ? 200 : null
    try {
      const index = await recordOutcome(this.#x, { ...outcome, ...this.#accounts() }, this.#deps)
      // T2: the last bytes wait for a signed checkpoint that covers intent and outcome.
      if (this.#x.decision.receipt === 'T2') await this.#deps.desk.checkpointed(index)
      await release()
    } catch (error) {
      this.#deps.log.error(
        { err: error, decision: this.#x.decisionId },
        'outcome not recorded: nothing more is released',
      )
      this.#writeFailure(
        problemOfGatewayError(
          'gateway_ledger_unavailable',
          'the ledger cannot record this answer now, so it is not released',
        ),
      )
    } finally {
      this.#response.off('close', this.#onClose)
      this.#response.off('drain', this.#onDrain)
      this.#finished(outcome, status ?? this.#response.statusCode)
      this.#resolveDone()
    }
  }

  #accounts(): Pick<Outcome, 'served' | 'inputTokens' | 'outputTokens' | 'opaque'> {
    const { served, usage, opaque } = this.#relay.summary()
    return {
      served: {
        model: served?.model ?? null,
        comparison: compareServed(this.#model, served),
        programme: served?.accessProgram ?? null,
      },
      ...(usage === null ? {} : usage),
      opaque,
    }
  }

  /**
   * Tokens to charge. Only a complete answer's usage is the vendor's last word; one that was cut is charged what it can
   * have cost: a token is at least one byte of what arrived. A request the vendor turned away costs nothing.
   */
  #tokens(complete: boolean): number | null {
    const { usage } = this.#relay.summary()
    if (complete && usage !== null) return usage.inputTokens + usage.outputTokens
    if (complete) return null
    if (this.#errorStatus !== null) return 0
    const arrived = inputTokensAtMost(this.#x.request) + this.#receivedBytes
    return Math.min(this.#x.reservedTokens, arrived)
  }

  #releasedSoFar(): Buffer {
    return this.#released.length === 1 ? this.#released[0]! : Buffer.concat(this.#released)
  }

  #write(release: Buffer[]): boolean {
    if (release.length === 0 || this.#response.destroyed) return true
    const bytes = release.length === 1 ? release[0]! : Buffer.concat(release)
    if (!this.#response.headersSent) this.#writeHead(null)
    this.#released.push(bytes)
    return this.#response.write(bytes)
  }

  #writeHead(contentLength: number | null): void {
    this.#firstByteMs = this.#deps.clock.monotonicMs()
    this.#response.writeHead(200, {
      'content-type': this.#x.request.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      'cache-control': 'no-store',
      ...(contentLength === null ? {} : { 'content-length': contentLength }),
      ...refsHeaders(this.#x),
    })
  }

  #writeFailure(problem: Problem): void {
    if (this.#response.destroyed) return
    const failure = this.#response.headersSent ? this.#relay.failure(problem) : null
    if (!this.#response.headersSent) respondProblem(this.#response, this.#x.dialect, problem, this.#x)
    else if (failure !== null) this.#response.end(failure)
    else this.#response.destroy()
  }

  #finished(outcome: Outcome, status: number): void {
    const { startedMs } = this.#x
    this.#deps.observer.finished({
      decision: this.#x.decisionId,
      receipt: receiptId(this.#x.intent),
      end: outcome.end,
      code: outcome.code,
      status,
      tokens: outcome.tokens,
      servedModel: this.#relay.summary().served?.model ?? null,
      elapsedMs: this.#deps.clock.monotonicMs() - startedMs,
      firstByteMs: this.#firstByteMs === null ? null : this.#firstByteMs - startedMs,
    })
  }
}
