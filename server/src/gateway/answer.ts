/**
 * One answer on its way back: from the upstream, through the relay, to the client, closed by exactly one outcome.
 *
 * INVARIANTS: at most one outcome is recorded; nothing is written after it but the tail it covers or the typed
 * failure it names; the client leaving, a stop, or a lost lease ends the upstream request at once.
 */
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
import { accountsOf, tokensToCharge } from './account.ts'
import { ClientSide } from './client-side.ts'
import type { GatewayDeps } from './deps.ts'
import { type GatewayErrorCode, problemOfGatewayError } from './error.ts'
import type { Recorded } from './exchange.ts'
import type { OpenExchange, OpenExchanges } from './open-exchanges.ts'
import { type Outcome, recordOutcome } from './record-outcome.ts'
import { type Relay, type RelayStep, type RelayStop, vendorStop } from './relay.ts'
import { receiptId } from './respond.ts'

/** How much of a vendor's error answer is read, in bytes. */
const ERROR_BODY_BYTES_MAX = 64 * 1024

const LEASE_EXPIRED = problemOfGatewayError(
  'gateway_lease_expired',
  'this gateway lost touch with the programme, so the answer was stopped',
)

const WITNESS_QUORUM = problemOfGatewayError(
  'gateway_witness_quorum',
  'too few witnesses cosigned the record of this answer in time, so it is not released',
)

const NOT_RECORDED = problemOfGatewayError(
  'gateway_ledger_unavailable',
  'the ledger cannot record this answer now, so it is not released',
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
  readonly #client: ClientSide
  readonly #done: Promise<void>
  #resolveDone: () => void = () => {}
  #upstream: UpstreamExchange | null = null
  #errorStatus: { status: number; headers: Readonly<Record<string, string>> } | null = null
  #errorBody: Buffer[] = []
  #errorBytes = 0
  #receivedBytes = 0
  #settling = false
  #cut = false
  #waits = false

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
    this.#client = new ClientSide(x, deps.clock)
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    open.add(this)
    this.#client.response.on('close', this.#onClose)
  }

  /** Resolves when the outcome is recorded and the client has its answer. */
  get done(): Promise<void> {
    return this.#done
  }

  /** Whether its end is decided: nothing need be sent any more. */
  get settling(): boolean {
    return this.#settling
  }

  attach(upstream: UpstreamExchange): void {
    this.#upstream = upstream
    if (this.#cut) upstream.abort()
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
    if (this.#settling || this.#client.response.writableFinished) return
    void this.#settle(
      {
        end: 'cancelled',
        code: 'client_left',
        tokens: this.#tokens(false),
        released: this.#client.released(),
      },
      null,
    )
  }

  /** The client is slow: its upstream waits until it has read what was written. */
  #waitForClient(): void {
    if (this.#waits) return
    this.#waits = true
    this.#client.response.once('drain', () => {
      this.#waits = false
      this.#upstream?.resume()
    })
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
    const flowing = this.#client.write(step.release)
    if (!flowing) this.#waitForClient()
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
        released: this.#client.released(last),
        ...(refused ? { sticky: 'provider' as const } : {}),
      },
      last,
    )
  }

  async #stop(stop: RelayStop): Promise<void> {
    await this.#settle(
      {
        end: stop.end,
        code: stop.problem.code,
        tokens: this.#tokens(false),
        released: this.#client.released(),
        ...(stop.vendor === undefined ? {} : { vendor: stop.vendor }),
        ...(stop.sticky === undefined ? {} : { sticky: stop.sticky }),
      },
      stop.problem,
    )
  }

  /** T3: the last bytes wait until witnesses hold the outcome. */
  async #isWitnessed(index: number): Promise<boolean> {
    return this.#x.decision.receipt !== 'T3' || (await this.#deps.desk.witnessed(index)) === 'witnessed'
  }

  /** Ends the upstream, records the one outcome, and only then lets the last bytes, or the failure, leave. */
  async #settle(outcome: Outcome, last: Buffer | Problem | null): Promise<void> {
    if (this.#settling) return
    this.#settling = true
    this.#open.delete(this)
    if (outcome.end !== 'completed') this.#cutUpstream()
    try {
      const index = await recordOutcome(
        this.#x,
        { ...outcome, ...accountsOf(this.#relay.summary(), this.#model) },
        this.#deps,
      )
      // T2: the last bytes wait for a signed checkpoint that covers intent and outcome.
      if (this.#x.decision.receipt === 'T2') await this.#deps.desk.checkpointed(index)
      if (Buffer.isBuffer(last) && !(await this.#isWitnessed(index))) this.#fail(WITNESS_QUORUM)
      else if (Buffer.isBuffer(last)) {
        const { opaque } = this.#relay.summary()
        if (opaque.length > 0) await this.#hooks.issued(opaque)
        this.#release(last)
      } else if (last !== null) this.#fail(last)
    } catch (error) {
      this.#deps.log.error(
        { err: error, decision: this.#x.decisionId },
        'outcome not recorded: nothing more is released',
      )
      this.#fail(NOT_RECORDED)
    } finally {
      this.#client.response.off('close', this.#onClose)
      this.#finished(outcome, outcome.end === 'completed' ? 200 : this.#client.response.statusCode)
      this.#resolveDone()
    }
  }

  #cutUpstream(): void {
    this.#cut = true
    this.#upstream?.abort()
  }

  #release(last: Buffer): void {
    if (this.#client.gone) return
    // The process may have slept through a stop while the outcome was on its way to the ledger.
    if (this.#deps.authority.leaseValid()) this.#client.end(last)
    else this.#fail(LEASE_EXPIRED)
  }

  #fail(problem: Problem): void {
    this.#client.fail(problem, (each) => this.#relay.failure(each))
  }

  #tokens(complete: boolean): number | null {
    const turnedAway = this.#errorStatus !== null
    return tokensToCharge(this.#x, this.#relay.summary(), {
      complete,
      turnedAway,
      bytes: this.#receivedBytes,
    })
  }

  #finished(outcome: Outcome, status: number): void {
    const { startedMs } = this.#x
    const { firstByteMs } = this.#client
    this.#deps.observer.finished({
      decision: this.#x.decisionId,
      receipt: receiptId(this.#x.intent),
      end: outcome.end,
      code: outcome.code,
      status,
      tokens: outcome.tokens,
      servedModel: this.#relay.summary().served?.model ?? null,
      elapsedMs: this.#deps.clock.monotonicMs() - startedMs,
      firstByteMs: firstByteMs === null ? null : firstByteMs - startedMs,
    })
  }
}
