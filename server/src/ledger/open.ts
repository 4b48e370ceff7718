/** Opens a ledger directory. */
import type { Ledger, LedgerOptions } from './ledger.ts'

/** Replays the directory, checks it against every checkpoint it signed, and starts the writer. */
export async function openLedger(_options: LedgerOptions): Promise<Ledger> {
  throw new Error('not built yet')
}
