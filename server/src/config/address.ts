/** Addresses to listen on: `host:port`, with the host always said. */

/** Where a listener is bound; port 0 takes a free one. */
export interface ListenAddress {
  /** An IP address, without brackets, or `localhost`. */
  readonly host: string
  /** 0 picks a free port, for tests. */
  readonly port: number
}

const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/

/** Reads `host:port`; a number alone is no address. */
export function parseListenAddress(
  text: string,
): { ok: true; value: ListenAddress } | { ok: false; wrong: string } {
  const match = ADDRESS.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535)
    return { ok: false, wrong: 'must be `host:port`, e.g. `127.0.0.1:8787` or `[::1]:8787`' }
  return { ok: true, value: { host: match[1] ?? match[2]!, port } }
}

/** `host:port`, with brackets around IPv6. */
export function formatListenAddress(address: ListenAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
