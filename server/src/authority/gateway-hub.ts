/**
 * The gateway processes of a writer: each is fed every change, and what one leaves open is closed.
 *
 * Spec: docs/spec/stop.md §4.
 */

import type { ExchangeRead } from '../accounts/index.ts'
import type { Clock } from '../base/index.ts'
import type { EntryDraft } from '../ledger/index.ts'
import type { Channel } from './channel.ts'
import type { FeedItem, Welcome } from './feed.ts'
import { GatewayLink, type LinkHost } from './gateway-link.ts'

/** An intent of a gateway that no outcome closes yet. */
interface Left {
  readonly actor: string
  readonly institution: string
}

export interface HubHost extends Pick<LinkHost, 'ledgerWritable' | 'reserve' | 'release'> {
  readonly clock: Clock
  readonly leaseMs: number
  welcome(): Omit<Welcome, 't' | 'leaseMs' | 'feed'>
  append(message: Parameters<LinkHost['append']>[0], link: GatewayLink): ReturnType<LinkHost['append']>
  /** Records an outcome for an intent that was left open; never rejects. */
  closeAbandoned(outcome: EntryDraft): Promise<void>
}

/** One gateway process as the hub knows it. */
interface Attached {
  readonly open: Map<number, Left>
  /** Entries of it that are being written: each may still open or close an intent. */
  writing: number
  gone: boolean
}

export class GatewayHub {
  readonly #host: HubHost
  readonly #links = new Map<GatewayLink, Attached>()
  readonly #closing = new Set<Promise<void>>()
  #feed = 0

  constructor(host: HubHost) {
    this.#host = host
  }

  get size(): number {
    return this.#links.size
  }

  attach(channel: Channel): void {
    const host = this.#host
    const link: GatewayLink = new GatewayLink(channel, {
      clock: host.clock,
      leaseMs: host.leaseMs,
      welcome: () => ({ t: 'welcome', leaseMs: host.leaseMs, feed: this.#feed, ...host.welcome() }),
      ledgerWritable: () => host.ledgerWritable(),
      reserve: (message) => host.reserve(message),
      release: (reservation) => host.release(reservation),
      append: (message) => this.#write(link, attached, host.append(message, link)),
      gone: () => {
        attached.gone = true
        this.#abandon(link, attached)
      },
    })
    const attached: Attached = { open: new Map(), writing: 0, gone: false }
    this.#links.set(link, attached)
  }

  /** Tells every gateway; resolves when it holds in each: acknowledged, or the lease run out. */
  async publish(item: FeedItem): Promise<{ acknowledged: number; expired: number }> {
    this.#feed += 1
    const settled = await Promise.all([...this.#links.keys()].map((link) => link.publish(this.#feed, item)))
    const acknowledged = settled.filter((how) => how === 'acknowledged').length
    return { acknowledged, expired: settled.length - acknowledged }
  }

  /** Notes what a gateway opens and closes. */
  note(link: GatewayLink, read: ExchangeRead, index: number): void {
    const open = this.#links.get(link)?.open
    if (read.kind === 'intent') open?.set(index, { actor: read.actor, institution: read.institution })
    else open?.delete(read.intent)
  }

  /** Resolves when nothing that gateways left behind waits to be recorded. */
  async idle(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing)
  }

  #write<T>(link: GatewayLink, attached: Attached, work: Promise<T>): Promise<T> {
    attached.writing += 1
    const written = work.finally(() => {
      attached.writing -= 1
      this.#abandon(link, attached)
    })
    this.#keep(written)
    return written
  }

  /**
   * A gateway process ended: what it left open ended in a way that nobody knows.
   *
   * INVARIANT: closed exactly once. What it had sent is still being written: an intent among it is closed
   * as well, and an outcome among it is the one outcome.
   */
  #abandon(link: GatewayLink, attached: Attached): void {
    if (!attached.gone || attached.writing > 0) return
    // Its process may live on: changes wait for its lease until that has surely run out.
    setTimeout(() => this.#links.delete(link), this.#host.leaseMs * 2).unref()
    for (const [intent, left] of attached.open) {
      this.#keep(this.#host.closeAbandoned(abandonedOutcome(intent, left)))
    }
    attached.open.clear()
  }

  #keep(work: Promise<unknown>): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    )
    this.#closing.add(done)
    void done.finally(() => this.#closing.delete(done))
  }
}

/** The outcome that closes an intent nobody is left to close. Charges what was reserved. */
export function abandonedOutcome(intent: number, left: Left): EntryDraft {
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: left.institution,
    fields: {
      actor: left.actor,
      response: { end: 'ambiguous', code: 'programme_gateway_ended', tokens: null, sticky: null },
      refers: intent,
    },
  }
}
