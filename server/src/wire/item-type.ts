/**
 * What type a thing in a request is of, who says it, and whether its type may pass at all.
 *
 * Spec: docs/spec/wire.md §4–6. HOSTILE input: types and roles are the client's words; unknown ones are refused.
 */
import { WireError } from './error.ts'
import { clip, stringAt } from './json-at.ts'
import type { Dialect, JsonObject, SegmentKind, SegmentRole } from './request.ts'
import type { TypeSpec } from './type-tables.ts'

const ROLES: ReadonlyMap<string, SegmentRole> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

export function itemType(dialect: Dialect, item: JsonObject, path: string): string {
  if (dialect !== 'responses') return 'message'
  const type = item.type
  if (type !== undefined && type !== null) return stringAt(type, `${path}/type`)
  return 'role' in item ? 'message' : 'item_reference'
}

export function itemRole(item: JsonObject, type: string, path: string): SegmentRole {
  if (type === 'message') {
    const role = ROLES.get(stringAt(item.role ?? null, `${path}/role`))
    if (role === undefined)
      throw new WireError('wire_item_unknown', 'message of unknown role', `${path}/role`)
    return role
  }
  if (type.endsWith('_output')) return 'tool'
  return type === 'additional_tools' || type === 'configuration_update' ? 'system' : 'assistant'
}

export function toolType(dialect: Dialect, tool: JsonObject, path: string): string {
  const type = tool.type
  if (dialect === 'messages') {
    if (type === undefined || type === null) return 'custom'
    return stringAt(type, `${path}/type`).replace(/_20\d{6}$/, '')
  }
  return stringAt(type ?? null, `${path}/type`)
}

/** @throws {WireError} `wire_item_unknown`, `wire_item_refused` */
export function lookUp(
  table: ReadonlyMap<string, TypeSpec>,
  type: string,
  path: string,
  noun: string,
): TypeSpec {
  const spec = table.get(type)
  if (spec === undefined)
    throw new WireError('wire_item_unknown', `${noun} of unknown type \`${clip(type)}\``, path)
  if (spec.rule === 'read') return spec
  const why = noun === 'tool' ? HOSTED : AT_THE_VENDOR
  const remedy = type.startsWith('web_search') ? WEB_SEARCH_REMEDY : ''
  throw new WireError('wire_item_refused', `${noun} \`${clip(type)}\` ${why}${remedy}`, path)
}

const HOSTED =
  'runs at the vendor, where it cannot be checked; turn it off in the client (docs/spec/wire.md §6)'
const AT_THE_VENDOR = 'refers to content or tools at the vendor; send the content itself'
/** Codex declares it unless told otherwise, so its users meet this first. */
const WEB_SEARCH_REMEDY = '; Codex: set `web_search = "disabled"` in config.toml'

export function roleOfPart(role: SegmentRole, kind: SegmentKind): SegmentRole {
  if (kind === 'tool_result') return 'tool'
  return kind === 'tool_call' ? 'assistant' : role
}
