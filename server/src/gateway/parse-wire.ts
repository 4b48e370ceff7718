/**
 * Stage 2: what is asked. Reads the body within size and time, then parses it once.
 *
 * HOSTILE: length, encoding, speed and content of the body.
 */
import type { IncomingMessage } from 'node:http'
import { parseWireRequest, WireError } from '../wire/index.ts'
import type { GatewayDeps } from './deps.ts'
import { GatewayError } from './error.ts'
import type { Authenticated, Parsed } from './exchange.ts'

/** Longest session, purpose or engagement named in a header, in characters. */
const HEADER_VALUE_MAX = 200

const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i
const LATIN_ONLY = /^[ -~]*$/

/** @throws {GatewayError} `gateway_media_type`, `gateway_body_timeout`, `gateway_body_cut`, `gateway_header_conflict` @throws {WireError} */
export async function parseWire(authenticated: Authenticated, deps: GatewayDeps): Promise<Parsed> {
  const { request: incoming } = authenticated.http
  assertJson(incoming)
  const body = await readBody(incoming, deps.limits.bodyBytesMax, deps.limits.bodyTimeoutMs)
  const request = parseWireRequest(authenticated.dialect, body, { bodyBytesMax: deps.limits.bodyBytesMax })
  return {
    ...authenticated,
    request,
    session: sessionOf(incoming, authenticated.principal.tokenId),
    engagementId: headerValue(incoming, 'x-sekisho-engagement') ?? authenticated.principal.engagement,
    purpose: headerValue(incoming, 'x-sekisho-purpose'),
  }
}

function assertJson(incoming: IncomingMessage): void {
  const type = incoming.headers['content-type'] ?? ''
  if (type !== 'application/json' && !JSON_TYPE.test(type)) {
    throw new GatewayError('gateway_media_type', 'send `content-type: application/json` in UTF-8')
  }
  const encoding = incoming.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new GatewayError(
      'gateway_media_type',
      `content-encoding \`${encoding.slice(0, 40)}\` is not read here: send the body uncompressed`,
    )
  }
}

/** The whole body. @throws {GatewayError} `gateway_body_timeout`, `gateway_body_cut` @throws {WireError} `wire_body_too_large` */
export function readBody(incoming: IncomingMessage, bytesMax: number, timeoutMs: number): Promise<Buffer> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > bytesMax) return Promise.reject(tooLarge(declared, bytesMax))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (error: Error | null): void => {
      clearTimeout(timer)
      incoming.off('data', onData)
      if (error === null) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes))
      else reject(error)
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > bytesMax) settle(tooLarge(bytes, bytesMax))
      else chunks.push(chunk)
    }
    const onCut = (): void => settle(new GatewayError('gateway_body_cut', 'the request body was cut off'))
    const timer = setTimeout(() => {
      settle(
        new GatewayError('gateway_body_timeout', `the request body did not arrive within ${timeoutMs} ms`),
      )
    }, timeoutMs)
    incoming.on('data', onData)
    incoming.on('end', () => settle(null))
    incoming.on('error', onCut)
    incoming.on('close', () => {
      if (!incoming.complete) onCut()
    })
  })
}

function tooLarge(bytes: number, bytesMax: number): WireError {
  return new WireError('wire_body_too_large', `request is ${bytes} bytes or more, limit is ${bytesMax}`)
}

/**
 * Grants are per session: the client's own session id, or one derived from the token.
 *
 * HOSTILE: an approval of one tool call is a grant for the session `call:DIGEST`. A client that could name it would have a
 * harmless prompt approved, and with it the call.
 */
function sessionOf(incoming: IncomingMessage, tokenId: string): string {
  const named =
    headerValue(incoming, 'x-sekisho-session') ??
    headerValue(incoming, 'session-id') ??
    headerValue(incoming, 'x-claude-code-session-id')
  if (named?.startsWith('call:') === true) {
    throw new GatewayError(
      'gateway_header_conflict',
      'a session that begins with `call:` is one of a tool call: name yours otherwise',
    )
  }
  return named ?? `token:${tokenId}`
}

function headerValue(incoming: IncomingMessage, name: string): string | null {
  const value = incoming.headers[name]
  if (value === undefined || value === '') return null
  if (typeof value !== 'string' || value.length > HEADER_VALUE_MAX) {
    throw new GatewayError(
      'gateway_header_too_long',
      `header \`${name}\` is longer than ${HEADER_VALUE_MAX} characters`,
    )
  }
  // Node hands headers over as Latin-1; people write purposes in UTF-8.
  return LATIN_ONLY.test(value) ? value : Buffer.from(value, 'latin1').toString('utf8')
}
