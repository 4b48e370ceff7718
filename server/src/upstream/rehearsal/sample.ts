/**
 * A value that satisfies a JSON Schema, chosen by rule.
 *
 * Used for the arguments of the tools that the rehearsal model calls and for structured answers. The values are
 * harmless by construction: a command echoes, a path is the current directory. Not a full generator: `pattern`,
 * `not` and conditional schemas are ignored.
 */
import type { JsonObject, JsonValue } from '../../wire/index.ts'

const DEPTH_MAX = 12
const ECHO = "echo 'rehearsal/1 (no AI)'"

/** What a string or list of strings is filled with, by its property name. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^(cmd|command|script|shell|input)$/i, ECHO],
  [/(path|file|dir|directory|cwd|workdir|root|folder)$/i, '.'],
  [/(pattern|glob|regex)$/i, '*'],
  [/(query|search|term|keyword)s?$/i, 'rehearsal'],
  [/(date)$/i, '2026-01-01'],
  [/(ip|address|host)$/i, '192.0.2.1'],
  [/(url|uri)$/i, 'https://example.com/'],
]

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'rehearsal@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  hostname: 'example.com',
}

/** A value for `schema`; anything that is not a schema object yields a word. */
export function sampleFor(schema: JsonValue | undefined, name = ''): JsonValue {
  return sample(schema, name, asObject(schema), 0)
}

function sample(
  schema: JsonValue | undefined,
  name: string,
  root: JsonObject | null,
  depth: number,
): JsonValue {
  const node = asObject(schema)
  if (node === null || depth > DEPTH_MAX) return word(name)
  if (typeof node.$ref === 'string') return sample(resolve(node.$ref, root), name, root, depth + 1)
  if (node.const !== undefined) return node.const
  if (Array.isArray(node.enum) && node.enum.length > 0) return node.enum[0] ?? null
  if (node.default !== undefined && node.default !== null) return node.default
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const options = node[key]
    if (Array.isArray(options) && options.length > 0 && node.properties === undefined) {
      return sample(options[0], name, root, depth + 1)
    }
  }
  return byType(typeOf(node), node, name, root, depth)
}

function byType(
  type: string,
  node: JsonObject,
  name: string,
  root: JsonObject | null,
  depth: number,
): JsonValue {
  switch (type) {
    case 'object':
      return objectFor(node, root, depth)
    case 'array':
      return arrayFor(node, name, root, depth)
    case 'integer':
    case 'number':
      return numberFor(node)
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return stringFor(node, name)
  }
}

function typeOf(node: JsonObject): string {
  const { type } = node
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return String(type.find((each) => each !== 'null') ?? 'null')
  if (node.properties !== undefined) return 'object'
  return node.items !== undefined ? 'array' : 'string'
}

function objectFor(node: JsonObject, root: JsonObject | null, depth: number): JsonObject {
  const properties = asObject(node.properties) ?? {}
  const required = Array.isArray(node.required) ? node.required.map(String) : []
  const value: JsonObject = {}
  for (const key of required) value[key] = sample(properties[key], key, root, depth + 1)
  return value
}

function arrayFor(node: JsonObject, name: string, root: JsonObject | null, depth: number): JsonValue[] {
  const least = Math.min(Math.max(typeof node.minItems === 'number' ? node.minItems : 0, 0), 64)
  // A command given as a list of words: the program and one argument.
  if (/^(cmd|command|args)$/i.test(name)) return ['echo', 'rehearsal/1 (no AI)']
  return Array.from({ length: least }, () => sample(node.items, name, root, depth + 1))
}

function numberFor(node: JsonObject): number {
  const step = typeof node.multipleOf === 'number' && node.multipleOf > 0 ? node.multipleOf : 1
  let least = typeof node.minimum === 'number' ? node.minimum : 1
  if (typeof node.exclusiveMinimum === 'number') least = node.exclusiveMinimum + step
  const value = Math.ceil(least / step) * step
  return typeof node.maximum === 'number' && value > node.maximum ? node.maximum : value
}

function stringFor(node: JsonObject, name: string): string {
  const text = (typeof node.format === 'string' ? BY_FORMAT[node.format] : undefined) ?? word(name)
  const least = typeof node.minLength === 'number' ? Math.min(node.minLength, 4096) : 0
  const most = typeof node.maxLength === 'number' ? node.maxLength : Number.POSITIVE_INFINITY
  return text.padEnd(least, '.').slice(0, most)
}

function word(name: string): string {
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? 'rehearsal'
}

function resolve(ref: string, root: JsonObject | null): JsonValue | undefined {
  if (!ref.startsWith('#')) return undefined
  let node: JsonValue | undefined = root ?? undefined
  for (const part of ref.slice(1).split('/').slice(1)) {
    node = asObject(node)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return node
}

function asObject(value: JsonValue | undefined): JsonObject | null {
  return value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)
    ? null
    : value
}
