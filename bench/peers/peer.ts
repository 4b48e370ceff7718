/** A gateway under test: how it is started, where it listens, and which processes to charge. */

export interface RunningPeer {
  readonly port: number
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  /** Processes whose CPU and memory are the gateway's. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Why a peer is not measured here; printed, so that an absent row is never a silent one. */
export interface SkippedPeer {
  readonly skipped: string
}

export interface Upstream {
  readonly port: number
}

export type StartPeer = (upstream: Upstream) => Promise<RunningPeer | SkippedPeer>

export const CHAT_PATH = '/v1/chat/completions'
/** Model name sent to peers that have no catalogue of their own. */
export const BENCH_MODEL = 'bench-model'
