/**
 * The one writer of a programme: everything that changes what is allowed passes here, one statement at a time.
 *
 * INVARIANT: a statement is checked, made durable, folded and published in that order, and the next one waits.
 * INVARIANT: an allowed intent is recorded only if it was decided under the snapshot in force.
 * Spec: docs/spec/statement.md §6, docs/spec/stop.md §4, docs/spec/budget.md.
 */
import type { SignedStatement } from 'sekisho-verify'
import {
  AdminDesk,
  type Administration,
  type Authentication,
  type MintedToken,
  type TokenBook,
  TokenDesk,
  type TokenSummary,
} from '../access/index.ts'
import {
  type Applied,
  BudgetBook,
  dayOf,
  type ExchangeRead,
  type Hold,
  type IntentRead,
  type Limits,
  OPEN_PER_ACTOR_MAX,
  type Reserved,
  type ReserveRequest,
  readDraft,
  type StickyRefusal,
  type Tally,
  type Usage,
  type UsageKind,
} from '../accounts/index.ts'
import type { Appended, EntryDraft, ExchangeDraft, JsonValue } from '../ledger/index.ts'
import {
  encodeState,
  fold,
  liftedBy,
  ProgrammeError,
  type ProgrammeState,
  type Snapshot,
  type Statement,
} from '../programme/index.ts'
import type { DecisionQuery, DecisionRow, Projection } from '../projection/index.ts'
import { type AppendOptions, type Authority, type AuthorityAppended, LEASE_MS_MAX } from './authority.ts'
import type { Channel } from './channel.ts'
import type { FeedItem, Welcome } from './feed.ts'
import { GatewayHub } from './gateway-hub.ts'
import type { GatewayLink } from './gateway-link.ts'
import { judge } from './judge.ts'
import { notFounded } from './not-founded.ts'
import type { Examiner, Programme, ProgrammeOptions, Submitted } from './programme.ts'

/** What a writer starts from. */
export interface WriterParts {
  readonly state: ProgrammeState | null
  readonly tally: Tally
  readonly tokens: TokenBook
  readonly projection: Projection
}

export class Writer implements Programme, Authority {
  readonly authority: Authority = this
  readonly administration: Administration
  readonly #options: ProgrammeOptions
  readonly #tally: Tally
  readonly #tokens: TokenBook
  readonly #projection: Projection
  readonly #budget: BudgetBook
  readonly #desk: TokenDesk
  readonly #hub: GatewayHub
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>()
  readonly #leaseListeners = new Set<(valid: boolean) => void>()
  #state: ProgrammeState | null
  /** The last of the statements that wait for their turn. */
  #queue: Promise<unknown> = Promise.resolve()
  /** The statement that is being written; allowed intents wait for it, so none is recorded behind a stop unseen. */
  #writing: Promise<unknown> | null = null
  #closed = false

  constructor(options: ProgrammeOptions, parts: WriterParts) {
    this.#options = options
    this.#state = parts.state
    this.#tally = parts.tally
    this.#tokens = parts.tokens
    this.#projection = parts.projection
    if (parts.state !== null) parts.projection.governs(parts.state)
    this.#budget = new BudgetBook(parts.tally.usage)
    this.#hub = new GatewayHub({
      clock: options.clock,
      leaseMs: Math.min(options.leaseMs ?? LEASE_MS_MAX, LEASE_MS_MAX),
      welcome: () => this.#welcome(),
      ledgerWritable: () => this.ledgerWritable(),
      reserve: (message) => this.reserve(message.request),
      release: (reservation) => this.release(reservation),
      append: (message, link) => this.#append(message.draft, message.options, link),
      closeAbandoned: (outcome) =>
        this.append(outcome).then(
          () => undefined,
          (error) => this.#complain(error),
        ),
    })
    const publish = (item: FeedItem): Promise<unknown> => this.#hub.publish(item)
    this.administration = new AdminDesk({
      clock: options.clock,
      snapshot: () => this.snapshot(),
      founded: () => this.founded && !this.#closed,
    })
    this.#desk = new TokenDesk({ ...parts, store: parts.projection, clock: options.clock, publish })
  }

  // ---- snapshot and lease

  get founded(): boolean {
    return this.#state !== null
  }

  snapshot(): Snapshot {
    return this.#state ?? notFounded()
  }

  onSnapshot(listener: (snapshot: Snapshot) => void): () => void {
    this.#snapshotListeners.add(listener)
    return () => this.#snapshotListeners.delete(listener)
  }

  /** The writer reads the very memory it writes: it needs no lease while it is open. */
  leaseValid(): boolean {
    return !this.#closed
  }

  onLease(listener: (valid: boolean) => void): () => void {
    this.#leaseListeners.add(listener)
    return () => this.#leaseListeners.delete(listener)
  }

  ledgerWritable(): boolean {
    return !this.#closed && this.#options.ledger.state() === 'writable'
  }

  // ---- statements

  check(signed: SignedStatement): void {
    judge(signed, this.#state, this.#tally, this.#options)
  }

  submit(signed: SignedStatement): Promise<Submitted> {
    const { examiner } = this.#options
    if (examiner?.kinds.has(signed.body.type)) {
      return this.#examine(signed, examiner).then(() => this.#enqueue(signed))
    }
    return this.#enqueue(signed)
  }

  #enqueue(signed: SignedStatement): Promise<Submitted> {
    const work = this.#queue.then(() => this.#submit(signed))
    this.#queue = work.catch(() => undefined)
    return work
  }

  async #submit(signed: SignedStatement): Promise<Submitted> {
    this.#assertOpen()
    const statement = judge(signed, this.#state, this.#tally, this.#options)
    const before = this.#state
    const writing = this.#write(signed, statement)
    this.#writing = writing.catch(() => undefined)
    const { appended, after } = await writing.finally(() => {
      this.#writing = null
    })
    const document = before?.agreement === after.agreement ? null : after.agreement.documentText
    const held = await this.#hub.publish({ kind: 'statement', signed, ...appended, document })
    return { ...appended, ...held }
  }

  /** Outside the queue: a stop never waits for a proof. Only what is entitled is computed for. */
  async #examine(signed: SignedStatement, { examine }: Examiner): Promise<void> {
    if (this.#state === null) return
    await examine(judge(signed, this.#state, this.#tally, this.#options), this.#state)
  }

  /** Appends and folds: in the very turn in which the statement is known to be durable it has effect. */
  #write(
    signed: SignedStatement,
    statement: Statement,
  ): Promise<{ appended: Appended; after: ProgrammeState }> {
    const { ledger, agreements } = this.#options
    // A judged statement is canonical JSON throughout; the types differ in what they call it.
    const stored = { body: signed.body, signatures: signed.signatures } as unknown as JsonValue
    return ledger.append({ class: 'statement', statement: stored }).then((appended) => {
      // The entry's own time decides; a statement that ran out while it was written has no effect, here or in a replay.
      const after = fold(this.#state, signed, appended, agreements)
      this.#state = after
      this.#projection.statement(statement, appended)
      this.#follow(statement, after)
      return { appended, after }
    })
  }

  /** What a statement changes beside the snapshot. */
  #follow(statement: Statement, state: ProgrammeState): void {
    this.#projection.governs(state)
    if (statement.type === 'grant.approve') {
      const { hold } = statement.payload
      if (state.grants.some((grant) => grant.hold === hold)) this.#tally.holds.close(hold)
      this.#tally.keepGrants(new Set([...state.grants, ...state.pendingGrants].map((grant) => grant.hold)))
    }
    const lifted =
      statement.type === 'appeal.answer'
        ? liftedBy(statement.payload, state)
        : statement.type === 'refusal.lift'
          ? statement.payload
          : null
    if (lifted !== null) {
      const { actor, key } = lifted
      this.#tally.refusals.lift(actor, key)
      void this.#hub.publish({ kind: 'refusal_lifted', actor, key })
    }
    for (const listener of [...this.#snapshotListeners]) {
      try {
        listener(state)
      } catch (error) {
        this.#complain(error)
      }
    }
  }

  // ---- tokens

  authenticate(bearer: string | undefined): Authentication {
    if (this.#closed) return { ok: false, failure: 'not_ready' }
    return this.#desk.authenticate(bearer, this.#state)
  }

  async mintToken(request: unknown): Promise<MintedToken> {
    this.#assertOpen()
    return this.#desk.mint(request, this.snapshot())
  }

  revokeToken(id: string): Promise<void> {
    return this.#desk.revoke(id)
  }

  tokens(actor: string): readonly TokenSummary[] {
    return this.#desk.of(actor)
  }

  // ---- budgets, grants, refusals

  grantUses(hold: string): number {
    return this.#tally.grantUses(hold) + this.#budget.grantUsesHeld(hold)
  }

  budget(actor: string, institution: string): 'within' | 'exceeded' {
    const spent = this.#isSpent('person', actor) || this.#isSpent('institution', institution)
    return spent ? 'exceeded' : 'within'
  }

  async reserve(request: ReserveRequest): Promise<Reserved> {
    this.#assertOpen()
    const { clock } = this.#options
    const count = this.#state?.grants.find((grant) => grant.hold === request.grant)?.count ?? 0
    const terms = {
      person: this.#limits('person', request.actor),
      institution: this.#limits('institution', request.institution),
      open: this.#tally.openIntents.of(request.actor),
      openMax: this.#options.openPerActorMax ?? OPEN_PER_ACTOR_MAX,
      grantUsesLeft: request.grant === null ? null : count - this.#tally.grantUses(request.grant),
    }
    return this.#budget.reserve(request, terms, clock.nowMs(), clock.monotonicMs())
  }

  release(reservation: string): void {
    this.#budget.release(reservation)
  }

  sticky(actor: string, model: string, contentDigest: string | (() => string)): StickyRefusal | null {
    return this.#tally.refusals.get(actor, model, contentDigest, this.#options.clock.nowMs())
  }

  refusals(actor: string): readonly StickyRefusal[] {
    return [...this.#tally.refusals.live(this.#options.clock.nowMs())].filter((each) => each.actor === actor)
  }

  usage(kind: UsageKind, id: string): Usage {
    return this.#tally.usage.get(dayOf(this.#options.clock.nowMs()), kind, id)
  }

  hold(id: string): Hold | null {
    return this.#tally.holds.get(id, this.#options.clock.nowMs())
  }

  holds(institution: string): readonly Hold[] {
    return this.#tally.holds.of(institution, this.#options.clock.nowMs())
  }

  #limits(kind: UsageKind, id: string): Limits {
    const { agreement, institutions } = this.snapshot()
    if (kind === 'person') return agreement.budgets.person
    return institutions.get(id)?.budget ?? agreement.budgets.institution
  }

  #isSpent(kind: UsageKind, id: string): boolean {
    if (this.#state === null) return true
    const limits = this.#limits(kind, id)
    const used = this.usage(kind, id)
    return used.requests >= limits.requestsPerDay || used.tokens >= limits.tokensPerDay
  }

  // ---- exchanges

  append(draft: EntryDraft, options: AppendOptions = {}): Promise<AuthorityAppended> {
    return this.#append(draft, options, null)
  }

  async #append(
    draft: EntryDraft,
    options: AppendOptions,
    link: GatewayLink | null,
  ): Promise<AuthorityAppended> {
    this.#assertOpen()
    if (draft.class !== 'exchange') {
      throw new ProgrammeError('programme_channel_protocol', 'statements are submitted, not appended')
    }
    const read = readDraft(draft)
    if (read?.kind === 'intent' && read.decision.verdict === 'allow') {
      while (this.#writing !== null) await this.#writing
      this.#checkDecided(read, options)
    }
    const before = this.#state
    const { appended, applied } = await this.#record(draft, read, options.reservation, link)
    // The client may repeat at once, at another gateway: a refusal must be there first.
    if (applied?.refusal) await this.#hub.publish({ kind: 'refusal', refusal: applied.refusal })
    return { ...appended, snapshotChanged: before !== this.#state }
  }

  #checkDecided(read: IntentRead, options: AppendOptions): void {
    const { index } = this.snapshot()
    const under = Math.min(read.decision.snapshot, options.decidedUnder ?? read.decision.snapshot)
    if (under === index) return
    throw new ProgrammeError(
      'programme_snapshot_stale',
      `decided under snapshot ${under}, ${index} is in force: decide again`,
    )
  }

  /**
   * Appends, and in the very turn in which the entry is known to be durable turns the reservation into recorded
   * use. Between the two nothing else may run, or a race could reserve what is already spent.
   */
  async #record(
    draft: ExchangeDraft,
    read: ExchangeRead | null,
    reservation: string | undefined,
    link: GatewayLink | null,
  ): Promise<{ appended: Appended; applied: Applied | null }> {
    if (reservation !== undefined && !this.#budget.beginRecording(reservation)) {
      throw new ProgrammeError('programme_reservation_unknown', 'the reservation has run out: reserve again')
    }
    let appended: Appended
    try {
      appended = await this.#options.ledger.append(draft)
    } catch (error) {
      if (reservation !== undefined) this.#budget.release(reservation)
      throw error
    }
    const applied = read === null ? null : this.#tally.apply(read, appended.index, appended.timeMs)
    if (reservation !== undefined) this.#budget.release(reservation)
    if (read === null || applied === null) return { appended, applied }
    this.#projection.exchange(read, appended)
    if (link !== null) this.#hub.note(link, read, appended.index)
    if (this.#hub.size > 0) this.#tell(applied)
    return { appended, applied }
  }

  /** What gateways show as facts; nobody waits for it, because the reservation is what binds. */
  #tell({ grant, charged }: Applied): void {
    if (grant !== null) {
      void this.#hub.publish({ kind: 'grant_uses', hold: grant, uses: this.#tally.grantUses(grant) })
    }
    if (charged === null) return
    for (const [kind, id] of [
      ['person', charged.actor],
      ['institution', charged.institution],
    ] as const) {
      const spent = this.#isSpent(kind, id)
      const changed = this.#tally.usage.mark(charged.day, kind, id, spent)
      if (changed) void this.#hub.publish({ kind: 'spent', who: `${kind}/${id}`, day: charged.day, spent })
    }
  }

  // ---- gateways

  attachGateway(channel: Channel): void {
    this.#hub.attach(channel)
  }

  #welcome(): Omit<Welcome, 't' | 'leaseMs' | 'feed'> {
    const nowMs = this.#options.clock.nowMs()
    const state = this.#state
    const day = dayOf(nowMs)
    for (const [kind, id] of this.#tally.usage.users(day)) {
      this.#tally.usage.mark(day, kind, id, this.#isSpent(kind, id))
    }
    return {
      state: state && { encoded: encodeState(state.fields), document: state.agreement.documentText },
      tokens: this.#tokens.all(),
      refusals: [...this.#tally.refusals.live(nowMs)],
      grantUses: this.#tally.allGrantUses(),
      spent: this.#tally.usage.marked(day),
      day,
    }
  }

  // ---- queries, end

  decisions(query: DecisionQuery): Promise<readonly DecisionRow[]> {
    return this.#projection.decisions(query)
  }

  projected(): number {
    return this.#projection.nextIndex()
  }

  flush(): Promise<void> {
    return this.#projection.flush()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    await this.#queue
    await this.#hub.idle()
    this.#closed = true
    for (const listener of this.#leaseListeners) listener(false)
    await this.#projection.close()
  }

  #assertOpen(): void {
    if (this.#closed) throw new ProgrammeError('programme_closed', 'the programme is closed')
  }

  #complain(error: unknown): void {
    this.#options.logger?.error({ event: 'programme_trouble', reason: String(error) })
  }
}
