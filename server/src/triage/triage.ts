/**
 * Alert and log triage: which rules fire on which records, host by host, in order of time, with a verdict that anybody
 * can work out again.
 *
 * Deterministic and without a model: the same input, rules and assets give the same result, byte for byte.
 */
import { LEVELS, type Level, type LogSource, type RuleSet, type SigmaRule } from '../sigma/index.ts'
import type { Assets, TriageAsset } from './assets.ts'
import { type Citation, cite, sha256 } from './citation.ts'
import { eventOf, type TriageEvent } from './event.ts'
import { readRecords, type Unread } from './records.ts'

/** LIMIT: detections kept; what is beyond is counted and said. */
const DETECTIONS_MAX = 100_000
const UNREAD_SHOWN_MAX = 100
/** Records of a host further apart than this belong to different cases. */
const CASE_GAP_MS = 3_600_000
/** A record dated later than this after "now" has a wrong clock. */
const CLOCK_AHEAD_MS = 86_400_000

export interface Detection {
  readonly rule: SigmaRule
  readonly event: Citation
  readonly host: string | null
  readonly timeMs: number | null
}

export type CaseVerdict = 'escalate' | 'review' | 'note'

export interface Case {
  readonly host: string | null
  readonly asset: TriageAsset | null
  readonly firstMs: number | null
  readonly lastMs: number | null
  readonly detections: readonly Detection[]
  readonly level: Level
  readonly techniques: readonly string[]
  readonly verdict: CaseVerdict
  /** Why: the rules of `verdictOf` that applied, in words a table of both languages has. */
  readonly because: readonly Reason[]
}

export type Reason =
  | 'critical_rule'
  | 'two_high_rules'
  | 'high_rule_on_critical_asset'
  | 'high_rule'
  | 'medium_rules'
  | 'low_only'

export interface Triage {
  readonly input: { readonly sha256: string; readonly bytes: number; readonly records: number }
  readonly unread: { readonly count: number; readonly first: readonly Unread[] }
  /** Records whose time is missing, and those dated in the future. */
  readonly clocks: { readonly missing: number; readonly ahead: number }
  readonly rules: number
  readonly detections: number
  readonly detectionsDropped: number
  readonly cases: readonly Case[]
}

export interface TriageOptions {
  readonly rules: RuleSet
  readonly assets: Assets
  /** Log source of records that do not name their own. */
  readonly given: LogSource
  readonly nowMs: number
  /** Called every thousand records. */
  readonly onProgress?: (records: number, bytes: number) => void
}

/** @throws {TriageError} `triage_input_too_large`, `triage_input_empty` */
export function triage(input: Buffer, options: TriageOptions): Triage {
  const { rules, given, nowMs, onProgress } = options
  const detections: Detection[] = []
  const unread: Unread[] = []
  const count = { unread: 0, records: 0, missing: 0, ahead: 0, dropped: 0 }
  const note = (one: Unread): void => {
    count.unread += 1
    if (unread.length < UNREAD_SHOWN_MAX) unread.push(one)
  }
  for (const record of readRecords(input, note)) {
    count.records += 1
    const event = eventOf(record, given, nowMs)
    if (event.timeMs === null) count.missing += 1
    else if (event.timeMs > nowMs + CLOCK_AHEAD_MS) count.ahead += 1
    for (const rule of rules.match(event)) {
      if (detections.length < DETECTIONS_MAX) detections.push(detectionOf(rule, event, input))
      else count.dropped += 1
    }
    if (count.records % 1_000 === 0) onProgress?.(count.records, record.offset + record.bytes)
  }
  return {
    input: { sha256: sha256(input), bytes: input.length, records: count.records },
    unread: { count: count.unread, first: unread },
    clocks: { missing: count.missing, ahead: count.ahead },
    rules: rules.size,
    detections: detections.length + count.dropped,
    detectionsDropped: count.dropped,
    cases: casesOf(detections, options.assets),
  }
}

function detectionOf(rule: SigmaRule, event: TriageEvent, input: Buffer): Detection {
  return { rule, event: cite(event, input), host: event.host, timeMs: event.timeMs }
}

function casesOf(detections: readonly Detection[], assets: Assets): Case[] {
  const byHost = Map.groupBy(detections, ({ host }) => host?.toLowerCase() ?? '')
  const cases = [...byHost.values()].flatMap((own) => split(own).map((part) => caseOf(part, assets)))
  const rank: Readonly<Record<CaseVerdict, number>> = { escalate: 0, review: 1, note: 2 }
  return cases.sort(
    (a, b) =>
      rank[a.verdict] - rank[b.verdict] ||
      LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level) ||
      b.detections.length - a.detections.length ||
      firstNumber(a) - firstNumber(b),
  )
}

function firstNumber(one: Case): number {
  return one.detections[0]?.event.number ?? 0
}

/** In order of time; records without a time stay together, last. */
function split(own: readonly Detection[]): Detection[][] {
  const ordered = own.toSorted(
    (a, b) =>
      (a.timeMs ?? Number.MAX_SAFE_INTEGER) - (b.timeMs ?? Number.MAX_SAFE_INTEGER) ||
      a.event.number - b.event.number,
  )
  const parts: Detection[][] = []
  let before: number | null = null
  for (const one of ordered) {
    const last = parts.at(-1)
    const apart =
      last === undefined ||
      (one.timeMs === null ? before !== null : one.timeMs - (before ?? one.timeMs) > CASE_GAP_MS)
    if (apart) parts.push([one])
    else last.push(one)
    before = one.timeMs
  }
  return parts
}

/** A case of these detections, which are of one host and in order. */
export function caseOf(detections: readonly Detection[], assets: Assets): Case {
  const times = detections.flatMap(({ timeMs }) => timeMs ?? [])
  const host = detections[0]?.host ?? null
  const asset = assets.find(host)
  const rules = new Map(detections.map(({ rule }) => [rule.id, rule]))
  const levels = [...rules.values()].map(({ level }) => level)
  return {
    host,
    asset,
    firstMs: times[0] ?? null,
    lastMs: times.at(-1) ?? null,
    detections,
    level: LEVELS[Math.max(0, ...levels.map((level) => LEVELS.indexOf(level)))] ?? 'informational',
    techniques: [...new Set([...rules.values()].flatMap(({ techniques }) => techniques))].sort(),
    ...verdictOf(levels, asset),
  }
}

/**
 * Escalate: a critical rule, two different high rules, or one high rule on a critical or designated asset.
 * Review: a high rule, or medium rules. Note: nothing above low. The table is docs/spec/triage.md §4.
 */
export function verdictOf(
  levels: readonly Level[],
  asset: TriageAsset | null,
): { readonly verdict: CaseVerdict; readonly because: readonly Reason[] } {
  const high = levels.filter((level) => level === 'high').length
  const matters = asset !== null && asset.criticality !== 'ordinary'
  const because: Reason[] = []
  if (levels.includes('critical')) because.push('critical_rule')
  if (high >= 2) because.push('two_high_rules')
  if (high >= 1 && matters) because.push('high_rule_on_critical_asset')
  if (because.length > 0) return { verdict: 'escalate', because }
  if (high === 1) return { verdict: 'review', because: ['high_rule'] }
  if (levels.includes('medium')) return { verdict: 'review', because: ['medium_rules'] }
  return { verdict: 'note', because: ['low_only'] }
}
