/**
 * One request's way through the checkpoint, in order. Design: ARCHITECTURE.md; each stage is the file of its name.
 *
 * INVARIANT: nothing reaches an upstream before `recordIntent` has made the decision durable, and no last byte
 * reaches the client before `recordOutcome` has (evidence before answer). A stage that throws ends the way with a
 * typed refusal; nothing is ever served because a stage failed.
 */
import { authenticate } from './authenticate.ts'
import { bindAgreement } from './bind-agreement.ts'
import { callUpstream, type Way } from './call-upstream.ts'
import { decide } from './decide.ts'
import type { GatewayDeps } from './deps.ts'
import type { Arrived, Authenticated, Parsed, Recorded } from './exchange.ts'
import { findRequestFacts } from './find-facts.ts'
import { lookUpNames } from './look-up-names.ts'
import { parseWire } from './parse-wire.ts'
import { readBoundary } from './read-boundary.ts'
import { recordIntent } from './record-intent.ts'
import { refuse } from './refuse.ts'
import { reserveBudget } from './reserve-budget.ts'

/** Times a decision is taken again because the programme moved on while it was being recorded. */
const DECISIONS_MAX = 8

/** Takes one request from the client's socket to a recorded end. @throws typed errors of the rooms it passes */
export async function passRequest(arrived: Arrived, deps: GatewayDeps, way: Way): Promise<void> {
  const authenticated = authenticate(arrived, deps)
  const leave = way.actors.enter(authenticated.principal.actor.id)
  try {
    return await passAuthenticated(authenticated, deps, way)
  } finally {
    leave()
  }
}

async function passAuthenticated(authenticated: Authenticated, deps: GatewayDeps, way: Way): Promise<void> {
  const parsed = await parseWire(authenticated, deps)
  const recorded = await decideAndRecord(parsed, deps)
  if (recorded.decision.verdict !== 'allow') return refuse(recorded, deps)
  // guardStream, recordOutcome and respond follow inside: they work on the answer as it arrives.
  return callUpstream(recorded, deps, way)
}

/** Decides under the programme as it stands and makes the decision durable, again if the programme changed meanwhile. */
async function decideAndRecord(parsed: Parsed, deps: GatewayDeps): Promise<Recorded> {
  for (let attempt = 1; ; attempt++) {
    const read = await lookUpNames(readBoundary(bindAgreement(parsed, deps), deps), deps)
    const decided = decide(findRequestFacts(read, deps), deps)
    const reserved = await reserveBudget(decided, deps)
    const recorded = await recordIntent(reserved, deps, attempt < DECISIONS_MAX)
    if (recorded !== 'stale') return recorded
  }
}
