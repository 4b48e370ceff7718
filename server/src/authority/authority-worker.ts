/**
 * The authority in a gateway process: a copy that the writer keeps current, under a lease.
 *
 * Threat: a process that was paused, cut off or starved goes on serving under a programme that has changed.
 * So everything here is refused once the lease has run out, and the writer refuses decisions taken under an
 * older snapshot whatever this process believes. Spec: docs/spec/stop.md §4.
 */

import { type Authentication, authenticate } from '../access/index.ts'
import { dayOf, type Reserved, type StickyRefusal } from '../accounts/index.ts'
import type { Agreement } from '../agreement/index.ts'
import type { Clock } from '../base/index.ts'
import { LedgerError, type LedgerErrorCode } from '../ledger/index.ts'
import { ProgrammeError, type ProgrammeErrorCode, type Snapshot } from '../programme/index.ts'
import type { Authority, AuthorityAppended } from './authority.ts'
import type { Channel } from './channel.ts'
import { type FeedItem, type FromGateway, type FromWriter, fromWriter, type Welcome } from './feed.ts'
import { GatewayCopy } from './gateway-copy.ts'
import { HeldLease } from './lease.ts'
import { notFounded } from './not-founded.ts'

/** Renewals per lease: three may be lost before it runs out. */
const RENEWALS_PER_LEASE = 4

/** What a gateway process connects with. */
export interface ConnectOptions {
  readonly channel: Channel
  readonly clock: Clock
  /** Reads an agreement document sent by the writer. */
  readonly loadAgreement: (document: string) => Agreement
}

/** The authority of a gateway process, and how to let go of it. */
export interface ConnectedAuthority extends Authority {
  close(): void
}

/**
 * Connects to the writer; resolves when the first state is here and the first lease is held.
 *
 * @throws {ProgrammeError} `programme_channel_closed`
 */
export function connectAuthority(options: ConnectOptions): Promise<ConnectedAuthority> {
  return new Promise((resolve, reject) => {
    const authority: WorkerAuthority = new WorkerAuthority(options, () => resolve(authority))
    options.channel.onClose(() => reject(writerGone()))
    authority.start()
  })
}

type Call = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

class WorkerAuthority implements ConnectedAuthority {
  readonly #options: ConnectOptions
  readonly #ready: () => void
  readonly #lease = new HeldLease()
  readonly #calls = new Map<number, Call>()
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>()
  readonly #leaseListeners = new Set<(valid: boolean) => void>()
  #copy: GatewayCopy | null = null
  #leaseMs = 0
  #writable = false
  #nextCall = 0
  #toldValid = false
  #closed = false
  #renewTimer: NodeJS.Timeout | undefined
  #expiryTimer: NodeJS.Timeout | undefined

  constructor(options: ConnectOptions, ready: () => void) {
    this.#options = options
    this.#ready = ready
  }

  start(): void {
    const { channel } = this.#options
    channel.onMessage((raw) => {
      const message = fromWriter(raw)
      if (message !== null && !this.#closed) this.#receive(message)
    })
    channel.onClose(() => this.close())
    channel.send({ t: 'hello' })
  }

  snapshot(): Snapshot {
    return this.#copy?.state ?? notFounded()
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#snapshotListeners.add(listener)
    return () => this.#snapshotListeners.delete(listener)
  }

  leaseValid(): boolean {
    return !this.#closed && this.#lease.valid(this.#options.clock.monotonicMs())
  }

  onLease(listener: (valid: boolean) => void): () => void {
    this.#leaseListeners.add(listener)
    return () => this.#leaseListeners.delete(listener)
  }

  authenticate(bearer: string | undefined): Authentication {
    if (this.#copy === null || !this.leaseValid()) return { ok: false, failure: 'not_ready' }
    return authenticate(bearer, this.#copy.tokens, this.#copy.state, this.#options.clock)
  }

  grantUses(hold: string): number {
    return this.#copy?.grantUses(hold) ?? 0
  }

  budget(actor: string, institution: string): 'within' | 'exceeded' {
    const today = dayOf(this.#options.clock.nowMs())
    const spent = (who: string): boolean => this.#copy?.isSpent(who, today) ?? true
    return spent(`person/${actor}`) || spent(`institution/${institution}`) ? 'exceeded' : 'within'
  }

  sticky(actor: string, model: string, contentDigest: string | (() => string)): StickyRefusal | null {
    return this.#copy?.refusals.get(actor, model, contentDigest, this.#options.clock.nowMs()) ?? null
  }

  ledgerWritable(): boolean {
    return this.#writable && this.leaseValid()
  }

  reserve(request: Parameters<Authority['reserve']>[0]): Promise<Reserved> {
    // The writer answers with the value its own `reserve` gave.
    return this.#call((call) => ({ t: 'reserve', call, request })) as Promise<Reserved>
  }

  release(reservation: string): void {
    this.#send({ t: 'release', reservation })
  }

  append(...[draft, options = {}]: Parameters<Authority['append']>): Promise<AuthorityAppended> {
    // Outcomes are taken even without a lease: they close what was begun under one.
    const intent = draft.class === 'exchange' && draft.kind === 'intent'
    if (intent && !this.leaseValid()) return Promise.reject(leaseExpired())
    return this.#call((call) => ({ t: 'append', call, draft, options })) as Promise<AuthorityAppended>
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#renewTimer)
    this.#lease.drop()
    for (const call of this.#calls.values()) call.reject(writerGone())
    this.#calls.clear()
    this.#tellLease()
  }

  #receive(message: FromWriter): void {
    switch (message.t) {
      case 'welcome':
        this.#begin(message)
        break
      case 'feed':
        this.#follow(message.feed, message.item)
        break
      case 'lease':
        this.#writable = message.ledgerWritable
        this.#lease.granted(message.seq, this.#leaseMs)
        this.#tellLease()
        if (this.leaseValid()) this.#ready()
        break
      case 'reply':
        this.#settle(message.call)?.resolve(message.value)
        break
      case 'failure':
        this.#settle(message.call)?.reject(revive(message))
        break
    }
  }

  #begin(welcome: Welcome): void {
    if (this.#copy !== null) return
    const { clock, loadAgreement } = this.#options
    this.#copy = new GatewayCopy(welcome, loadAgreement, () => clock.nowMs())
    this.#leaseMs = welcome.leaseMs
    this.#send({ t: 'ack', feed: welcome.feed })
    this.#renew()
    this.#renewTimer = setInterval(() => this.#renew(), welcome.leaseMs / RENEWALS_PER_LEASE)
    this.#renewTimer.unref()
  }

  /** A copy that cannot follow the writer must not be served from. */
  #follow(feed: number, item: FeedItem): void {
    const copy = this.#copy
    if (copy === null) return
    try {
      copy.apply(item)
    } catch (error) {
      this.close()
      this.#options.channel.close()
      throw error
    }
    if (item.kind === 'statement' && copy.state !== null) {
      for (const listener of [...this.#snapshotListeners]) listener(copy.state)
    }
    this.#send({ t: 'ack', feed })
  }

  #renew(): void {
    this.#tellLease()
    this.#send({ t: 'renew', seq: this.#lease.ask(this.#options.clock.monotonicMs()) })
  }

  /** Tells listeners when the lease was won or lost, and sets the alarm for its end. */
  #tellLease(): void {
    const valid = this.leaseValid()
    clearTimeout(this.#expiryTimer)
    if (valid) {
      const remainingMs = this.#lease.untilMs - this.#options.clock.monotonicMs()
      this.#expiryTimer = setTimeout(() => this.#tellLease(), Math.max(1, Math.ceil(remainingMs)))
      this.#expiryTimer.unref()
    }
    if (valid === this.#toldValid) return
    this.#toldValid = valid
    for (const listener of [...this.#leaseListeners]) listener(valid)
  }

  #call(message: (call: number) => FromGateway): Promise<unknown> {
    if (this.#closed) return Promise.reject(writerGone())
    this.#nextCall += 1
    const call = this.#nextCall
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#send(message(call))
    })
  }

  #settle(call: number): Call | undefined {
    const waiting = this.#calls.get(call)
    this.#calls.delete(call)
    return waiting
  }

  #send(message: FromGateway): void {
    this.#options.channel.send(message)
  }
}

function writerGone(): ProgrammeError {
  return new ProgrammeError('programme_channel_closed', 'the writer is gone')
}

function leaseExpired(): ProgrammeError {
  return new ProgrammeError(
    'programme_lease_expired',
    'this gateway lost touch with the writer and serves nothing',
  )
}

function revive(failure: FromWriter & { t: 'failure' }): Error {
  // Codes come from the same build on the other side of the channel.
  if (failure.room === 'ledger') return new LedgerError(failure.code as LedgerErrorCode, failure.message)
  if (failure.room === 'programme') {
    return new ProgrammeError(failure.code as ProgrammeErrorCode, failure.message)
  }
  return new ProgrammeError('programme_channel_protocol', `the writer failed: ${failure.message}`)
}
