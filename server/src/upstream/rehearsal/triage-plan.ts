/**
 * What the rehearsal model does in a triage run: a table over what has come back so far, no judgement.
 *
 * It matches the rules page by page, looks at the records of the first case and at its first technique, and reports every
 * case as the rules have it, each cited. Spec: docs/spec/upstream.md §5, docs/spec/run.md §5.
 */
import type { JsonObject, JsonValue, Segment } from '../../wire/index.ts'

export type TriageMove = { readonly tool: string; readonly input: JsonObject } | { readonly answer: string }

const MATCH = 'sigma__match'
const QUERY = 'log__query'
const LOOKUP = 'technique__lookup'
const RECORDS_MAX = 5

/** Null where the request is not one of a triage run. */
export function triageMove(offered: readonly string[], segments: readonly Segment[]): TriageMove | null {
  if (!offered.includes(MATCH)) return null
  const results = segments.filter(({ kind }) => kind === 'tool_result').map(({ text }) => parse(text))
  const pages = results.filter((one) => Array.isArray(one?.list))
  const last = pages.at(-1)
  if (last === undefined)
    return results.length < 2 ? { tool: MATCH, input: { page: 1 } } : { answer: report([]) }
  if (typeof last?.next === 'number') return { tool: MATCH, input: { page: last.next } }
  const cases = pages.flatMap((page) => listOf(page?.list))
  const [first] = cases
  const looked = results.length - pages.length
  const records = listOf(first?.detections).map(({ record }) => record ?? null)
  if (looked === 0 && records.length > 0 && offered.includes(QUERY))
    return { tool: QUERY, input: { records: [...new Set(records)].slice(0, RECORDS_MAX) } }
  const technique = Array.isArray(first?.techniques) ? first.techniques[0] : undefined
  if (looked === 1 && typeof technique === 'string' && offered.includes(LOOKUP))
    return { tool: LOOKUP, input: { technique } }
  return { answer: report(cases) }
}

function report(cases: readonly JsonObject[]): string {
  return JSON.stringify({
    by: 'rehearsal/1 (no AI)',
    findings: cases.map((one) => ({
      case: one.case ?? null,
      verdict: one.verdict ?? null,
      cites: listOf(one.detections).map(({ rule = null, record = null }) => ({ rule, record })),
    })),
  })
}

/** A result may have a warning before it. */
function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text.slice(text.indexOf('{'))) as JsonValue
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value)
    ? value.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one))
    : []
}
