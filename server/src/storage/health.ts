/**
 * Whether the database is there: learnt from every statement, and by asking when nothing else is said.
 *
 * A refused statement is an answer, so it counts as reachable; only silence and lost connections count against.
 */
import type { Logger } from '../base/index.ts'
import type { StorageError } from './error.ts'
import { toStorageError } from './failure.ts'

const PROBE_INTERVAL_MS = 1_000

export interface Health {
  healthy(): boolean
  /** Tells what a statement found: null when it succeeded. */
  report(error: StorageError | null): void
  onChange(listener: (healthy: boolean) => void): () => void
  close(): void
}

export interface HealthOptions {
  readonly probe: () => Promise<void>
  readonly intervalMs?: number
  readonly logger: Logger
}

export function createHealth(options: HealthOptions): Health {
  const listeners = new Set<(healthy: boolean) => void>()
  let healthy = true
  let closed = false

  function report(error: StorageError | null): void {
    const next = error === null || error.code === 'storage_query_failed' || error.code === 'storage_timeout'
    if (next === healthy || closed) return
    healthy = next
    if (next) options.logger.info({ event: 'database_back' }, 'database answers again')
    else options.logger.error({ event: 'database_gone', reason: error?.message }, 'database is gone')
    for (const listener of listeners) listener(next)
  }

  let probing = false
  async function probe(): Promise<void> {
    if (probing) return
    probing = true
    await options.probe().then(
      () => report(null),
      (error) => report(toStorageError(error)),
    )
    probing = false
  }
  const timer = setInterval(probe, options.intervalMs ?? PROBE_INTERVAL_MS)
  timer.unref()

  return {
    healthy: () => healthy,
    report,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      closed = true
      clearInterval(timer)
    },
  }
}
