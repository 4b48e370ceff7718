/** The end of the way for a hold or a denial: closes the intent and tells the client why and what to do next. */
import type { GatewayDeps } from './deps.ts'
import type { Recorded } from './exchange.ts'
import { decisionProblem } from './message.ts'
import { unavailable } from './record-intent.ts'
import { recordOutcome } from './record-outcome.ts'
import { receiptId, respondProblem } from './respond.ts'

export async function refuse(recorded: Recorded, deps: GatewayDeps): Promise<void> {
  const problem = decisionProblem(recorded, deps.consoleUrl)
  try {
    await recordOutcome(recorded, { end: 'refused', code: problem.code, tokens: 0 }, deps)
  } catch (error) {
    throw unavailable(error)
  }
  respondProblem(recorded.http.response, recorded.dialect, problem, recorded)
  deps.observer.finished({
    decision: recorded.decisionId,
    receipt: receiptId(recorded.intent),
    end: 'refused',
    code: problem.code,
    status: problem.status,
    tokens: 0,
    servedModel: null,
    elapsedMs: deps.clock.monotonicMs() - recorded.startedMs,
    firstByteMs: null,
  })
}
