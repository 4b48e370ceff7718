/** What a gateway is given by the composition root: nothing here is read from the environment. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Agreement, ModelCatalogue } from '../agreement/index.ts'
import type { Authority } from '../authority/index.ts'
import type { Decider } from '../authorization/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Reader } from '../boundary/index.ts'
import type { GuardOptions } from '../guard/index.ts'
import type { NameResolver } from '../scope/index.ts'
import type { Upstream } from '../upstream/index.ts'
import type { ActorLoad } from './actor-load.ts'
import type { WriterDesk } from './writer-desk.ts'

export interface GatewayLimits {
  /** Largest request body accepted, in bytes. */
  readonly bodyBytesMax: number
  /** Longest wait for a whole request body, in milliseconds. */
  readonly bodyTimeoutMs: number
  /** Largest answer relayed, in bytes: it is escrowed whole. */
  readonly answerBytesMax: number
  /** Requests under way at once; more are answered 503. */
  readonly exchangesMax: number
}

export const GATEWAY_LIMITS: GatewayLimits = {
  bodyBytesMax: 4 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  answerBytesMax: 8 * 1024 * 1024,
  exchangesMax: 1024,
}

/** Told what happens, for metrics and for the decisions log. Must not throw. */
export interface GatewayObserver {
  decided(event: DecidedEvent): void
  finished(event: FinishedEvent): void
  refusedBeforeDecision(code: string): void
}

export interface DecidedEvent {
  readonly decision: string
  readonly verdict: 'allow' | 'hold' | 'deny'
  readonly clauses: readonly string[]
  readonly institution: string
  readonly sector: string
  readonly actor: string
  readonly model: string
  readonly capability: string
  readonly side: string
  readonly snapshot: number
  readonly engineErrors: readonly string[]
}

export interface FinishedEvent {
  readonly decision: string
  readonly receipt: string
  readonly end: 'completed' | 'refused' | 'failed' | 'cancelled'
  readonly code: string | null
  readonly status: number
  readonly tokens: number | null
  readonly servedModel: string | null
  readonly elapsedMs: number
  readonly firstByteMs: number | null
}

/** The guard of answers: for a tier its own, for any other model the common one. */
export interface GatewayGuard extends GuardOptions {
  readonly tiers?: Readonly<Record<string, GuardOptions>>
}

/** @param actors places that each caller takes, shared with model requests */
export type Mount = (request: IncomingMessage, response: ServerResponse, actors: ActorLoad) => Promise<void>

export interface GatewayDeps {
  readonly authority: Authority
  readonly models: ModelCatalogue
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly reader: Reader
  /** One decider per agreement digest, made on first use. */
  readonly deciderFor: (agreement: Agreement) => Decider
  readonly guard: GatewayGuard
  /** Where name servers are configured. */
  readonly names?: NameResolver
  readonly desk: WriterDesk
  /** Names beside the listening address under which people reach this listener. */
  readonly hostNames: readonly string[]
  /** Key of the pseudonyms sent to vendors as end-user ids. */
  readonly endUserSecret: Buffer
  /** Public address of the console, without a trailing slash: named in every refusal. */
  readonly consoleUrl: string
  readonly clock: Clock
  readonly log: Logger
  readonly observer: GatewayObserver
  readonly limits: GatewayLimits
  /** What else this listener serves, by path: each answers every request itself and never rejects. */
  readonly mounts?: ReadonlyMap<string, Mount>
  /** Lifetime of a refusal that repeats, in milliseconds. */
  readonly stickyMs: number
}
