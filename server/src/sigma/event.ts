/**
 * A log event as rules see it: named fields with text values, and the log source it came from.
 *
 * A rule names fields as its log source does, so names are not translated. Nested objects become dotted names, as cloud
 * logs are written in rules; Windows events put the members of EventData, UserData and System on one level.
 */
import type { LogSource } from './rule.ts'

/** LIMITS: an event is data from outside. */
const FIELDS_MAX = 2_000
const DEPTH_MAX = 16
const VALUE_CHARS_MAX = 65_536

export type FieldValue = string | readonly string[] | null

export interface LogEvent {
  readonly fields: ReadonlyMap<string, FieldValue>
  /** What the event is, as far as known: a rule applies when everything its log source names is among one of these. */
  readonly sources: readonly LogSource[]
}

type Fields = Map<string, FieldValue>
type Json = Readonly<Record<string, unknown>>

/** Any JSON object: nested names joined by dots, lists of values kept as lists. */
export function fieldsOfJson(event: Json): Fields {
  const fields: Fields = new Map()
  flatten(event, '', 0, fields)
  return fields
}

/** A Windows event as evtx tools write it, `{Event: {System, EventData | UserData}}`; null when it is not one. */
export function fieldsOfWindows(event: Json): Fields | null {
  const root = asObject(event.Event) ?? event
  const system = asObject(root.System)
  if (system === null) return null
  const fields: Fields = new Map()
  readSystem(system, fields)
  for (const part of [root.EventData, root.UserData]) readData(part, fields, 0)
  return fields
}

function readSystem(system: Json, fields: Fields): void {
  for (const [name, value] of Object.entries(system)) {
    const inner = asObject(value)
    const attributes =
      inner === null ? null : (asObject(inner['#attributes']) ?? asObject(inner['@attributes']))
    const own = inner === null ? value : (inner['#text'] ?? inner.value)
    if (isScalar(own)) put(fields, name, textOf(own))
    for (const [key, attribute] of Object.entries(attributes ?? {})) {
      if (isScalar(attribute)) put(fields, `${name}_${key}`, textOf(attribute))
    }
  }
}

/** `{Name: value}`, or `{Data: [{#attributes: {Name}, #text}]}`, or either one level down. */
function readData(part: unknown, fields: Fields, depth: number): void {
  const data = asObject(part)
  if (data === null || depth > 3) return
  for (const [name, value] of Object.entries(data)) {
    if (name === '#attributes' || name === '@attributes') continue
    if (name === 'Data' && Array.isArray(value)) readNamedData(value, fields)
    else if (isScalar(value)) put(fields, name, textOf(value))
    else if (Array.isArray(value))
      put(
        fields,
        name,
        value.filter(isScalar).map((one) => textOf(one) ?? ''),
      )
    else {
      const inner = asObject(value)
      const own = inner?.['#text']
      if (isScalar(own) && own !== undefined) put(fields, name, textOf(own))
      else readData(value, fields, depth + 1)
    }
  }
}

function readNamedData(list: readonly unknown[], fields: Fields): void {
  const unnamed: string[] = []
  for (const item of list) {
    const one = asObject(item)
    const attributes =
      one === null ? null : (asObject(one['#attributes']) ?? asObject(one['@attributes']) ?? one)
    const name = attributes?.Name ?? one?.['@Name']
    const value = one === null ? item : (one['#text'] ?? one.content ?? null)
    if (!isScalar(value)) continue
    if (typeof name === 'string') put(fields, name, textOf(value))
    else unnamed.push(textOf(value) ?? '')
  }
  if (unnamed.length > 0) put(fields, 'Data', unnamed)
}

function flatten(value: unknown, name: string, depth: number, fields: Fields): void {
  if (depth > DEPTH_MAX) return
  if (isScalar(value)) {
    if (name !== '') add(fields, name, textOf(value))
  } else if (Array.isArray(value)) {
    for (const one of value) flatten(one, name, depth + 1, fields)
  } else {
    for (const [key, inner] of Object.entries(asObject(value) ?? {})) {
      flatten(inner, name === '' ? key : `${name}.${key}`, depth + 1, fields)
    }
  }
}

/** Several values under one name become a list. */
function add(fields: Fields, name: string, value: string | null): void {
  const before = fields.get(name)
  if (before === undefined || before === null) put(fields, name, value)
  else if (value !== null) fields.set(name, typeof before === 'string' ? [before, value] : [...before, value])
}

/** Defender writes `Threat Name` where rules write `ThreatName`. */
function put(fields: Fields, name: string, value: FieldValue): void {
  if (name.includes(' ')) put(fields, name.replaceAll(' ', ''), value)
  if (fields.size < FIELDS_MAX || fields.has(name)) fields.set(name, value)
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return (
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  )
}

function textOf(value: string | number | boolean | null): string | null {
  return value === null ? null : String(value).slice(0, VALUE_CHARS_MAX)
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
}
