/**
 * The writer's side of the programme: submits statements, mints tokens, answers administration.
 */
import type { SignedStatement } from 'sekisho-verify'
import type { Administration, MintedToken, TokenSummary } from '../access/index.ts'
import type { Hold, StickyRefusal } from '../accounts/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { AgreementLookup, Snapshot, Statement } from '../programme/index.ts'
import type { DecisionQuery, DecisionRow } from '../projection/index.ts'
import type { Database } from '../storage/index.ts'
import type { Authority } from './authority.ts'
import type { Channel } from './channel.ts'

/** Computes what a statement claims before it is written: documents, differences, proofs. */
export interface Examiner {
  readonly kinds: ReadonlySet<string>
  /** @throws {ProgrammeError} a `StatementRefusal` */
  examine(statement: Statement, snapshot: Snapshot): Promise<void>
}

/** What the writer stands on. */
export interface ProgrammeOptions {
  /** Programme id that every statement must name. */
  readonly programme: string
  readonly ledger: Ledger
  readonly agreements: AgreementLookup
  readonly clock: Clock
  /** Null: nothing is projected and administration answers `programme_database_unavailable`. */
  readonly database: Database | null
  /** At most LEASE_MS_MAX. */
  readonly leaseMs?: number
  /** Digest (hex) of the one founding statement accepted; without it the first well-signed one founds. */
  readonly founding?: string
  /** Whether the catalogue has this model: a mistyped stop must not look like one that holds. Without it all are. */
  readonly knownModel?: (id: string) => boolean
  readonly examiner?: Examiner
  /** Exchanges one actor may have open at once; 64 unless said otherwise. */
  readonly openPerActorMax?: number
  readonly logger?: Logger
}

/** Where a statement stands in the ledger, and how it came to hold everywhere. */
export interface Submitted {
  readonly index: number
  readonly timeMs: number
  /** Gateways that acknowledged, and gateways whose lease had to run out. */
  readonly acknowledged: number
  readonly expired: number
}

/** The writer: submits statements, mints tokens, answers administration. */
export interface Programme {
  /** For the gateway in this process. */
  readonly authority: Authority
  /** Credentials of the admin listener. */
  readonly administration: Administration
  /** @throws {ProgrammeError} `programme_not_founded` */
  snapshot(): Snapshot
  readonly founded: boolean
  /** Verifies, checks, makes durable, folds and publishes; returns when it holds in every gateway. */
  submit(signed: SignedStatement): Promise<Submitted>
  /** What `submit` would say, without submitting. @throws {ProgrammeError} a `StatementRefusal` */
  check(signed: SignedStatement): void
  /** @throws {ProgrammeError} `token_request_*`, `token_limit`, `programme_database_unavailable` */
  mintToken(request: unknown): Promise<MintedToken>
  /**
   * Revokes at once, in every gateway, then on disk.
   *
   * @throws {ProgrammeError} `token_unknown`; `programme_database_unavailable` when it holds until the next start only
   */
  revokeToken(id: string): Promise<void>
  tokens(actor: string): readonly TokenSummary[]
  hold(id: string): Hold | null
  /** Open holds of an institution, oldest first. */
  holds(institution: string): readonly Hold[]
  /** Recorded use today (UTC). */
  usage(kind: 'person' | 'institution', id: string): { readonly requests: number; readonly tokens: number }
  /** Live refusals that repeat, of one actor. */
  refusals(actor: string): readonly StickyRefusal[]
  /** @throws {ProgrammeError} `programme_database_unavailable` */
  decisions(query: DecisionQuery): Promise<readonly DecisionRow[]>
  /** Ledger entries that PostgreSQL reflects; equals the ledger's size when it is up to date. */
  projected(): number
  /** Serves a gateway process. */
  attachGateway(channel: Channel): void
  /** Resolves when everything accepted so far is projected, or the database is gone. */
  flush(): Promise<void>
  close(): Promise<void>
}
