/**
 * An auditor's second reading of the governance: the public statements, folded anew from nothing but the public directory and the
 * founding document.
 */
import { parseStatementEntry, walkStatements } from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { loadAgreement } from '../src/agreement/index.ts'
import { fold, type ProgrammeState } from '../src/programme/index.ts'

/** A fold needs the time of each entry; the public blob holds it. */
const TIME_FIELD = 'time'

export async function refold(
  publicDir: string,
  founding: string,
): Promise<{ readonly state: ProgrammeState; readonly documents: ReadonlyMap<string, string> }> {
  const blobs = await walkStatements(directoryReader(publicDir), Number.MAX_SAFE_INTEGER)
  const first = loadAgreement(founding, 'founding document')
  const documents = new Map<string, string>()
  let state: ProgrammeState | null = null
  for (const index of [...blobs.keys()].sort((a, b) => a - b)) {
    // The index is a key of the map.
    const { statement, fields } = parseStatementEntry(blobs.get(index)!, `statements/${index}`)
    const { body } = statement as { body: { type: string; id?: string; document?: string } } // read strictly by the fold
    if (body.type === 'proposal.draft') documents.set(String(body.id), String(body.document))
    const timeMs = Number((fields as Readonly<Record<string, unknown>>)[TIME_FIELD])
    state = fold(state, statement, { index, timeMs }, (digest) => (digest === first.digest ? first : null))
  }
  if (state === null) throw new Error('the ledger holds no statement')
  return { state, documents }
}
