/**
 * What follows from exchange entries: use, open intents, grant uses, holds, sticky refusals.
 *
 * The running writer applies each entry as it becomes durable, a restart applies the ledger's tail to what
 * PostgreSQL had projected: same entries, same tally. Spec: docs/spec/budget.md §4.
 */
import { type ExchangeRead, type IntentRead, type OutcomeRead, REDECIDED_CODE } from './exchange.ts'
import { HoldBook } from './hold.ts'
import { type HeldRefusal, RefusalBook } from './refusal.ts'
import { RefusedBook } from './refused.ts'
import { dayOf, UsageBook } from './usage.ts'

/** An allowed intent that no outcome closes yet. */
export interface OpenIntent {
  readonly actor: string
  readonly institution: string
  readonly grant: string | null
  readonly reservedTokens: number
  readonly day: number
}

/** Open intents by index, counted by actor. */
export class OpenIntents {
  readonly #intents = new Map<number, OpenIntent>()
  readonly #byActor = new Map<string, number>()

  set(index: number, intent: OpenIntent): void {
    this.delete(index)
    this.#intents.set(index, intent)
    this.#byActor.set(intent.actor, this.of(intent.actor) + 1)
  }

  get(index: number): OpenIntent | undefined {
    return this.#intents.get(index)
  }

  delete(index: number): void {
    const intent = this.#intents.get(index)
    if (intent === undefined) return
    this.#intents.delete(index)
    const left = this.of(intent.actor) - 1
    if (left === 0) this.#byActor.delete(intent.actor)
    else this.#byActor.set(intent.actor, left)
  }

  values(): Iterable<OpenIntent> {
    return this.#intents.values()
  }

  /** How many this actor has. */
  of(actor: string): number {
    return this.#byActor.get(actor) ?? 0
  }
}

/** What an entry changed, so that gateways can be told. */
export interface Applied {
  /** Set when the entry added a refusal that repeats. */
  readonly refusal: HeldRefusal | null
  /** Grant whose count of uses changed. */
  readonly grant: string | null
  /** Actor and institution whose use changed. */
  readonly charged: OpenIntent | null
}

const NOTHING: Applied = { refusal: null, grant: null, charged: null }

/** All that follows from exchange entries. */
export class Tally {
  readonly usage = new UsageBook()
  readonly holds = new HoldBook()
  readonly refusals = new RefusalBook()
  readonly refused = new RefusedBook()
  readonly openIntents = new OpenIntents()
  readonly #grantUses = new Map<string, number>()

  apply(read: ExchangeRead, index: number, timeMs: number): Applied {
    return read.kind === 'intent' ? this.#intent(read, index, timeMs) : this.#outcome(read, timeMs)
  }

  grantUses(hold: string): number {
    return this.#grantUses.get(hold) ?? 0
  }

  setGrantUses(hold: string, uses: number): void {
    this.#grantUses.set(hold, uses)
  }

  /** Forgets uses of grants that are no more; called when the set of grants changes. */
  keepGrants(holds: ReadonlySet<string>): void {
    const inFlight = new Set([...this.openIntents.values()].map((intent) => intent.grant))
    for (const hold of this.#grantUses.keys()) {
      if (!holds.has(hold) && !inFlight.has(hold)) this.#grantUses.delete(hold)
    }
  }

  allGrantUses(): readonly (readonly [string, number])[] {
    return [...this.#grantUses]
  }

  #intent(read: IntentRead, index: number, timeMs: number): Applied {
    const { decision } = read
    if (decision.verdict === 'hold') this.holds.open(read, index, timeMs)
    if (decision.verdict === 'deny')
      this.refused.add(decision.id, { actor: read.actor, institution: read.institution })
    if (decision.verdict !== 'allow') return NOTHING
    const intent: OpenIntent = {
      actor: read.actor,
      institution: read.institution,
      grant: decision.grant,
      reservedTokens: decision.reserved_tokens,
      day: dayOf(timeMs),
    }
    this.openIntents.set(index, intent)
    this.#charge(intent, 1, intent.reservedTokens)
    this.#countGrant(intent.grant, 1)
    return { refusal: null, grant: intent.grant, charged: intent }
  }

  #outcome(read: OutcomeRead, timeMs: number): Applied {
    const { response } = read
    const refusal = response.sticky === null ? null : this.#refuse(read, response.sticky, timeMs)
    const intent = this.openIntents.get(read.intent)
    if (intent === undefined) return { ...NOTHING, refusal }
    this.openIntents.delete(read.intent)
    if (response.end === 'refused' || response.end === 'failed')
      this.refused.add(read.decision, { actor: intent.actor, institution: intent.institution })
    if (response.code === REDECIDED_CODE) {
      this.#charge(intent, -1, -intent.reservedTokens)
      this.#countGrant(intent.grant, -1)
      return { refusal, grant: intent.grant, charged: intent }
    }
    if (response.tokens !== null) this.#charge(intent, 0, response.tokens - intent.reservedTokens)
    return { refusal, grant: null, charged: intent }
  }

  #refuse(
    read: OutcomeRead,
    sticky: NonNullable<OutcomeRead['response']['sticky']>,
    timeMs: number,
  ): HeldRefusal {
    const { key, source, code, until_ms: untilMs } = sticky
    const { actor, model, decision } = read
    return this.refusals.add({ key, actor, model, source, code, decision, untilMs }, timeMs)
  }

  #charge(intent: OpenIntent, requests: number, tokens: number): void {
    this.usage.add(intent.day, 'person', intent.actor, requests, tokens)
    this.usage.add(intent.day, 'institution', intent.institution, requests, tokens)
  }

  #countGrant(hold: string | null, by: 1 | -1): void {
    if (hold !== null) this.#grantUses.set(hold, Math.max(0, this.grantUses(hold) + by))
  }
}
