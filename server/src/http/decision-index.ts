/**
 * Where in the ledger a decision stands: its intent, and the outcome that closed it.
 *
 * Noted in memory as entries are appended, written to the database in batches off the way of requests. What a
 * crash or a database outage leaves out is read again from the ledger, which alone is the truth.
 */
import { createLru, type Logger } from '../base/index.ts'
import type { Appended, EntryDraft, Ledger, StoredEntry } from '../ledger/index.ts'
import type { Database } from '../storage/index.ts'
import { HttpError } from './error.ts'

const RECENT_MAX = 20_000
/** Entries kept for a database that is away; beyond it they are read again from the ledger. */
const PENDING_MAX = 50_000
const FLUSH_INTERVAL_MS = 500
/** Entries read from the ledger before the event loop gets a turn. */
const CATCH_UP_BATCH = 2_000

export interface DecisionPlace {
  readonly intent: number
  /** Null while the exchange is under way. */
  readonly outcome: number | null
}

export interface DecisionIndex {
  /** The ledger to hand on: appends to it are noted. */
  readonly ledger: Ledger
  /** @throws {HttpError} `http_database_gone` when it is not among the recent ones and the database is away */
  find(id: string): Promise<DecisionPlace | null>
  /** Writes what is pending. */
  flush(): Promise<void>
  close(): Promise<void>
}

interface Noted {
  readonly id: string
  readonly intent: number
  outcome: number | null
}

interface State {
  pending: Noted[]
  /** Outcomes whose intent was written before. */
  closed: { intent: number; outcome: number }[]
  /** Something was dropped or never noted: the ledger must be read again from the cursor. */
  behind: boolean
}

export function createDecisionIndex(inner: Ledger, database: Database, logger: Logger): DecisionIndex {
  const recent = createLru<string, Noted>(RECENT_MAX)
  const byIntent = createLru<number, Noted>(RECENT_MAX)
  const state: State = { pending: [], closed: [], behind: true }

  const note = (found: ReturnType<typeof readEntry>): void => {
    if (found === null) return
    if (state.pending.length + state.closed.length >= PENDING_MAX) dropPending(state)
    if (found.kind === 'intent') {
      const noted: Noted = { id: found.id, intent: found.index, outcome: null }
      recent.set(noted.id, noted)
      byIntent.set(noted.intent, noted)
      state.pending.push(noted)
      return
    }
    const noted = byIntent.get(found.intent)
    if (noted !== undefined) noted.outcome = found.index
    state.closed.push({ intent: found.intent, outcome: found.index })
  }

  // The cursor trails by one flush: an entry durable now may be noted a moment later.
  let covered = inner.size()
  let running: Promise<void> | null = null
  const flush = (): Promise<void> => {
    running ??= run().finally(() => {
      running = null
    })
    return running
  }
  async function run(): Promise<void> {
    if (!database.healthy()) return
    try {
      if (state.behind) await catchUp(inner, database, state, note)
      const next = covered
      covered = inner.size()
      await writeBatch(database, state, next)
    } catch (error) {
      state.behind = true
      logger.warn({ event: 'decision_index_behind', reason: String(error) }, 'the decision index is behind')
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS)
  timer.unref()

  return {
    ledger: noting(inner, (draft, appended) => note(readDraft(draft, appended))),
    async find(id) {
      const held = recent.get(id)
      if (held !== undefined) return { intent: held.intent, outcome: held.outcome }
      if (!database.healthy()) throw gone()
      const rows = await database.query<{ intent: number; outcome: number | null }>(
        'select intent, outcome from decision_index where id = $1',
        [id],
      )
      return rows[0] ?? null
    },
    flush,
    async close() {
      clearInterval(timer)
      await flush()
      // Once more: what the first flush found under way.
      await flush()
    },
  }
}

const gone = (): HttpError =>
  new HttpError('http_database_gone', 'the database is away, so this cannot be looked up now')

function dropPending(state: State): void {
  state.pending = []
  state.closed = []
  state.behind = true
}

/** Reads the ledger from the cursor to where it stands; notes what it finds. */
async function catchUp(
  ledger: Ledger,
  database: Database,
  state: State,
  note: (found: ReturnType<typeof readEntry>) => void,
): Promise<void> {
  const [row] = await database.query<{ next: number }>('select next from decision_index_cursor')
  let at = row?.next ?? 0
  const end = ledger.size()
  state.behind = false
  while (at < end) {
    const to = Math.min(end, at + CATCH_UP_BATCH)
    for await (const entry of ledger.entries(at, to)) note(readEntry(entry))
    await writeBatch(database, state, to)
    at = to
  }
}

async function writeBatch(database: Database, state: State, next: number): Promise<void> {
  const { pending, closed } = state
  state.pending = []
  state.closed = []
  try {
    await database.transaction(async (tx) => {
      await tx.query(
        `insert into decision_index (id, intent) select * from unnest($1::text[], $2::bigint[]) on conflict do nothing`,
        [pending.map((noted) => noted.id), pending.map((noted) => noted.intent)],
      )
      await tx.query(
        `update decision_index d set outcome = c.outcome
         from unnest($1::bigint[], $2::bigint[]) as c(intent, outcome) where d.intent = c.intent`,
        [closed.map((c) => c.intent), closed.map((c) => c.outcome)],
      )
      await tx.query('update decision_index_cursor set next = greatest(next, $1)', [next])
    })
  } catch (error) {
    state.pending = [...pending, ...state.pending]
    state.closed = [...closed, ...state.closed]
    throw error
  }
}

type Found =
  | { readonly kind: 'intent'; readonly id: string; readonly index: number }
  | { readonly kind: 'outcome'; readonly intent: number; readonly index: number }
  | null

function readDraft(draft: EntryDraft, appended: Appended): Found {
  return draft.class === 'exchange' ? readFields(draft.kind, draft.fields, appended.index) : null
}

function readEntry(entry: StoredEntry): Found {
  if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
  return readFields(entry.kind, entry.fields, entry.index)
}

function readFields(
  kind: 'intent' | 'outcome',
  fields: { decision?: unknown; refers?: unknown },
  index: number,
): Found {
  if (kind === 'outcome')
    return typeof fields.refers === 'number' ? { kind, intent: fields.refers, index } : null
  const { decision } = fields
  if (typeof decision !== 'object' || decision === null || !('id' in decision)) return null
  return typeof decision.id === 'string' ? { kind, id: decision.id, index } : null
}

function noting(inner: Ledger, note: (draft: EntryDraft, appended: Appended) => void): Ledger {
  return {
    origin: inner.origin,
    verifierKey: inner.verifierKey,
    publicDir: inner.publicDir,
    state: () => inner.state(),
    size: () => inner.size(),
    async append(draft) {
      const appended = await inner.append(draft)
      note(draft, appended)
      return appended
    },
    read: (index) => inner.read(index),
    entries: (from, to) => inner.entries(from, to),
    statements: (from, to) => inner.statements(from, to),
    openIntents: () => inner.openIntents(),
    checkpoint: () => inner.checkpoint(),
    checkpointCovering: (index) => inner.checkpointCovering(index),
    receipt: (index, disclose) => inner.receipt(index, disclose),
    close: () => inner.close(),
  }
}
