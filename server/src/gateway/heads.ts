/**
 * What arrives before a request is one: upgrades, tunnels, expectations, malformed, slow or oversized heads.
 *
 * HOSTILE: nothing here was authenticated or even parsed. Each gets a typed answer and a closed connection.
 */
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { createHostCheck, type HostCheck } from '../config/index.ts'
import { type Dialect, problemResponse } from '../wire/index.ts'
import { type GatewayErrorCode, problemOfGatewayError } from './error.ts'

/** Node's parser codes that have an answer of their own; every other defect is a malformed head. */
const PARSER_CODES: Readonly<Record<string, GatewayErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'gateway_head_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'gateway_head_timeout',
}

/** How long a refused peer may take to read its answer, in milliseconds. */
const LINGER_MS = 1_000

/** Answers everything that never becomes a request. `refused` is told each code. */
export function refuseHeads(server: Server, refused: (code: GatewayErrorCode) => void): void {
  const end = (socket: Duplex, dialect: Dialect, code: GatewayErrorCode, message: string): void => {
    refused(code)
    endSocket(socket, dialect, code, message)
  }
  // Codex asks for a WebSocket first and falls back to HTTP on 426.
  server.on('upgrade', (request: IncomingMessage, socket) =>
    end(
      socket,
      dialectGuess(request),
      'gateway_upgrade_refused',
      'this listener serves HTTP only: send the request without `upgrade`',
    ),
  )
  server.on('connect', (request: IncomingMessage, socket) =>
    end(socket, dialectGuess(request), 'gateway_route_unknown', 'this listener is no proxy'),
  )
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    end(
      response.socket ?? request.socket,
      dialectGuess(request),
      'gateway_expectation_refused',
      'the only expectation met here is `100-continue`',
    ),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const code = PARSER_CODES[error.code ?? ''] ?? 'gateway_head_malformed'
    end(socket, 'responses', code, `the request head was not read (${error.code ?? 'malformed'})`)
  })
}

/** Which dialect an answer to a request of no known route is dressed in. */
export function dialectGuess(request: IncomingMessage): Dialect {
  return request.headers['anthropic-version'] === undefined ? 'responses' : 'messages'
}

/** The Host check for the address the server turns out to listen on; refuses everything until it listens. */
export function hostCheckOf(server: Server, names: readonly string[]): HostCheck {
  let check: HostCheck = () => false
  server.on('listening', () => {
    const address = server.address()
    if (address !== null && typeof address === 'object') {
      check = createHostCheck({ host: address.address, port: address.port }, names)
    }
  })
  return (host) => check(host)
}

function endSocket(socket: Duplex, dialect: Dialect, code: GatewayErrorCode, message: string): void {
  const { status, headers, body } = problemResponse(dialect, problemOfGatewayError(code, message))
  // A peer that resets, or never closes its side, must neither end the process nor keep the socket.
  socket.on('error', () => socket.destroy())
  const linger = setTimeout(() => socket.destroy(), LINGER_MS)
  linger.unref()
  socket.once('close', () => clearTimeout(linger))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    `content-length: ${body.length}`,
  ]
  for (const [name, value] of Object.entries(headers)) head.push(`${name}: ${value}`)
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
}
