/**
 * The client's side of one answer: its head, the bytes released so far, its typed failure.
 *
 * Everything that reaches the client's socket passes here, so what the outcome says was released is what was written.
 */

import type { ServerResponse } from 'node:http'
import type { Clock } from '../base/index.ts'
import { guardHeader } from '../guard/index.ts'
import type { Problem } from '../wire/index.ts'
import type { Recorded } from './exchange.ts'
import { receiptId, respondProblem } from './respond.ts'

const NOTHING = Buffer.alloc(0)

export class ClientSide {
  readonly response: ServerResponse
  readonly #x: Recorded
  readonly #clock: Clock
  #released: Buffer[] | null = null
  /** When the first byte left, in monotonic milliseconds; null before. */
  firstByteMs: number | null = null

  constructor(x: Recorded, clock: Clock) {
    this.#x = x
    this.#clock = clock
    this.response = x.http.response
  }

  get gone(): boolean {
    return this.response.destroyed
  }

  /** Releases bytes; false when the client should be waited for. */
  write(release: readonly Buffer[]): boolean {
    if (release.length === 0 || this.gone) return true
    const bytes = release.length === 1 ? release[0]! : Buffer.concat(release)
    if (!this.response.headersSent) this.#head(null)
    this.#released ??= []
    this.#released.push(bytes)
    return this.response.write(bytes)
  }

  /** What was released, `last` included. */
  released(last: Buffer = NOTHING): Buffer {
    if (this.#released === null) return last
    return last.length === 0 && this.#released.length === 1
      ? this.#released[0]!
      : Buffer.concat([...this.#released, last])
  }

  /** The last bytes of a complete answer: head and body leave in one write where nothing left before. */
  end(last: Buffer): void {
    if (!this.response.headersSent) this.#head(this.#x.request.stream ? null : last.length)
    this.response.end(last)
  }

  /** Ends the answer with a failure: whole where nothing has left, else as `inStream` dresses it, else by a cut. */
  fail(problem: Problem, inStream: (problem: Problem) => Buffer | null): void {
    if (this.gone) return
    if (!this.response.headersSent) {
      respondProblem(this.response, this.#x.dialect, problem, this.#x)
      return
    }
    const failure = inStream(problem)
    if (failure === null) this.response.destroy()
    else this.response.end(failure)
  }

  #head(contentLength: number | null): void {
    const { request, decisionId, intent, guard } = this.#x
    this.firstByteMs = this.#clock.monotonicMs()
    const head = [
      'content-type',
      request.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      'cache-control',
      'no-store',
      'x-sekisho-decision',
      decisionId,
      'x-sekisho-receipt',
      receiptId(intent),
      'x-sekisho-guard',
      guardHeader(guard),
    ]
    if (contentLength !== null) head.push('content-length', String(contentLength))
    this.response.writeHead(200, head)
  }
}
