/**
 * What a gateway process holds of the programme: the state, folded by itself, and the books beside it.
 *
 * It changes only by what the writer sends, in the order it was sent. Spec: docs/spec/stop.md §4.
 */

import { TokenBook } from '../access/index.ts'
import { RefusalBook } from '../accounts/index.ts'
import type { Agreement } from '../agreement/index.ts'
import { decodeState, fold, type ProgrammeState } from '../programme/index.ts'
import type { FeedItem, Welcome } from './feed.ts'

export class GatewayCopy {
  readonly tokens = new TokenBook()
  readonly refusals = new RefusalBook()
  readonly #agreements = new Map<string, Agreement>()
  readonly #grantUses = new Map<string, number>()
  /** The day on which a budget was spent, by `kind/id`. */
  readonly #spent = new Map<string, number>()
  readonly #loadAgreement: (document: string) => Agreement
  readonly #nowMs: () => number
  #state: ProgrammeState | null = null

  constructor(welcome: Welcome, loadAgreement: (document: string) => Agreement, nowMs: () => number) {
    this.#loadAgreement = loadAgreement
    this.#nowMs = nowMs
    if (welcome.state !== null) {
      this.#learn(welcome.state.document)
      this.#state = decodeState(welcome.state.encoded, (digest) => this.#agreement(digest))
    }
    for (const record of welcome.tokens) this.tokens.add(record)
    for (const refusal of welcome.refusals) this.refusals.add(refusal, nowMs())
    for (const [hold, uses] of welcome.grantUses) this.#grantUses.set(hold, uses)
    for (const who of welcome.spent) this.#spent.set(who, welcome.day)
  }

  /** Null before the programme is founded. */
  get state(): ProgrammeState | null {
    return this.#state
  }

  grantUses(hold: string): number {
    return this.#grantUses.get(hold) ?? 0
  }

  isSpent(who: string, today: number): boolean {
    return this.#spent.get(who) === today
  }

  /** @throws {Error} when it cannot follow: a copy that differs must not be served from */
  apply(item: FeedItem): void {
    switch (item.kind) {
      case 'statement':
        if (item.document !== null) this.#learn(item.document)
        this.#state = fold(this.#state, item.signed, item, (digest) => this.#agreement(digest))
        break
      case 'token':
        this.tokens.add(item.record)
        break
      case 'token_revoked':
        this.tokens.revoke(item.id)
        break
      case 'refusal':
        this.refusals.add(item.refusal, this.#nowMs())
        break
      case 'refusal_lifted':
        this.refusals.lift(item.actor, item.key)
        break
      case 'grant_uses':
        this.#countGrant(item.hold, item.uses)
        break
      case 'spent':
        if (item.spent) this.#spent.set(item.who, item.day)
        else this.#spent.delete(item.who)
        break
    }
  }

  #countGrant(hold: string, uses: number): void {
    this.#grantUses.set(hold, uses)
    // Counts of grants that are no more would pile up.
    const live = this.#state?.grants ?? []
    if (this.#grantUses.size <= 2 * live.length + 16) return
    for (const known of this.#grantUses.keys()) {
      if (!live.some((grant) => grant.hold === known)) this.#grantUses.delete(known)
    }
  }

  #learn(document: string): void {
    const agreement = this.#loadAgreement(document)
    this.#agreements.set(agreement.digest, agreement)
  }

  #agreement(digest: string): Agreement | null {
    return this.#agreements.get(digest) ?? null
  }
}
