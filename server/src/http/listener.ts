/**
 * One HTTP listener: who it is addressed to, which route, what body, and one typed answer.
 *
 * HOSTILE: everything that arrives. Paths hold plain characters only, so there is nothing to decode and nothing
 * to traverse; a browser's cross-site request is refused; bodies have a size and a time.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AdminCaller } from '../access/index.ts'
import type { Logger } from '../base/index.ts'
import { formatListenAddress, type HostCheck, type ListenAddress } from '../config/index.ts'
import { type Answer, problem } from './answer.ts'
import { readJson } from './body.ts'
import { limitConnections } from './connections.ts'
import { HttpError } from './error.ts'
import { problemOf } from './problem.ts'
import { matchRoute, type Route } from './route.ts'

const HEAD_BYTES_MAX = 16 * 1024
const HEADERS_TIMEOUT_MS = 2_000
const CHECK_INTERVAL_MS = 500
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 5_000
const CONNECTIONS_MAX = 512
/** Room stays for others, whatever one address does. */
const CONNECTIONS_PER_ADDRESS_MAX = 256
const PATH = /^\/[A-Za-z0-9._~/-]{0,512}$/
const QUERY_CHARACTERS_MAX = 1024

export interface ListenerOptions {
  readonly routes: readonly Route[]
  /** Who calls, for routes that ask for a credential. @throws {HttpError} where nobody who may does */
  readonly authenticate?: (request: IncomingMessage) => AdminCaller
  /** Set once the port is known. */
  readonly hostCheck: () => HostCheck
  readonly logger: Logger
  /** Headers on every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Dresses an error; problem+json unless said otherwise. */
  readonly errorAnswer?: (error: unknown, request: IncomingMessage) => Answer
}

export function createListener(options: ListenerOptions): Server {
  const server = createServer(
    {
      maxHeaderSize: HEAD_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      insecureHTTPParser: false,
    },
    (request, response) => void serve(request, response, options),
  )
  limitConnections(server, {
    connectionsMax: CONNECTIONS_MAX,
    perAddressMax: CONNECTIONS_PER_ADDRESS_MAX,
  })
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return void socket.destroy()
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  return server
}

/** Starts listening and returns the address in use. @throws {HttpError} `http_address_in_use`, `http_address_refused` */
export function listen(server: Server, address: ListenAddress, key: string): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const where = formatListenAddress(address)
      reject(
        error.code === 'EADDRINUSE'
          ? new HttpError(
              'http_address_in_use',
              `\`${where}\` is in use: stop what listens there, or set \`${key}\``,
            )
          : new HttpError(
              'http_address_refused',
              `cannot listen on \`${where}\` (${error.code}): set \`${key}\``,
            ),
      )
    }
    server.once('error', onError)
    server.listen(address.port, address.host, () => {
      server.off('error', onError)
      const bound = server.address()
      resolve({
        host: address.host,
        port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
      })
    })
  })
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
): Promise<void> {
  let answer: Answer
  try {
    answer = await answerTo(request, options)
  } catch (error) {
    answer = errorAnswer(error, request, options)
  }
  write(request, response, answer, options.headers ?? {})
}

function errorAnswer(error: unknown, request: IncomingMessage, options: ListenerOptions): Answer {
  const { problem: details, defect } = problemOf(error)
  if (defect)
    options.logger.error({ event: 'request_failed', err: error }, 'a request failed in an unforeseen way')
  const answer = options.errorAnswer?.(error, request) ?? problem(details)
  if (!(error instanceof HttpError) || error.allow.length === 0) return answer
  return { ...answer, headers: { ...answer.headers, allow: error.allow.join(', ') } }
}

async function answerTo(request: IncomingMessage, options: ListenerOptions): Promise<Answer> {
  if (!options.hostCheck()(request.headers.host)) {
    throw new HttpError(
      'http_host_refused',
      'the `Host` header does not name this server: see `listen.hostNames`',
    )
  }
  const [path = '', query = ''] = splitTarget(request.url ?? '')
  const method = request.method ?? ''
  const match = matchRoute(options.routes, method, path)
  if (match.route === null) {
    if (match.methods.length === 0) throw new HttpError('http_route_unknown', `no such route: \`${path}\``)
    throw new HttpError('http_method', `\`${path}\` takes ${match.methods.join(', ')}`, {
      allow: match.methods,
    })
  }
  if (match.route.method !== 'GET') refuseCrossSite(request)
  const call = {
    request,
    path,
    params: match.params,
    query: new URLSearchParams(query),
    body: () => readJson(request),
  }
  if (match.route.proof !== 'credential') return match.route.handle(call)
  // A listener without credentials serves no route that asks for one.
  if (options.authenticate === undefined) throw new HttpError('http_credential_required', 'not served here')
  return match.route.handle(call, options.authenticate(request))
}

function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query = at < 0 ? '' : target.slice(at + 1)
  const plain =
    PATH.test(path) && !path.includes('//') && !path.split('/').some((part) => part === '.' || part === '..')
  if (!plain || query.length > QUERY_CHARACTERS_MAX)
    throw new HttpError('http_route_unknown', 'no such route')
  return [path, query]
}

/** Browsers name the page that asks; our own clients are no browsers and name none. */
function refuseCrossSite(request: IncomingMessage): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  const foreign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
  if (foreign || site === 'cross-site' || site === 'same-site') {
    throw new HttpError('http_origin_refused', 'changes are not accepted from another site’s page')
  }
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  headers: Record<string, string>,
): void {
  if (response.headersSent || response.destroyed) return
  if (answer.stream !== undefined && request.method !== 'HEAD') {
    response.writeHead(answer.status, { 'x-content-type-options': 'nosniff', ...headers, ...answer.headers })
    answer.stream(response)
    return
  }
  response.writeHead(answer.status, {
    'x-content-type-options': 'nosniff',
    ...headers,
    ...answer.headers,
    'content-length': answer.body.length,
    // A body that was not read to its end must not be taken for the next request.
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}
