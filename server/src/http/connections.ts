/**
 * Which connections a listener keeps when it has too many: the ones whose request has arrived.
 *
 * Threat: whoever holds idle connections must not keep a stop from being submitted. So nobody waits in front of a
 * full house: the oldest connection without a complete request makes room, first of the same address.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimits {
  readonly connectionsMax: number
  readonly perAddressMax: number
}

interface Held {
  readonly address: string
  /** The request being answered; null while its head has not arrived. */
  request: IncomingMessage | null
}

export function limitConnections(server: Server, { connectionsMax, perAddressMax }: ConnectionLimits): void {
  /** Oldest first. */
  const held = new Map<Socket, Held>()
  const byAddress = new Map<string, number>()
  const leave = (socket: Socket): void => {
    const one = held.get(socket)
    if (one === undefined) return
    held.delete(socket)
    const left = (byAddress.get(one.address) ?? 1) - 1
    if (left === 0) byAddress.delete(one.address)
    else byAddress.set(one.address, left)
  }
  const evict = (address: string | null): boolean => {
    const victim =
      oldest(held, address, ({ request }) => request === null) ??
      oldest(held, address, ({ request }) => request?.complete === false)
    if (victim === null) return false
    leave(victim)
    victim.destroy()
    return true
  }
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const full = held.size >= connectionsMax
    const crowded = (byAddress.get(address) ?? 0) >= perAddressMax
    if ((crowded && !evict(address)) || (full && !crowded && !evict(null))) return void socket.destroy()
    held.set(socket, { address, request: null })
    byAddress.set(address, (byAddress.get(address) ?? 0) + 1)
    socket.once('close', () => leave(socket))
  })
  server.on('request', (request, response) => {
    const one = held.get(request.socket)
    if (one === undefined) return
    one.request = request
    response.once('close', () => {
      if (one.request === request) one.request = null
    })
  })
}

function oldest(
  held: ReadonlyMap<Socket, Held>,
  address: string | null,
  matches: (one: Held) => boolean,
): Socket | null {
  for (const [socket, one] of held) {
    if ((address === null || one.address === address) && matches(one)) return socket
  }
  return null
}
