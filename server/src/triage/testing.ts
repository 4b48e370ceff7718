/** Fixtures of the triage tests: shipped rules and events, and a check against OCSF's own schema. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseRule, type SigmaRule } from '../sigma/index.ts'

const VECTORS = path.resolve(import.meta.dirname, '../../../vectors')

export function sampleRules(): SigmaRule[] {
  const folder = path.join(VECTORS, 'sigma/rules')
  return globSync('*.yml', { cwd: folder })
    .sort()
    .map((file) => parseRule(readFileSync(path.join(folder, file), 'utf8'), file))
}

export function sampleEvents(): Buffer {
  return readFileSync(path.join(VECTORS, 'sigma/events.jsonl'))
}

/** Id of the rule that each record of `sampleEvents` has to make fire. */
export function sampleExpected(): readonly string[] {
  return JSON.parse(readFileSync(path.join(VECTORS, 'sigma/expected.json'), 'utf8')) as string[]
}

interface OcsfAttribute {
  readonly type: string
  readonly object?: string
  readonly array?: boolean
  readonly required?: boolean
  readonly values?: readonly number[]
}
interface OcsfObject {
  readonly attributes: Readonly<Record<string, OcsfAttribute>>
  readonly at_least_one?: readonly string[]
  readonly just_one?: readonly string[]
}

/** What OCSF's schema has against the finding; empty when nothing. */
export function ocsfDefects(finding: unknown): string[] {
  const schema = JSON.parse(readFileSync(path.join(VECTORS, 'ocsf/detection-finding.json'), 'utf8')) as {
    class: OcsfObject
    objects: Readonly<Record<string, OcsfObject>>
  }
  return defectsOf(finding, schema.class, '', schema.objects)
}

/** Uids of class and category are computed by OCSF's compiler and not in its sources. */
const COMPUTED = new Set(['category_uid', 'class_uid', 'type_uid'])

function defectsOf(
  value: unknown,
  shape: OcsfObject,
  at: string,
  objects: Readonly<Record<string, OcsfObject>>,
): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: not an object`]
  const given = value as Readonly<Record<string, unknown>>
  const missing = Object.entries(shape.attributes)
    .filter(([name, { required }]) => required && !(name in given))
    .map(([name]) => `${at}.${name}: missing`)
  const any = shape.at_least_one
  const none =
    any === undefined || any.some((name) => name in given) ? [] : [`${at}: none of ${any.join(', ')}`]
  const own = Object.entries(given).flatMap(([name, inner]) => {
    const attribute = shape.attributes[name]
    if (attribute === undefined) return [`${at}.${name}: unknown`]
    if (attribute.array && !Array.isArray(inner)) return [`${at}.${name}: not a list`]
    const each = attribute.array ? (inner as unknown[]) : [inner]
    return each.flatMap((one, i) => valueDefects(one, name, attribute, `${at}.${name}[${i}]`, objects))
  })
  return [...missing, ...none, ...own]
}

function valueDefects(
  value: unknown,
  name: string,
  attribute: OcsfAttribute,
  at: string,
  objects: Readonly<Record<string, OcsfObject>>,
): string[] {
  const { type, object, values } = attribute
  if (object !== undefined) {
    // `object` is OCSF's word for an object without a shape.
    return object === 'object' ? [] : defectsOf(value, objects[object] ?? { attributes: {} }, at, objects)
  }
  if (type === 'json_t') return []
  if (type === 'integer_t' || type === 'long_t') {
    if (!Number.isSafeInteger(value)) return [`${at}: not an integer`]
    const listed = COMPUTED.has(name) || values === undefined || values.includes(value as number)
    return listed ? [] : [`${at}: ${value} is not one of its values`]
  }
  if (type === 'boolean_t') return typeof value === 'boolean' ? [] : [`${at}: not a boolean`]
  return typeof value === 'string' ? [] : [`${at}: not a text`]
}
