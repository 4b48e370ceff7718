/**
 * Which `Host` headers a listener answers to.
 *
 * HOSTILE: a page in a browser can make its own name resolve to 127.0.0.1 (DNS rebinding) and then talk to a
 * loopback listener as the same origin. What gives it away is the `Host` header, so anything unexpected is refused.
 */
import { isLoopback, type ListenAddress } from './address.ts'

/** Whether a `Host` header may be served; absent or doubled headers may not. */
export type HostCheck = (host: string | undefined) => boolean

/**
 * @param address what is listened on, with the port in use
 * @param names   further names that people reach the listener by, with any port: a proxy's, for one
 */
export function createHostCheck(address: ListenAddress, names: readonly string[]): HostCheck {
  const exact = new Set<string>()
  const hosts = isLoopback(address.host)
    ? ['localhost', '127.0.0.1', '[::1]', bracketed(address.host)]
    : [bracketed(address.host)]
  for (const host of hosts) {
    exact.add(`${host}:${address.port}`)
    // Port 80 is left out by clients.
    if (address.port === 80) exact.add(host)
  }
  const free = new Set(names.map((name) => name.toLowerCase()))
  return (host) => {
    if (host === undefined) return false
    const lower = host.toLowerCase()
    return exact.has(lower) || free.has(lower.replace(/:\d{1,5}$/, ''))
  }
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
