/**
 * Stage 10, streamed: reads every event before it leaves, and ends a stopped stream with the dialect's typed failure.
 *
 * INVARIANT: no unscanned byte leaves. From the first terminal event on, bytes wait for the outcome to be durable.
 * HOSTILE: the upstream's bytes.
 */
import {
  createRestorer,
  createStreamGuard,
  type Finding,
  type GuardOptions,
  type GuardStep,
  type TokenBook,
} from '../guard/index.ts'
import { classifyVendorFailure } from '../upstream/index.ts'
import {
  createEventReader,
  createSseParser,
  type Dialect,
  failureEvents,
  type SseEvent,
  type StreamPart,
  WireError,
} from '../wire/index.ts'
import { problemOfGatewayError } from './error.ts'
import { NOTHING, type Relay, type RelayStep, type RelayStop, Summary, vendorStop } from './relay.ts'

/** HOSTILE: an upstream may name any number; a record holds integers only up to 2^53. */
const TOKENS_MAX = 2 ** 40

export function createStreamRelay(
  dialect: Dialect,
  guardOptions: GuardOptions,
  answerBytesMax: number,
  tokens: TokenBook | null = null,
): Relay {
  const parser = createSseParser()
  const reader = createEventReader(dialect)
  const guard = createStreamGuard(guardOptions)
  const restorer = tokens === null ? null : createRestorer(dialect, tokens)
  const summary = new Summary()
  const tail: Buffer[] = []
  let bytes = 0
  let ending = false
  let stopped: RelayStop | null = null

  /** One event: what it says is noted, then its bytes go through the guard. */
  function take(event: SseEvent, release: Buffer[]): void {
    const parts = reader.read(event)
    stopped = notePart(parts, summary, dialect)
    if (stopped !== null) return
    if (parts.some((part) => part.type === 'end')) ending = true
    apply(guard.push(event.raw, parts), release)
  }

  function apply(step: GuardStep, release: Buffer[]): void {
    const to = ending ? tail : release
    for (const raw of step.release) {
      if (restorer === null) to.push(raw)
      else to.push(...restorer.push(raw))
    }
    if (step.cut !== null) stopped = guardStop(step.cut)
  }

  function takeAll(events: () => SseEvent[], release: Buffer[]): void {
    try {
      for (const event of events()) {
        if (stopped !== null || reader.ended()) return
        take(event, release)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      stopped = unreadable(`the upstream's stream cannot be read (\`${error.code}\`)`)
    }
  }

  function finish(release: Buffer[]): RelayStep {
    if (stopped === null && !reader.ended() && !ending)
      stopped = unreadable('the upstream ended its stream without saying so')
    if (stopped === null) apply(guard.end(), release)
    if (stopped === null && restorer !== null) tail.push(...restorer.end())
    return stopped === null ? { release, tail, stop: null } : { release, tail: null, stop: stopped }
  }

  return {
    push(chunk) {
      bytes += chunk.length
      if (bytes > answerBytesMax) return { ...NOTHING, stop: tooLarge(answerBytesMax) }
      const release: Buffer[] = []
      takeAll(() => parser.push(chunk), release)
      if (stopped !== null) return { release, tail: null, stop: stopped }
      return reader.ended() ? finish(release) : { release, tail: null, stop: null }
    },
    end() {
      const release: Buffer[] = []
      takeAll(() => parser.end(), release)
      // A Chat stream may end after its finish reason without `[DONE]`.
      if (stopped === null) stopped = notePart(reader.finish(), summary, dialect)
      return finish(release)
    },
    summary: () => summary,
    failure: (problem) => failureEvents(dialect, problem, reader.state()),
  }
}

/** Notes what the parts say; a failure that the vendor reports inside the answer is classified here. */
export function notePart(parts: readonly StreamPart[], summary: Summary, dialect: Dialect): RelayStop | null {
  for (const part of parts) {
    if (part.type === 'served') summary.served = { model: part.model, accessProgram: part.accessProgram }
    else if (part.type === 'usage')
      summary.usage = {
        inputTokens: Math.min(part.inputTokens, TOKENS_MAX),
        outputTokens: Math.min(part.outputTokens, TOKENS_MAX),
      }
    else if (part.type === 'opaque') summary.opaque.push(part.sha256)
    else if (part.type === 'end' && part.how === 'refused') summary.refusedByProvider = true
    else if (part.type === 'end' && part.how === 'failed') {
      return vendorStop(classifyVendorFailure(dialect, part.vendorCode, part.vendorMessage))
    }
  }
  return null
}

export function guardStop(finding: Finding): RelayStop {
  const message =
    finding.kind === 'unknown_event'
      ? `the upstream sent \`${finding.rule}\`, which this build cannot read, so the answer was stopped`
      : `the output guard stopped the answer: it contained \`${finding.rule}\` (${finding.kind})`
  return { problem: problemOfGatewayError('gateway_guard_cut', message), end: 'refused', sticky: 'guard' }
}

export function unreadable(message: string): RelayStop {
  return { problem: problemOfGatewayError('gateway_answer_unreadable', message), end: 'failed' }
}

export function tooLarge(bytesMax: number): RelayStop {
  return {
    problem: problemOfGatewayError(
      'gateway_answer_too_large',
      `the upstream's answer is larger than ${bytesMax} bytes`,
    ),
    end: 'failed',
  }
}
