/**
 * The seam between a gateway and the one writer.
 *
 * A gateway holds an `Authority` and nothing else: in the writer's own process, or in a worker process
 * over a channel. It serves only while `leaseValid()`, so a stop that has returned holds everywhere:
 * every gateway either acknowledged the new snapshot or its lease has run out (docs/spec/stop.md).
 */
import type { Appended, EntryDraft } from '../ledger/index.ts'
import type { Principal, Snapshot } from './snapshot.ts'

/** Longest lease, in milliseconds of the monotonic clock. */
export const LEASE_MS_MAX = 800

/** Why a credential was not accepted. There is no anonymous principal. */
export type AuthenticationFailure =
  | 'missing'
  | 'conflicting'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'not_ready'

export type Authentication =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly failure: AuthenticationFailure }

export interface ReserveRequest {
  readonly actor: string
  readonly institution: string
  /** Upper bound of input plus output tokens this request may use. */
  readonly tokens: number
  /** Hold id of the grant this request would use up one count of, or null. */
  readonly grant: string | null
}

export type ReserveRefusal =
  | 'person_requests'
  | 'person_tokens'
  | 'institution_requests'
  | 'institution_tokens'
  | 'grant_spent'
  /** Too many exchanges of this actor are open: one token must not take every place. */
  | 'person_concurrency'

export type Reserved =
  | { readonly ok: true; readonly reservation: string }
  | {
      readonly ok: false
      readonly refusal: ReserveRefusal
      readonly limit: number
      readonly retryAfterS: number
    }

export interface AppendOptions {
  /**
   * Index of the snapshot the recorded decision was taken under. Given for intents: the entry is
   * refused with `programme_snapshot_stale` when the programme has moved on; decide again.
   */
  readonly decidedUnder?: number
  /** Reservation that this intent turns into recorded use. */
  readonly reservation?: string
}

export interface AuthorityAppended extends Appended {
  /** True when the programme changed while the entry was being made durable: decide again before acting on it. */
  readonly snapshotChanged: boolean
}

/** A refusal that repeats: a guard's cut or the provider's own refusal. Holds and policy denials are not here. */
export interface StickyRefusal {
  readonly key: string
  readonly actor: string
  /** `flooded`: this actor holds too many live refusals for one model to be kept apart, so all of that model is refused. */
  readonly source: 'guard' | 'provider' | 'flooded'
  /** Code shown again on every repeat. */
  readonly code: string
  /** Id of the decision under which it was first given. */
  readonly decision: string
  readonly untilMs: number
}

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
  /** The live refusal of this content, if there is one. */
  sticky(actor: string, model: string, contentDigest: string): StickyRefusal | null
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
