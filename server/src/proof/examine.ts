/**
 * What the writer examines of a proposal before it is written: things that are computed, not signed.
 *
 * The fold binds votes to digests; that they are the digests of the true reports is checked here, and by whoever computes them
 * again. Spec: docs/spec/proposal.md §1, §4.
 */
import { type Agreement, AgreementError, checkCapabilities, loadAgreement } from '../agreement/index.ts'
import { CAPABILITIES } from '../boundary/index.ts'
import { entry, type Override } from '../governance/index.ts'
import { ProgrammeError, type Snapshot, type Statement } from '../programme/index.ts'
import { clauseChanges, textChanges } from './clause-change.ts'
import { makeReportsAside } from './reports.ts'
import { tableChanges } from './table-change.ts'

/** What the writer is given. */
export const EXAMINER = {
  kinds: new Set(['proposal.draft', 'proposal.revise', 'agreement.join', 'ballot.open']),
  examine: examineStatement,
}

/** @throws {ProgrammeError} a `StatementRefusal` */
async function examineStatement(statement: Statement, snapshot: Snapshot): Promise<void> {
  const { agreement, governance } = snapshot
  if (statement.type === 'proposal.draft' || statement.type === 'proposal.revise') {
    const { document, sectors } = statement.payload
    examineDocument(agreement, document, sectors)
  }
  if (statement.type === 'agreement.join') read(statement.payload.document)
  if (statement.type !== 'ballot.open') return
  const { payload } = statement
  const text = entry(governance.proposals, payload.proposal)?.text
  if (text === null || text === undefined) return
  const reports = await makeReportsAside(agreement.documentText, text)
  if (reports.brokenHard.length > 0) {
    throw new ProgrammeError(
      'statement_invariant_broken',
      `the proposed version breaks ${reports.brokenHard.join(', ')}: such a version is not put to a vote; \`sekisho agreement prove\` shows a request`,
    )
  }
  if (reports.difference !== payload.difference || reports.proof !== payload.proof) {
    throw new ProgrammeError(
      'statement_subject_differs',
      `difference and proof report are \`${reports.difference}\` and \`${reports.proof}\``,
    )
  }
  requireOverrides(reports.brokenSoft, payload.overrides)
}

function requireOverrides(broken: readonly string[], overrides: readonly Override[]): void {
  const missing = broken.filter((id) => !overrides.some(({ invariant }) => invariant === id))
  const needless = overrides.filter(({ invariant }) => !broken.includes(invariant))
  if (missing.length === 0 && needless.length === 0) return
  const words = [
    ...missing.map((id) => `\`${id}\` is broken: say why that is accepted`),
    ...needless.map(({ invariant }) => `\`${invariant}\` is not broken`),
  ]
  throw new ProgrammeError('statement_override_missing', words.join('; '))
}

function examineDocument(inForce: Agreement, document: string, sectors: readonly string[]): void {
  const next = read(document)
  if (next.id !== inForce.id || next.version !== inForce.version + 1) {
    throw new ProgrammeError(
      'statement_agreement_mismatch',
      `\`${next.id}\` version ${next.version} does not follow \`${inForce.id}\` version ${inForce.version}`,
    )
  }
  if (sectors.length === 0) return
  const touched = sectorsTouched(inForce, next)
  const undeclared = touched === 'all' ? ['all'] : touched.filter((sector) => !sectors.includes(sector))
  if (undeclared.length === 0) return
  throw new ProgrammeError(
    'statement_payload_invalid',
    `the document touches ${undeclared.join(', ')} beside the sectors it names: name them, or none for all`,
  )
}

/** Sectors whose own tables differ; a clause, a text or another table concerns all. */
export function sectorsTouched(before: Agreement, after: Agreement): readonly string[] | 'all' {
  const clauses = clauseChanges(before, after)
  if (clauses.length > 0 || textChanges(before, after, clauses).length > 0) return 'all'
  const touched = new Set<string>()
  for (const { path } of tableChanges(before, after)) {
    const [table, a, b] = path.split('.')
    const institution = after.institutions.get(a ?? '') ?? before.institutions.get(a ?? '')
    const sector =
      table === 'sectorList' && a === 'sectors'
        ? b
        : table === 'autonomy'
          ? a
          : table === 'institutions'
            ? institution?.sector
            : undefined
    if (sector === undefined) return 'all'
    touched.add(sector)
  }
  return [...touched]
}

function read(document: string): Agreement {
  try {
    const agreement = loadAgreement(document, 'document')
    checkCapabilities(agreement, CAPABILITIES)
    return agreement
  } catch (error) {
    if (!(error instanceof AgreementError)) throw error
    throw new ProgrammeError('statement_document_invalid', `${error.message} (${error.code})`, {
      cause: error,
    })
  }
}
