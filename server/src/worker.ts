/**
 * A gateway process: serves model requests from the shared socket under the server's authority.
 *
 * It opens no file but what it imports and holds no key of the ledger or the programme. Signals are the server's to
 * handle; a terminal sends them to every process. When the server is gone it lets go of the socket at once, ends its
 * streams with typed failures and ends. Spec: docs/spec/stop.md §4.
 */
import { loadAgreement } from './agreement/index.ts'
import { channelToParent, connectAuthority } from './authority/index.ts'
import { createLogger, systemClock } from './base/index.ts'
import { createObservedBatch } from './observed-batch.ts'
import { type OpenGateway, openGateway } from './open-gateway.ts'
import type { SocketHandle } from './shared-socket.ts'
import { connectDesk } from './worker-desk.ts'
import { toWorker, type WorkerOrders } from './worker-messages.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

const channel = channelToParent()
let gateway: OpenGateway | null = null
let ending: Promise<void> | null = null
let flush = (): void => undefined

channel.onClose(() => void end(0).finally(() => process.exit()))
process.on('message', (raw, handle) => {
  const message = toWorker(raw)
  // The server closes the channel when it has read what was sent before this.
  if (message?.w === 'end') void end(message.graceMs).then(() => channel.send({ w: 'ended' }))
  // A handle that came with `serve` is the socket.
  if (message?.w === 'serve') void serve(message.orders, handle as unknown as SocketHandle)
})

async function serve(orders: WorkerOrders, socket: SocketHandle): Promise<void> {
  const { worker, config } = orders
  const log = createLogger({ level: config.logging.level, base: { service: 'sekisho', worker } })
  try {
    const desk = connectDesk(channel)
    const authority = await connectAuthority({
      channel,
      clock: systemClock,
      loadAgreement: (document) => loadAgreement(document, 'the agreement in force'),
    })
    const observer = createObservedBatch(
      (message) => channel.send(message),
      () => gateway?.openExchanges() ?? 0,
    )
    flush = observer.flush
    const opened = openGateway(orders, { authority, desk, log, observer })
    gateway = opened
    await new Promise<void>((resolve, reject) => {
      opened.server.once('error', reject)
      opened.server.listen(socket, resolve)
    })
    channel.send({ w: 'serving' })
  } catch (error) {
    log.fatal({ event: 'worker_start_failed', err: error }, 'a gateway process cannot start')
    process.exit(1)
  }
}

function end(graceMs: number): Promise<void> {
  ending ??= (gateway?.end(graceMs) ?? Promise.resolve()).then(() => flush())
  return ending
}
