/**
 * The listening socket of the gateway when several processes serve it: bound here, accepted from by them.
 *
 * The server holds it and never accepts, so a process that is paused or busy takes no connection that another could
 * serve, and while none is up connections wait instead of being refused. Why not `node:cluster` or `reusePort`:
 * docs/decisions/0603-one-listening-socket.md.
 */
import { lookup } from 'node:dns/promises'
import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { formatListenAddress, type ListenAddress } from './config/index.ts'
import { HttpError } from './http/index.ts'

/** A socket handle of Node's own, as `child_process` sends it and `server.listen` takes it. */
export interface SocketHandle {
  getsockname(out: { address?: string; port?: number }): number
  close(): void
}

/** Node binds for `node:cluster` with this function; it is exported and has no types. */
interface NetWithHandles {
  _createServerHandle(
    address: string,
    port: number,
    addressType: 4 | 6,
    fd: number,
    flags: number,
  ): SocketHandle | number
}

export interface SharedSocket {
  readonly handle: SocketHandle
  readonly address: ListenAddress
  /** Closes it here; it is gone when each process that serves it has closed it too. */
  close(): void
}

/** Binds without accepting. @throws {HttpError} `http_address_in_use`, `http_address_refused` */
export async function bindSharedSocket(at: ListenAddress, key: string): Promise<SharedSocket> {
  const { address, family } = await lookup(at.host).catch(() => refuse(at, key, 'ENOTFOUND'))
  const handles = net as unknown as NetWithHandles
  const handle = handles._createServerHandle(address, at.port, family === 6 ? 6 : 4, -1, 0)
  if (typeof handle === 'number') return refuse(at, key, getSystemErrorName(handle))
  const bound: { port?: number } = {}
  handle.getsockname(bound)
  let open = true
  return {
    handle,
    address: { host: at.host, port: bound.port ?? at.port },
    close() {
      if (open) handle.close()
      open = false
    },
  }
}

function refuse(at: ListenAddress, key: string, reason: string): never {
  const where = formatListenAddress(at)
  if (reason === 'EADDRINUSE') {
    throw new HttpError(
      'http_address_in_use',
      `\`${where}\` is in use: stop what listens there, or set \`${key}\``,
    )
  }
  throw new HttpError('http_address_refused', `cannot listen on \`${where}\` (${reason}): set \`${key}\``)
}
