/**
 * The authority in a gateway process: a copy that the writer keeps current, under a lease.
 *
 * Threat: a process that was paused, cut off or starved goes on serving under a programme that has changed.
 * So everything here is refused once the lease has run out, and the writer refuses decisions taken under an
 * older snapshot whatever this process believes. Spec: docs/spec/stop.md §4.
 */
import type { JsonObject } from 'sekisho-verify'
import type { Agreement } from '../agreement/index.ts'
import type { Clock } from '../base/index.ts'
import { LedgerError, type LedgerErrorCode } from '../ledger/index.ts'
import { authenticate } from './authenticate.ts'
import type { Authentication, Authority, AuthorityAppended, Reserved, StickyRefusal } from './authority.ts'
import type { Channel } from './channel.ts'
import { ProgrammeError, type ProgrammeErrorCode } from './error.ts'
import { type FeedItem, type FromGateway, type FromWriter, fromWriter, type Welcome } from './feed.ts'
import { fold } from './fold.ts'
import { HeldLease } from './lease.ts'
import { notFounded } from './not-founded.ts'
import { RefusalBook } from './refusal.ts'
import type { Snapshot } from './snapshot.ts'
import { decodeState, type ProgrammeState } from './state.ts'
import { TokenBook } from './token-book.ts'
import { dayOf } from './usage.ts'

/** Renewals per lease: three may be lost before it runs out. */
const RENEWALS_PER_LEASE = 4

export interface ConnectOptions {
  readonly channel: Channel
  readonly clock: Clock
  /** Reads an agreement document sent by the writer. */
  readonly loadAgreement: (document: string) => Agreement
}

export interface ConnectedAuthority extends Authority {
  close(): void
}

/** Connects to the writer; resolves when the first state is here and the first lease is held. */
export function connectAuthority(options: ConnectOptions): Promise<ConnectedAuthority> {
  return new Promise((resolve, reject) => {
    const authority = new WorkerAuthority(options, () => resolve(authority))
    options.channel.onClose(() =>
      reject(new ProgrammeError('programme_channel_closed', 'the writer is gone')),
    )
    authority.start()
  })
}

type Call = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

class WorkerAuthority implements ConnectedAuthority {
  readonly #channel: Channel
  readonly #clock: Clock
  readonly #loadAgreement: (document: string) => Agreement
  readonly #ready: () => void
  readonly #lease = new HeldLease()
  readonly #agreements = new Map<string, Agreement>()
  readonly #calls = new Map<number, Call>()
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>()
  readonly #leaseListeners = new Set<(valid: boolean) => void>()
  readonly #grantUses = new Map<string, number>()
  readonly #spent = new Map<string, number>()
  #tokens = new TokenBook()
  #refusals = new RefusalBook()
  #state: ProgrammeState | null = null
  #leaseMs = 0
  #writable = false
  #nextCall = 0
  #toldValid = false
  #closed = false
  #renewTimer: NodeJS.Timeout | undefined
  #expiryTimer: NodeJS.Timeout | undefined

  constructor(options: ConnectOptions, ready: () => void) {
    this.#channel = options.channel
    this.#clock = options.clock
    this.#loadAgreement = options.loadAgreement
    this.#ready = ready
  }

  start(): void {
    this.#channel.onMessage((raw) => {
      const message = fromWriter(raw)
      if (message !== null && !this.#closed) this.#receive(message)
    })
    this.#channel.onClose(() => this.close())
    this.#send({ t: 'hello' })
  }

  snapshot(): Snapshot {
    return this.#state ?? notFounded()
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#snapshotListeners.add(listener)
    return () => this.#snapshotListeners.delete(listener)
  }

  leaseValid(): boolean {
    return !this.#closed && this.#lease.valid(this.#clock.monotonicMs())
  }

  onLease(listener: (valid: boolean) => void): () => void {
    this.#leaseListeners.add(listener)
    return () => this.#leaseListeners.delete(listener)
  }

  authenticate(bearer: string | undefined): Authentication {
    if (!this.leaseValid()) return { ok: false, failure: 'not_ready' }
    return authenticate(bearer, this.#tokens, this.#state, this.#clock)
  }

  grantUses(hold: string): number {
    return this.#grantUses.get(hold) ?? 0
  }

  budget(actor: string, institution: string): 'within' | 'exceeded' {
    const today = dayOf(this.#clock.nowMs())
    const spent = (who: string): boolean => this.#spent.get(who) === today
    return spent(`person/${actor}`) || spent(`institution/${institution}`) ? 'exceeded' : 'within'
  }

  sticky(actor: string, model: string, contentDigest: string): StickyRefusal | null {
    return this.#refusals.get(actor, model, contentDigest, this.#clock.nowMs())
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
    clearTimeout(this.#expiryTimer)
    this.#lease.drop()
    const error = new ProgrammeError('programme_channel_closed', 'the writer is gone')
    for (const call of this.#calls.values()) call.reject(error)
    this.#calls.clear()
    this.#tellLease()
  }

  #receive(message: FromWriter): void {
    switch (message.t) {
      case 'welcome':
        return this.#begin(message)
      case 'feed':
        return this.#follow(message.feed, message.item)
      case 'lease':
        this.#writable = message.ledgerWritable
        this.#lease.granted(message.seq, this.#leaseMs)
        this.#ready()
        return this.#tellLease()
      case 'reply':
        return this.#settle(message.call)?.resolve(message.value)
      case 'failure':
        return this.#settle(message.call)?.reject(revive(message))
    }
  }

  #begin(welcome: Welcome): void {
    this.#leaseMs = welcome.leaseMs
    this.#tokens = new TokenBook()
    this.#refusals = new RefusalBook()
    if (welcome.state !== null) {
      this.#learn(welcome.state.document)
      this.#state = decodeState(welcome.state.encoded as JsonObject, (digest) => this.#agreement(digest))
    }
    for (const record of welcome.tokens) this.#tokens.add(record)
    for (const refusal of welcome.refusals) this.#refusals.add(refusal, this.#clock.nowMs())
    for (const [hold, uses] of welcome.grantUses) this.#grantUses.set(hold, uses)
    for (const who of welcome.spent) this.#spent.set(who, welcome.day)
    this.#send({ t: 'ack', feed: welcome.feed })
    this.#renew()
    this.#renewTimer = setInterval(() => this.#renew(), welcome.leaseMs / RENEWALS_PER_LEASE)
    this.#renewTimer.unref()
  }

  /** A copy that cannot follow the writer must not be served from. */
  #follow(feed: number, item: FeedItem): void {
    try {
      this.#apply(item)
    } catch (error) {
      this.close()
      this.#channel.close()
      throw error
    }
    this.#send({ t: 'ack', feed })
  }

  #apply(item: FeedItem): void {
    switch (item.kind) {
      case 'statement':
        if (item.document !== null) this.#learn(item.document)
        this.#state = fold(this.#state, item.signed, item, (digest) => this.#agreement(digest))
        for (const listener of this.#snapshotListeners) listener(this.#state)
        return
      case 'token':
        return this.#tokens.add(item.record)
      case 'token_revoked':
        this.#tokens.revoke(item.id)
        return
      case 'refusal':
        this.#refusals.add(item.refusal, this.#clock.nowMs())
        return
      case 'refusal_lifted':
        this.#refusals.lift(item.actor, item.key)
        return
      case 'grant_uses':
        this.#grantUses.set(item.hold, item.uses)
        return
      case 'spent':
        if (item.spent) this.#spent.set(item.who, item.day)
        else this.#spent.delete(item.who)
    }
  }

  #renew(): void {
    this.#tellLease()
    this.#send({ t: 'renew', seq: this.#lease.ask(this.#clock.monotonicMs()) })
  }

  /** Tells listeners when the lease was won or lost, and sets the alarm for its end. */
  #tellLease(): void {
    const valid = this.leaseValid()
    clearTimeout(this.#expiryTimer)
    if (valid) {
      const remainingMs = this.#lease.untilMs - this.#clock.monotonicMs()
      this.#expiryTimer = setTimeout(() => this.#tellLease(), Math.max(1, Math.ceil(remainingMs)))
      this.#expiryTimer.unref()
    }
    if (valid === this.#toldValid) return
    this.#toldValid = valid
    for (const listener of this.#leaseListeners) listener(valid)
  }

  #learn(document: string): void {
    const agreement = this.#loadAgreement(document)
    this.#agreements.set(agreement.digest, agreement)
  }

  #agreement(digest: string): Agreement | null {
    return this.#agreements.get(digest) ?? null
  }

  #call(message: (call: number) => FromGateway): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(new ProgrammeError('programme_channel_closed', 'the writer is gone'))
    }
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
    this.#channel.send(message)
  }
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
  if (failure.room === 'programme')
    return new ProgrammeError(failure.code as ProgrammeErrorCode, failure.message)
  return new ProgrammeError('programme_channel_protocol', `the writer failed: ${failure.message}`)
}
