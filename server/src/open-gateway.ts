/**
 * One gateway from the configuration: upstreams, models, reader, deciders, limits. The same in the server's own process
 * and in a gateway process; they differ in where their authority and their desk are.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Agreement, loadModels } from './agreement/index.ts'
import { createDecider, type Decider } from './authorization/index.ts'
import { systemClock } from './base/index.ts'
import { createReader } from './boundary/index.ts'
import type { Config } from './config/index.ts'
import { type ConfiguredUpstream, REHEARSAL_CHUNK_DELAY_MS } from './config/index.ts'
import { createGateway, type Gateway, type GatewayDeps } from './gateway/index.ts'
import { openBroker } from './open-broker.ts'
import { openNameServers } from './scope/index.ts'
import { openUpstreams, type UpstreamConfig } from './upstream/index.ts'
import type { WorkerOrders } from './worker-messages.ts'

const DRAIN_POLL_MS = 25

/** What is not read from the orders. */
export type GatewayPlace = Pick<GatewayDeps, 'authority' | 'desk' | 'log' | 'observer'>

export interface OpenGateway {
  readonly server: Gateway['server']
  openExchanges(): number
  /** Takes nothing new, lets open answers finish for so long, ends the rest with typed failures, lets go of upstreams. */
  end(graceMs: number): Promise<void>
}

/** @throws {AgreementError} the model catalogue. @throws {UpstreamError} an upstream's settings */
export function openGateway(orders: Omit<WorkerOrders, 'worker'>, place: GatewayPlace): OpenGateway {
  const { config } = orders
  const models = loadModels(orders.modelsText, config.models)
  const upstreams = openUpstreams(upstreamConfigs(config.upstreams))
  const deciderFor = createDeciders()
  const names = openNameServers(config.dns.servers, config.dns.timeoutMs)
  const broker =
    config.tools === null
      ? null
      : openBroker({
          file: config.tools,
          models,
          deciderFor,
          consoleUrl: orders.consoleUrl,
          ...(names === null ? {} : { names }),
          ...place,
        })
  const gateway = createGateway({
    models,
    upstreams,
    reader: createReader(),
    deciderFor,
    ...(broker === null ? {} : { mounts: new Map([['/mcp', broker.mount]]) }),
    guard: guardOf(config),
    ...(names === null ? {} : { names }),
    hostNames: config.listen.hostNames,
    endUserSecret: orders.endUserSecret,
    consoleUrl: orders.consoleUrl,
    clock: systemClock,
    limits: {
      bodyBytesMax: config.limits.bodyBytesMax,
      bodyTimeoutMs: config.limits.bodyTimeoutMs,
      answerBytesMax: config.limits.answerBytesMax,
      exchangesMax: config.limits.concurrencyMax,
    },
    stickyMs: config.guard.refusalHours * 3_600_000,
    ...place,
  })
  gateway.server.maxConnections = config.limits.connectionsMax
  gateway.server.headersTimeout = config.limits.headTimeoutMs
  return {
    server: gateway.server,
    openExchanges: () => gateway.openExchanges(),
    async end(graceMs) {
      gateway.server.close()
      for (let waitedMs = 0; waitedMs < graceMs && gateway.openExchanges() > 0; waitedMs += DRAIN_POLL_MS) {
        await sleep(DRAIN_POLL_MS)
      }
      await gateway.close()
      await broker?.close()
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()))
    },
  }
}

/** One decider per agreement version, made on first use; versions are few. */
export function createDeciders(): (agreement: Agreement) => Decider {
  const deciders = new Map<string, Decider>()
  return (agreement) => {
    let decider = deciders.get(agreement.digest)
    if (decider === undefined) {
      decider = createDecider(agreement)
      deciders.set(agreement.digest, decider)
    }
    return decider
  }
}

/** Nothing configured is the built-in rehearsal model. */
function upstreamConfigs(configured: readonly ConfiguredUpstream[]): UpstreamConfig[] {
  if (configured.length === 0) {
    return [{ id: 'rehearsal', kind: 'rehearsal', chunkDelayMs: REHEARSAL_CHUNK_DELAY_MS }]
  }
  return configured.map((upstream): UpstreamConfig => {
    const {
      id,
      kind,
      baseUrl,
      apiKey,
      dialects,
      headers,
      connectTimeoutMs,
      headTimeoutMs,
      idleTimeoutMs,
      connectionsMax,
      chunkDelayMs,
    } = upstream
    if (kind === 'rehearsal') return { id, kind, chunkDelayMs }
    return {
      id,
      kind,
      headers,
      connectTimeoutMs,
      headTimeoutMs,
      idleTimeoutMs,
      connectionsMax,
      ...(baseUrl === null ? {} : { baseUrl }),
      ...(apiKey === null ? {} : { apiKey }),
      ...(dialects.length === 0 ? {} : { dialects }),
    }
  })
}

/** The guard of every tier, from the configuration. */
function guardOf({ guard }: Config): GatewayDeps['guard'] {
  const { canaries, heldBytesMax } = guard
  const tiers = Object.fromEntries(
    Object.entries(guard.tiers).map(([tier, { windowBytes, holdBackChars }]) => [
      tier,
      { canaries, heldBytesMax: windowBytes === 0 ? heldBytesMax : windowBytes, holdBackChars },
    ]),
  )
  return { canaries, heldBytesMax, tiers }
}
