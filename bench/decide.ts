/**
 * `bench -- decide`: what finding the facts of one request and deciding on them costs.
 *
 * Warm: the facts were met before, which is nearly all of an institution's traffic. Cold: each record of facts is
 * new to the memo, so Cedar answers. The snapshot holds one engagement of 100 assets and the request names four.
 */
import { readFileSync } from 'node:fs'
import {
  type Agreement,
  FACT_NAMES,
  FACT_VALUES,
  type Facts,
  loadAgreement,
  loadModels,
} from '../server/src/agreement/index.ts'
import { createDecider, type FactsInput, findFacts } from '../server/src/authorization/index.ts'
import { NO_GOVERNANCE } from '../server/src/governance/index.ts'
import type { Actor, Engagement, Institution, Snapshot } from '../server/src/programme/index.ts'
import type { BenchOptions } from './options.ts'
import { openResults } from './results.ts'
import { percentile, round } from './statistics.ts'

const AGREEMENT = 'agreements/us-japan-2026/agreement.md'
const MODELS = 'server/models.yaml'
const WARM_RUNS = 200_000
const COLD_RUNS = 2_000
const ASSETS = 100
const DAY_MS = 86_400_000

export async function benchDecide(options: BenchOptions): Promise<void> {
  const results = openResults('decide')
  const agreement = loadAgreement(read(AGREEMENT), AGREEMENT)
  const input = factsInput(agreement, Date.now())
  const decider = createDecider(agreement)
  const warmRuns = options.quick ? WARM_RUNS / 10 : WARM_RUNS
  const coldRuns = options.quick ? COLD_RUNS / 10 : COLD_RUNS
  const verdict = decider.decide(findFacts(input)).verdict
  const warm = timed(warmRuns, () => void decider.decide(findFacts(input)))
  results.add({ row: 'warm', ...warm, clauses: agreement.clauses.length, verdict })
  const facts = manyFacts(findFacts(input), coldRuns)
  const cold = timed(coldRuns, (run) => void decider.decide(facts[run] ?? findFacts(input)))
  results.add({ row: 'cold', ...cold, clauses: agreement.clauses.length })
  results.save()
}

function timed(runs: number, run: (at: number) => void) {
  const samples = new Float64Array(runs)
  for (let at = 0; at < runs; at += 1) {
    const start = performance.now()
    run(at)
    samples[at] = (performance.now() - start) * 1000
  }
  return { p50_us: round(percentile(samples, 500), 1), p99_us: round(percentile(samples, 990), 1), runs }
}

/** Distinct records around `base`: two facts changed at a time, in the order of the table. */
function manyFacts(base: Facts, count: number): Facts[] {
  const made = new Map<string, Facts>()
  for (const first of FACT_NAMES) {
    for (const second of FACT_NAMES) {
      for (const one of FACT_VALUES[first]) {
        for (const two of FACT_VALUES[second]) {
          // Both values come from the table's own row of that fact.
          const facts = { ...base, [first]: one, [second]: two } as Facts
          made.set(Object.values(facts).join(), facts)
          if (made.size > count) return [...made.values()].slice(1)
        }
      }
    }
  }
  return [...made.values()]
}

/** An engineer of an admitted bank inside an approved engagement, as the gateway would hand it over. */
function factsInput(agreement: Agreement, nowMs: number): FactsInput {
  const institution: Institution = {
    id: 'mufg',
    sector: 'finance',
    jurisdiction: 'JP',
    name: { en: 'MUFG', ja: 'MUFG' },
    standing: 'admitted',
    keys: [],
    fictional: false,
    programmeAccess: [],
    budget: null,
  }
  const actor: Actor = {
    id: 'p-1',
    kind: 'person',
    institution: 'mufg',
    standing: 'active',
    roles: ['analyst'],
    employer: 'employee',
    nationality: 'party',
    location: 'party',
    keys: [],
  }
  const engagement = benchEngagement(nowMs)
  const snapshot: Snapshot = {
    programme: 'bench',
    founding: '',
    sample: true,
    index: 1,
    digest: '',
    agreement,
    parties: new Map(),
    institutions: new Map([['mufg', institution]]),
    integrators: new Map(),
    actors: new Map([['p-1', actor]]),
    delegations: [],
    engagements: new Map([[engagement.id, engagement]]),
    grants: [],
    pendingGrants: [],
    stops: [],
    stages: new Map(),
    incidentMode: false,
    tools: [],
    governance: NO_GOVERNANCE,
  }
  const targets = [1, 20, 40, 99].map((host) => ({
    kind: 'ipv4' as const,
    value: `192.0.2.${host}`,
    raw: `192.0.2.${host}`,
    segment: 0,
  }))
  return {
    snapshot,
    principal: {
      actor,
      institution,
      delegation: null,
      tokenId: 't-1',
      assurance: 'key',
      engagement: null,
      expiresAtMs: nowMs + DAY_MS,
    },
    model: loadModels(read(MODELS), MODELS).find('rehearsal/1'),
    reading: {
      capability: 'vulnerability_triage',
      side: 'dual_use',
      confidencePermille: 900,
      targets,
      spans: [],
      reader: 'bench/1',
      leakage: 'none',
      injection: 'none',
    },
    engagementId: engagement.id,
    session: 's-1',
    grantUses: () => 0,
    budget: 'within',
    extraction: 'none',
    ledgerWritable: true,
    nowMs,
    surface: 'model_request',
  }
}

function benchEngagement(nowMs: number): Engagement {
  return {
    id: 'eng-1',
    institution: 'mufg',
    author: 'p-2',
    purpose: 'bench',
    state: 'active',
    assets: Array.from({ length: ASSETS }, (_, at) => ({
      id: `asset-${at}`,
      kind: 'ipv4' as const,
      value: `192.0.2.${at}`,
      criticality: 'ordinary' as const,
    })),
    capabilities: ['vulnerability_triage'],
    members: ['p-1'],
    autonomy: 'A1',
    fromMs: nowMs - DAY_MS,
    untilMs: nowMs + DAY_MS,
    approvedBy: ['p-3', 'p-4'],
    draft: '',
  }
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
}
