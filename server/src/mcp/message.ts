/**
 * JSON-RPC 2.0 messages as MCP carries them.
 *
 * Spec: jsonrpc.org/specification; modelcontextprotocol.io/specification/2025-11-25/basic. Batches are not part of MCP any
 * more and are refused. HOSTILE on both sides: a client's arguments and a server's answers come from outside.
 */
import { McpError } from './error.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

/** Newest first: what is offered when a peer asks for one that is not known. */
export const PROTOCOL_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

export type RequestId = string | number

export type Message =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'result'; readonly id: RequestId; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly id: RequestId | null; readonly error: RpcError }

export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: Json
}

export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const

const METHOD_CHARS_MAX = 200
const DEPTH_MAX = 64

/** @throws {McpError} `mcp_message_malformed` */
export function parseMessage(text: string): Message {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed('not JSON', cause)
  }
  if (!isObject(value))
    throw malformed(Array.isArray(value) ? 'batches are not part of MCP' : 'not an object')
  if (depthOf(value) > DEPTH_MAX) throw malformed(`nested deeper than ${DEPTH_MAX}`)
  if (value.jsonrpc !== '2.0') throw malformed('`jsonrpc` is not "2.0"')
  if (typeof value.method === 'string') return callOf(value, value.method)
  const id = value.id ?? null
  if (isObject(value.error)) {
    if (id !== null && !isId(id)) throw malformed('`id` is neither text nor integer')
    return { kind: 'error', id, error: errorOf(value.error) }
  }
  if (!isId(id)) throw malformed('`id` is neither text nor integer')
  if (!isObject(value.result)) throw malformed('neither `method`, `result` nor `error`')
  return { kind: 'result', id, result: value.result }
}

function callOf(value: JsonObject, method: string): Message {
  if (method.length > METHOD_CHARS_MAX) throw malformed('`method` is too long')
  const params = value.params ?? {}
  if (!isObject(params)) throw malformed('`params` is not an object')
  if (value.id === undefined) return { kind: 'notification', method, params }
  if (!isId(value.id)) throw malformed('`id` is neither text nor integer')
  return { kind: 'request', id: value.id, method, params }
}

function errorOf(error: JsonObject): RpcError {
  if (typeof error.code !== 'number' || typeof error.message !== 'string')
    throw malformed('`error` has no code or message')
  return {
    code: error.code,
    message: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
  }
}

/** What goes over the wire, without a line end. */
export function formatMessage(message: Message): string {
  const { kind: _, ...rest } = message
  return JSON.stringify({ jsonrpc: '2.0', ...rest })
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is RequestId {
  return (typeof value === 'string' && value.length <= 256) || Number.isSafeInteger(value)
}

function depthOf(value: unknown): number {
  let depth = 0
  let level: unknown[] = [value]
  while (level.length > 0 && depth <= DEPTH_MAX) {
    depth += 1
    level = level
      .flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
      .filter((one) => typeof one === 'object' && one !== null)
  }
  return depth
}

function malformed(why: string, cause?: unknown): McpError {
  return new McpError('mcp_message_malformed', `not a message: ${why}`, { cause })
}
