/**
 * Finds the triggers of secrets in a text: the literal beginnings of all formats at once.
 *
 * Every text and every piece of an answer passes here. A table over two characters passes by nearly every place;
 * one expression decides at the rest. As that expression alone, tried at every place, it cost 5 ns a character, with
 * the table 1 ns. Spec: docs/spec/leakage.md §1.
 */

/** Slots of the table; two pairs may share one, which only costs a try. */
const PAIR_SLOTS = 1 << 14

export interface Trigger {
  readonly at: number
  readonly text: string
}

export class TriggerFinder {
  readonly #pairs = new Uint8Array(PAIR_SLOTS)
  readonly #expression: RegExp

  /** @param triggers literals of two characters or more */
  constructor(triggers: readonly string[]) {
    // The longest first: of two triggers at one place the longer one counts.
    const sorted = [...new Set(triggers)].sort((a, b) => b.length - a.length)
    this.#expression = new RegExp(sorted.map((each) => escapeRegExp(each)).join('|'), 'y')
    for (const each of sorted) this.#pairs[pairOf(each.charCodeAt(0), each.charCodeAt(1))] = 1
  }

  /** The first trigger that begins at `from` or later. */
  next(text: string, from: number): Trigger | null {
    const pairs = this.#pairs
    let before = text.charCodeAt(from)
    for (let i = from + 1; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (pairs[pairOf(before, code)] === 1) {
        this.#expression.lastIndex = i - 1
        const hit = this.#expression.exec(text)
        if (hit !== null) return { at: i - 1, text: hit[0] }
      }
      before = code
    }
    return null
  }
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function pairOf(one: number, two: number): number {
  return ((one << 7) ^ two) & (PAIR_SLOTS - 1)
}
