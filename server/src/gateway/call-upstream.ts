/**
 * Stage 9: sends the request on, with what the vendor contract wants set, and relays the answer.
 *
 * The intent is durable by now. A request that cannot be sent still gets its outcome.
 */
import type { ModelEntry } from '../agreement/index.ts'
import { findFacts, strictest } from '../authorization/index.ts'
import type { Grant } from '../programme/index.ts'
import { type Upstream, type VendorModel, vendorPatch } from '../upstream/index.ts'
import { type Problem, patchBody } from '../wire/index.ts'
import type { ActorLoad } from './actor-load.ts'
import { Answer } from './answer.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError, type GatewayErrorCode, problemOfGatewayError } from './error.ts'
import type { Recorded } from './exchange.ts'
import { factsInput } from './find-facts.ts'
import { createStreamRelay } from './guard-stream.ts'
import { createWholeRelay } from './guard-whole.ts'
import { decisionProblem } from './message.ts'
import type { OpenExchanges } from './open-exchanges.ts'
import { ceilingPatch } from './output-ceiling.ts'

/** Client headers that vendors need; every other header stays here. */
const FORWARDED_HEADERS = ['anthropic-beta', 'anthropic-version'] as const

/** Why a request that is allowed is not sent. */
interface Obstacle {
  readonly code: GatewayErrorCode
  readonly message: string
}

const WITNESS_QUORUM: Obstacle = {
  code: 'gateway_witness_quorum',
  message:
    'too few witnesses cosigned the record of this request in time, so it was not sent: try again shortly',
}

export interface Way {
  readonly open: OpenExchanges
  /** The end user as vendors see them. */
  readonly pseudonym: (actor: string) => string
  readonly actors: ActorLoad
}

export async function callUpstream(x: Recorded, deps: GatewayDeps, way: Way): Promise<void> {
  const { model, request } = x
  const vendorModel: VendorModel = {
    id: model?.id ?? request.model,
    accessProgram: model?.accessProgram ?? null,
  }
  const createRelay = request.stream ? createStreamRelay : createWholeRelay
  const relay = createRelay(request.dialect, x.guard, deps.limits.answerBytesMax, x.tokens)
  const answer = new Answer(x, deps, way.open, relay, vendorModel, {
    redecide: () => redecide(x, deps),
    issued: (digests) => deps.desk.issue(x.principal.actor.id, digests),
  })
  const upstream = model === null ? undefined : deps.upstreams.get(model.upstream)
  const obstacle =
    whyNotSent(x, model, upstream) ?? (await foreignReasoning(x, deps)) ?? (await whyNotWitnessed(x, deps))
  if (obstacle !== null) answer.fail(obstacle.code, obstacle.message)
  else if (upstream !== undefined) sendOrFail(x, deps, way, answer, upstream, vendorModel)
  return answer.done
}

/** A request that cannot be sent still gets its outcome. */
function sendOrFail(
  x: Recorded,
  deps: GatewayDeps,
  way: Way,
  answer: Answer,
  upstream: Upstream,
  model: VendorModel,
): void {
  try {
    // A stop may have come in since the decision, or this process may have slept through one.
    if (!deps.authority.leaseValid()) answer.end('gateway_lease_expired')
    else if (deps.authority.snapshot() !== x.snapshot) answer.redecide()
    if (!answer.settling) send(x, way.pseudonym(x.principal.actor.id), answer, upstream, model)
  } catch (error) {
    answer.onError(error instanceof Error ? error : new GatewayError('gateway_internal', String(error)))
  }
}

function send(x: Recorded, pseudonym: string, answer: Answer, upstream: Upstream, model: VendorModel): void {
  const body = patchBody(x.outgoing, {
    ...vendorPatch(x.outgoing, upstream.kind, model, pseudonym),
    ...(x.model === null ? {} : ceilingPatch(x.outgoing, x.model, upstream.kind)),
  })
  answer.attach(
    upstream.send(
      {
        dialect: x.dialect,
        body,
        headers: forwardedHeaders(x),
        stream: x.request.stream,
      },
      answer,
    ),
  )
}

function whyNotSent(x: Recorded, model: ModelEntry | null, upstream: Upstream | undefined): Obstacle | null {
  if (model === null || upstream === undefined) {
    return {
      code: 'gateway_upstream_missing',
      message: `no upstream is configured for model \`${x.request.model}\``,
    }
  }
  if (!model.dialects.includes(x.dialect) || !upstream.dialects.has(x.dialect)) {
    return {
      code: 'gateway_dialect_unserved',
      message: `model \`${model.id}\` is not served in this API; it speaks ${model.dialects.join(', ')}`,
    }
  }
  return null
}

/** T3: nothing is asked of a model before witnesses hold the intent. */
async function whyNotWitnessed(x: Recorded, deps: GatewayDeps): Promise<Obstacle | null> {
  if (x.decision.receipt !== 'T3') return null
  const state = await deps.desk.witnessed(x.intent).catch(() => 'no_quorum' as const)
  if (state === 'witnessed') return null
  if (state === 'no_quorum') return WITNESS_QUORUM
  return {
    code: 'gateway_receipt_tier_unavailable',
    message: 'the agreement wants a witnessed receipt (T3) before release, and no witness is configured',
  }
}

/** HOSTILE: encrypted reasoning that a client sends back may be another principal's. */
async function foreignReasoning(x: Recorded, deps: GatewayDeps): Promise<Obstacle | null> {
  if (x.request.opaqueDigests.length === 0) return null
  const foreign = await deps.desk
    .firstForeign(x.principal.actor.id, x.request.opaqueDigests)
    .catch(() => new GatewayError('gateway_not_ready', 'the programme cannot be asked: try again shortly'))
  if (foreign === null || foreign instanceof GatewayError) return foreign
  return {
    code: 'gateway_opaque_foreign',
    message: `encrypted reasoning ${foreign.slice(0, 12)}… was not released to you by this gateway: start a new session`,
  }
}

/** The refusal when the exchange would no longer be allowed under the programme as it now stands, else null. */
function redecide(x: Recorded, deps: GatewayDeps): Problem | null {
  const authentication = deps.authority.authenticate(x.bearer)
  if (!authentication.ok) {
    return problemOfGatewayError(
      'gateway_redecided',
      `the credential is no longer valid (${authentication.failure}), so the answer was stopped`,
    )
  }
  const snapshot = deps.authority.snapshot()
  const input = {
    ...factsInput({ ...x, principal: authentication.principal }, snapshot, deps),
    // What this very request reserved or used up does not count against it.
    budget: x.facts.budget,
    grantUses: (grant: Grant) => (grant.hold === x.grant?.hold ? 0 : deps.authority.grantUses(grant.hold)),
  }
  const facts = findFacts(input)
  const decision = strictest(deps.deciderFor(snapshot.agreement).decide(facts), input, deps.deciderFor)
  if (decision.verdict === 'allow') return null
  return {
    ...decisionProblem({ ...x, snapshot, facts, decision }, deps.consoleUrl),
    code: 'gateway_redecided',
  }
}

function forwardedHeaders(x: Recorded): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of FORWARDED_HEADERS) {
    const value = x.http.request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}
