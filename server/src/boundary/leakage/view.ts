/**
 * A text read in another form (folded, unescaped), with the exact way back to the original.
 *
 * Spec: docs/spec/leakage.md §2.1. HOSTILE: full-width digits, ligatures, half-width kana, invisible characters and
 * escapes change lengths in both directions; a span found in a view must cover every original code unit behind it and none besides.
 */

export interface View {
  readonly text: string
  /** Where the original of character `index` begins (UTF-16 code units). */
  from(index: number): number
  /** Where the original of what ends before `index` ends. */
  to(index: number): number
}

export const plainView = (text: string): View => ({ text, from: (index) => index, to: (index) => index })

/**
 * `text` with every hit of `pattern` replaced by `replace(hit)`; a replacement equal to the hit changes nothing.
 * What stands behind a replacement of another length maps back to the hit as a whole.
 *
 * @param pattern global
 * @param within looks only inside these runs, and only where one may hold a hit
 */
export function rewritten(
  text: string,
  pattern: RegExp,
  replace: (hit: string) => string,
  within?: Within,
): View {
  const changes = new Changes()
  const pieces: string[] = []
  let from = 0
  const take = (old: string, at: number): void => {
    const fresh = replace(old)
    if (fresh === old) return
    pieces.push(text.slice(from, at), fresh)
    changes.add(at, old.length, fresh.length)
    from = at + old.length
  }
  if (within === undefined) eachHit(text, pattern, take)
  else
    eachHit(text, within.runs, (run, at) => {
      if (within.may.test(run)) eachHit(run, pattern, (old, inside) => take(old, at + inside))
    })
  if (pieces.length === 0) return plainView(text)
  pieces.push(text.slice(from))
  return changes.view(pieces.join(''))
}

export interface Within {
  /** Global. */
  readonly runs: RegExp
  readonly may: RegExp
}

function eachHit(text: string, pattern: RegExp, take: (hit: string, at: number) => void): void {
  pattern.lastIndex = 0
  for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) take(hit[0], hit.index)
}

/** `inner` was made of the text of `outer`: a view of `outer`'s original. */
export function through(outer: View, inner: View): View {
  return {
    text: inner.text,
    from: (index) => outer.from(inner.from(index)),
    to: (index) => outer.to(inner.to(index)),
  }
}

/** Replacements that changed a length, in order. Those that kept it shift nothing. */
class Changes {
  /** Where the replacement begins and ends in the new text, and where the replaced begins and ends in the old. */
  private readonly newStart: number[] = []
  private readonly newEnd: number[] = []
  private readonly oldStart: number[] = []
  private readonly oldEnd: number[] = []
  private shift = 0

  add(oldStart: number, oldChars: number, newChars: number): void {
    if (oldChars === newChars && oldChars === 1) return
    this.newStart.push(oldStart + this.shift)
    this.newEnd.push(oldStart + this.shift + newChars)
    this.oldStart.push(oldStart)
    this.oldEnd.push(oldStart + oldChars)
    this.shift += newChars - oldChars
  }

  view(text: string): View {
    return {
      text,
      from: (index) => {
        const at = this.before(index)
        if (at < 0) return index
        // INVARIANT: `before` returned an index of these arrays.
        if (index < this.newEnd[at]!) return this.oldStart[at]!
        return this.oldEnd[at]! + index - this.newEnd[at]!
      },
      to: (index) => {
        if (index <= 0) return 0
        const at = this.before(index - 1)
        if (at < 0) return index
        if (index <= this.newEnd[at]!) return this.oldEnd[at]!
        return this.oldEnd[at]! + index - this.newEnd[at]!
      },
    }
  }

  /** The last replacement that begins at or before `index`; one that left nothing never holds a character. */
  private before(index: number): number {
    let low = 0
    let high = this.newStart.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.newStart[middle]! <= index) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
