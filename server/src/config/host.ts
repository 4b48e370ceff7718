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
 * The port does not count: what an attacker's page controls is the name, and people forward ports.
 *
 * @param address what is listened on
 * @param names   further names that people reach the listener by: a proxy's, for one
 */
export function createHostCheck(address: ListenAddress, names: readonly string[]): HostCheck {
  const own = isLoopback(address.host) ? ['localhost', '127.0.0.1', '[::1]'] : []
  const served = new Set([bracketed(address.host), ...own, ...names].map((name) => name.toLowerCase()))
  return (host) => host !== undefined && served.has(host.toLowerCase().replace(/:\d{1,5}$/, ''))
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)
