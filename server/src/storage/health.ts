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
  /** Whether the database was prepared since the start. */
  prepared(): boolean
  /** Prepares it now; what fails is tried again with each probe. */
  prepare(): Promise<void>
  healthy(): boolean
  /** Tells what a statement found: null when it succeeded. */
  report(error: StorageError | null): void
  onChange(listener: (healthy: boolean) => void): () => void
  close(): void
}

export interface HealthOptions {
  /** Run until it succeeds once. */
  readonly prepare: () => Promise<void>
  readonly probe: () => Promise<void>
  readonly intervalMs?: number
  readonly logger: Logger
}

export function createHealth(options: HealthOptions): Health {
  const listeners = new Set<(healthy: boolean) => void>()
  let prepared = false
  let healthy = false
  let closed = false

  function report(error: StorageError | null): void {
    const reachable =
      error === null || error.code === 'storage_query_failed' || error.code === 'storage_timeout'
    const next = prepared && reachable
    if (next === healthy || closed) return
    healthy = next
    if (next) options.logger.info({ event: 'database_back' }, 'database answers')
    else options.logger.error({ event: 'database_gone', reason: error?.message }, 'database is gone')
    for (const listener of listeners) listener(next)
  }

  async function prepare(): Promise<void> {
    await options.prepare()
    prepared = true
    report(null)
  }

  let told = ''
  /** A database that comes but cannot be prepared is said once, not with every probe. */
  function tellOnce(reason: string): void {
    if (reason === told) return
    told = reason
    options.logger.error({ event: 'database_not_ready', reason }, 'database is not ready')
  }

  let probing = false
  async function probe(): Promise<void> {
    if (probing) return
    probing = true
    try {
      await (prepared ? options.probe() : prepare())
      report(null)
    } catch (error) {
      const failure = toStorageError(error)
      report(failure)
      if (!prepared) tellOnce(failure.message)
    } finally {
      probing = false
    }
  }
  const timer = setInterval(() => void probe(), options.intervalMs ?? PROBE_INTERVAL_MS)
  timer.unref()

  return {
    prepared: () => prepared,
    prepare,
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
