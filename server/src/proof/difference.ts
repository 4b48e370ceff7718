/**
 * Everything that two versions of an agreement decide otherwise, and everything in them that reads otherwise.
 *
 * Exact over all records of facts; every example was decided by the engine under both versions. Like the proof report, the
 * report is canonical JSON without times, and votes bind to its digest. Spec: docs/spec/proof.md §10.
 */
import { canonicalize, type JsonObject } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'
import { FALSE } from './bdd.ts'
import { type ClauseChange, clauseChanges, type TextChange, textChanges } from './clause-change.ts'
import { coherentRecords } from './coherence.ts'
import { digestOf, factSchemaDigest } from './prove.ts'
import { createReplayer, type Decide } from './replay.ts'
import { type TableChange, tableChanges } from './table-change.ts'
import { type TableEffect, tableEffects } from './table-effect.ts'
import { type Comparison, type FactRange, findTransitions, narrowed, type Transition } from './transition.ts'
import { buildVerdicts, type Grade, spaceFor } from './verdicts.ts'

/** Same verdict, other conditions: fewer or more approvers, a weaker or stronger receipt. */
export interface GradeChange {
  readonly from: Grade
  readonly to: Grade
  readonly records: bigint
  /** Facts that tell these records from whatever else has the verdict. */
  readonly where: readonly FactRange[]
}

export interface Difference {
  readonly before: Agreement
  readonly after: Agreement
  /** No record of facts is decided otherwise, and nothing is asked for otherwise. */
  readonly sameDecisions: boolean
  readonly transitions: readonly Transition[]
  readonly grades: readonly GradeChange[]
  readonly clauses: readonly ClauseChange[]
  readonly texts: readonly TextChange[]
  readonly tables: readonly TableChange[]
  readonly effects: readonly TableEffect[]
  /** Records of facts in all, and of them those that the fact finder could make. Not a measure of traffic. */
  readonly records: bigint
  readonly coherent: bigint
  readonly allowed: { readonly before: bigint; readonly after: bigint }
  readonly report: string
  readonly digest: string
}

export interface DifferenceOptions {
  /** For tests: engines that disagree. */
  readonly decideBefore?: Decide
  readonly decideAfter?: Decide
}

/** @throws {ProofError} `proof_replay_disagrees`, `proof_nodes_exhausted` */
export function compareAgreements(
  before: Agreement,
  after: Agreement,
  options: DifferenceOptions = {},
): Difference {
  const space = spaceFor(before, after)
  const comparison: Comparison = {
    space,
    coherent: coherentRecords(space),
    before: buildVerdicts(space, before),
    after: buildVerdicts(space, after),
    replayBefore: createReplayer(before, options.decideBefore),
    replayAfter: createReplayer(after, options.decideAfter),
  }
  const clauses = clauseChanges(before, after)
  const transitions = findTransitions(comparison, clauses)
  const grades = gradeChanges(comparison)
  const found = {
    before,
    after,
    sameDecisions: transitions.length === 0 && grades.length === 0,
    transitions,
    grades,
    clauses,
    texts: textChanges(before, after, clauses),
    tables: tableChanges(before, after),
    effects: tableEffects(comparison),
    records: space.total,
    coherent: space.count(comparison.coherent),
    allowed: { before: space.count(comparison.before.allow), after: space.count(comparison.after.allow) },
  }
  const report = canonicalize(writeReport(found))
  return { ...found, report, digest: digestOf(report) }
}

function gradeChanges({ space, before, after }: Comparison): GradeChange[] {
  return before.grades.flatMap((from) =>
    after.grades.flatMap((to) => {
      if (from.verdict !== to.verdict || gradeName(from) === gradeName(to)) return []
      const set = space.bdd.and(from.set, to.set)
      if (set === FALSE) return []
      const background = space.projection(before[from.verdict])
      const where = narrowed(space, set).filter(
        ({ fact, values }) => values.length < (background.get(fact)?.length ?? 0),
      )
      return [{ from, to, records: space.count(set), where }]
    }),
  )
}

/** `allow T2`; `hold 2 approver, operations_lead`. */
export function gradeName({ verdict, receipt, approvals, roles }: Grade): string {
  return verdict === 'allow' ? `allow ${receipt}` : `hold ${approvals} ${roles.join(', ')}`.trim()
}

function writeReport(found: Omit<Difference, 'report' | 'digest'>): JsonObject {
  const { before, after, allowed } = found
  const version = ({ id, version: number, digest }: Agreement): JsonObject => ({
    id,
    version: number,
    digest,
  })
  return {
    format: 'sekisho/difference/v1',
    before: version(before),
    after: version(after),
    facts: {
      digest: factSchemaDigest(),
      records: found.records.toString(),
      coherent: found.coherent.toString(),
    },
    allowed: { before: allowed.before.toString(), after: allowed.after.toString() },
    same_decisions: found.sameDecisions,
    transitions: found.transitions.map(writeTransition),
    conditions: found.grades.map(({ from, to, records, where }) => ({
      from: gradeName(from),
      to: gradeName(to),
      records: records.toString(),
      where: writeRanges(where),
    })),
    clauses: found.clauses.map(({ kind, before: old, after: now }) => ({
      kind,
      before: old?.id ?? null,
      after: now?.id ?? null,
    })),
    texts: found.texts.map(({ where, lines }) => ({ where, lines })),
    tables: found.tables.map(({ path, before: old, after: now }) => ({ path, before: old, after: now })),
    effects: found.effects.map(writeEffect),
  }
}

function writeTransition({ from, to, direction, records, coherent, groups, facts }: Transition): JsonObject {
  return {
    from,
    to,
    direction,
    records: records.toString(),
    coherent: coherent.toString(),
    facts: writeRanges(facts),
    groups: groups.map((group) => ({
      clauses: group.clauses,
      records: group.records.toString(),
      coherent: group.coherent.toString(),
      telling: writeRanges(group.telling),
      where: writeRanges(group.where),
      exact: group.exact,
      example: { facts: { ...group.example.facts }, coherent: group.example.coherent },
    })),
  }
}

function writeEffect({ path, what, moves, gained, lost, example }: TableEffect): JsonObject {
  return {
    path,
    what: { en: what.en, ja: what.ja },
    moves: moves.map(({ fact, from, to }) => ({ fact, from, to })),
    gained: gained.toString(),
    lost: lost.toString(),
    example:
      example === null
        ? null
        : { facts: { ...example.facts }, from: example.from, to: example.to, coherent: example.coherent },
  }
}

function writeRanges(ranges: readonly FactRange[]): JsonObject {
  return Object.fromEntries(ranges.map(({ fact, values }) => [fact, values]))
}
