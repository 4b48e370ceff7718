/**
 * The writer's end of one gateway process: feeds it, grants its lease, answers its calls, and knows when a
 * change holds there.
 */

import type { Reserved } from '../accounts/index.ts'
import type { Clock } from '../base/index.ts'
import { ProgrammeError } from '../programme/index.ts'
import type { AuthorityAppended } from './authority.ts'
import type { Channel } from './channel.ts'
import { type FeedItem, type FromGateway, type FromWriter, fromGateway, type Welcome } from './feed.ts'
import { GrantedLease } from './lease.ts'

/** Items a gateway may be behind before the writer lets go of it: what waits for it is kept in memory. */
const BEHIND_MAX = 10_000

/** What the writer does for a gateway. */
export interface LinkHost {
  readonly leaseMs: number
  readonly clock: Clock
  welcome(): Welcome
  ledgerWritable(): boolean
  reserve(message: FromGateway & { t: 'reserve' }): Promise<Reserved>
  release(reservation: string): void
  append(message: FromGateway & { t: 'append' }): Promise<AuthorityAppended>
  /** The gateway is gone: close what it left open. */
  gone(): void
}

type Settled = 'acknowledged' | 'expired'

export class GatewayLink {
  readonly #host: LinkHost
  readonly #channel: Channel
  readonly #lease = new GrantedLease()
  readonly #waiting = new Set<{ readonly feed: number; readonly settle: (how: Settled) => void }>()
  #greeted = false
  #closed = false

  constructor(channel: Channel, host: LinkHost) {
    this.#channel = channel
    this.#host = host
    channel.onMessage((message) => this.#receive(message))
    channel.onClose(() => this.#close())
  }

  /** Sends an item; resolves when it holds there: acknowledged, or every lease granted before it has run out. */
  publish(feed: number, item: FeedItem): Promise<Settled> {
    if (this.#greeted && !this.#closed) this.#send({ t: 'feed', feed, item })
    if (this.#greeted && feed - this.#lease.acknowledged > BEHIND_MAX) this.#channel.close()
    return this.#settled(feed)
  }

  /** INVARIANT: the deadline is fixed here. Leases granted later travel behind the item. */
  #settled(feed: number): Promise<Settled> {
    const remainingMs = this.#lease.untilMs - this.#host.clock.monotonicMs()
    if (remainingMs <= 0) return Promise.resolve('expired')
    return new Promise((resolve) => {
      const waiter = {
        feed,
        settle: (how: Settled): void => {
          clearTimeout(timer)
          this.#waiting.delete(waiter)
          resolve(how)
        },
      }
      const timer = setTimeout(() => waiter.settle('expired'), Math.ceil(remainingMs))
      this.#waiting.add(waiter)
    })
  }

  #receive(raw: unknown): void {
    const message = fromGateway(raw)
    if (message === null || this.#closed) return
    switch (message.t) {
      case 'hello':
        this.#greeted = true
        this.#send(this.#host.welcome())
        break
      case 'ack':
        this.#acknowledge(message.feed)
        break
      case 'renew':
        this.#renew(message.seq)
        break
      case 'release':
        this.#host.release(message.reservation)
        break
      case 'reserve':
        this.#answer(message.call, this.#host.reserve(message))
        break
      case 'append':
        this.#answer(message.call, this.#host.append(message))
        break
    }
  }

  /** Granted from now on the writer's clock; the gateway counts from when it asked, which was earlier. */
  #renew(seq: number): void {
    if (!this.#greeted) return
    this.#lease.grant(this.#host.clock.monotonicMs(), this.#host.leaseMs)
    this.#send({ t: 'lease', seq, ledgerWritable: this.#host.ledgerWritable() })
  }

  #acknowledge(feed: number): void {
    this.#lease.acknowledge(feed)
    for (const waiter of [...this.#waiting]) if (waiter.feed <= feed) waiter.settle('acknowledged')
  }

  #answer(call: number, work: Promise<unknown>): void {
    work.then(
      (value) => this.#send({ t: 'reply', call, value }),
      (error: unknown) => this.#send({ t: 'failure', call, ...describe(error) }),
    )
  }

  /** A closed channel proves nothing about the process: waiters go on until its lease has run out. */
  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#host.gone()
  }

  #send(message: FromWriter): void {
    this.#channel.send(message)
  }
}

function describe(error: unknown): { room: 'programme' | 'ledger' | 'other'; code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ProgrammeError) return { room: 'programme', code: error.code, message }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { room: error.name === 'LedgerError' ? 'ledger' : 'other', code: error.code, message }
  }
  return { room: 'other', code: 'unknown', message }
}
