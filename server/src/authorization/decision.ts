/**
 * A decision: allow, hold or deny, with the clauses that determined it.
 *
 * Decisions are values and are recorded; an error means "could not decide" and the way fails closed.
 * Spec: docs/spec/decision.md.
 */
import type { FactName } from '../agreement/index.ts'

export type Verdict = 'allow' | 'hold' | 'deny'

/** A clause that determined the decision, with its article's prose. */
export interface ClauseRef {
  readonly clause: string
  readonly article: string
  readonly effect: 'permit' | 'forbid'
  readonly title: { readonly en: string; readonly ja: string }
  readonly prose: { readonly en: string; readonly ja: string }
  /** What the reader of the decision should know or do; from `@advice` and `@advice_ja`. */
  readonly advice: { readonly en: string; readonly ja: string } | null
  /** Machine-readable way out: `open_engagement`, `request_approval`, `none`, … from `@remedy`. */
  readonly remedy: string | null
}

/** For a default deny: the permit that came nearest, and the facts that kept it from applying. */
export interface NearestPermit {
  readonly clause: ClauseRef
  readonly missing: readonly {
    readonly fact: FactName
    readonly got: string
    readonly wanted: readonly string[]
  }[]
}

/** One fact and the value it had. */
export interface FactFound {
  readonly fact: FactName
  readonly got: string
}

export interface Decision {
  readonly verdict: Verdict
  readonly clauses: readonly ClauseRef[]
  readonly nearest: NearestPermit | null
  /** Hold only: how many approvals by whom. */
  readonly approval: { readonly count: number; readonly roles: readonly string[] } | null
  /** Facts that the determining clauses read, with the values found; for a forbid, only those that made it apply. */
  readonly because: readonly FactFound[]
  /** True when the allow rests on a grant, so that the request uses one of its counts. */
  readonly usesGrant: boolean
  /** Receipt tier: T1 durable, T2 in a signed checkpoint, T3 witnessed. */
  readonly receipt: 'T1' | 'T2' | 'T3'
  /** Alarm: the policy engine reported an error and the verdict is deny for that reason. */
  readonly engineErrors: readonly string[]
}
