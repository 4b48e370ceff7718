/**
 * Reading JSON by its place: typed access that names the place when the type is wrong.
 *
 * HOSTILE input: keys and values come from the client; nothing here assumes a prototype.
 */
import { WireError } from './error.ts'
import type { JsonObject, JsonValue } from './request.ts'

/** Longest string a structural value may hold before it is read as text, in UTF-16 code units. */
export const STRUCTURAL_TEXT_MAX = 128

/** What ids, names and media types look like: no words with spaces between them. */
const STRUCTURAL_TEXT = /^[A-Za-z0-9_.:/+-]{0,128}$/

/** Most leaves a structural value may hold before it is read as text. */
const STRUCTURAL_LEAVES_MAX = 64

export function isStructural(value: JsonValue): boolean {
  let leaves = 0
  const visit = (node: JsonValue): boolean => {
    if (++leaves > STRUCTURAL_LEAVES_MAX) return false
    if (typeof node === 'string') return STRUCTURAL_TEXT.test(node)
    if (node === null || typeof node !== 'object') return true
    if (Array.isArray(node)) return node.every(visit)
    return Object.keys(node).every(
      (key) => key.length <= STRUCTURAL_TEXT_MAX && visit(node[key] as JsonValue),
    )
  }
  return visit(value)
}

export function mentionsSchema(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some(mentionsSchema)
  return Object.keys(value).some(
    (key) => key.includes('schema') || key === 'instructions' || mentionsSchema(value[key] as JsonValue),
  )
}

export function objectAt(value: JsonValue, path: string): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw typeError(path, 'an object')
  return value
}

export function arrayAt(value: JsonValue, path: string): JsonValue[] {
  if (!Array.isArray(value)) throw typeError(path, 'a list')
  return value
}

export function stringAt(value: JsonValue, path: string): string {
  if (typeof value !== 'string') throw typeError(path, 'a string')
  return value
}

export function typeError(path: string, wanted: string): WireError {
  return new WireError('wire_field_type', `\`${clip(path)}\` must be ${wanted}`, clip(path))
}

/** RFC 6901. */
export function escapePointer(member: string): string {
  return member.includes('~') || member.includes('/')
    ? member.replaceAll('~', '~0').replaceAll('/', '~1')
    : member
}

export function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
