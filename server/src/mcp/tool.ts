/**
 * Tools as their servers describe them, the digest that pins a description, and what a call gives back.
 *
 * Spec: modelcontextprotocol.io/specification/2025-11-25/server/tools; canonical JSON: RFC 8785.
 */
import { createHash } from 'node:crypto'
import { canonicalize } from 'sekisho-verify'
import { McpError } from './error.ts'
import { isObject, type Json, type JsonObject } from './message.ts'

const NAME_CHARS_MAX = 128
const DESCRIPTION_CHARS_MAX = 20_000
const CONTENT_PARTS_MAX = 1_000

export interface ToolDescription {
  readonly name: string
  readonly title: string | null
  readonly description: string
  readonly inputSchema: JsonObject
  readonly outputSchema: JsonObject | null
}

/** @throws {McpError} `mcp_message_malformed` */
export function readTool(value: Json | undefined): ToolDescription {
  if (!isObject(value)) throw malformed('a tool is not an object')
  const { name, title, description, inputSchema, outputSchema } = value
  if (typeof name !== 'string' || !/^[\w.-]{1,128}$/.test(name))
    throw malformed(`a tool's name is 1 to ${NAME_CHARS_MAX} letters, digits, \`_\`, \`-\`, \`.\``)
  if (!isObject(inputSchema)) throw malformed(`tool \`${name}\` has no input schema`)
  const words = description ?? ''
  if (typeof words !== 'string' || words.length > DESCRIPTION_CHARS_MAX)
    throw malformed(`tool \`${name}\`: description is longer than ${DESCRIPTION_CHARS_MAX} characters`)
  return {
    name,
    title: typeof title === 'string' ? title.slice(0, 200) : null,
    description: words,
    inputSchema,
    outputSchema: isObject(outputSchema) ? outputSchema : null,
  }
}

/** SHA-256, hex, over everything of the description that a model reads. Numbers of a schema count as text. */
export function toolDigest(tool: ToolDescription): string {
  return createHash('sha256')
    .update('sekisho/tool/v1\0')
    .update(canonicalize(textual({ ...tool }) as never))
    .digest('hex')
}

/** Canonical JSON of this product holds integers only; a schema may hold any number. */
function textual(value: Json): Json {
  if (typeof value === 'number') return `number:${value}`
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(textual)
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toWellFormed(), textual(one)]))
  return value
}

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** What is not text: its kind and size only. */
  | { readonly type: 'other'; readonly kind: string; readonly bytes: number }

export interface ToolResult {
  readonly isError: boolean
  readonly content: readonly ContentPart[]
  readonly structured: JsonObject | null
}

/** HOSTILE: what a tool says may have been written by anyone. @throws {McpError} `mcp_message_malformed` */
export function readToolResult(result: JsonObject): ToolResult {
  const { content = [], isError = false, structuredContent } = result
  if (!Array.isArray(content) || content.length > CONTENT_PARTS_MAX)
    throw malformed('`content` is not a list of at most 1,000 parts')
  if (typeof isError !== 'boolean') throw malformed('`isError` is not a boolean')
  if (structuredContent !== undefined && !isObject(structuredContent))
    throw malformed('`structuredContent` is not an object')
  return { isError, content: content.map(readPart), structured: structuredContent ?? null }
}

function readPart(part: Json): ContentPart {
  if (!isObject(part) || typeof part.type !== 'string') throw malformed('a part of `content` has no type')
  if (part.type === 'text') {
    if (typeof part.text !== 'string') throw malformed('a text part has no text')
    return { type: 'text', text: part.text }
  }
  const resource = isObject(part.resource) ? part.resource : null
  if (part.type === 'resource' && typeof resource?.text === 'string')
    return { type: 'text', text: resource.text }
  return { type: 'other', kind: part.type.slice(0, 40), bytes: JSON.stringify(part).length }
}

function malformed(why: string): McpError {
  return new McpError('mcp_message_malformed', why)
}
