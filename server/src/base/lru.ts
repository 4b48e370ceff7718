/**
 * A bounded cache that forgets what was used longest ago.
 *
 * LIMIT: every cache of the server is one of these, so memory has a ceiling whatever a client sends.
 */

export interface Lru<K, V> {
  /** The value, which becomes the most recently used; `undefined` when absent. */
  get(key: K): V | undefined
  has(key: K): boolean
  set(key: K, value: V): void
  delete(key: K): boolean
  clear(): void
  readonly size: number
}

/**
 * @param entriesMax entries kept, at least 1
 * @param onEvict called with an entry pushed out by a newer one (not on `delete` or `clear`)
 */
export function createLru<K, V>(entriesMax: number, onEvict?: (key: K, value: V) => void): Lru<K, V> {
  if (!Number.isInteger(entriesMax) || entriesMax < 1) {
    throw new RangeError(`a cache holds at least one entry, not ${entriesMax}`)
  }
  // A Map iterates in insertion order: re-inserting on use keeps the oldest first.
  const map = new Map<K, V>()
  return {
    get(key) {
      const value = map.get(key)
      if (value === undefined && !map.has(key)) return undefined
      map.delete(key)
      map.set(key, value as V)
      return value
    },
    has: (key) => map.has(key),
    set(key, value) {
      map.delete(key)
      map.set(key, value)
      if (map.size > entriesMax) evictOldest(map, onEvict)
    },
    delete: (key) => map.delete(key),
    clear: () => map.clear(),
    get size() {
      return map.size
    },
  }
}

function evictOldest<K, V>(map: Map<K, V>, onEvict?: (key: K, value: V) => void): void {
  const oldest = map.entries().next()
  if (oldest.done === true) return
  const [key, value] = oldest.value
  map.delete(key)
  onEvict?.(key, value)
}
