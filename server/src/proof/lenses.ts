/**
 * Two more ways to look at a difference: what it does to decisions that were taken, and to scenarios people can name.
 *
 * The exact difference speaks of every possible request; these speak of some. Neither proves anything.
 * Spec: docs/spec/proof.md §12, §13.
 */
import {
  type Agreement,
  type Bilingual,
  FACT_DEFAULTS,
  FACT_NAMES,
  FACT_VALUES,
  type Facts,
} from '../agreement/index.ts'
import { createDecider, type Decision, packFacts, type Verdict } from '../authorization/index.ts'
import { ProofError } from './error.ts'
import { parseFacts } from './explain.ts'

/** LIMIT: scenarios of one file. */
const SCENARIOS_MAX = 1_000

export interface ReplayChange {
  readonly from: Verdict
  readonly to: Verdict
  /** Clauses that determine it before and after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly count: number
  /** One of them. */
  readonly facts: Facts
}

export interface ReplayReport {
  readonly decisions: number
  /** Distinct records of facts among them. */
  readonly distinct: number
  readonly same: number
  readonly changes: readonly ReplayChange[]
}

/** Decides recorded facts under both versions. Facts that did not exist when they were recorded take their defaults. */
export function replayDecisions(
  before: Agreement,
  after: Agreement,
  recorded: Iterable<Readonly<Record<string, unknown>>>,
): ReplayReport {
  const old = createDecider(before)
  const now = createDecider(after)
  const counts = new Map<string, { readonly facts: Facts; count: number }>()
  let decisions = 0
  for (const record of recorded) {
    const facts = completeFacts(record)
    const key = packFacts(facts)
    const seen = counts.get(key)
    if (seen === undefined) counts.set(key, { facts, count: 1 })
    else seen.count += 1
    decisions += 1
  }
  const groups = new Map<string, ReplayChange>()
  let same = 0
  for (const { facts, count } of counts.values()) {
    const was = old.decide(facts)
    const is = now.decide(facts)
    if (was.verdict === is.verdict) {
      same += count
      continue
    }
    const change = { from: was.verdict, to: is.verdict, before: clausesOf(was), after: clausesOf(is), facts }
    const key = JSON.stringify([change.from, change.to, change.before, change.after])
    groups.set(key, { ...change, count: (groups.get(key)?.count ?? 0) + count })
  }
  return {
    decisions,
    distinct: counts.size,
    same,
    changes: [...groups.values()].sort((a, b) => b.count - a.count),
  }
}

/** A record as it was recorded, complete. @throws {ProofError} `proof_facts_invalid` */
export function completeFacts(recorded: Readonly<Record<string, unknown>>): Facts {
  const stranger = Object.keys(recorded).find((name) => !(FACT_NAMES as readonly string[]).includes(name))
  if (stranger !== undefined) throw invalid(`no fact \`${stranger}\``)
  const facts = { ...FACT_DEFAULTS, ...recorded }
  for (const name of FACT_NAMES) {
    if (!(FACT_VALUES[name] as readonly unknown[]).includes(facts[name])) {
      throw invalid(`fact \`${name}\` is never \`${String(facts[name])}\``)
    }
  }
  return facts as Facts
}

/** A situation people can name, as a record of facts; what is left out is ordinary. */
export interface Scenario {
  readonly id: string
  readonly title: Bilingual
  readonly facts: Facts
  /** What the agreement it was written for answers. */
  readonly expect: Verdict
}

export interface ScenarioResult {
  readonly scenario: Scenario
  readonly verdict: Verdict
  readonly clauses: readonly string[]
}

/** @throws {ProofError} `proof_facts_invalid` */
export function parseScenarios(value: unknown): Scenario[] {
  if (!Array.isArray(value) || value.length > SCENARIOS_MAX)
    throw invalid(`a list of at most ${SCENARIOS_MAX} scenarios`)
  return value.map((item: unknown, at) => {
    const { id, title, facts, expect } = (item ?? {}) as Readonly<Record<string, unknown>>
    const { en, ja } = (title ?? {}) as Readonly<Record<string, unknown>>
    const verdict = (['allow', 'hold', 'deny'] as const).find((each) => each === expect)
    if (typeof id !== 'string' || typeof en !== 'string' || typeof ja !== 'string' || verdict === undefined) {
      throw invalid(`scenario ${at} needs \`id\`, \`title\` in both languages, \`facts\` and \`expect\``)
    }
    return { id, title: { en, ja }, facts: parseFacts(facts), expect: verdict }
  })
}

export function decideScenarios(agreement: Agreement, scenarios: readonly Scenario[]): ScenarioResult[] {
  const decider = createDecider(agreement)
  return scenarios.map((scenario) => {
    const decision = decider.decide(scenario.facts)
    return { scenario, verdict: decision.verdict, clauses: clausesOf(decision) }
  })
}

function clausesOf({ clauses, nearest }: Decision): string[] {
  if (clauses.length > 0) return clauses.map(({ clause }) => clause)
  return nearest === null ? [] : [`(${nearest.clause.clause})`]
}

function invalid(message: string): ProofError {
  return new ProofError('proof_facts_invalid', message)
}
