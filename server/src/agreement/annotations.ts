/**
 * A clause's annotations: what each kind of clause must and may say beside its rule.
 *
 * Spec: docs/spec/agreement.md §4.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Clause, HoldRule } from './agreement.ts'
import type { AgreementErrorCode } from './error.ts'

/** Machine-readable ways out, for `@remedy`. A client may act on them; add, never rename. */
export const REMEDIES = [
  'none',
  'ask_institution',
  'ask_parties',
  'enrol_stronger_key',
  'get_delegation',
  'request_programme_access',
  'renew_evaluation',
  'use_other_model',
  'wait_for_rollout',
  'open_engagement',
  'approve_engagement',
  'join_engagement',
  'amend_engagement',
  'wait_for_window',
  'name_target',
  'lower_autonomy',
  'request_approval',
  'remove_secret',
  'wait_for_budget',
  'retry_later',
] as const

const OBLIGATIONS = { receipt_t1: 'T1', receipt_t2: 'T2', receipt_t3: 'T3' } as const
const ANNOTATIONS = ['clause', 'advice', 'advice_ja', 'remedy', 'obligation', 'approval'] as const
type AnnotationName = (typeof ANNOTATIONS)[number]

/** Refuses a clause; the caller knows file and line. */
export type Fail = (code: AgreementErrorCode, message: string, lineOffset?: number) => never

export type Notes = ReadonlyMap<AnnotationName, string>

export function readAnnotations(policy: PolicyJson, fail: Fail): Notes {
  const notes = new Map<AnnotationName, string>()
  for (const [name, value] of Object.entries(policy.annotations ?? {})) {
    const known = ANNOTATIONS.find((candidate) => candidate === name)
    if (known === undefined) fail('agreement_annotation_unknown', `unknown annotation \`@${name}\``)
    if (typeof value !== 'string' || value.trim() === '') {
      fail(
        known === 'clause' ? 'agreement_clause_without_id' : 'agreement_annotation_invalid',
        `\`@${name}\` is empty`,
      )
    }
    notes.set(known, value.trim())
  }
  return notes
}

type Meaning = Pick<Clause, 'advice' | 'advice_ja' | 'remedy' | 'obligation' | 'approval'>

/** Which annotations each kind of clause must and may carry. */
const CARRIES: Record<
  Clause['action'],
  { readonly must: readonly AnnotationName[]; readonly may: readonly AnnotationName[] }
> = {
  both: { must: ['advice', 'advice_ja', 'remedy'], may: [] },
  hold: { must: ['advice', 'advice_ja', 'remedy', 'approval'], may: [] },
  proceed: { must: ['obligation'], may: ['advice', 'advice_ja'] },
}

/** Reads what the annotations mean for a clause of this kind, or refuses them. */
export function readMeaning(
  action: Clause['action'],
  notes: Notes,
  holds: ReadonlyMap<string, HoldRule>,
  fail: Fail,
): Meaning {
  const { must, may } = CARRIES[action]
  for (const name of must) {
    if (notes.has(name)) continue
    const code = name.startsWith('advice') ? 'agreement_language_missing' : 'agreement_annotation_missing'
    fail(code, `\`@${name}\` is missing`)
  }
  for (const name of notes.keys()) {
    if (name !== 'clause' && !must.includes(name) && !may.includes(name)) {
      fail('agreement_annotation_invalid', `\`@${name}\` does not belong on this kind of clause`)
    }
  }
  if (notes.has('advice') !== notes.has('advice_ja')) {
    fail('agreement_language_missing', '`@advice` and `@advice_ja` stand together')
  }
  const remedy = notes.get('remedy') ?? null
  if (remedy !== null && !REMEDIES.some((known) => known === remedy)) {
    fail('agreement_annotation_invalid', `unknown remedy \`${remedy}\``)
  }
  return {
    advice: notes.get('advice') ?? null,
    advice_ja: notes.get('advice_ja') ?? null,
    remedy,
    obligation: readObligation(notes.get('obligation'), fail),
    approval: readApproval(notes.get('approval'), holds, fail),
  }
}

function readObligation(value: string | undefined, fail: Fail): Clause['obligation'] {
  if (value === undefined) return null
  if (!Object.hasOwn(OBLIGATIONS, value))
    fail('agreement_annotation_invalid', `unknown obligation \`${value}\``)
  return OBLIGATIONS[value as keyof typeof OBLIGATIONS]
}

function readApproval(
  value: string | undefined,
  holds: ReadonlyMap<string, HoldRule>,
  fail: Fail,
): HoldRule | null {
  if (value === undefined) return null
  return holds.get(value) ?? fail('agreement_annotation_invalid', `no hold \`${value}\` in the front matter`)
}
