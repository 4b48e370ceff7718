/**
 * Agreement documents that travel in statements: read once, remembered by digest.
 *
 * The ledger holds every proposed document whole, so whoever folds it needs nothing beside it but the document it was founded
 * under. HOSTILE: what a proposal carries was refused by the writer when it is no agreement; a fold of a foreign ledger may
 * still meet one.
 */
import { type Agreement, AgreementError, loadAgreement } from '../agreement/index.ts'
import { ProgrammeError } from './error.ts'
import type { AgreementLookup } from './state.ts'

/** Read documents kept: versions are few. */
const REMEMBERED_MAX = 16
const remembered = new Map<string, Agreement>()

/**
 * The agreement with this digest: at hand, or read from the text that a statement brought.
 *
 * @throws {ProgrammeError} `statement_agreement_unknown`, `statement_document_invalid`
 */
export function documentOf(digest: string, text: string | null, agreements: AgreementLookup): Agreement {
  const known = agreements(digest) ?? remembered.get(digest)
  if (known !== undefined) return known
  if (text === null) {
    throw new ProgrammeError(
      'statement_agreement_unknown',
      `no agreement document at hand has digest \`${digest}\``,
    )
  }
  const agreement = readDocument(text)
  if (agreement.digest !== digest) {
    throw new ProgrammeError(
      'statement_agreement_mismatch',
      `the document has digest \`${agreement.digest}\``,
    )
  }
  return agreement
}

/** @throws {ProgrammeError} `statement_document_invalid` with the defect's line and code */
export function readDocument(text: string): Agreement {
  let agreement: Agreement
  try {
    agreement = loadAgreement(text, 'document')
  } catch (error) {
    if (!(error instanceof AgreementError)) throw error
    throw new ProgrammeError('statement_document_invalid', `${error.message} (${error.code})`, {
      cause: error,
    })
  }
  if (remembered.size >= REMEMBERED_MAX) remembered.delete(remembered.keys().next().value ?? '')
  remembered.set(agreement.digest, agreement)
  return agreement
}
