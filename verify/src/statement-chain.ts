/**
 * The chain of published statements, walked from its head.
 *
 * Spec: docs/spec/ledger.md §6. `statements/head` names the last statement; each names the one before it.
 */
import { fromUtf8 } from './bytes.ts'
import { VerifyError } from './error.ts'
import type { LedgerReader } from './reader.ts'
import { parseStatementEntry } from './statement-entry.ts'

export const STATEMENT_HEAD = 'statements/head'

export function statementPath(index: number): string {
  return `statements/${index}`
}

/**
 * Blobs of all statements below `size` by index, not yet checked against their leaves.
 *
 * @throws {VerifyError} `statement_missing`, `statement_malformed`, `statement_chain`
 */
export async function walkStatements(reader: LedgerReader, size: number): Promise<Map<number, Uint8Array>> {
  const blobs = new Map<number, Uint8Array>()
  const head = await reader.read(STATEMENT_HEAD)
  let next = head === null ? null : parseHead(fromUtf8(head))
  while (next !== null) {
    const index: number = next
    const place = statementPath(index)
    const blob = await reader.read(place)
    if (blob === null)
      throw new VerifyError('statement_missing', `statement \`${place}\` is missing`, { place })
    const { previous } = parseStatementEntry(blob, place)
    if (previous !== null && previous >= index) {
      throw new VerifyError('statement_chain', `statement ${index} refers forward`, {
        place,
        expected: `below ${index}`,
        got: String(previous),
      })
    }
    // One not yet covered by the checkpoint cannot be checked, but what it refers to can.
    if (index < size) blobs.set(index, blob)
    next = previous
  }
  return blobs
}

function parseHead(text: string): number {
  if (!/^(0|[1-9][0-9]{0,15})\n$/.test(text)) {
    throw new VerifyError('statement_malformed', 'the statement head is one decimal number and a newline', {
      place: STATEMENT_HEAD,
      got: text.slice(0, 40),
    })
  }
  return Number(text)
}
