/**
 * Sticky refusals: what a guard cut or the provider refused is refused again, without asking the provider.
 *
 * Threat: a client that silently repeats, or turns a cut stream into a plain request, until something slips
 * through. Forgetting under pressure would be the way around, so the book never forgets early: an actor who
 * fills it is refused the whole model until refusals expire. Spec: docs/spec/budget.md §5.
 */
import { hash } from 'node:crypto'

/** A refusal that repeats: a guard's cut or the provider's own refusal. Holds and policy denials are not here. */
export interface StickyRefusal {
  readonly key: string
  readonly actor: string
  /** `flooded`: this actor holds too many live refusals for one model to be kept apart, so all of that model is refused. */
  readonly source: 'guard' | 'provider' | 'flooded'
  /** Code shown again on every repeat. */
  readonly code: string
  /** Id of the decision under which it was first given. */
  readonly decision: string
  readonly untilMs: number
}

/** Live refusals of one actor for one model that are told apart. */
export const REFUSALS_PER_PAIR_MAX = 256
/** Live refusals that are told apart in all. */
export const REFUSALS_MAX = 65_536

/** Key of a refusal: actor, model and what was asked, less what varies between repeats. */
export function stickyKey(actor: string, model: string, contentDigest: string): string {
  return hash('sha256', `sekisho/sticky/v1\0${actor}\0${model}\0${contentDigest}`, 'hex')
}

/** A refusal with the model it is for. */
export interface HeldRefusal extends StickyRefusal {
  readonly model: string
}

interface Pair {
  readonly refusals: Map<string, HeldRefusal>
  /** Set when a refusal could not be kept apart: all of the model is refused until then. */
  flooded: HeldRefusal | null
}

/** Refusals that repeat, by actor, model and content. */
export class RefusalBook {
  readonly #pairs = new Map<string, Pair>()
  #size = 0

  /** @param contentDigest called only where the actor has refusals for the model at all: most requests need no digest */
  get(
    actor: string,
    model: string,
    contentDigest: string | (() => string),
    nowMs: number,
  ): StickyRefusal | null {
    const pair = this.#pairs.get(pairKey(actor, model))
    if (pair === undefined) return null
    if (pair.flooded !== null && pair.flooded.untilMs > nowMs) return pair.flooded
    if (pair.refusals.size === 0) return null
    const digest = typeof contentDigest === 'string' ? contentDigest : contentDigest()
    const refusal = pair.refusals.get(stickyKey(actor, model, digest))
    return refusal !== undefined && refusal.untilMs > nowMs ? refusal : null
  }

  /** Remembers a refusal. Returns what was stored: the refusal, or the flood it became part of. */
  add(refusal: HeldRefusal, nowMs: number): HeldRefusal {
    const key = pairKey(refusal.actor, refusal.model)
    let pair = this.#pairs.get(key)
    if (pair === undefined) {
      pair = { refusals: new Map(), flooded: null }
      this.#pairs.set(key, pair)
    }
    if (refusal.source === 'flooded') {
      pair.flooded = refusal
      return refusal
    }
    if (this.#full(pair)) this.#sweep(nowMs)
    // Sweeping drops empty pairs; this one must be in the book whatever happened.
    this.#pairs.set(key, pair)
    if (!pair.refusals.has(refusal.key) && this.#full(pair)) {
      const untilMs = Math.max(refusal.untilMs, pair.flooded?.untilMs ?? 0)
      pair.flooded = {
        ...refusal,
        key: stickyKey(refusal.actor, refusal.model, '*'),
        source: 'flooded',
        code: 'too_many_refusals',
        untilMs,
      }
      return pair.flooded
    }
    if (!pair.refusals.has(refusal.key)) this.#size += 1
    pair.refusals.set(refusal.key, refusal)
    return refusal
  }

  /** Forgets a refusal of this actor; lifting a flood forgets what led to it as well. */
  lift(actor: string, key: string): boolean {
    for (const [name, pair] of this.#pairs) {
      if (!name.startsWith(`${actor}\0`)) continue
      if (pair.flooded?.key === key) {
        this.#size -= pair.refusals.size
        this.#pairs.delete(name)
        return true
      }
      if (pair.refusals.delete(key)) {
        this.#size -= 1
        return true
      }
    }
    return false
  }

  *live(nowMs: number): Generator<HeldRefusal> {
    for (const pair of this.#pairs.values()) {
      if (pair.flooded !== null && pair.flooded.untilMs > nowMs) yield pair.flooded
      for (const refusal of pair.refusals.values()) if (refusal.untilMs > nowMs) yield refusal
    }
  }

  get size(): number {
    return this.#size
  }

  #full(pair: Pair): boolean {
    return pair.refusals.size >= REFUSALS_PER_PAIR_MAX || this.#size >= REFUSALS_MAX
  }

  #sweep(nowMs: number): void {
    for (const [name, pair] of this.#pairs) {
      if (pair.flooded !== null && pair.flooded.untilMs <= nowMs) pair.flooded = null
      for (const [key, refusal] of pair.refusals) {
        if (refusal.untilMs > nowMs) continue
        pair.refusals.delete(key)
        this.#size -= 1
      }
      if (pair.refusals.size === 0 && pair.flooded === null) this.#pairs.delete(name)
    }
  }
}

function pairKey(actor: string, model: string): string {
  return `${actor}\0${model}`
}
