/**
 * Keeps PostgreSQL behind the ledger: batches of entries, each with the index it reaches, in one transaction.
 *
 * Nothing on a request's way waits for it. With the database gone entries are not kept in memory: they are in
 * the ledger, and are read from there when the database is back. Spec: docs/spec/budget.md §7.
 */

import { replayed, type TokenRecord } from '../access/index.ts'
import { type ExchangeRead, readEntry } from '../accounts/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Appended, Ledger, StoredEntry } from '../ledger/index.ts'
import { ProgrammeError, parseStatement, type Snapshot, type Statement } from '../programme/index.ts'
import type { Database } from '../storage/index.ts'
import { StorageError } from '../storage/index.ts'
import { type Rebuilt, writeGovernance } from './governance-rows.ts'
import { type Projected, writeBatch } from './projection-batch.ts'
import { type DecisionQuery, type DecisionRow, selectDecisions, selectTokens } from './query.ts'

/** Entries kept in memory for the next batches; what does not fit is read from the ledger. */
const BUFFERED_MAX = 20_000
const BATCH_MAX = 2_000
const FLUSH_INTERVAL_MS = 250

export interface ProjectionOptions {
  readonly database: Database | null
  readonly ledger: Ledger
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Logger | undefined
  /** Called once, when the database answers for the first time after a start without it. */
  readonly onTokens: (tokens: readonly TokenRecord[]) => void
  /** Null when the database did not answer at the start. */
  readonly nextIndex: number | null
}

/** Writes behind the ledger, and reads back for administration. One a process. */
export class Projection {
  readonly #options: ProjectionOptions
  readonly #buffer = new Map<number, Projected>()
  readonly #timer: NodeJS.Timeout | undefined
  #nextIndex: number | null
  /** The state whose governance is not in the database yet. */
  #governance: Snapshot | null = null
  #running: Promise<void> | null = null
  /** Ledger size at the last flush: entries below it that are not in the buffer will not come any more. */
  #settledSize: number
  #closed = false

  constructor(options: ProjectionOptions) {
    this.#options = options
    this.#nextIndex = options.nextIndex
    this.#settledSize = options.ledger.size()
    if (options.database === null) return
    this.#timer = setInterval(() => void this.#tick(), FLUSH_INTERVAL_MS)
    this.#timer.unref()
  }

  /** Index of the first entry not projected yet. */
  nextIndex(): number {
    return this.#nextIndex ?? 0
  }

  exchange(read: ExchangeRead, { index, timeMs }: Appended): void {
    this.#keep({ kind: 'exchange', index, timeMs, read })
  }

  statement(statement: Statement, { index, timeMs }: Appended): void {
    this.#keep({ kind: 'statement', index, timeMs, statement })
  }

  /** The state after a statement: its governance is written with the next batch. */
  governs(snapshot: Snapshot): void {
    if (this.#options.database !== null) this.#governance = snapshot
  }

  /**
   * Writes the governance of this state whole, and names rows that were not what the ledger says.
   *
   * @throws {ProgrammeError} `programme_database_unavailable`
   */
  rebuildGovernance(snapshot: Snapshot): Promise<Rebuilt> {
    return this.#administer((database) => writeGovernance(database, snapshot))
  }

  /** @throws {ProgrammeError} `programme_database_unavailable`, `token_request_replayed` */
  async storeToken(record: TokenRecord, nonce: string): Promise<void> {
    // Without a database tokens live as long as the process does.
    if (this.#options.database === null) return
    const { hash, id, actor, institution, engagement, key, createdAtMs, expiresAtMs } = record
    const stored = await this.#administer((database) =>
      database.query(
        `insert into programme_token (hash, id, actor, institution, engagement, key, created_at_ms, expires_at_ms, nonce)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (nonce) do nothing returning id`,
        [hash, id, actor, institution, engagement, key, createdAtMs, expiresAtMs, nonce],
      ),
    )
    // The nonce was used before this process began.
    if (stored.length === 0) throw replayed()
  }

  /** @throws {ProgrammeError} `programme_database_unavailable` */
  async revokeToken(id: string): Promise<void> {
    if (this.#options.database === null) return
    await this.#administer((database) =>
      database.query('update programme_token set revoked = true where id = $1', [id]),
    )
  }

  /** @throws {ProgrammeError} `programme_database_unavailable` */
  decisions(query: DecisionQuery): Promise<readonly DecisionRow[]> {
    return this.#administer((database) => selectDecisions(database, query))
  }

  /** Projects what the ledger holds now, or as much as the database takes. */
  async flush(): Promise<void> {
    const size = this.#options.ledger.size()
    this.#settledSize = size
    while (this.#options.database !== null && !this.#closed && this.nextIndex() < size) {
      const before = this.#nextIndex
      await this.#tick()
      if (this.#nextIndex === before) return
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    clearInterval(this.#timer)
    await this.flush()
    this.#closed = true
    await this.#running
  }

  #keep(entry: Projected): void {
    if (this.#options.database === null || this.#buffer.size >= BUFFERED_MAX) return
    this.#buffer.set(entry.index, entry)
  }

  #tick(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#running ??= this.#step().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #step(): Promise<void> {
    const { database, ledger, logger } = this.#options
    if (database === null) return
    try {
      if (this.#nextIndex === null) await this.#begin(database)
      const batch = await this.#nextBatch()
      this.#settledSize = ledger.size()
      if (batch.length > 0) await this.#write(database, batch)
      await this.#writeGovernance(database)
    } catch (error) {
      // The database is gone, or somebody changed it: try again at the next tick, serve on meanwhile.
      const event = error instanceof StorageError ? 'projection_waits' : 'projection_failed'
      logger?.warn({ event, reason: error instanceof Error ? error.message : String(error) })
    }
  }

  async #writeGovernance(database: Database): Promise<void> {
    const snapshot = this.#governance
    if (snapshot === null) return
    await writeGovernance(database, snapshot)
    if (this.#governance === snapshot) this.#governance = null
  }

  /** The first contact with the database after a start without it. */
  async #begin(database: Database): Promise<void> {
    this.#nextIndex = await projectedIndex(database, this.#options.ledger)
    this.#options.onTokens(await selectTokens(database, this.#options.clock.nowMs()))
  }

  async #nextBatch(): Promise<Projected[]> {
    const batch: Projected[] = []
    for (let index = this.nextIndex(); batch.length < BATCH_MAX; index++) {
      const kept = this.#buffer.get(index)
      if (kept !== undefined) batch.push(kept)
      // An entry above is on its way to the buffer.
      else if (index < this.#settledSize) batch.push(projectedOf(await this.#options.ledger.read(index)))
      else break
    }
    return batch
  }

  async #write(database: Database, batch: readonly Projected[]): Promise<void> {
    const from = this.nextIndex()
    const to = from + batch.length
    await database.transaction(async (sql) => {
      await writeBatch(sql, batch)
      const moved = await sql.query(
        `update programme_projection set next_index = $1 where name = 'programme' and next_index = $2 returning name`,
        [to, from],
      )
      if (moved.length !== 1)
        throw corrupt(`the projection is not at ${from} any more: is a second server writing it?`)
    })
    for (let index = from; index < to; index++) this.#buffer.delete(index)
    this.#nextIndex = to
  }

  async #administer<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const { database } = this.#options
    if (database === null) throw unavailable()
    try {
      return await work(database)
    } catch (error) {
      const gone = error instanceof StorageError && error.code !== 'storage_query_failed'
      throw gone ? unavailable(error) : error
    }
  }
}

/**
 * How far the projection has come, after making sure that it is one of this ledger.
 *
 * @throws {ProgrammeError} `programme_projection_corrupt`
 */
export async function projectedIndex(database: Database, ledger: Ledger): Promise<number> {
  await database.query(
    `insert into programme_projection (name, origin, next_index) values ('programme', $1, 0) on conflict do nothing`,
    [ledger.origin],
  )
  const [row] = await database.query<{ origin: string; next_index: number }>(
    `select origin, next_index from programme_projection where name = 'programme'`,
  )
  if (row?.origin !== ledger.origin) {
    throw corrupt(
      `the database is of ledger \`${row?.origin}\`, not \`${ledger.origin}\`: give this ledger its own`,
    )
  }
  if (row.next_index <= ledger.size()) return row.next_index
  throw corrupt(
    `the database reflects ${row.next_index} entries, the ledger holds ${ledger.size()}: was it restored from a backup?`,
  )
}

/** @throws {VerifyError | ProgrammeError} never for entries this program wrote */
function projectedOf(entry: StoredEntry): Projected {
  const { index, timeMs } = entry
  if (entry.class === 'statement') {
    return { kind: 'statement', index, timeMs, statement: parseStatement(entry.statement) }
  }
  const read = readEntry(entry)
  return read === null ? { kind: 'none', index } : { kind: 'exchange', index, timeMs, read }
}

function corrupt(message: string): ProgrammeError {
  return new ProgrammeError('programme_projection_corrupt', message)
}

function unavailable(cause?: unknown): ProgrammeError {
  return new ProgrammeError(
    'programme_database_unavailable',
    'the database is not there: try again when it is back',
    {
      cause,
    },
  )
}
