/**
 * What the server and its gateway processes say to each other beside the programme's own messages (docs/spec/stop.md §4),
 * on the same ordered channel. Both ends are this program.
 */
import type { Config } from './config/index.ts'
import type { DecidedEvent, FinishedEvent, WriterDesk } from './gateway/index.ts'

/** All that a gateway process is told: it reads no configuration file and no environment. */
export interface WorkerOrders {
  /** 1-based; the same for the process that replaces one that ended. */
  readonly worker: number
  readonly config: Config
  /** The model catalogue as the server read it at its start, so that all gateways have the same. */
  readonly modelsText: string
  readonly endUserSecret: Buffer
  readonly consoleUrl: string
}

/** A call of the writer's desk. */
export type DeskCall = {
  readonly [M in keyof WriterDesk]: { readonly method: M; readonly args: Parameters<WriterDesk[M]> }
}[keyof WriterDesk]

/** A call of the gateway's observer. */
export type Observed =
  | { readonly kind: 'decided'; readonly event: DecidedEvent }
  | { readonly kind: 'finished'; readonly event: FinishedEvent }
  | { readonly kind: 'refused'; readonly code: string }

export type ToWorker =
  /** Comes with the listening socket. */
  | { readonly w: 'serve'; readonly orders: WorkerOrders }
  | { readonly w: 'reply'; readonly call: number; readonly value: unknown }
  | { readonly w: 'failure'; readonly call: number; readonly message: string }
  /** Take nothing new, let open answers finish for so long, end the rest, then end. */
  | { readonly w: 'end'; readonly graceMs: number }

export type FromWorker =
  | { readonly w: 'serving' }
  | { readonly w: 'ask'; readonly call: number; readonly ask: DeskCall }
  /** What happened since the last one, and how many exchanges are under way. */
  | { readonly w: 'observed'; readonly openExchanges: number; readonly events: readonly Observed[] }
  /** The last message: every outcome is recorded. */
  | { readonly w: 'ended' }

/** Null for anything that is not one of these messages: the programme's travel on the same channel. */
export function toWorker(message: unknown): ToWorker | null {
  return isOurs(message) ? (message as ToWorker) : null
}

/** Null for anything that is not one of these messages. */
export function fromWorker(message: unknown): FromWorker | null {
  return isOurs(message) ? (message as FromWorker) : null
}

function isOurs(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'w' in message
}
