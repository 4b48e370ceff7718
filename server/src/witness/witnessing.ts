/**
 * The log's side of witnessing: every checkpoint to every witness, and who has cosigned which.
 *
 * Spec: docs/spec/witness.md §5. Rounds: a round takes the checkpoint shown now to all witnesses that are free, and ends
 * when a quorum has cosigned it or all have answered; a slow one goes on beside the next round. So witnesses of different
 * speed meet on the same checkpoints.
 * Threat: the directory put back to an earlier copy, and a second writer with the key. Both show as a checkpoint that a
 * witness holds, signed by our key, which we do not have or have otherwise: then this process must not sign again.
 */
import {
  type Checkpoint,
  equalBytes,
  formatNote,
  isQuorum,
  type NoteSignature,
  nodesOf,
  type Policy,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  proveConsistency,
  rootFrom,
  utf8,
  type VerifierKey,
  wantsWitnesses,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import type { Clock, Logger } from '../base/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { WitnessError } from './error.ts'
import { type Submitted, submitCheckpoint, type WitnessAddress, witnessedBefore } from './submit.ts'

const BACKOFF_MIN_MS = 200
const BACKOFF_MAX_MS = 30_000
/** Checkpoints whose cosignatures are still collected. */
const COLLECTED_MAX = 32

export type WitnessedLedger = Pick<
  Ledger,
  'origin' | 'verifierKey' | 'publicDir' | 'size' | 'checkpoint' | 'checkpointCovering' | 'showCosigned'
>

export interface WitnessingOptions {
  readonly ledger: WitnessedLedger
  readonly policy: Policy
  readonly clock: Clock
  readonly log: Logger
  readonly fetch: typeof fetch
  /** Longest one witness is waited for. */
  readonly timeoutMs: number
  /** Longest a T3 receipt waits for its quorum. */
  readonly deadlineMs: number
  /** Called once when a witness proves that this log must not be signed on. */
  readonly onFatal: (error: Error) => void
}

/** `no_quorum`: too few witnesses answered in time. */
export type Witnessed = 'witnessed' | 'no_quorum'

interface Peer extends WitnessAddress {
  /** Size it cosigned last. */
  knownSize: number
  /** Text it cosigned last. */
  cosigned: string | null
  busy: boolean
  failures: number
  notBeforeMs: number
}

interface Waiter {
  readonly index: number
  readonly done: (state: Witnessed) => void
}

export class Witnessing {
  readonly #options: WitnessingOptions
  readonly #key: VerifierKey
  readonly #peers: Peer[]
  readonly #reader: ReturnType<typeof directoryReader>
  /** Cosignatures by checkpoint text, oldest first. */
  readonly #collected = new Map<string, Map<string, NoteSignature>>()
  #waiters: Waiter[] = []
  #witnessedSize = 0
  #wake: () => void = () => {}
  #closed = false
  #running: Promise<void> | null = null

  /** @throws {WitnessError} `witness_policy_foreign`, `witness_policy_unreachable` */
  constructor(options: WitnessingOptions) {
    const { ledger, policy } = options
    this.#options = options
    this.#key = parseVerifierKey(ledger.verifierKey)
    this.#reader = directoryReader(ledger.publicDir)
    this.#peers = policy.witnesses.flatMap(({ name, key, url }) =>
      url === null
        ? []
        : [{ name, key, url, knownSize: 0, cosigned: null, busy: false, failures: 0, notBeforeMs: 0 }],
    )
    this.#checkPolicy()
  }

  /** Whether a T3 receipt can be had at all. */
  get offersQuorum(): boolean {
    return wantsWitnesses(this.#options.policy)
  }

  /**
   * Asks every witness what it saw of this log, before anything is written: the start after a restored backup.
   *
   * @throws {WitnessError} `witness_rolled_back`, `witness_fork`: do not write; docs/operating/witness.md says what to do
   */
  async checkStart(): Promise<void> {
    const { log, policy } = this.#options
    const note = this.#options.ledger.checkpoint()
    const answers = await Promise.all(
      this.#peers.map(async (peer) => ({ peer, answer: await this.#ask(peer, note) })),
    )
    const claims: string[] = []
    let answered = 0
    for (const { peer, answer } of answers) {
      if (answer.ok || answer.fault === 'ahead' || answer.fault === 'inconsistent') answered++
      const proof = await this.#proofAgainst(peer, answer)
      if (proof !== null) throw proof
      if (!answer.ok && answer.fault === 'ahead' && (answer.size ?? 0) > this.#options.ledger.size())
        claims.push(peer.name)
      if (answer.ok) await this.#keep(peer, note, answer)
      else this.#failed(peer, answer)
    }
    if (answered < this.#peers.length)
      log.warn(
        { event: 'witness_start_unchecked', answered, of: this.#peers.length },
        'not every witness was asked',
      )
    // A claim without proof may be a lie, and one liar must not keep the log down: as many as block the quorum may.
    const honest = this.#peers.filter(({ name }) => !claims.includes(name)).map(({ name }) => name)
    if (claims.length === 0 || isQuorum(policy, new Set(honest))) return this.#show(note)
    throw new WitnessError(
      'witness_rolled_back',
      `${claims.map((name) => `\`${name}\``).join(', ')} saw more entries of this log than the ${this.#options.ledger.size()} here: ` +
        'restore the newest copy of the data directory, or begin a log under a new origin',
    )
  }

  /** Begins the rounds. */
  start(): void {
    this.#running ??= this.#rounds()
  }

  /** Newest size that a quorum cosigned, as this process knows it. */
  witnessedSize(): number {
    return this.#witnessedSize
  }

  /** Resolves when a quorum has cosigned a checkpoint that covers the entry, or the deadline has passed. */
  async witnessed(index: number): Promise<Witnessed> {
    if (index < this.#witnessedSize) return 'witnessed'
    return new Promise((resolve) => {
      const waiter: Waiter = {
        index,
        done: (state) => {
          clearTimeout(timer)
          resolve(state)
        },
      }
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((each) => each !== waiter)
        resolve('no_quorum')
      }, this.#options.deadlineMs)
      this.#waiters.push(waiter)
      // Somebody waits: a witness that failed is asked again soon, however often it failed.
      const soonMs = this.#options.clock.monotonicMs() + BACKOFF_MIN_MS
      for (const peer of this.#peers) peer.notBeforeMs = Math.min(peer.notBeforeMs, soonMs)
      this.#wake()
    })
  }

  /** Lets go: who waits is told that there is no quorum. */
  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
    for (const waiter of this.#waiters.splice(0)) waiter.done('no_quorum')
    await this.#running
  }

  #checkPolicy(): void {
    const { policy, ledger } = this.#options
    const own = ({ key }: Policy['logs'][number]) =>
      key.name === ledger.origin && key.keyId === this.#key.keyId
    if (policy.logs.length > 0 && !policy.logs.some(own)) {
      throw new WitnessError(
        'witness_policy_foreign',
        `the policy lists other logs than this one: add \`log ${ledger.verifierKey}\``,
      )
    }
    if (isQuorum(policy, new Set(this.#peers.map(({ name }) => name)))) return
    throw new WitnessError(
      'witness_policy_unreachable',
      'the witnesses that have an address in the policy cannot reach its quorum: write their addresses after their keys',
    )
  }

  async #rounds(): Promise<void> {
    let arrived = this.#nextCheckpoint()
    while (!this.#closed) {
      const note = this.#options.ledger.checkpoint()
      const text = textOf(note)
      const nowMs = this.#options.clock.monotonicMs()
      const free = this.#peers.filter((peer) => !peer.busy && peer.cosigned !== text)
      const due = free.filter((peer) => peer.notBeforeMs <= nowMs)
      if (due.length === 0) {
        const soonestMs = Math.min(...free.map((peer) => peer.notBeforeMs)) - nowMs
        const woken = await this.#pause(soonestMs, arrived)
        if (woken === 'closed') return
        if (woken === 'checkpoint') arrived = this.#nextCheckpoint()
        continue
      }
      await this.#round(note, due)
    }
  }

  async #round(note: string, peers: readonly Peer[]): Promise<void> {
    const text = textOf(note)
    let reached: () => void = () => {}
    const quorum = new Promise<void>((resolve) => {
      reached = resolve
    })
    const runs = peers.map(async (peer) => {
      peer.busy = true
      try {
        const answer = await this.#ask(peer, note)
        const proof = await this.#proofAgainst(peer, answer)
        // The ledger may be closed by now, and its directory another process's.
        if (this.#closed) return
        if (proof !== null) return this.#fatal(proof)
        if (!answer.ok) return this.#failed(peer, answer)
        await this.#keep(peer, note, answer)
        if (this.#hasQuorum(text)) {
          await this.#show(note)
          reached()
        }
      } finally {
        peer.busy = false
        this.#wake()
      }
    })
    const all = Promise.all(runs).then(async () => {
      if (!this.#hasQuorum(text)) await this.#show(note)
    })
    await Promise.race([quorum, all.catch((error: unknown) => this.#shaken(error))])
    all.catch(() => {}) // told above when it came first
  }

  #ask(peer: Peer, note: string): Promise<Submitted> {
    const { fetch, timeoutMs, clock } = this.#options
    const { size } = parseCheckpoint(utf8(note))
    return submitCheckpoint({
      witness: peer,
      note,
      knownSize: Math.min(peer.knownSize, size),
      prove: (oldSize) => proveConsistency(oldSize, size, nodesOf(this.#reader, size)),
      fetch,
      timeoutMs,
      nowMs: () => clock.nowMs(),
    })
  }

  async #keep(peer: Peer, note: string, answer: Submitted & { ok: true }): Promise<void> {
    const text = textOf(note)
    peer.knownSize = parseCheckpoint(utf8(note)).size
    peer.cosigned = text
    peer.failures = 0
    peer.notBeforeMs = 0
    const lines = this.#collected.get(text) ?? new Map<string, NoteSignature>()
    lines.set(peer.name, answer.signature)
    this.#collected.set(text, lines)
    for (const oldest of this.#collected.keys()) {
      if (this.#collected.size <= COLLECTED_MAX) break
      this.#collected.delete(oldest)
    }
  }

  #failed(peer: Peer, answer: Submitted & { ok: false }): void {
    const { fault, message } = answer
    peer.failures++
    const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** (peer.failures - 1))
    peer.notBeforeMs = this.#options.clock.monotonicMs() + waitMs
    const words = { event: 'witness_fault', witness: peer.name, fault, failures: peer.failures, waitMs }
    this.#options.log.warn(words, message)
  }

  #hasQuorum(text: string): boolean {
    const lines = this.#collected.get(text)
    return lines !== undefined && isQuorum(this.#options.policy, new Set(lines.keys()))
  }

  /** Puts the cosignatures under the checkpoint and shows it; then those who waited for a quorum go on. */
  async #show(note: string): Promise<void> {
    const text = textOf(note)
    const lines = this.#collected.get(text)
    if (lines === undefined) return
    const quorum = this.#offersProof(text)
    const own = parseNote(utf8(note)).signatures.filter(
      ({ name, keyId }) => name === this.#key.name && keyId === this.#key.keyId,
    )
    await this.#options.ledger.showCosigned(formatNote(text, [...own, ...lines.values()]), quorum)
    if (!quorum) return
    this.#witnessedSize = Math.max(this.#witnessedSize, parseCheckpoint(utf8(note)).size)
    const waiting = this.#waiters
    this.#waiters = waiting.filter(({ index }) => index >= this.#witnessedSize)
    for (const waiter of waiting) if (waiter.index < this.#witnessedSize) waiter.done('witnessed')
  }

  #offersProof(text: string): boolean {
    return this.offersQuorum && this.#hasQuorum(text)
  }

  /** What a witness shows that this log must not be continued, or null. Our own signature is the proof. */
  async #proofAgainst(peer: Peer, answer: Submitted): Promise<WitnessError | null> {
    if (answer.ok || (answer.fault !== 'ahead' && answer.fault !== 'inconsistent')) return null
    const seen = await witnessedBefore(peer, this.#key, this.#options)
    if (seen === null) return null
    const here = this.#options.ledger.size()
    if (seen.size > here) {
      return new WitnessError(
        'witness_rolled_back',
        `\`${peer.name}\` holds a checkpoint signed by this log's key for ${seen.size} entries, here are ${here}: this directory ` +
          'was put back to an earlier state. Restore the newest copy, or begin a log under a new origin',
      )
    }
    return this.#forkAgainst(peer, seen)
  }

  async #forkAgainst(peer: Peer, seen: Checkpoint): Promise<WitnessError | null> {
    const { size } = parseCheckpoint(utf8(this.#options.ledger.checkpoint()))
    // More than is shown yet, but no more than we hold: the next checkpoint will tell.
    if (seen.size > size || seen.size === 0) return null
    const root = await rootFrom(seen.size, nodesOf(this.#reader, size))
    if (equalBytes(root, seen.root)) return null
    return new WitnessError(
      'witness_fork',
      `\`${peer.name}\` holds a checkpoint signed by this log's key for ${seen.size} other entries: a second writer uses the key, ` +
        'or entries were replaced. Stop both, keep both directories',
    )
  }

  #fatal(error: WitnessError): void {
    if (this.#closed) return
    this.#closed = true
    for (const waiter of this.#waiters.splice(0)) waiter.done('no_quorum')
    this.#options.log.fatal({ event: error.code, err: error }, error.message)
    this.#options.onFatal(error)
  }

  /** The ledger could not show a cosigned checkpoint: it has said so itself. */
  #shaken(error: unknown): void {
    this.#options.log.error({ event: 'witness_show_failed', err: error }, 'cosignatures could not be shown')
  }

  async #nextCheckpoint(): Promise<'checkpoint' | 'closed'> {
    const { ledger } = this.#options
    const { size } = parseCheckpoint(utf8(ledger.checkpoint()))
    try {
      await ledger.checkpointCovering(size)
      return 'checkpoint'
    } catch {
      return 'closed' // the ledger is closed or cannot write any more
    }
  }

  /** Until a new checkpoint, a witness that is free again, or the end of a backoff. */
  #pause(ms: number, arrived: Promise<'checkpoint' | 'closed'>): Promise<'checkpoint' | 'closed' | 'woken'> {
    let timer: NodeJS.Timeout | undefined
    const woken = new Promise<'woken'>((resolve) => {
      this.#wake = () => resolve('woken')
      if (Number.isFinite(ms)) timer = setTimeout(() => resolve('woken'), Math.max(1, ms)).unref()
    })
    return Promise.race([arrived, woken]).finally(() => {
      clearTimeout(timer)
      this.#wake = () => {}
    })
  }
}

function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n') + 1)
}
