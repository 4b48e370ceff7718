/**
 * The tools that can be served: declared by the institution, offered by their server, described as was approved.
 *
 * A description is what steers a model, so it is pinned by its digest: one that changed takes its tool out of service until
 * somebody approves the new one. A server that cannot be reached takes its tools with it and is tried again.
 */
import type { Clock, Logger } from '../base/index.ts'
import {
  connectHttp,
  connectStdio,
  type JsonObject,
  McpError,
  type Peer,
  type ToolDescription,
  type ToolResult,
  toolDigest,
} from '../mcp/index.ts'
import type { ApprovedTool } from '../programme/index.ts'
import type { ServerDeclaration, ToolDeclaration } from './tools-file.ts'

const RETRY_AFTER_MS = 5_000
/** After these a connection is of no use any more. */
const ENDED: ReadonlySet<string> = new Set(['mcp_server_unavailable', 'mcp_message_too_large', 'mcp_closed'])
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024

export type ToolState = 'served' | 'changed' | 'unapproved' | 'missing' | 'unavailable'

export interface CataloguedTool {
  readonly declaration: ToolDeclaration
  /** Whether its server could be asked. */
  readonly reached: boolean
  /** As the server describes it now; null when it cannot be asked or does not have it. */
  readonly description: ToolDescription | null
  readonly digest: string | null
}

/** A tool as an institution may use it: by its own signed approval, else by the digest in the file. */
export function toolState(
  { declaration, reached, digest }: CataloguedTool,
  institution: string,
  approvals: readonly ApprovedTool[],
): ToolState {
  if (!reached) return 'unavailable'
  if (digest === null) return 'missing'
  const own = approvals.find((one) => one.institution === institution && one.tool === declaration.served)
  const approved = own?.description ?? declaration.digest
  if (approved === null) return 'unapproved'
  return approved === digest ? 'served' : 'changed'
}

export interface Catalogue {
  /** Every declared tool as its server describes it now. Servers that are not connected are connected first. */
  tools(): Promise<readonly CataloguedTool[]>
  /** Names of tools that servers offer and nobody declared. */
  undeclared(): readonly string[]
  /**
   * Calls the tool where it lives.
   *
   * @param receipt id of the recorded intent, told to the server: `sekisho deconflict` finds it again
   * @throws {McpError}
   */
  call(tool: ToolDeclaration, args: JsonObject, signal: AbortSignal, receipt: string): Promise<ToolResult>
  close(): Promise<void>
}

/** A tool server without a wire. */
export type BuiltinServer = Pick<Peer, 'listTools' | 'callTool' | 'close'>

export interface CatalogueOptions {
  readonly servers: readonly ServerDeclaration[]
  /** By the id of their declaration. */
  readonly builtins?: ReadonlyMap<string, BuiltinServer>
  readonly version: string
  readonly clock: Clock
  readonly log: Logger
  /** Told why a server cannot be used, by whoever shows it to somebody. */
  readonly failed?: (server: string, why: string) => void
}

export function openCatalogue(options: CatalogueOptions): Catalogue {
  const connections = new Map(options.servers.map((server) => [server.id, new Connection(server, options)]))
  return {
    async tools() {
      const each = await Promise.all([...connections.values()].map((connection) => connection.tools()))
      return each.flat()
    },
    undeclared: () => [...connections.values()].flatMap((connection) => connection.undeclared),
    async call(tool, args, signal, receipt) {
      const connection = connections.get(tool.server)
      if (connection === undefined)
        throw new McpError('mcp_not_sent', `there is no tool server \`${tool.server}\``)
      return connection.call(tool.name, args, signal, receipt)
    },
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()))
    },
  }
}

class Connection {
  readonly #server: ServerDeclaration
  readonly #options: CatalogueOptions
  #opening: Promise<BuiltinServer> | null = null
  #described: Promise<readonly ToolDescription[]> | null = null
  #failedAtMs = Number.NEGATIVE_INFINITY
  #failure: McpError | null = null
  #closed = false
  undeclared: readonly string[] = []

  constructor(server: ServerDeclaration, options: CatalogueOptions) {
    this.#server = server
    this.#options = options
  }

  async tools(): Promise<CataloguedTool[]> {
    let descriptions: readonly ToolDescription[] | null = null
    try {
      descriptions = await this.#descriptions()
    } catch (error) {
      this.#options.log.warn({ server: this.#server.id, error: String(error) }, 'tool server cannot be used')
      this.#options.failed?.(this.#server.id, error instanceof Error ? error.message : String(error))
    }
    const byName = new Map((descriptions ?? []).map((one) => [one.name, one]))
    this.undeclared = [...byName.keys()]
      .filter((name) => !this.#server.tools.some((tool) => tool.name === name))
      .map((name) => `${this.#server.id}.${name}`)
    return this.#server.tools.map((declaration) => {
      const description = byName.get(declaration.name) ?? null
      const digest = description === null ? null : toolDigest(description)
      return { declaration, description, digest, reached: descriptions !== null }
    })
  }

  async call(name: string, args: JsonObject, signal: AbortSignal, receipt: string): Promise<ToolResult> {
    const peer = await this.#peer().catch((cause: unknown) => {
      throw new McpError(
        'mcp_not_sent',
        `not sent: ${cause instanceof Error ? cause.message : 'no connection'}`,
        { cause },
      )
    })
    try {
      return await peer.callTool(name, args, signal, receipt)
    } catch (error) {
      if (error instanceof McpError && ENDED.has(error.code)) this.#lost(error)
      throw error
    }
  }

  /** @throws {McpError} */
  async #peer(): Promise<BuiltinServer> {
    if (this.#closed) throw new McpError('mcp_closed', `tool server \`${this.#server.id}\` is closed`)
    const waits = this.#options.clock.monotonicMs() - this.#failedAtMs < RETRY_AFTER_MS
    if (this.#failure !== null && waits) throw this.#failure
    this.#opening ??= this.#connect()
    try {
      return await this.#opening
    } catch (error) {
      this.#lost(error instanceof McpError ? error : new McpError('mcp_server_unavailable', String(error)))
      throw error
    }
  }

  /** The connection ended: what was known of its tools is forgotten. */
  #lost(error: McpError): void {
    this.#failure = error
    this.#failedAtMs = this.#options.clock.monotonicMs()
    // A process that answers nonsense still runs.
    this.#opening?.then((peer) => peer.close()).catch(() => {})
    this.#opening = null
    this.#described = null
  }

  async close(): Promise<void> {
    this.#closed = true
    const opening = this.#opening
    if (opening === null) return
    await opening.then((peer) => peer.close()).catch(() => {})
  }

  async #descriptions(): Promise<readonly ToolDescription[]> {
    const peer = await this.#peer()
    this.#described ??= peer.listTools()
    try {
      return await this.#described
    } catch (error) {
      this.#lost(error instanceof McpError ? error : new McpError('mcp_server_unavailable', String(error)))
      throw error
    }
  }

  #connect(): Promise<BuiltinServer> {
    const { id: name, timeoutMs } = this.#server
    const shared = {
      name,
      timeoutMs,
      version: this.#options.version,
      messageBytesMax: MESSAGE_BYTES_MAX,
      onToolsChanged: () => {
        this.#described = null
      },
    }
    this.#failure = null
    switch (this.#server.kind) {
      case 'stdio':
        return connectStdio({
          ...shared,
          command: this.#server.command,
          environment: this.#server.environment,
        })
      case 'http':
        return connectHttp({ ...shared, url: this.#server.url, headers: this.#server.headers })
      case 'builtin':
        return this.#builtin(name)
    }
  }

  async #builtin(id: string): Promise<BuiltinServer> {
    const server = this.#options.builtins?.get(id)
    if (server === undefined) throw new McpError('mcp_server_unavailable', `there is no built-in \`${id}\``)
    return server
  }
}
