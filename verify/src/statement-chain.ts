/**
 * The chain of published statements, walked from its head.
 *
 * Spec: docs/spec/ledger.md §6. `statements/head` names the last statement; each names the one before it. A statement's leaf
 * tells that it is one, so whatever the chain leaves out shows.
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

/**
 * Holds the newest statement seen against heads that somebody saved earlier, and says which is the newest.
 *
 * @param blobs those below the checkpoint's size: a head beyond it is on nobody's signature, and does not count
 * @throws {VerifyError} `statement_head_missing` when nothing is seen in a ledger that has entries,
 *   `statement_head_behind`, `statement_missing`
 */
export function checkHeads(
  blobs: ReadonlyMap<number, Uint8Array>,
  size: number,
  saved: readonly { readonly place: string; readonly index: number }[],
  required: boolean,
): number | null {
  // The walk goes from the newest to the first.
  const [newest = null] = blobs.keys()
  if (required && newest === null && size > 0) {
    throw new VerifyError('statement_head_missing', `no statement is shown among ${size} entries`, {
      place: STATEMENT_HEAD,
      expected: 'the founding statement at least',
    })
  }
  for (const { place, index } of saved) {
    if (blobs.has(index)) continue
    const behind = newest === null || newest < index
    throw new VerifyError(
      behind ? 'statement_head_behind' : 'statement_missing',
      behind
        ? `the statement head is behind the one saved in \`${place}\``
        : `the chain of statements passes over the one saved in \`${place}\``,
      { place, expected: String(index), got: newest === null ? 'none' : String(newest) },
    )
  }
  return newest
}

/**
 * What is wrong with an entry that is a statement by its leaf and not on the chain.
 *
 * @returns `statement_head_missing` when no chain is shown at all, `statement_head_behind` for one above the newest of the
 *   chain, `statement_missing` for one that the chain passes over
 */
export function offChain(index: number, newest: number | null): VerifyError {
  const place = `entry ${index}`
  if (newest === null)
    return new VerifyError('statement_head_missing', `${place} is a statement, and none is shown`, { place })
  const behind = newest < index
  return new VerifyError(
    behind ? 'statement_head_behind' : 'statement_missing',
    behind
      ? `${place} is a statement, and the head names an earlier one`
      : `the chain passes over ${place}, a statement`,
    { place, expected: String(index), got: String(newest) },
  )
}

/** @throws {VerifyError} `statement_malformed` */
export function parseHead(text: string, place = STATEMENT_HEAD): number {
  if (!/^(0|[1-9][0-9]{0,15})\n$/.test(text)) {
    throw new VerifyError('statement_malformed', 'the statement head is one decimal number and a newline', {
      place,
      got: text.slice(0, 40),
    })
  }
  return Number(text)
}
