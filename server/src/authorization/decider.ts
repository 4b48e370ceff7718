/**
 * Decides on facts under one agreement version.
 *
 * A forbid denies; otherwise a permit to proceed allows, a permit to hold holds, and everything else is denied.
 * The engine answers once for each record of facts; repeats are a look-up in a bounded memo.
 * Spec: docs/spec/decision.md.
 */
import type { Agreement, Clause, Facts } from '../agreement/index.ts'
import { createLru } from '../base/index.ts'
import type { Decision, Verdict } from './decision.ts'
import { createCedarEngine, type Engine, type Verdicts } from './engine.ts'
import { createExplainer, type Explainer } from './explain.ts'
import { packFacts } from './pack.ts'

/** LIMIT: records of facts remembered, of about 1 kB each. A day's traffic of one institution has some hundred. */
const MEMO_ENTRIES_MAX = 8_192

const RECEIPT_RANK = { T1: 1, T2: 2, T3: 3 } as const

export interface DeciderStats {
  readonly decisions: number
  readonly memoHits: number
  readonly memoEntries: number
  /** Decisions denied because the engine reported an error: each is an alarm. */
  readonly engineErrors: number
}

export interface Decider {
  /** Digest of the agreement that decides. */
  readonly agreementDigest: string
  /** Never throws: what cannot be decided is a deny with `engineErrors`. The same facts give the same frozen object. */
  decide(facts: Facts): Decision
  stats(): DeciderStats
}

export interface DeciderOptions {
  /** For tests: an engine that errs. */
  readonly engine?: Engine
  /** Records of facts remembered. */
  readonly memoEntriesMax?: number
}

/** @throws {AuthorizationError} `authorization_engine_refused` */
export function createDecider(agreement: Agreement, options: DeciderOptions = {}): Decider {
  const engine = options.engine ?? createCedarEngine(agreement)
  const explainer = createExplainer(agreement)
  const memo = createLru<string, Decision>(options.memoEntriesMax ?? MEMO_ENTRIES_MAX)
  const counts = { decisions: 0, memoHits: 0, engineErrors: 0 }
  return {
    agreementDigest: agreement.digest,
    decide(facts) {
      counts.decisions++
      let key: string
      try {
        key = packFacts(facts)
      } catch (error) {
        counts.engineErrors++
        return undecided([String(error)])
      }
      const known = memo.get(key)
      if (known !== undefined) {
        counts.memoHits++
        return known
      }
      const decision = decideFresh(engine, explainer, facts)
      // An error may pass, and each must raise the alarm again: not remembered.
      if (decision.engineErrors.length > 0) counts.engineErrors++
      else memo.set(key, decision)
      return decision
    },
    stats: () => ({ ...counts, memoEntries: memo.size }),
  }
}

function decideFresh(engine: Engine, explainer: Explainer, facts: Facts): Decision {
  const proceed = engine('proceed', facts)
  if (proceed.errors.length > 0) return undecided(proceed.errors)
  if (proceed.permitted) return allow(explainer, proceed, facts)
  // Determining clauses of a refusal are the forbids that applied; none means that nothing permitted it.
  if (proceed.determining.length > 0)
    return settle('deny', explainer.clauses(proceed.determining), explainer, facts)
  const hold = engine('hold', facts)
  if (hold.errors.length > 0) return undecided(hold.errors)
  if (hold.permitted) return settle('hold', explainer.clauses(hold.determining), explainer, facts)
  return settle('deny', [], explainer, facts)
}

/** An allow needs a permit that can be named: an engine that permits without one has not decided. */
function allow(explainer: Explainer, verdicts: Verdicts, facts: Facts): Decision {
  const clauses = explainer.clauses(verdicts.determining)
  if (clauses.length === 0) return undecided(['the engine permitted without a determining clause'])
  return settle('allow', clauses, explainer, facts)
}

function settle(verdict: Verdict, clauses: readonly Clause[], explainer: Explainer, facts: Facts): Decision {
  return Object.freeze({
    verdict,
    clauses: Object.freeze(clauses.map(explainer.ref)),
    nearest: verdict === 'deny' && clauses.length === 0 ? explainer.nearest(facts) : null,
    approval: verdict === 'hold' ? approvalOf(clauses) : null,
    because: Object.freeze(explainer.because(clauses, facts)),
    usesGrant: verdict === 'allow' && clauses.every(readsCoveringGrant),
    receipt: receiptOf(clauses),
    engineErrors: Object.freeze([]),
  })
}

/** The strictest of the holds that apply: the most approvers, and of the roles only those that every one accepts. */
function approvalOf(clauses: readonly Clause[]): Decision['approval'] {
  const rules = clauses.flatMap(({ approval }) => approval ?? [])
  const count = Math.max(...rules.map((rule) => rule.count))
  const roles = (rules[0]?.roles ?? []).filter((role) => rules.every((rule) => rule.roles.includes(role)))
  return Object.freeze({ count, roles: Object.freeze(roles) })
}

function receiptOf(clauses: readonly Clause[]): Decision['receipt'] {
  let receipt: Decision['receipt'] = 'T1'
  for (const { obligation } of clauses) {
    if (obligation !== null && RECEIPT_RANK[obligation] > RECEIPT_RANK[receipt]) receipt = obligation
  }
  return receipt
}

function readsCoveringGrant({ condition }: Clause): boolean {
  const atoms = condition.kind === 'all' ? condition.of : [condition]
  return atoms.some(
    (atom) => atom.kind === 'atom' && atom.fact === 'grant' && atom.values.every((v) => v === 'covering'),
  )
}

/** Could not be decided: denied, with the reason for the alarm. */
function undecided(engineErrors: readonly string[]): Decision {
  return Object.freeze({
    verdict: 'deny',
    clauses: Object.freeze([]),
    nearest: null,
    approval: null,
    because: Object.freeze([]),
    usesGrant: false,
    receipt: 'T1',
    engineErrors: Object.freeze([...engineErrors]),
  })
}
