/**
 * Custody of one server: keys are wrapped to whom statements name, dropped when their time is over, and destroyed when
 * statements say so.
 *
 * Spec: docs/spec/custody.md. Follows the programme; nothing on a request's way waits for it.
 */
import type { Clock, Logger } from '../base/index.ts'
import { type CustodyState, custodyOf, type Snapshot } from '../programme/index.ts'
import { type CarriedOut, carryOut, type ShreddingLedger } from './destruction.ts'
import type { CustodyRing } from './ring.ts'
import type { Recipients } from './wrap.ts'

const MAINTAIN_INTERVAL_MS = 60_000

export interface CustodyOptions {
  readonly ring: CustodyRing
  readonly ledger: ShreddingLedger
  /** Where the mark of destructions lies. */
  readonly directory: string
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger?: Logger
  /** Told after a destruction, so that projections forget what was destroyed. */
  readonly onDestroyed?: (custody: CustodyState) => Promise<void>
}

export class Custody {
  readonly ring: CustodyRing
  readonly #options: CustodyOptions
  readonly #timer: NodeJS.Timeout
  #state: CustodyState | null = null
  #running: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: CustodyOptions) {
    this.ring = options.ring
    this.#options = options
    this.#timer = setInterval(() => this.#maintain(), MAINTAIN_INTERVAL_MS).unref()
  }

  /** Takes over what a snapshot says. The promise resolves when every destruction it names was carried out. */
  follow(snapshot: Snapshot): Promise<void> {
    const state = custodyOf(snapshot)
    if (state === this.#state) return this.idle()
    this.#state = state
    const { ring, clock } = this.#options
    this.#guard('custody_wrap_failed', () =>
      ring.follow((owner) => recipientsOf(owner, snapshot, state), clock.nowMs()),
    )
    this.#running = this.#running.then(() => this.#carryOut(state))
    return this.idle()
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#running
  }

  async #carryOut(state: CustodyState): Promise<void> {
    if (this.#closed) return
    const { ledger, ring, directory, logger, onDestroyed } = this.#options
    try {
      const done: CarriedOut = await carryOut(state.destructions, ledger, ring, directory)
      if (done.entries + done.keys === 0) return
      logger?.warn({ event: 'content_destroyed', ...done }, 'content was destroyed as stated')
      await onDestroyed?.(state)
    } catch (error) {
      // Tried again with the next statement and at the next start.
      logger?.error({ event: 'content_destruction_failed', reason: String(error) })
    }
  }

  #maintain(): void {
    this.#guard('custody_maintain_failed', () => {
      const { wrapped, dropped } = this.ring.maintain(this.#options.clock.nowMs())
      if (wrapped + dropped > 0) this.#options.logger?.info({ event: 'custody', wrapped, dropped })
    })
  }

  #guard(event: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      // Keys stay where they are: nothing is lost, and nothing is dropped unwrapped.
      this.#options.logger?.error({ event, reason: String(error) })
    }
  }
}

/** To whom an owner's keys are wrapped under this snapshot. */
export function recipientsOf(owner: string, { agreement }: Snapshot, { keys }: CustodyState): Recipients {
  const raw = (kind: 'institution' | 'custodian', id: string): Buffer | null => {
    const found = keys.find((key) => key.kind === kind && key.id === id)
    return found === undefined ? null : Buffer.from(found.public, 'base64')
  }
  const seats = (agreement.custody?.seats ?? []).flatMap(({ id }) => {
    const key = raw('custodian', id)
    return key === null ? [] : [{ id, public: key }]
  })
  const all = agreement.custody !== null && seats.length === agreement.custody.seats.length
  return {
    institution: raw('institution', owner.replace(/^institution\//, '')),
    custodians: all && agreement.custody !== null ? { threshold: agreement.custody.threshold, seats } : null,
  }
}
