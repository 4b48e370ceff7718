/**
 * The server's side of MCP, without a transport: one message in, at most one out.
 *
 * Spec: modelcontextprotocol.io/specification/2025-11-25. Stateless: every message stands for itself, whoever sent it is
 * known by its credential. Tools only; nothing is ever asked of the client.
 */
import { McpError } from './error.ts'
import { type Json, type JsonObject, type Message, PROTOCOL_VERSIONS, parseMessage, RPC } from './message.ts'
import type { ToolDescription } from './tool.ts'

/** What a tool call says to the model that made it. */
export interface ToolAnswer {
  readonly isError: boolean
  readonly text: readonly string[]
  readonly structured?: JsonObject
  /** Shown to programs beside the text: decision, receipt. */
  readonly meta?: JsonObject
}

export interface ToolHost<Caller> {
  listTools(caller: Caller): Promise<readonly ToolDescription[]>
  callTool(caller: Caller, name: string, args: JsonObject, signal: AbortSignal): Promise<ToolAnswer>
}

export interface ServerIdentity {
  readonly name: string
  readonly version: string
  /** Shown to the model once: what this server is. */
  readonly instructions: string
}

/**
 * @returns the answer; null for a notification or an answer to what was never asked
 * @throws never: what is wrong with a message is an answer too
 */
export async function answerMessage<Caller>(
  text: string,
  caller: Caller,
  host: ToolHost<Caller>,
  identity: ServerIdentity,
  signal: AbortSignal,
): Promise<Message | null> {
  let message: Message
  try {
    message = parseMessage(text)
  } catch (error) {
    return {
      kind: 'error',
      id: null,
      error: { code: isSyntax(error) ? RPC.parse : RPC.invalidRequest, message: messageOf(error) },
    }
  }
  if (message.kind !== 'request') return null
  const { id } = message
  try {
    return {
      kind: 'result',
      id,
      result: await answer(message.method, message.params, caller, host, identity, signal),
    }
  } catch (error) {
    const code = error instanceof RefusedCall ? error.rpcCode : RPC.internal
    return {
      kind: 'error',
      id,
      error: { code, message: error instanceof RefusedCall ? error.message : 'internal error' },
    }
  }
}

class RefusedCall extends Error {
  readonly rpcCode: number

  constructor(rpcCode: number, message: string) {
    super(message)
    this.rpcCode = rpcCode
  }
}

async function answer<Caller>(
  method: string,
  params: JsonObject,
  caller: Caller,
  host: ToolHost<Caller>,
  identity: ServerIdentity,
  signal: AbortSignal,
): Promise<JsonObject> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion:
          PROTOCOL_VERSIONS.find((version) => version === params.protocolVersion) ?? PROTOCOL_VERSIONS[0],
        capabilities: { tools: { listChanged: false } },
        serverInfo: { name: identity.name, version: identity.version },
        instructions: identity.instructions,
      }
    case 'ping':
      return {}
    case 'tools/list':
      return { tools: (await host.listTools(caller)).map(describe) }
    case 'tools/call': {
      const { name, arguments: args = {} } = params
      if (typeof name !== 'string') throw new RefusedCall(RPC.invalidParams, '`name` is not a text')
      if (typeof args !== 'object' || args === null || Array.isArray(args))
        throw new RefusedCall(RPC.invalidParams, '`arguments` is not an object')
      // The list was just told from the object.
      return resultOf(await host.callTool(caller, name, args as JsonObject, signal))
    }
    default:
      throw new RefusedCall(RPC.methodNotFound, `\`${method}\` is not served: tools only`)
  }
}

function describe(tool: ToolDescription): JsonObject {
  return {
    name: tool.name,
    ...(tool.title === null ? {} : { title: tool.title }),
    description: tool.description,
    inputSchema: tool.inputSchema,
    ...(tool.outputSchema === null ? {} : { outputSchema: tool.outputSchema }),
  }
}

function resultOf({ isError, text, structured, meta }: ToolAnswer): JsonObject {
  const content: readonly Json[] = text.map((one) => ({ type: 'text', text: one }))
  return {
    content,
    isError,
    ...(structured === undefined ? {} : { structuredContent: structured }),
    ...(meta === undefined ? {} : { _meta: meta }),
  }
}

function isSyntax(error: unknown): boolean {
  return error instanceof McpError && error.cause instanceof SyntaxError
}

function messageOf(error: unknown): string {
  return error instanceof McpError ? error.message : 'not a message'
}
