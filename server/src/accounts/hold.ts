/**
 * Holds: decisions that wait for somebody's approval. An approval must answer one of them, exactly.
 *
 * Spec: docs/spec/budget.md §6. A hold that nobody answers ends by itself; asking again makes a new one.
 */
import { type Payload, ProgrammeError } from '../programme/index.ts'
import type { IntentRead } from './exchange.ts'

/** How long a hold may be answered. */
export const HOLD_MS_MAX = 24 * 3_600_000
/** Open holds of one actor; the oldest goes first. */
export const HOLDS_PER_ACTOR_MAX = 64

/** A decision that waits for approvals. */
export interface Hold {
  readonly id: string
  readonly actor: string
  readonly institution: string
  readonly engagement: string | null
  readonly capability: string
  readonly session: string
  readonly model: string
  readonly approvalsNeeded: number
  readonly roles: readonly string[]
  readonly index: number
  readonly atMs: number
  readonly untilMs: number
}

export class HoldBook {
  readonly #holds = new Map<string, Hold>()
  readonly #byActor = new Map<string, Set<string>>()

  /** Opens a hold for a held intent. */
  open(intent: IntentRead, index: number, atMs: number): Hold {
    const { decision } = intent
    const hold: Hold = {
      id: decision.id,
      actor: intent.actor,
      institution: intent.institution,
      engagement: intent.engagement,
      capability: decision.capability,
      session: intent.session,
      model: intent.model,
      approvalsNeeded: decision.approval?.count ?? 1,
      roles: decision.approval?.roles ?? [],
      index,
      atMs,
      untilMs: atMs + HOLD_MS_MAX,
    }
    this.add(hold)
    return hold
  }

  add(hold: Hold): void {
    const own = this.#byActor.get(hold.actor) ?? new Set()
    for (const id of own) {
      const known = this.#holds.get(id)
      if (own.size < HOLDS_PER_ACTOR_MAX && known !== undefined && known.untilMs > hold.atMs) break
      this.#remove(own, id)
    }
    own.add(hold.id)
    this.#byActor.set(hold.actor, own)
    this.#holds.set(hold.id, hold)
  }

  get(id: string, nowMs: number): Hold | null {
    const hold = this.#holds.get(id)
    return hold !== undefined && hold.untilMs > nowMs ? hold : null
  }

  of(institution: string, nowMs: number): Hold[] {
    return [...this.#holds.values()].filter(
      (hold) => hold.institution === institution && hold.untilMs > nowMs,
    )
  }

  close(id: string): void {
    const hold = this.#holds.get(id)
    const own = hold === undefined ? undefined : this.#byActor.get(hold.actor)
    if (own !== undefined) this.#remove(own, id)
  }

  #remove(own: Set<string>, id: string): void {
    own.delete(id)
    this.#holds.delete(id)
  }
}

/**
 * That an approval says what was held: nobody approves more, less or other than what was asked.
 *
 * @throws {ProgrammeError} `statement_hold_unknown`, `statement_hold_mismatch`
 */
export function checkAnswers(hold: Hold | null, payload: Payload<'grant.approve'>): asserts hold is Hold {
  // Another institution's hold is answered as one that is not there.
  if (hold === null || hold.institution !== payload.institution) {
    throw new ProgrammeError('statement_hold_unknown', `\`${payload.hold}\` is not waiting for an approval`)
  }
  const pairs = {
    actor: [payload.actor, hold.actor],
    engagement: [payload.engagement, hold.engagement],
    capability: [payload.capability, hold.capability],
    session: [payload.session, hold.session],
    approvals: [payload.approvals, hold.approvalsNeeded],
  }
  for (const [member, [approved, held]] of Object.entries(pairs)) {
    if (approved === held) continue
    throw new ProgrammeError(
      'statement_hold_mismatch',
      `\`${member}\` is \`${held}\` in what was held, not \`${approved}\``,
    )
  }
}
