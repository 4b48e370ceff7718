/**
 * The gateway's HTTP listener: known routes go down the pipeline, everything else is denied with a typed answer.
 *
 * HOSTILE: everything that arrives. A failure nobody foresaw is a 500 without details, logged, and serves nothing.
 */
import { createServer, type Server } from 'node:http'
import { LedgerError } from '../ledger/index.ts'
import { ProgrammeError } from '../programme/index.ts'
import {
  type Dialect,
  estimateInputTokens,
  type Problem,
  problemOfWireError,
  routeFor,
  WireError,
  type WireRoute,
} from '../wire/index.ts'
import { createActorLoad } from './actor-load.ts'
import { authenticate } from './authenticate.ts'
import type { Way } from './call-upstream.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError, problemOfGatewayError } from './error.ts'
import type { Arrived } from './exchange.ts'
import { dialectGuess, hostCheckOf, refuseHeads } from './heads.ts'
import { describeModel, listModels } from './models.ts'
import { watchOpenExchanges } from './open-exchanges.ts'
import { parseWire } from './parse-wire.ts'
import { passRequest } from './pipeline.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { readReceipt } from './receipts.ts'
import { unavailable } from './record-intent.ts'
import { respondJson, respondProblem } from './respond.ts'

/** Longest request head, in bytes. */
const HEAD_BYTES_MAX = 32 * 1024
const HEADERS_TIMEOUT_MS = 15_000
const KEEP_ALIVE_MS = 65_000
const SERVER_OPTIONS = {
  maxHeaderSize: HEAD_BYTES_MAX,
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  // The body has a timer of its own, so that its refusal is typed.
  requestTimeout: 0,
  connectionsCheckingInterval: 1_000,
  // An absent Host is refused by our own check, with a typed answer.
  requireHostHeader: false,
} as const

/** One actor may hold this part of the places. */
const ACTOR_SHARE = 4

/** Why a request is turned away before anything of it is read. */
const REFUSALS = {
  gateway_closing: 'this gateway is shutting down: try again shortly',
  gateway_busy: 'too many requests are under way: try again shortly',
  gateway_host_refused:
    'the `Host` header names another server: add the name to `listen.hostNames` if it is this one',
} as const

const RECEIPT = /^\/v1\/receipts\/([A-Za-z0-9_-]{1,40})$/

/** Longest wait for answers under way when the gateway closes. */
const CLOSE_WAIT_MS = 5_000

export interface Gateway {
  readonly server: Server
  /** Exchanges under way. */
  openExchanges(): number
  /** Refuses new requests, ends open answers with a typed failure, waits for their outcomes. */
  close(): Promise<void>
}

export function createGateway(deps: GatewayDeps): Gateway {
  const way: Way = {
    open: watchOpenExchanges(deps.authority),
    pseudonym: createPseudonyms(deps.endUserSecret),
    actors: createActorLoad(Math.max(1, Math.floor(deps.limits.exchangesMax / ACTOR_SHARE))),
  }
  let underWay = 0
  let closing = false
  /** Told when nothing is under way any more, while the gateway closes. */
  let idle = (): void => {}
  const server = createServer(SERVER_OPTIONS, async (request, response) => {
    const full = underWay >= deps.limits.exchangesMax
    const refusal = closing ? 'gateway_closing' : full ? 'gateway_busy' : null
    const host = hostServed(request.headers.host) ? null : 'gateway_host_refused'
    underWay++
    try {
      await serve({ request, response }, deps, way, refusal ?? host)
    } finally {
      underWay--
      if (underWay === 0) idle()
    }
  })
  const hostServed = hostCheckOf(server, deps.hostNames)
  refuseHeads(server, (code) => deps.observer.refusedBeforeDecision(code))
  return {
    server,
    openExchanges: () => underWay,
    async close() {
      closing = true
      server.close()
      way.open.close()
      await new Promise<void>((resolve) => {
        idle = resolve
        if (underWay === 0) resolve()
        setTimeout(resolve, CLOSE_WAIT_MS).unref()
      })
      server.closeAllConnections()
    },
  }
}

/** One HTTP request; never rejects. */
async function serve(
  http: Arrived['http'],
  deps: GatewayDeps,
  way: Way,
  refusal: keyof typeof REFUSALS | null,
): Promise<void> {
  const { request, response } = http
  const target = request.url ?? ''
  const route = routeFor(request.method ?? '', target)
  const dialect: Dialect = route?.dialect ?? dialectGuess(request)
  try {
    if (refusal !== null) throw new GatewayError(refusal, REFUSALS[refusal])
    const mount = deps.mounts?.get(target.split('?', 1)[0] as string) // split gives one part at least
    if (mount !== undefined) return await mount(request, response, way.actors)
    const receipt = request.method === 'GET' ? RECEIPT.exec(target) : null
    const arrived: Arrived = {
      http,
      dialect,
      startedMs: deps.clock.monotonicMs(),
    }
    if (receipt !== null) {
      const body = await readReceipt(receipt[1]!, authenticate(arrived, deps).principal, deps)
      return respondJson(response, 200, body, { 'content-type': 'text/plain; charset=utf-8' })
    }
    if (route === null) throw noRoute(request.method ?? '', target, response)
    return await follow(route, arrived, deps, way)
  } catch (error) {
    const problem = problemOf(error, deps)
    deps.observer.refusedBeforeDecision(problem.code)
    respondProblem(response, dialect, problem)
  }
}

/** A known path with another method is 405 and names the methods (RFC 9110 §15.5.6); any other path is unknown. */
function noRoute(method: string, target: string, response: Arrived['http']['response']): GatewayError {
  const methods = ['GET', 'POST'].filter(
    (other) => routeFor(other, target) !== null || (other === 'GET' && RECEIPT.test(target)),
  )
  const asked = `\`${method.slice(0, 20)} ${target.slice(0, 80)}\``
  if (methods.length === 0) return new GatewayError('gateway_route_unknown', `no such route: ${asked}`)
  response.setHeader('allow', methods.join(', '))
  return new GatewayError('gateway_method', `no such route: ${asked}; this path takes ${methods.join(', ')}`)
}

async function follow(route: WireRoute, arrived: Arrived, deps: GatewayDeps, way: Way): Promise<void> {
  const { request, response } = arrived.http
  if (route.kind === 'generate') return passRequest(arrived, deps, way)
  const authenticated = authenticate(arrived, deps)
  if (route.kind === 'count_tokens') {
    const parsed = await parseWire(authenticated, deps)
    return respondJson(
      response,
      200,
      Buffer.from(JSON.stringify({ input_tokens: estimateInputTokens(parsed.request) })),
    )
  }
  if (route.kind === 'models') return respondJson(response, 200, listModels(request.headers, deps))
  const model = describeModel(route.id, request.headers, deps)
  if (model === null)
    throw new GatewayError('gateway_route_unknown', `no model \`${route.id.slice(0, 80)}\` is served here`)
  return respondJson(response, 200, model)
}

function problemOf(error: unknown, deps: GatewayDeps): Problem {
  const known = error instanceof LedgerError || error instanceof ProgrammeError ? unavailable(error) : error
  if (known instanceof GatewayError) return problemOfGatewayError(known.code, known.message)
  if (known instanceof WireError) return problemOfWireError(known)
  deps.log.error({ err: known }, 'a request failed in an unforeseen way')
  return problemOfGatewayError(
    'gateway_internal',
    'something failed here that nobody foresaw; nothing was sent to the model',
  )
}
