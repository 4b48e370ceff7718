/**
 * Bytes of a model request to a WireRequest.
 *
 * Spec: docs/spec/wire.md §2–5. Input is HOSTILE: every defect is a WireError with one code, never a crash.
 */
import { Collector } from './collect.ts'
import { contentDigest } from './digest.ts'
import { WireError } from './error.ts'
import { FIELD_TABLES, type FieldRule } from './field-tables.ts'
import { arrayAt, escapePointer, objectAt, stringAt, typeError } from './json-at.ts'
import type { Dialect, JsonObject, JsonValue, WireRequest } from './request.ts'
import { parseStrictJson } from './strict-json.ts'

/** Default for the longest body accepted. */
const BODY_BYTES_MAX = 8 * 1024 * 1024
const MODEL_CHARS_MAX = 256
const OUTPUT_TOKENS_MAX = 10_000_000
const CHOICES_MAX = 128

export interface WireLimits {
  readonly bodyBytesMax: number
}

/** The member that holds the conversation, required. */
const CONTENT_FIELD: Readonly<Record<Dialect, string>> = {
  responses: 'input',
  chat: 'messages',
  messages: 'messages',
}

const RULES: Readonly<Record<Dialect, ReadonlyMap<string, FieldRule>>> = {
  responses: new Map(Object.entries(FIELD_TABLES.responses)),
  chat: new Map(Object.entries(FIELD_TABLES.chat)),
  messages: new Map(Object.entries(FIELD_TABLES.messages)),
}

/**
 * Parses and reads one request body.
 *
 * @param body kept by reference in the result; must not be changed afterwards
 * @throws {WireError} every code except the `wire_sse_*` ones
 */
export function parseWireRequest(dialect: Dialect, body: Buffer, limits?: Partial<WireLimits>): WireRequest {
  const bodyBytesMax = limits?.bodyBytesMax ?? BODY_BYTES_MAX
  if (body.length > bodyBytesMax) {
    throw new WireError('wire_body_too_large', `request is ${body.length} bytes, limit is ${bodyBytesMax}`)
  }
  const { value, members } = parseStrictJson(body)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new WireError('wire_not_object', 'the body must be a JSON object')
  }
  const json = value
  const model = readModel(json)
  const stream = readFlag(json, 'stream')
  const outputTokensMax = readOutputTokens(dialect, json)
  const collector = new Collector(dialect)
  const unlistedFields = readFields(dialect, json, collector)
  const { segments, opaqueDigests } = collector
  let digest: string | null = null
  return {
    dialect,
    model,
    stream,
    body,
    json,
    segments,
    outputTokensMax,
    opaqueDigests,
    members,
    unlistedFields,
    contentDigest: () => {
      digest ??= contentDigest(segments)
      return digest
    },
  }
}

function readFields(dialect: Dialect, json: JsonObject, collector: Collector): string[] {
  const rules = RULES[dialect]
  const unlisted: string[] = []
  if ((json[CONTENT_FIELD[dialect]] ?? null) === null) {
    throw new WireError(
      'wire_field_missing',
      `\`${CONTENT_FIELD[dialect]}\` is missing`,
      `/${CONTENT_FIELD[dialect]}`,
    )
  }
  for (const field of Object.keys(json).sort(inTableOrder)) {
    // INVARIANT: `field` comes from Object.keys.
    const value = json[field] as JsonValue
    const path = `/${escapePointer(field)}`
    switch (rules.get(field)) {
      case 'read':
        readField(field, value, path, collector)
        break
      case 'forward':
        collector.structural('user', value, path)
        break
      case 'replace':
        break
      case 'refuse':
        if (!asksForNothing(value)) throw refusal(field, path)
        break
      case undefined:
        unlisted.push(field)
        collector.unlisted('user', value, path)
    }
  }
  return unlisted
}

/** Reading order: strays first, so that none of them stands where the last ask does; then as a client would say it. */
const FIELD_ORDER: ReadonlyMap<string, number> = new Map([
  ['instructions', 1],
  ['system', 1],
  ['tools', 2],
  ['functions', 2],
  ['input', 3],
  ['messages', 3],
  ['text', 4],
  ['response_format', 4],
  ['output_config', 4],
  ['output_format', 4],
  ['compaction', 4],
  ['context_management', 4],
  ['prediction', 4],
])

function inTableOrder(a: string, b: string): number {
  const order = (FIELD_ORDER.get(a) ?? 0) - (FIELD_ORDER.get(b) ?? 0)
  return order !== 0 ? order : a < b ? -1 : 1
}

function readField(field: string, value: JsonValue, path: string, collector: Collector): void {
  if (value === null) return
  switch (field) {
    case 'instructions':
      collector.text('system', 'text', stringAt(value, path), path)
      return
    case 'system':
      collector.parts(value, 'system', path, 'text')
      return
    case 'input':
      if (typeof value === 'string') collector.text('user', 'text', value, path)
      else collector.items(value, path)
      return
    case 'messages':
      collector.items(value, path)
      return
    case 'tools':
      collector.tools(value, path)
      return
    case 'functions':
      arrayAt(value, path).forEach((declaration, i) => {
        const at = `${path}/${i}`
        collector.text('system', 'tool_declaration', JSON.stringify(objectAt(declaration, at)), at)
      })
      return
    case 'prediction':
      collector.prediction(value, path)
      return
    case 'stop':
    case 'stop_sequences':
      for (const stop of typeof value === 'string' ? [value] : arrayAt(value, path)) {
        collector.text('user', 'unlisted', stringAt(stop, path), path)
      }
      return
    default:
      // `text`, `response_format`, `output_config`, …: settings unless they carry a schema or instructions.
      objectAt(value, path)
      collector.setting(value, path)
  }
}

/** `null`, `false` and an empty list ask for nothing. */
function asksForNothing(value: JsonValue): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0)
}

function refusal(field: string, path: string): WireError {
  return new WireError(
    'wire_field_refused',
    `\`${field}\` would let content or tools around this checkpoint; leave it out and send the content itself`,
    path,
  )
}

function readModel(json: JsonObject): string {
  const model = json.model ?? null
  if (model === null) throw new WireError('wire_field_missing', '`model` is missing', '/model')
  const name = stringAt(model, '/model')
  if (name === '' || name.length > MODEL_CHARS_MAX)
    throw typeError('/model', `1 to ${MODEL_CHARS_MAX} characters`)
  return name
}

function readFlag(json: JsonObject, field: string): boolean {
  const value = json[field] ?? false
  if (typeof value !== 'boolean') throw typeError(`/${field}`, 'true or false')
  return value
}

function readOutputTokens(dialect: Dialect, json: JsonObject): number | null {
  if (dialect === 'responses') return readCount(json, 'max_output_tokens', OUTPUT_TOKENS_MAX)
  const plain = readCount(json, 'max_tokens', OUTPUT_TOKENS_MAX)
  if (dialect === 'messages') return plain
  const each = readCount(json, 'max_completion_tokens', OUTPUT_TOKENS_MAX) ?? plain
  const choices = readCount(json, 'n', CHOICES_MAX) ?? 1
  return each === null ? null : each * choices
}

function readCount(json: JsonObject, field: string, max: number): number | null {
  const value = json[field] ?? null
  if (value === null) return null
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw typeError(`/${field}`, `a whole number from 1 to ${max}`)
  }
  return value
}
