/**
 * The seam between a gateway and the one writer.
 *
 * A gateway holds an `Authority` and nothing else: in the writer's own process, or in a worker process
 * over a channel. It serves only while `leaseValid()`, so a stop that has returned holds everywhere:
 * every gateway either acknowledged the new snapshot or its lease has run out (docs/spec/stop.md).
 */

import type { Authentication } from '../access/index.ts'
import type { Reserved, ReserveRequest, StickyRefusal } from '../accounts/index.ts'
import type { Appended, EntryDraft } from '../ledger/index.ts'
import type { Snapshot } from '../programme/index.ts'

/** Longest lease, in milliseconds of the monotonic clock. */
export const LEASE_MS_MAX = 800

/** What an entry depends on. */
export interface AppendOptions {
  /**
   * Index of the snapshot the recorded decision was taken under. Given for intents: the entry is
   * refused with `programme_snapshot_stale` when the programme has moved on; decide again.
   */
  readonly decidedUnder?: number
  /** Reservation that this intent turns into recorded use. */
  readonly reservation?: string
}

/** Where an entry stands, and whether the programme moved on meanwhile. */
export interface AuthorityAppended extends Appended {
  /** True when the programme changed while the entry was being made durable: decide again before acting on it. */
  readonly snapshotChanged: boolean
}

/** What a gateway holds: snapshot, lease, tokens, budgets and the way into the ledger. */
export interface Authority {
  /** The current snapshot. @throws {ProgrammeError} `programme_not_founded` */
  snapshot(): Snapshot
  /** Called after each new snapshot, so that open streams are decided again. Returns the unsubscriber. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void
  /** Whether anything may be served or released now. Check it before each release: it reads the monotonic clock. */
  leaseValid(): boolean
  /** Called with false when the lease ran out (open streams end) and with true when it is held again. */
  onLease(listener: (valid: boolean) => void): () => void
  /** Who presents this bearer token; see `presentedToken` for reading it from headers. Never throws. */
  authenticate(bearer: string | undefined): Authentication
  /** Recorded uses of a grant, plus uses now reserved. */
  grantUses(hold: string): number
  /** Whether this actor and institution have anything left today: the `budget` fact. `reserve` is what binds. */
  budget(actor: string, institution: string): 'within' | 'exceeded'
  /** Takes one request, `tokens` tokens and one grant use, all or nothing. */
  reserve(request: ReserveRequest): Promise<Reserved>
  /** Gives a reservation back, before its intent is recorded. Unknown or expired ones are ignored. */
  release(reservation: string): void
  /** The live refusal of this content, if there is one; the digest is asked for only where it can matter. */
  sticky(actor: string, model: string, contentDigest: string | (() => string)): StickyRefusal | null
  /**
   * Makes one exchange entry durable. What budgets, grants, holds and sticky refusals need is read from
   * its fields (`exchange.ts`); an outcome settles what its intent had reserved.
   *
   * @throws {ProgrammeError} `programme_snapshot_stale`, `programme_lease_expired`, `programme_channel_closed`
   * @throws {LedgerError} `ledger_not_writable`
   */
  append(draft: EntryDraft, options?: AppendOptions): Promise<AuthorityAppended>
  /** Whether the ledger takes entries: the `ledger` fact. */
  ledgerWritable(): boolean
}
