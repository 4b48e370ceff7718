/**
 * Exchanges that are under way: decided again whenever the programme changes, the lease ends or time passes.
 *
 * A stop, a window that closes or a token that runs out ends an open stream in well under a second.
 */
import type { Authority } from '../authority/index.ts'

/** How often time-dependent facts (windows, tokens) are looked at again, in milliseconds. */
const TICK_MS = 200

export interface OpenExchange {
  /** Decides again; ends the exchange with a typed failure when it is no longer allowed. */
  redecide(): void
  /** Ends it at once: the lease ran out, or the gateway closes. */
  end(code: 'gateway_lease_expired' | 'gateway_closing'): void
}

export interface OpenExchanges {
  add(exchange: OpenExchange): void
  delete(exchange: OpenExchange): void
  readonly size: number
  /** Ends what is open and stops watching. */
  close(): void
}

export function watchOpenExchanges(authority: Authority): OpenExchanges {
  const open = new Set<OpenExchange>()
  const redecideAll = (): void => {
    for (const exchange of [...open]) exchange.redecide()
  }
  const endAll = (code: 'gateway_lease_expired' | 'gateway_closing'): void => {
    for (const exchange of [...open]) exchange.end(code)
  }
  const offSnapshot = authority.onSnapshot(redecideAll)
  const offLease = authority.onLease((valid) => {
    if (!valid) endAll('gateway_lease_expired')
  })
  const timer = setInterval(redecideAll, TICK_MS)
  timer.unref()
  return {
    add: (exchange) => void open.add(exchange),
    delete: (exchange) => void open.delete(exchange),
    get size() {
      return open.size
    },
    close() {
      clearInterval(timer)
      offSnapshot()
      offLease()
      endAll('gateway_closing')
    },
  }
}
