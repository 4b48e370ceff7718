/**
 * A bounded cache that forgets what was used longest ago.
 *
 * LIMIT: every cache of the server is one of these, so memory has a ceiling whatever a client sends.
 */

/** A bounded map that forgets what was used least recently. */
export interface Lru<K, V> {
  /** The value, which becomes the most recently used; `undefined` when absent. */
  get(key: K): V | undefined
  has(key: K): boolean
  set(key: K, value: V): void
  delete(key: K): boolean
  clear(): void
  readonly size: number
}

/** An entry in a ring through its neighbours, the oldest after the newest. */
interface Entry<K, V> {
  readonly key: K
  value: V
  older: Entry<K, V>
  newer: Entry<K, V>
}

/**
 * @param entriesMax entries kept, at least 1
 * @param onEvict called with an entry pushed out by a newer one (not on `delete` or `clear`)
 */
export function createLru<K, V>(entriesMax: number, onEvict?: (key: K, value: V) => void): Lru<K, V> {
  if (!Number.isInteger(entriesMax) || entriesMax < 1) {
    throw new RangeError(`a cache holds at least one entry, not ${entriesMax}`)
  }
  return new Ring(entriesMax, onEvict)
}

/**
 * A map and a ring of its entries: a use moves three links. Re-inserting into the map on every use, so that its own
 * order tells the oldest, cost 1 µs a use and a table that is rebuilt all the time.
 */
class Ring<K, V> implements Lru<K, V> {
  readonly #entriesMax: number
  readonly #onEvict: ((key: K, value: V) => void) | undefined
  readonly #map = new Map<K, Entry<K, V>>()
  #newest: Entry<K, V> | null = null

  constructor(entriesMax: number, onEvict?: (key: K, value: V) => void) {
    this.#entriesMax = entriesMax
    this.#onEvict = onEvict
  }

  get size(): number {
    return this.#map.size
  }

  get(key: K): V | undefined {
    const entry = this.#map.get(key)
    if (entry === undefined) return undefined
    this.#use(entry)
    return entry.value
  }

  has(key: K): boolean {
    return this.#map.has(key)
  }

  set(key: K, value: V): void {
    const known = this.#map.get(key)
    if (known !== undefined) {
      known.value = value
      this.#use(known)
      return
    }
    // An entry alone is its own neighbour; the links are set before anything reads them.
    const entry = { key, value } as Entry<K, V>
    entry.older = entry
    entry.newer = entry
    this.#map.set(key, entry)
    this.#link(entry)
    if (this.#map.size <= this.#entriesMax) return
    const oldest = entry.newer
    this.delete(oldest.key)
    this.#onEvict?.(oldest.key, oldest.value)
  }

  delete(key: K): boolean {
    const entry = this.#map.get(key)
    if (entry === undefined) return false
    this.#map.delete(key)
    this.#unlink(entry)
    return true
  }

  clear(): void {
    this.#map.clear()
    this.#newest = null
  }

  #use(entry: Entry<K, V>): void {
    if (entry === this.#newest) return
    this.#unlink(entry)
    this.#link(entry)
  }

  #link(entry: Entry<K, V>): void {
    const newest = this.#newest
    if (newest !== null) {
      entry.older = newest
      entry.newer = newest.newer
      newest.newer.older = entry
      newest.newer = entry
    }
    this.#newest = entry
  }

  #unlink(entry: Entry<K, V>): void {
    if (entry.newer === entry) this.#newest = null
    else if (entry === this.#newest) this.#newest = entry.older
    entry.older.newer = entry.newer
    entry.newer.older = entry.older
    entry.older = entry
    entry.newer = entry
  }
}
