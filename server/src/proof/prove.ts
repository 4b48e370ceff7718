/**
 * The proof report of one version: what was proved of it, what broke it, and what of it does nothing.
 *
 * Canonical JSON without times or machine, so that whoever proves the same document gets the same bytes and the same digest;
 * votes bind to that digest. Spec: docs/spec/proof.md §8.
 */
import { canonicalize, type JsonObject, type JsonValue, sha256, toHex, utf8 } from 'sekisho-verify'
import { type Agreement, FACT_NAMES, FACT_VALUES } from '../agreement/index.ts'
import { type Counterexample, checkInvariants, type Ground, type InvariantResult } from './check.ts'
import { coherentRecords } from './coherence.ts'
import { type Finding, findDefects } from './findings.ts'
import { INVARIANTS } from './invariants.ts'
import { createReplayer, type Decide } from './replay.ts'
import { createSteps } from './step.ts'
import { buildVerdicts, spaceFor } from './verdicts.ts'

export interface ProveOptions {
  /** For tests: an engine that disagrees. */
  readonly decide?: Decide
}

export interface Proof {
  readonly agreement: Agreement
  readonly invariants: readonly InvariantResult[]
  readonly findings: readonly Finding[]
  /** Ids of broken invariants. With a hard one the version cannot be put to a vote. */
  readonly brokenHard: readonly string[]
  readonly brokenSoft: readonly string[]
  /** The report as canonical JSON, and its SHA-256 in hex. */
  readonly report: string
  readonly digest: string
}

/** @throws {ProofError} `proof_replay_disagrees`, `proof_nodes_exhausted` */
export function proveAgreement(agreement: Agreement, options: ProveOptions = {}): Proof {
  const space = spaceFor(agreement)
  const verdicts = buildVerdicts(space, agreement)
  const replayer = createReplayer(agreement, options.decide)
  const steps = createSteps(space)
  const ground: Ground = { space, verdicts, coherent: coherentRecords(space), replayer, steps }
  const invariants = checkInvariants(ground)
  const findings = findDefects(space, verdicts)
  const report = canonicalize(writeReport(ground, invariants, findings))
  return {
    agreement,
    invariants,
    findings,
    brokenHard: broken(invariants, 'hard'),
    brokenSoft: broken(invariants, 'soft'),
    report,
    digest: digestOf(report),
  }
}

/** SHA-256 (hex) of the facts and their values, in order: a report speaks of these facts only. */
export function factSchemaDigest(): string {
  return digestOf(canonicalize(FACT_NAMES.map((name) => [name, [...FACT_VALUES[name]]])))
}

/** SHA-256 (hex) of what is asked of this agreement. */
export function invariantsDigest(agreement: Agreement): string {
  const asked = INVARIANTS.map(({ id, level, queries }) => ({ id, level, queries: queries(agreement) }))
  // Queries are plain data: conditions, ids and fact values.
  return digestOf(canonicalize(asked as unknown as JsonValue))
}

export function digestOf(text: string): string {
  return toHex(sha256(utf8(text)))
}

function broken(results: readonly InvariantResult[], level: 'hard' | 'soft'): string[] {
  return results
    .filter(({ invariant, verdict }) => invariant.level === level && verdict === 'violated')
    .map(({ invariant }) => invariant.id)
}

function writeReport(
  { space, verdicts, coherent, replayer }: Ground,
  invariants: readonly InvariantResult[],
  findings: readonly Finding[],
): JsonObject {
  const { agreement } = verdicts
  const count = (set: number): string => space.count(set).toString()
  return {
    format: 'sekisho/proof/v1',
    agreement: { id: agreement.id, version: agreement.version, digest: agreement.digest },
    facts: { digest: factSchemaDigest(), records: space.total.toString(), coherent: count(coherent) },
    invariants_digest: invariantsDigest(agreement),
    verdicts: {
      allow: count(verdicts.allow),
      hold: count(verdicts.hold),
      deny: count(verdicts.deny),
    },
    invariants: invariants.map(writeInvariant),
    findings: findings.map(({ kind, subject, by }) => ({ kind, subject, by })),
    replayed: replayer.confirmed,
  }
}

function writeInvariant({
  invariant,
  verdict,
  queries,
  failed,
  counterexamples,
}: InvariantResult): JsonObject {
  const { id, level, title } = invariant
  return {
    id,
    level,
    title: { en: title.en, ja: title.ja },
    verdict,
    queries: queries.length,
    failed,
    counterexamples: counterexamples.map(writeCounterexample),
  }
}

function writeCounterexample({
  query,
  facts,
  verdict,
  compared,
  coherent,
  records,
}: Counterexample): JsonObject {
  return {
    query,
    facts: { ...facts },
    verdict,
    compared: compared === null ? null : { facts: { ...compared.facts }, verdict: compared.verdict },
    coherent,
    records: records.toString(),
  }
}
