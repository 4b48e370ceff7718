/**
 * The gateway processes of a server: started, replaced when they end, ended in order.
 *
 * What a process leaves open is closed as ambiguous by the programme when its channel closes (docs/spec/stop.md §4);
 * here it is only replaced, at growing intervals, so that one that cannot live does not keep the server busy.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './base/index.ts'
import { startWorker, type WorkerHost, type WorkerProcess } from './worker-process.ts'

const RESTART_MS_MIN = 100
const RESTART_MS_MAX = 10_000
/** A process that served so long starts the intervals anew. */
const STEADY_MS = 30_000

export interface WorkerPool {
  /** Processes that serve. */
  serving(): number
  /** Exchanges under way in all of them, a tenth of a second late. */
  openExchanges(): number
  end(graceMs: number): Promise<void>
}

/** Resolves when all serve. @throws {Error} when one of them ends before it does */
export async function startWorkerPool(count: number, host: WorkerHost, logger: Logger): Promise<WorkerPool> {
  const stop = new AbortController()
  const slots = Array.from({ length: count }, (_, i) => new Slot(i + 1, host, logger))
  const pool: WorkerPool = {
    serving: () => slots.filter(({ process }) => process.serving).length,
    openExchanges: () => slots.reduce((sum, { process }) => sum + process.openExchanges, 0),
    async end(graceMs) {
      stop.abort()
      await Promise.all(slots.map((slot) => slot.process.end(graceMs)))
    },
  }
  try {
    await Promise.all(slots.map(({ process }) => process.started))
  } catch (error) {
    await pool.end(0)
    throw error
  }
  for (const slot of slots) void slot.keep(stop.signal)
  return pool
}

/** The place of one process, and whoever holds it now. */
class Slot {
  readonly #worker: number
  readonly #host: WorkerHost
  readonly #logger: Logger
  process: WorkerProcess

  constructor(worker: number, host: WorkerHost, logger: Logger) {
    this.#worker = worker
    this.#host = host
    this.#logger = logger
    this.process = startWorker(worker, host)
  }

  /** Replaces the process whenever it ends, until told to stop. */
  async keep(stop: AbortSignal): Promise<void> {
    const worker = this.#worker
    for (let failures = 0; ; ) {
      const { pid } = this.process
      const since = performance.now()
      const how = await this.process.ended
      if (stop.aborted) return
      if (performance.now() - since > STEADY_MS) failures = 0
      const waitMs = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** failures)
      failures += 1
      this.#logger.error(
        { event: 'worker_ended', worker, pid, how, restartInMs: waitMs },
        'a gateway process ended; what it left open is closed as ambiguous',
      )
      await sleep(waitMs, undefined, { signal: stop, ref: false }).catch(() => undefined)
      if (stop.aborted) return
      this.process = startWorker(worker, this.#host)
      void this.process.started.then(
        () =>
          this.#logger.warn({ event: 'worker_restarted', worker, pid: this.process.pid }, 'it serves again'),
        () => undefined,
      )
    }
  }
}
