/**
 * Where model requests are served: in this process, or in gateway processes beside it (setting `workers`).
 *
 * The server stays the one writer in both cases.
 */
import { systemClock } from './base/index.ts'
import type { ListenAddress } from './config/index.ts'
import { listen } from './http/index.ts'
import { openGateway } from './open-gateway.ts'
import type { Parts } from './parts.ts'
import { bindSharedSocket } from './shared-socket.ts'
import { startWorkerPool } from './worker-pool.ts'

const KEY = 'listen.gateway'

export interface Gateways {
  readonly address: ListenAddress
  /** Gateways that serve: one in this process, or as many processes as are up. */
  serving(): number
  openExchanges(): number
  /** Takes nothing new, lets open answers finish for so long, ends the rest; every outcome is recorded then. */
  end(graceMs: number): Promise<void>
}

/** @throws {HttpError} when the address cannot be listened on */
export function openGateways(parts: Parts, consoleUrl: string): Promise<Gateways> {
  return parts.orders.config.workers === 0 ? openHere(parts, consoleUrl) : openBeside(parts, consoleUrl)
}

async function openHere(parts: Parts, consoleUrl: string): Promise<Gateways> {
  const { orders, desk, observer, logger: log } = parts
  const { authority } = parts.forPages.programme
  const gateway = openGateway({ ...orders, consoleUrl }, { authority, desk, observer, log })
  try {
    const address = await listen(gateway.server, orders.config.listen.gateway, KEY)
    return { address, serving: () => 1, openExchanges: gateway.openExchanges, end: gateway.end }
  } catch (error) {
    await gateway.end(0)
    throw error
  }
}

async function openBeside(parts: Parts, consoleUrl: string): Promise<Gateways> {
  const { orders, desk, observer, logger } = parts
  const { programme } = parts.forPages
  const { config } = orders
  const socket = await bindSharedSocket(config.listen.gateway, KEY)
  const host = {
    socket,
    orders: { ...orders, consoleUrl },
    desk,
    observer,
    attach: programme.attachGateway.bind(programme),
  }
  try {
    const startedMs = systemClock.monotonicMs()
    const pool = await startWorkerPool(config.workers, host, logger)
    const elapsedMs = Math.round(systemClock.monotonicMs() - startedMs)
    logger.info({ event: 'workers', count: config.workers, elapsedMs }, 'gateway processes serve')
    return {
      address: socket.address,
      serving: pool.serving,
      openExchanges: pool.openExchanges,
      end(graceMs) {
        // Nobody waits in a queue that nobody serves any more.
        socket.close()
        return pool.end(graceMs)
      },
    }
  } catch (error) {
    socket.close()
    throw error
  }
}
