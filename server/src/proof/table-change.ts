/**
 * What two versions' front matters do not share: paths with the value before and after.
 *
 * The clauses read facts; the front matter says how facts are found. A sector's stage, a capability's stage, an admitted
 * institution or a ceiling changes decisions without touching a clause: table-effect.ts says which.
 * Spec: docs/spec/proof.md §10.
 */
import type { JsonValue } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'

export interface TableChange {
  /** `sectors.electric_power.stage`; entries of lists go by their id. */
  readonly path: string
  /** Null where there is none. */
  readonly before: JsonValue
  readonly after: JsonValue
}

/** Parts of an agreement that come from the front matter. */
const TABLES = [
  'id',
  'title',
  'illustration',
  'parties',
  'bodies',
  'sectorList',
  'institutions',
  'tiers',
  'stages',
  'neverGranted',
  'autonomy',
  'stops',
  'budgets',
  'grants',
  'grantApprovals',
  'engagementApprovals',
  'holds',
  'amendments',
  'rollout',
  'exportOrders',
] as const satisfies readonly (keyof Agreement)[]

/** Differences in the front matter, in the order of its tables. The version number is no difference. */
export function tableChanges(before: Agreement, after: Agreement): TableChange[] {
  return TABLES.flatMap((table) => compare(table, plain(before[table]), plain(after[table]))).filter(
    // What a stage grants follows from what it and earlier ones add.
    ({ path }) => !/^stages\.\w+\.capabilities$/.test(path),
  )
}

function compare(path: string, before: JsonValue, after: JsonValue): TableChange[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => compare(`${path}.${key}`, before[key] ?? null, after[key] ?? null))
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

type PlainObject = { readonly [key: string]: JsonValue | undefined }

function isObject(value: JsonValue): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Maps, sets and lists of entries with ids as plain objects, so that an entry keeps its path when others move. */
function plain(value: unknown): JsonValue {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  if (value instanceof Set) return [...value].map(plain)
  if (Array.isArray(value)) {
    const ids = value.map((item: unknown) => (item as { id?: unknown } | null)?.id)
    const named = value.length > 0 && ids.every((id) => typeof id === 'string')
    return named ? Object.fromEntries(value.map((item, at) => [ids[at], plain(item)])) : value.map(plain)
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  }
  // What is left of a loaded document is text, whole numbers, booleans and null.
  return (value ?? null) as JsonValue
}
