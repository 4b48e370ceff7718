/**
 * The broker over HTTP: `POST /mcp`, one message a request, stateless.
 *
 * Spec: modelcontextprotocol.io/specification/2025-11-25/basic/transports, streamable HTTP; RFC 6750 for the credential.
 * HOSTILE: a web page may send requests to a local address, so a foreign `Origin` is refused (DNS rebinding).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AUTHENTICATION_FAILURES, presentedToken } from '../access/index.ts'
import type { Authority } from '../authority/index.ts'
import { type ActorLoad, GatewayError, type Mount } from '../gateway/index.ts'
import {
  answerMessage,
  formatMessage,
  type Message,
  PROTOCOL_VERSIONS,
  type ServerIdentity,
  type ToolHost,
} from '../mcp/index.ts'
import type { Caller } from './call.ts'

const BODY_BYTES_MAX = 4 * 1024 * 1024
const BODY_TIMEOUT_MS = 30_000
const HEADER_CHARS_MAX = 200

export interface EndpointDeps {
  readonly authority: Authority
  readonly broker: ToolHost<Caller>
  readonly identity: ServerIdentity
  /** Model that is said to make the calls where the caller names none. */
  readonly defaultModel: string
}

/** Answers every request; never rejects. */
export function createToolEndpoint(deps: EndpointDeps): Mount {
  return async (request, response, actors) => {
    try {
      await serve(request, response, deps, actors)
    } catch (error) {
      if (error instanceof Refusal) refuse(response, error)
      else if (!response.headersSent) refuse(response, new Refusal(500, -32603, 'internal error'))
      else response.destroy()
    }
  }
}

class Refusal extends Error {
  readonly status: number
  readonly rpcCode: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    rpcCode: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.rpcCode = rpcCode
    this.headers = headers
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  deps: EndpointDeps,
  actors: ActorLoad,
): Promise<void> {
  if (request.method !== 'POST')
    throw new Refusal(405, -32600, 'messages are sent with POST; nothing is streamed', { allow: 'POST' })
  refuseForeignOrigin(request)
  const caller = callerOf(request, deps)
  const version = request.headers['mcp-protocol-version']
  if (version !== undefined && !PROTOCOL_VERSIONS.some((known) => known === version)) {
    throw new Refusal(
      400,
      -32600,
      `protocol version \`${String(version).slice(0, 40)}\` is not one of \`${PROTOCOL_VERSIONS.join('`, `')}\``,
    )
  }
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, -32600, 'a message is `application/json`')
  }
  const left = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) left.abort()
  })
  // One caller's half-sent messages and calls that hang must not take every place of the listener.
  const leave = placeFor(caller, actors)
  let answer: Message | null
  try {
    answer = await answerMessage(await readBody(request), caller, deps.broker, deps.identity, left.signal)
  } finally {
    leave()
  }
  if (answer === null) {
    response.writeHead(202).end()
    return
  }
  const body = Buffer.from(formatMessage(answer))
  response
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'cache-control': 'no-store',
    })
    .end(body)
}

function placeFor({ principal }: Caller, actors: ActorLoad): () => void {
  try {
    return actors.enter(principal.actor.id)
  } catch (error) {
    if (error instanceof GatewayError) throw new Refusal(429, -32603, error.message, { 'retry-after': '1' })
    throw error
  }
}

function refuse(response: ServerResponse, { status, rpcCode, message, headers }: Refusal): void {
  const body = Buffer.from(formatMessage({ kind: 'error', id: null, error: { code: rpcCode, message } }))
  // What is left of the body is not read.
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': body.length,
      connection: 'close',
      ...headers,
    })
    .end(body)
}

function refuseForeignOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers
  if (origin === undefined) return
  const own = URL.canParse(origin) && new URL(origin).host === host
  if (!own) throw new Refusal(403, -32600, 'requests of web pages elsewhere are refused')
}

function callerOf(request: IncomingMessage, { authority, defaultModel }: EndpointDeps): Caller {
  if (!authority.leaseValid())
    throw new Refusal(
      503,
      -32603,
      'this gateway lost touch with the programme and serves nothing until it is back',
    )
  const presented = presentedToken(request.headers)
  const found = presented.ok ? authority.authenticate(presented.token) : presented
  if (!found.ok) {
    const status = found.failure === 'not_ready' ? 503 : 401
    throw new Refusal(status, -32600, AUTHENTICATION_FAILURES[found.failure], {
      'www-authenticate': 'Bearer realm="sekisho"',
    })
  }
  return {
    principal: found.principal,
    engagementId: header(request, 'x-sekisho-engagement'),
    purpose: header(request, 'x-sekisho-purpose'),
    model: header(request, 'x-sekisho-model') ?? defaultModel,
  }
}

/** One value, or none. @throws {Refusal} when it stands more than once or is too long */
function header(request: IncomingMessage, name: string): string | null {
  const values = request.headersDistinct[name] ?? []
  const [value] = values
  if (value === undefined || value === '') return null
  if (values.length > 1 || value.length > HEADER_CHARS_MAX) {
    throw new Refusal(
      400,
      -32600,
      `header \`${name}\` stands once, with at most ${HEADER_CHARS_MAX} characters`,
    )
  }
  return value
}

async function readBody(request: IncomingMessage): Promise<string> {
  const timer = setTimeout(
    () => request.destroy(new Refusal(408, -32600, 'the message did not arrive in time')),
    BODY_TIMEOUT_MS,
  )
  try {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > BODY_BYTES_MAX)
        throw new Refusal(413, -32600, `a message has at most ${BODY_BYTES_MAX} bytes`)
      chunks.push(chunk)
    }
    const whole = Buffer.concat(chunks)
    const text = whole.toString('utf8')
    if (!Buffer.from(text).equals(whole)) throw new Refusal(400, -32700, 'the message is not UTF-8')
    return text
  } finally {
    clearTimeout(timer)
  }
}
