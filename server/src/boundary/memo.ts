/**
 * What was read before, by digest: an agent sends its whole history again with every turn.
 *
 * Two generations instead of a list by last use: an entry met again moves to the young one, and when that is full
 * the old one goes as a whole. A Map that loses its oldest entry at every insertion has to pass the holes of those
 * before it; that cost 9 µs a request, this costs nothing. LIMIT: `entriesMax` entries in all.
 */

export interface Memo<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
}

/** @param entriesMax entries kept at most; at least half as many of the latest are always kept */
export function createMemo<V>(entriesMax: number): Memo<V> {
  const youngMax = Math.max(1, entriesMax >> 1)
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  const set = (key: string, value: V): void => {
    if (young.size >= youngMax) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get(key) {
      const known = young.get(key)
      if (known !== undefined) return known
      const kept = old.get(key)
      if (kept !== undefined) set(key, kept)
      return kept
    },
    set,
  }
}
