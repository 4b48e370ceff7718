/**
 * A tool server as its caller sees it: asked, answered, within limits.
 *
 * HOSTILE: a server may hang, flood, answer what was not asked, ask back, or change. It is asked one thing after the other
 * or several at once; every question has an end; what it asks of us is refused, because a tool has nothing to ask.
 */
import { McpError } from './error.ts'
import {
  formatMessage,
  type JsonObject,
  type Message,
  PROTOCOL_VERSIONS,
  type RequestId,
  RPC,
} from './message.ts'
import { readTool, readToolResult, type ToolDescription, type ToolResult } from './tool.ts'

const TOOLS_MAX = 500
const PAGES_MAX = 50

/** Member of `_meta` that holds the receipt id of a call. */
export const RECEIPT_META = 'sekisho/receipt'

/** How messages get there and back. */
export interface Transport {
  /** @throws {McpError} `mcp_server_unavailable`, `mcp_message_too_large` */
  send(message: Message, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface PeerOptions {
  readonly name: string
  readonly timeoutMs: number
  readonly version: string
  /** Called when the server says that its tools changed. */
  readonly onToolsChanged?: () => void
}

interface Waiting {
  readonly resolve: (result: JsonObject) => void
  readonly reject: (error: McpError) => void
}

export class Peer {
  readonly #options: PeerOptions
  readonly #waiting = new Map<RequestId, Waiting>()
  #transport: Transport | null = null
  #nextId = 1
  #closed: McpError | null = null

  constructor(options: PeerOptions) {
    this.#options = options
  }

  /** Greets the server and agrees on a version. @throws {McpError} `mcp_server_version` and those of `ask` */
  async open(transport: Transport): Promise<void> {
    this.#transport = transport
    const result = await this.ask('initialize', {
      protocolVersion: PROTOCOL_VERSIONS[0],
      capabilities: {},
      clientInfo: { name: 'sekisho', version: this.#options.version },
    })
    if (!PROTOCOL_VERSIONS.some((version) => version === result.protocolVersion)) {
      throw this.#error(
        'mcp_server_version',
        `speaks version \`${String(result.protocolVersion).slice(0, 40)}\``,
      )
    }
    await this.#send(
      { kind: 'notification', method: 'notifications/initialized', params: {} },
      AbortSignal.timeout(this.#options.timeoutMs),
    )
  }

  async listTools(): Promise<readonly ToolDescription[]> {
    const tools: ToolDescription[] = []
    let cursor: string | undefined
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const result = await this.ask('tools/list', cursor === undefined ? {} : { cursor })
      if (!Array.isArray(result.tools)) throw this.#error('mcp_message_malformed', 'lists no tools')
      tools.push(...result.tools.map(readTool))
      if (tools.length > TOOLS_MAX)
        throw this.#error('mcp_tools_too_many', `has more than ${TOOLS_MAX} tools`)
      if (typeof result.nextCursor !== 'string') return tools
      cursor = result.nextCursor
    }
    throw this.#error('mcp_tools_too_many', `lists its tools on more than ${PAGES_MAX} pages`)
  }

  /**
   * @param signal ends the wait; the server is told that nobody waits any more
   * @param receipt of the recorded intent: goes along as `_meta` and, over HTTP, as a header
   */
  async callTool(
    name: string,
    args: JsonObject,
    signal?: AbortSignal,
    receipt?: string,
  ): Promise<ToolResult> {
    const meta: JsonObject = receipt === undefined ? {} : { _meta: { [RECEIPT_META]: receipt } }
    return readToolResult(await this.ask('tools/call', { name, arguments: args, ...meta }, signal))
  }

  /** @throws {McpError} `mcp_server_timeout`, `mcp_server_error`, `mcp_server_unavailable`, `mcp_closed` */
  async ask(method: string, params: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    if (this.#closed !== null) throw this.#closed
    const id = this.#nextId++
    const timeout = AbortSignal.timeout(this.#options.timeoutMs)
    const ended = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
    const answered = new Promise<JsonObject>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    const giveUp = () => {
      const why = timeout.aborted
        ? `did not answer \`${method}\` within ${this.#options.timeoutMs} ms`
        : 'was not waited for any longer'
      this.#take(id)?.reject(this.#error('mcp_server_timeout', why))
      const gone: Message = {
        kind: 'notification',
        method: 'notifications/cancelled',
        params: { requestId: id },
      }
      // Told as a courtesy: whether it arrives changes nothing.
      this.#send(gone, AbortSignal.timeout(1_000)).catch(() => {})
    }
    ended.addEventListener('abort', giveUp, { once: true })
    this.#send({ kind: 'request', id, method, params }, ended).catch((error: unknown) => {
      this.#take(id)?.reject(
        error instanceof McpError ? error : this.#error('mcp_server_unavailable', String(error)),
      )
    })
    try {
      return await answered
    } finally {
      ended.removeEventListener('abort', giveUp)
    }
  }

  /** What the transport read. Answers to nothing are dropped. */
  receive(message: Message): void {
    switch (message.kind) {
      case 'result':
        this.#take(message.id)?.resolve(message.result)
        return
      case 'error': {
        const waiting = message.id === null ? undefined : this.#take(message.id)
        waiting?.reject(
          this.#error(
            'mcp_server_error',
            `answered ${message.error.code}: ${message.error.message.slice(0, 500)}`,
          ),
        )
        return
      }
      case 'request': {
        const error = { code: RPC.methodNotFound, message: 'a tool server has nothing to ask here' }
        const answer: Message =
          message.method === 'ping'
            ? { kind: 'result', id: message.id, result: {} }
            : { kind: 'error', id: message.id, error }
        this.#send(answer, AbortSignal.timeout(1_000)).catch(() => {})
        return
      }
      case 'notification':
        if (message.method === 'notifications/tools/list_changed') this.#options.onToolsChanged?.()
    }
  }

  /** The transport ended: everything that waits fails, and so does everything asked later. */
  fail(error: McpError): void {
    this.#closed ??= error
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }

  async close(): Promise<void> {
    this.fail(this.#error('mcp_closed', 'is closed'))
    await this.#transport?.close()
  }

  #take(id: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  async #send(message: Message, signal: AbortSignal): Promise<void> {
    if (this.#transport === null) throw this.#error('mcp_server_unavailable', 'is not open')
    await this.#transport.send(message, signal)
  }

  #error(code: McpError['code'], what: string): McpError {
    return new McpError(code, `tool server \`${this.#options.name}\` ${what}`)
  }
}

/** @throws {McpError} `mcp_message_too_large` */
export function limited(message: Message, bytesMax: number): string {
  const text = formatMessage(message)
  if (Buffer.byteLength(text) > bytesMax)
    throw new McpError(
      'mcp_message_too_large',
      `message is ${Buffer.byteLength(text)} bytes, limit is ${bytesMax}`,
    )
  return text
}
