/**
 * The writer's side of the programme: submits statements, mints tokens, answers administration.
 */
import type { SignedStatement } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'
import type { Clock } from '../base/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Database } from '../storage/index.ts'
import type { Authority } from './authority.ts'
import type { Channel } from './channel.ts'
import type { Snapshot } from './snapshot.ts'
import type { MintedToken, TokenSummary } from './token.ts'

export type AgreementLookup = (version: string, digest: string) => Agreement | null

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
  readonly log?: (event: string, detail: Readonly<Record<string, string | number>>) => void
}

export interface Submitted {
  readonly index: number
  readonly timeMs: number
  /** Gateways that acknowledged, and gateways whose lease had to run out. */
  readonly acknowledged: number
  readonly expired: number
}

export interface Hold {
  readonly id: string
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly capability: string
  readonly session: string
  readonly model: string
  readonly approvalsNeeded: number
  readonly roles: readonly string[]
  readonly index: number
  readonly atMs: number
  readonly untilMs: number
}

export interface Programme {
  /** For the gateway in this process. */
  readonly authority: Authority
  /** @throws {ProgrammeError} `programme_not_founded` */
  snapshot(): Snapshot
  readonly founded: boolean
  /** Verifies, checks, makes durable, folds and publishes; returns when it holds in every gateway. */
  submit(signed: SignedStatement): Promise<Submitted>
  mintToken(request: unknown): Promise<MintedToken>
  revokeToken(id: string): Promise<void>
  tokens(actor: string): readonly TokenSummary[]
  hold(id: string): Hold | null
  holds(institution: string): readonly Hold[]
  usage(kind: 'person' | 'institution', id: string): { readonly requests: number; readonly tokens: number }
  attachGateway(channel: Channel): void
  close(): Promise<void>
}
