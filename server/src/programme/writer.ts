/**
 * The one writer of a programme: everything that changes what is allowed passes here, one statement at a time.
 *
 * INVARIANT: a statement is checked, made durable, folded and published in that order, and the next one waits.
 * INVARIANT: an allowed intent is recorded only if it was decided under the snapshot in force.
 * Spec: docs/spec/statement.md §6, docs/spec/stop.md §4, docs/spec/budget.md.
 */
import type { SignedStatement } from 'sekisho-verify'
import type { EntryDraft, JsonValue } from '../ledger/index.ts'
import { authenticate } from './authenticate.ts'
import type {
  AppendOptions,
  Authentication,
  Authority,
  AuthorityAppended,
  Reserved,
  ReserveRequest,
  StickyRefusal,
} from './authority.ts'
import { LEASE_MS_MAX } from './authority.ts'
import { BudgetBook, type ReserveTerms } from './budget.ts'
import type { Channel } from './channel.ts'
import { ProgrammeError } from './error.ts'
import { type ExchangeRead, type IntentRead, readDraft } from './exchange.ts'
import type { FeedItem, Welcome } from './feed.ts'
import { fold } from './fold.ts'
import { GatewayLink } from './gateway-link.ts'
import { checkAnswers } from './hold.ts'
import { notFounded } from './not-founded.ts'
import type { DecisionQuery, DecisionRow, Hold, Programme, ProgrammeOptions, Submitted } from './programme.ts'
import type { Projection } from './projection.ts'
import type { Snapshot } from './snapshot.ts'
import { encodeState, type ProgrammeState } from './state.ts'
import { parseStatement, type Statement } from './statement.ts'
import type { Applied, OpenIntent, Tally } from './tally.ts'
import {
  grantToken,
  type MintedToken,
  parseTokenRequest,
  TOKEN_REQUEST_SKEW_MS,
  type TokenSummary,
} from './token.ts'
import type { TokenBook } from './token-book.ts'
import { newTokenText, tokenHash } from './token-text.ts'
import { dayOf, type Usage, type UsageKind } from './usage.ts'

/** Token-request nonces remembered; a full memory refuses rather than forgets. */
const NONCES_MAX = 65_536

/** What a writer starts from. */
export interface WriterParts {
  readonly state: ProgrammeState | null
  readonly tally: Tally
  readonly tokens: TokenBook
  readonly projection: Projection
}

export class Writer implements Programme, Authority {
  readonly authority: Authority = this
  readonly #options: ProgrammeOptions
  readonly #leaseMs: number
  readonly #tally: Tally
  readonly #tokens: TokenBook
  readonly #projection: Projection
  readonly #budget: BudgetBook
  /** Until when each nonce is remembered, oldest first. */
  readonly #nonces = new Map<string, number>()
  readonly #links = new Map<GatewayLink, Set<number>>()
  readonly #snapshotListeners = new Set<(snapshot: Snapshot) => void>()
  readonly #leaseListeners = new Set<(valid: boolean) => void>()
  /** The day on which gateways were told that somebody's budget is spent. */
  readonly #spent = new Map<string, number>()
  /** The statement that is being written; allowed intents wait for it, so none is recorded behind a stop unseen. */
  #writing: Promise<unknown> | null = null
  #state: ProgrammeState | null
  #feed = 0
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: ProgrammeOptions, parts: WriterParts) {
    this.#options = options
    this.#leaseMs = Math.min(options.leaseMs ?? LEASE_MS_MAX, LEASE_MS_MAX)
    this.#state = parts.state
    this.#tally = parts.tally
    this.#tokens = parts.tokens
    this.#projection = parts.projection
    this.#budget = new BudgetBook(parts.tally.usage)
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
    this.#judge(signed)
  }

  submit(signed: SignedStatement): Promise<Submitted> {
    const work = this.#queue.then(() => this.#submit(signed))
    this.#queue = work.catch(() => undefined)
    return work
  }

  async #submit(signed: SignedStatement): Promise<Submitted> {
    this.#assertOpen()
    const statement = this.#judge(signed)
    const { ledger, agreements } = this.#options
    const before = this.#state
    // A parsed statement is canonical JSON throughout; the types differ in what they call it.
    const stored = { body: signed.body, signatures: signed.signatures } as unknown as JsonValue
    const writing = ledger.append({ class: 'statement', statement: stored }).then((appended) => {
      // The entry's own time decides; a statement that ran out while it was written has no effect, here or in a replay.
      const after = fold(before, signed, appended, agreements)
      this.#state = after
      this.#follow(statement, after)
      return { appended, after }
    })
    this.#writing = writing.catch(() => undefined)
    const { appended, after } = await writing.finally(() => {
      this.#writing = null
    })
    this.#projection.statement(statement, appended)
    const document = before?.agreement === after.agreement ? null : after.agreement.documentText
    const held = await this.#publish({ kind: 'statement', signed, ...appended, document })
    return { ...appended, ...held }
  }

  /** @throws {ProgrammeError} a `StatementRefusal` */
  #judge(signed: SignedStatement): Statement {
    const { programme, ledger, clock, agreements, founding } = this.#options
    const statement = parseStatement(signed)
    if (statement.programme !== programme) {
      throw new ProgrammeError(
        'statement_foreign_programme',
        `the statement is of programme \`${statement.programme}\`, this one is \`${programme}\``,
      )
    }
    if (this.#state === null && founding !== undefined && statement.digest !== founding) {
      throw new ProgrammeError(
        'statement_founding_differs',
        'this is not the founding statement that is configured',
      )
    }
    const at = { index: ledger.size(), timeMs: clock.nowMs() }
    fold(this.#state, signed, at, agreements)
    if (statement.type === 'grant.approve') {
      checkAnswers(this.#tally.holds.get(statement.payload.hold, at.timeMs), statement.payload)
      this.#checkHoldRoles(statement.payload.hold, statement, at.timeMs)
    }
    return statement
  }

  /** The hold names the roles that may answer it; the fold knows only the roles that any hold may name. */
  #checkHoldRoles(id: string, statement: Statement, nowMs: number): void {
    const hold = this.#tally.holds.get(id, nowMs)
    for (const { key } of statement.signatures) {
      const owner = this.#state?.fields.keyOwners.get(key)
      const actor = owner?.kind === 'actor' ? this.#state?.actors.get(owner.id) : undefined
      if (actor === undefined || hold === null) continue
      if (!actor.roles.some((role) => hold.roles.includes(role))) {
        throw new ProgrammeError(
          'statement_signer_not_entitled',
          `\`${actor.id}\` has none of the roles ${hold.roles.join(', ')} that \`${id}\` asks for`,
        )
      }
    }
  }

  /** What a statement changes beside the snapshot. */
  #follow(statement: Statement, state: ProgrammeState): void {
    if (
      statement.type === 'grant.approve' &&
      state.grants.some((grant) => grant.hold === statement.payload.hold)
    ) {
      this.#tally.holds.close(statement.payload.hold)
    }
    if (statement.type === 'grant.approve') {
      this.#tally.keepGrants(new Set([...state.grants, ...state.pendingGrants].map((grant) => grant.hold)))
    }
    if (statement.type === 'refusal.lift') {
      const { actor, key } = statement.payload
      this.#tally.refusals.lift(actor, key)
      void this.#publish({ kind: 'refusal_lifted', actor, key })
    }
    for (const listener of [...this.#snapshotListeners]) listener(state)
  }

  // ---- tokens

  authenticate(bearer: string | undefined): Authentication {
    if (this.#closed) return { ok: false, failure: 'not_ready' }
    return authenticate(bearer, this.#tokens, this.#state, this.#options.clock)
  }

  async mintToken(value: unknown): Promise<MintedToken> {
    this.#assertOpen()
    const signed = parseTokenRequest(value)
    const nowMs = this.#options.clock.nowMs()
    const text = newTokenText()
    const record = grantToken(signed, this.snapshot(), tokenHash(text), nowMs)
    this.#useNonce(signed.request.nonce, nowMs)
    this.#tokens.checkRoom(record.actor, nowMs)
    await this.#projection.storeToken(record)
    this.#tokens.add(record)
    await this.#publish({ kind: 'token', record })
    return { token: text, id: record.id, expiresAtMs: record.expiresAtMs }
  }

  async revokeToken(id: string): Promise<void> {
    if (!this.#tokens.revoke(id)) throw new ProgrammeError('token_unknown', `no token \`${id}\` is known`)
    await this.#publish({ kind: 'token_revoked', id })
    await this.#projection.revokeToken(id)
  }

  tokens(actor: string): readonly TokenSummary[] {
    return this.#tokens.of(actor)
  }

  #useNonce(nonce: string, nowMs: number): void {
    const until = this.#nonces.get(nonce)
    if (until !== undefined && until > nowMs) {
      throw new ProgrammeError('token_request_replayed', 'this request was used before: sign a new one')
    }
    for (const [old, oldUntil] of this.#nonces) {
      if (oldUntil > nowMs) break
      this.#nonces.delete(old)
    }
    if (this.#nonces.size >= NONCES_MAX)
      throw new ProgrammeError('token_limit', 'too many tokens at once: wait a minute')
    this.#nonces.set(nonce, nowMs + 2 * TOKEN_REQUEST_SKEW_MS)
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
    return this.#budget.reserve(request, this.#terms(request), clock.nowMs(), clock.monotonicMs())
  }

  release(reservation: string): void {
    this.#budget.release(reservation)
  }

  sticky(actor: string, model: string, contentDigest: string): StickyRefusal | null {
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

  #terms(request: ReserveRequest): ReserveTerms {
    const state = this.#state ?? notFounded()
    const grant = state.grants.find((each) => each.hold === request.grant)
    const usesLeft = (grant?.count ?? 0) - this.#tally.grantUses(request.grant ?? '')
    return {
      person: state.agreement.budgets.person,
      institution: state.institutions.get(request.institution)?.budget ?? state.agreement.budgets.institution,
      grantUsesLeft: request.grant === null ? null : usesLeft,
    }
  }

  #isSpent(kind: UsageKind, id: string): boolean {
    if (this.#state === null) return true
    const { budgets } = this.#state.agreement
    const limits =
      kind === 'person' ? budgets.person : (this.#state.institutions.get(id)?.budget ?? budgets.institution)
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
    const allowed = read?.kind === 'intent' && read.decision.verdict === 'allow'
    while (allowed && this.#writing !== null) await this.#writing
    const decidedUnder = this.#state?.index ?? 0
    if (allowed) this.#checkDecided(read, options)
    const { reservation } = options
    if (reservation !== undefined && !this.#budget.beginRecording(reservation)) {
      throw new ProgrammeError('programme_reservation_unknown', 'the reservation has run out: reserve again')
    }
    const appended = await this.#appendReserved(draft, reservation)
    if (read !== null) await this.#record(read, appended, link)
    return { ...appended, snapshotChanged: decidedUnder !== (this.#state?.index ?? 0) }
  }

  /** Recorded or not, the reservation is over: what is recorded is charged by the entry itself. */
  async #appendReserved(
    draft: EntryDraft,
    reservation: string | undefined,
  ): ReturnType<ProgrammeOptions['ledger']['append']> {
    try {
      return await this.#options.ledger.append(draft)
    } finally {
      if (reservation !== undefined) this.#budget.release(reservation)
    }
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

  /** Applies a durable entry. What must hold before the caller goes on is awaited: a refusal that repeats. */
  async #record(
    read: ExchangeRead,
    at: { index: number; timeMs: number },
    link: GatewayLink | null,
  ): Promise<void> {
    const applied = this.#tally.apply(read, at.index, at.timeMs)
    this.#projection.exchange(read, at)
    if (link !== null && applied.charged !== null) this.#noteOpen(read, at.index, link)
    if (this.#links.size === 0) return
    const work = this.#tell(applied)
    // The client may repeat at once, at another gateway.
    if (applied.refusal !== null) await work
  }

  #noteOpen(read: ExchangeRead, index: number, link: GatewayLink): void {
    const open = this.#links.get(link)
    if (read.kind === 'intent') open?.add(index)
    else open?.delete(read.intent)
  }

  async #tell(applied: Applied): Promise<void> {
    const { refusal, grant, charged } = applied
    const work: Promise<unknown>[] = []
    if (refusal !== null) work.push(this.#publish({ kind: 'refusal', refusal }))
    if (grant !== null)
      void this.#publish({ kind: 'grant_uses', hold: grant, uses: this.#tally.grantUses(grant) })
    if (charged !== null) this.#tellSpent(charged)
    await Promise.all(work)
  }

  #tellSpent(charged: OpenIntent): void {
    for (const [kind, id] of [
      ['person', charged.actor],
      ['institution', charged.institution],
    ] as const) {
      const who = `${kind}/${id}`
      const day = dayOf(this.#options.clock.nowMs())
      const spent = this.#isSpent(kind, id)
      if (spent === (this.#spent.get(who) === day)) continue
      if (spent) this.#spent.set(who, day)
      else this.#spent.delete(who)
      void this.#publish({ kind: 'spent', who, day, spent })
    }
  }

  // ---- gateways

  attachGateway(channel: Channel): void {
    const link: GatewayLink = new GatewayLink(channel, {
      leaseMs: this.#leaseMs,
      clock: this.#options.clock,
      welcome: () => this.#welcome(),
      ledgerWritable: () => this.ledgerWritable(),
      reserve: (message) => this.reserve(message.request),
      release: (reservation) => this.release(reservation),
      append: (message) => this.#append(message.draft, message.options, link),
      gone: (gone) => this.#abandon(gone),
    })
    this.#links.set(link, new Set())
  }

  async #publish(item: FeedItem): Promise<{ acknowledged: number; expired: number }> {
    this.#feed += 1
    const settled = await Promise.all([...this.#links.keys()].map((link) => link.publish(this.#feed, item)))
    const acknowledged = settled.filter((how) => how === 'acknowledged').length
    return { acknowledged, expired: settled.length - acknowledged }
  }

  #welcome(): Welcome {
    const nowMs = this.#options.clock.nowMs()
    const state = this.#state
    return {
      t: 'welcome',
      leaseMs: this.#leaseMs,
      feed: this.#feed,
      state: state && { encoded: encodeState(state.fields), document: state.agreement.documentText },
      tokens: this.#tokens.all(),
      refusals: [...this.#tally.refusals.live(nowMs)],
      grantUses: this.#tally.allGrantUses(),
      spent: [...this.#spent].filter(([, day]) => day === dayOf(nowMs)).map(([who]) => who),
      day: dayOf(nowMs),
    }
  }

  /** A gateway process ended: what it left open ended in a way that nobody knows. */
  #abandon(link: GatewayLink): void {
    const open = this.#links.get(link) ?? new Set()
    // Statements that wait for this gateway hold their own promise; later ones need not wait, once its lease is over.
    setTimeout(() => this.#links.delete(link), this.#leaseMs * 2).unref()
    for (const intent of open) void this.#closeAbandoned(intent)
  }

  async #closeAbandoned(intent: number): Promise<void> {
    const open = this.#tally.openIntents.get(intent)
    if (open === undefined || this.#closed) return
    await this.append(abandonedOutcome(intent, open)).catch((error: unknown) => {
      this.#options.logger?.error({ event: 'intent_left_open', intent, reason: String(error) })
    })
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
    this.#closed = true
    for (const listener of this.#leaseListeners) listener(false)
    await this.#projection.close()
  }

  #assertOpen(): void {
    if (this.#closed) throw new ProgrammeError('programme_closed', 'the programme is closed')
  }
}

/** The outcome that closes an intent nobody is left to close. Charges what was reserved. */
export function abandonedOutcome(
  intent: number,
  open: Pick<OpenIntent, 'actor' | 'institution'>,
): EntryDraft {
  return {
    class: 'exchange',
    kind: 'outcome',
    institution: open.institution,
    fields: {
      actor: open.actor,
      response: { end: 'ambiguous', code: 'programme_gateway_ended', tokens: null, sticky: null },
      refers: intent,
    },
  }
}
