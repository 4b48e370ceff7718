/**
 * Opens the programme over a ledger: folds its statements, loads what PostgreSQL had projected, and replays
 * the rest. Without the database everything comes from the ledger, which takes longer and gives the same.
 */

import { TokenBook, type TokenRecord } from '../access/index.ts'
import { readEntry, Tally } from '../accounts/index.ts'
import type { Ledger, StoredStatement } from '../ledger/index.ts'
import {
  fold,
  liftedBy,
  ProgrammeError,
  type ProgrammeState,
  parseStatement,
  type Statement,
} from '../programme/index.ts'
import { Projection, projectedIndex, selectTally, selectTokens } from '../projection/index.ts'
import { StorageError } from '../storage/index.ts'
import { abandonedOutcome } from './gateway-hub.ts'
import type { Programme, ProgrammeOptions } from './programme.ts'
import { Writer } from './writer.ts'

/**
 * @throws {ProgrammeError} `programme_projection_corrupt`, `statement_agreement_unknown` (a document is missing)
 * @throws {LedgerError} when the ledger cannot be read
 */
export async function openProgramme(options: ProgrammeOptions): Promise<Programme> {
  const { state, effects } = await foldLedger(options)
  const loaded = await loadProjected(options, state)
  const tally = loaded?.tally ?? new Tally()
  await replay(options.ledger, tally, effects, loaded?.nextIndex ?? 0)
  const tokens = new TokenBook()
  const addTokens = (records: readonly TokenRecord[]): void => {
    for (const record of records) tokens.add(record)
  }
  addTokens(loaded?.tokens ?? [])
  const projection = new Projection({
    database: options.database,
    ledger: options.ledger,
    clock: options.clock,
    logger: options.logger,
    onTokens: addTokens,
    nextIndex: options.database === null ? 0 : (loaded?.nextIndex ?? null),
  })
  const writer = new Writer(options, { state, tally, tokens, projection })
  await closeAbandoned(options, writer)
  return writer
}

/** What a statement in the ledger did beside the snapshot: the tally's part of a replay. */
type Effect = (tally: Tally) => void

/** What no statement may do at a time is refused again here, with the same index and time: it had no effect then. */
async function foldLedger({ ledger, agreements, logger }: ProgrammeOptions) {
  const effects = new Map<number, Effect>()
  let state: ProgrammeState | null = null
  for await (const entry of ledger.statements(0)) {
    const next = foldStored(state, entry, agreements)
    if (next instanceof ProgrammeError) {
      logger?.warn({ event: 'statement_without_effect', index: entry.index, code: next.code })
      continue
    }
    const effect = effectOf(parseStatement(entry.statement), next)
    if (effect !== null) effects.set(entry.index, effect)
    state = next
  }
  return { state, effects }
}

function effectOf(statement: Statement, after: ProgrammeState): Effect | null {
  if (statement.type === 'refusal.lift') {
    const { actor, key } = statement.payload
    return (tally) => tally.refusals.lift(actor, key)
  }
  if (statement.type === 'appeal.answer') {
    const lifted = liftedBy(statement.payload, after)
    return lifted === null ? null : (tally) => tally.refusals.lift(lifted.actor, lifted.key)
  }
  if (statement.type !== 'grant.approve') return null
  const { hold } = statement.payload
  // The last approval closes the hold for good, also when the grant has run out since.
  return after.grants.some((grant) => grant.hold === hold) ? (tally) => tally.holds.close(hold) : null
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
    return { nextIndex, tally, tokens: await selectTokens(database, clock.nowMs()) }
  } catch (error) {
    if (!(error instanceof StorageError) || error.code === 'storage_query_failed') throw error
    logger?.warn({ event: 'started_without_database', reason: error.message })
    return null
  }
}

async function replay(
  ledger: Ledger,
  tally: Tally,
  effects: ReadonlyMap<number, Effect>,
  from: number,
): Promise<void> {
  for await (const entry of ledger.entries(from)) {
    effects.get(entry.index)?.(tally)
    const read = entry.class === 'exchange' ? readEntry(entry) : null
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
