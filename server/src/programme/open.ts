/**
 * Opens the programme over a ledger: folds its statements, loads what PostgreSQL had projected, and replays
 * the rest. Without the database everything comes from the ledger, which takes longer and gives the same.
 */
import type { Ledger, StoredStatement } from '../ledger/index.ts'
import { StorageError } from '../storage/index.ts'
import { ProgrammeError } from './error.ts'
import { readEntry } from './exchange.ts'
import { fold } from './fold.ts'
import type { Programme, ProgrammeOptions } from './programme.ts'
import { Projection, projectedIndex } from './projection.ts'
import { selectTally, selectTokens } from './query.ts'
import type { ProgrammeState } from './state.ts'
import { parseStatement } from './statement.ts'
import { Tally } from './tally.ts'
import type { TokenRecord } from './token.ts'
import { TokenBook } from './token-book.ts'
import { abandonedOutcome, Writer } from './writer.ts'

/**
 * @throws {ProgrammeError} `programme_projection_corrupt`, `statement_agreement_unknown` (a document is missing)
 * @throws {LedgerError} when the ledger cannot be read
 */
export async function openProgramme(options: ProgrammeOptions): Promise<Programme> {
  const state = await foldLedger(options)
  const loaded = await loadProjected(options, state)
  const tally = loaded?.tally ?? new Tally()
  await replay(options.ledger, tally, loaded?.nextIndex ?? 0)
  const tokens = new TokenBook()
  const addTokens = (records: readonly TokenRecord[]): void => {
    for (const record of records) tokens.add(record)
  }
  addTokens(loaded?.tokens ?? [])
  const projection = new Projection({
    database: options.database,
    ledger: options.ledger,
    logger: options.logger,
    onTokens: addTokens,
    nextIndex: options.database === null ? 0 : (loaded?.nextIndex ?? null),
  })
  const writer = new Writer(options, { state, tally, tokens, projection })
  await closeAbandoned(options, writer)
  return writer
}

/** What no statement may do at a time is refused again here, with the same index and time: it had no effect then. */
async function foldLedger({ ledger, agreements, logger }: ProgrammeOptions): Promise<ProgrammeState | null> {
  let state: ProgrammeState | null = null
  for await (const entry of ledger.statements(0)) {
    const next = foldStored(state, entry, agreements)
    if (next instanceof ProgrammeError) {
      logger?.warn({ event: 'statement_without_effect', index: entry.index, code: next.code })
    } else state = next
  }
  return state
}

function foldStored(
  state: ProgrammeState | null,
  entry: StoredStatement,
  agreements: ProgrammeOptions['agreements'],
): ProgrammeState | ProgrammeError {
  try {
    return fold(state, entry.statement, entry, agreements)
  } catch (error) {
    // A missing document is our fault, not the statement's: going on without it would change what is allowed.
    if (!(error instanceof ProgrammeError) || error.code === 'statement_agreement_unknown') throw error
    return error
  }
}

async function loadProjected(
  { database, ledger, clock, logger }: ProgrammeOptions,
  state: ProgrammeState | null,
) {
  if (database === null) return null
  try {
    const nextIndex = await projectedIndex(database, ledger)
    const grants = [...(state?.grants ?? []), ...(state?.pendingGrants ?? [])].map((grant) => grant.hold)
    const tally = await selectTally(database, grants, clock.nowMs())
    return { nextIndex, tally, tokens: await selectTokens(database) }
  } catch (error) {
    if (!(error instanceof StorageError) || error.code === 'storage_query_failed') throw error
    logger?.warn({ event: 'started_without_database', reason: error.message })
    return null
  }
}

async function replay(ledger: Ledger, tally: Tally, from: number): Promise<void> {
  for await (const entry of ledger.entries(from)) {
    if (entry.class === 'statement') {
      const statement = parseStatement(entry.statement)
      if (statement.type === 'refusal.lift')
        tally.refusals.lift(statement.payload.actor, statement.payload.key)
      continue
    }
    const read = readEntry(entry)
    if (read !== null) tally.apply(read, entry.index, entry.timeMs)
  }
}

/** Whatever was open when the last process ended is over, and nobody knows how. */
async function closeAbandoned({ ledger, logger }: ProgrammeOptions, writer: Writer): Promise<void> {
  for (const index of ledger.openIntents()) {
    const entry = await ledger.read(index)
    const read = entry.class === 'exchange' ? readEntry(entry) : null
    if (read?.kind !== 'intent') {
      logger?.error({ event: 'intent_left_open', intent: index, reason: 'its keys are gone' })
      continue
    }
    await writer.append(abandonedOutcome(index, read))
  }
}
