/**
 * A tool server reached over HTTP.
 *
 * Spec: modelcontextprotocol.io/specification/2025-11-25/basic/transports, streamable HTTP. An answer is JSON, or a stream
 * of events of which one is the answer. Redirects are not followed: the address is the one that was configured.
 */
import { Pool } from 'undici'
import { McpError } from './error.ts'
import { isObject, type Message, PROTOCOL_VERSIONS, parseMessage } from './message.ts'
import { limited, Peer, type PeerOptions, RECEIPT_META, type Transport } from './peer.ts'

const CONNECTIONS_MAX = 32

export interface HttpServer extends PeerOptions {
  readonly url: URL
  /** Sent with every message: how this server knows us. */
  readonly headers: Readonly<Record<string, string>>
  readonly messageBytesMax: number
}

/** @throws {McpError} as `Peer.open` */
export async function connectHttp(server: HttpServer): Promise<Peer> {
  const peer = new Peer(server)
  const transport = new HttpTransport(server, peer)
  try {
    await peer.open(transport)
  } catch (error) {
    await transport.close()
    throw error
  }
  return peer
}

class HttpTransport implements Transport {
  readonly #server: HttpServer
  readonly #peer: Peer
  readonly #client: Pool
  #session: string | null = null

  constructor(server: HttpServer, peer: Peer) {
    this.#server = server
    this.#peer = peer
    this.#client = new Pool(server.url.origin, {
      // A slow call keeps nobody waiting but its caller.
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      headersTimeout: server.timeoutMs,
      bodyTimeout: server.timeoutMs,
    })
  }

  async send(message: Message, signal: AbortSignal): Promise<void> {
    const { url, headers, messageBytesMax, name } = this.#server
    const body = limited(message, messageBytesMax)
    try {
      const response = await this.#client.request({
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        body,
        signal,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': PROTOCOL_VERSIONS[0],
          ...(this.#session === null ? {} : { 'mcp-session-id': this.#session }),
          ...headers,
          ...receiptHeader(message),
        },
      })
      const session = response.headers['mcp-session-id']
      if (typeof session === 'string') this.#session = session
      if (response.statusCode !== 200) {
        await response.body.dump()
        if (response.statusCode === 202) return
        throw this.#lost(`answered ${response.statusCode}`)
      }
      const events = String(response.headers['content-type'] ?? '').startsWith('text/event-stream')
      for await (const text of events ? this.#events(response.body) : this.#whole(response.body)) {
        this.#peer.receive(parseMessage(text))
      }
    } catch (cause) {
      if (cause instanceof McpError) throw cause
      throw new McpError(
        'mcp_server_unavailable',
        `tool server \`${name}\` cannot be reached: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  async close(): Promise<void> {
    await this.#client.destroy()
  }

  async *#whole(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.length
      this.#limit(bytes)
      chunks.push(chunk)
    }
    if (bytes > 0) yield Buffer.concat(chunks).toString('utf8')
  }

  /** The data of each event as it comes: a server may keep the stream open after its answer. */
  async *#events(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of body) {
      const text = decoder.decode(chunk, { stream: true })
      // Only where an end may have arrived: a stream of single bytes is not searched again and again.
      const ends = /[\r\n]/.test(text)
      rest += text
      this.#limit(rest.length)
      if (!ends) continue
      const events = rest.split(/\r\n\r\n|\n\n|\r\r/)
      rest = events.pop() ?? ''
      for (const event of events) {
        const data = dataOf(event)
        if (data !== '') yield data
      }
    }
    const last = dataOf(rest)
    if (last !== '') yield last
  }

  #limit(bytes: number): void {
    const { name, messageBytesMax } = this.#server
    if (bytes <= messageBytesMax) return
    throw new McpError(
      'mcp_message_too_large',
      `tool server \`${name}\` answered more than ${messageBytesMax} bytes`,
    )
  }

  #lost(what: string): McpError {
    return new McpError('mcp_server_unavailable', `tool server \`${this.#server.name}\` ${what}`)
  }
}

/** Provenance where gateways and logs on the way can see it: docs/spec/tool.md §7. */
function receiptHeader(message: Message): Readonly<Record<string, string>> {
  const meta = message.kind === 'request' ? message.params._meta : undefined
  const receipt = isObject(meta) ? meta[RECEIPT_META] : undefined
  return typeof receipt === 'string' ? { 'sekisho-receipt': receipt } : {}
}

function dataOf(event: string): string {
  return event
    .split(/\r\n|\n|\r/)
    .flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? [])
    .join('\n')
}
