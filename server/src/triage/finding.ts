/**
 * A case as an OCSF Detection Finding.
 *
 * Spec: schema.ocsf.io 1.8.0, class 2004, profiles none. Raw log text is not copied: an event is cited by its place and
 * digest, so that a finding may travel further than the log.
 */
import type { Level } from '../sigma/index.ts'
import type { Case, CaseVerdict, Triage } from './triage.ts'

const OCSF_VERSION = '1.8.0'
const EVIDENCES_MAX = 1_000

const SEVERITY: Readonly<Record<Level, readonly [id: number, caption: string]>> = {
  informational: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
}

const VERDICT_TITLES: Readonly<Record<CaseVerdict, string>> = {
  escalate: 'Escalate',
  review: 'Review',
  note: 'Note',
}

export interface FindingContext {
  readonly nowMs: number
  /** What made it: `rehearsal/1 (no AI)`, or the model that was asked. */
  readonly maker: string
  readonly productVersion: string
}

/** One finding a case; the digest of the input and the order of cases make its id, so the same run names it the same. */
export function findingOf(one: Case, index: number, triage: Triage, context: FindingContext) {
  const [severityId, severity] = SEVERITY[one.level]
  const uid = `sekisho-triage-${triage.input.sha256.slice(0, 16)}-${index + 1}`
  const rules = [...new Map(one.detections.map(({ rule }) => [rule.id, rule])).values()]
  return {
    activity_id: 1,
    activity_name: 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: 200401,
    time: context.nowMs,
    severity_id: severityId,
    severity,
    status_id: 1,
    status: 'New',
    is_alert: one.verdict === 'escalate',
    message: `${VERDICT_TITLES[one.verdict]}: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'} on ${one.host ?? 'an unnamed host'}`,
    ...(one.firstMs === null ? {} : { start_time: one.firstMs }),
    ...(one.lastMs === null ? {} : { end_time: one.lastMs }),
    metadata: {
      version: OCSF_VERSION,
      uid,
      product: { name: 'Sekisho', vendor_name: 'Sekisho', version: context.productVersion },
      labels: [`made-by:${context.maker}`],
    },
    finding_info: {
      uid,
      title: rules[0]?.title ?? uid,
      created_time: context.nowMs,
      types: [one.verdict, ...one.because],
      analytic: { type_id: 1, type: 'Rule', uid: rules[0]?.id ?? uid, name: rules[0]?.title ?? uid },
      related_analytics: rules
        .slice(1)
        .map((rule) => ({ type_id: 1, type: 'Rule', uid: rule.id, name: rule.title })),
      attacks: one.techniques.map(attackOf),
      related_events_count: one.detections.length,
    },
    resources: resourcesOf(one),
    evidences: one.detections.slice(0, EVIDENCES_MAX).map(({ rule, event, timeMs }) => ({
      name: `record ${event.number}`,
      uid: String(event.number),
      data: { rule: rule.id, input_sha256: triage.input.sha256, ...event, time_ms: timeMs },
    })),
  }
}

function attackOf(technique: string) {
  const [base = technique] = technique.split('.')
  return base === technique
    ? { technique: { uid: base } }
    : { technique: { uid: base }, sub_technique: { uid: technique } }
}

function resourcesOf(one: Case) {
  if (one.host === null) return []
  const { asset } = one
  return [
    {
      uid: asset?.id ?? one.host,
      name: one.host,
      hostname: one.host,
      ...(asset === null ? {} : { criticality: asset.criticality }),
      ...(asset?.owner == null ? {} : { owner: { name: asset.owner } }),
    },
  ]
}
