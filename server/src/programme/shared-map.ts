/**
 * An immutable map whose next version shares almost all of this one.
 *
 * A snapshot is folded anew for each statement; copying a directory of ten thousand people each time
 * would cost half a millisecond a statement and minutes a replay. Here a version is a large shared base
 * and a small patch that is copied; the patch is merged when it has grown, so `with` costs O(√n) amortised
 * for the sizes at hand. Iteration is in order of first insertion.
 */

/** Patch entries after which a new base is built. */
const PATCH_ENTRIES_MAX = 128

export class SharedMap<K, V> implements ReadonlyMap<K, V> {
  static empty<K, V>(): SharedMap<K, V> {
    return new SharedMap<K, V>(new Map(), new Map(), 0)
  }

  static of<K, V>(entries: Iterable<readonly [K, V]>): SharedMap<K, V> {
    const base = new Map(entries)
    return new SharedMap<K, V>(base, new Map(), base.size)
  }

  readonly size: number
  readonly #base: ReadonlyMap<K, V>
  readonly #patch: ReadonlyMap<K, V>

  private constructor(base: ReadonlyMap<K, V>, patch: ReadonlyMap<K, V>, size: number) {
    this.#base = base
    this.#patch = patch
    this.size = size
  }

  /** The version that also holds `key`. Nothing is ever taken out: the programme forgets nobody. */
  with(key: K, value: V): SharedMap<K, V> {
    const size = this.has(key) ? this.size : this.size + 1
    const patch = new Map(this.#patch).set(key, value)
    if (patch.size <= PATCH_ENTRIES_MAX) return new SharedMap(this.#base, patch, size)
    const base = new Map(this.#base)
    for (const [changed, newValue] of patch) base.set(changed, newValue)
    return new SharedMap(base, new Map<K, V>(), size)
  }

  get(key: K): V | undefined {
    return this.#patch.has(key) ? this.#patch.get(key) : this.#base.get(key)
  }

  has(key: K): boolean {
    return this.#patch.has(key) || this.#base.has(key)
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#base) {
      // The patch has this key, so it has its value.
      yield [key, this.#patch.has(key) ? (this.#patch.get(key) as V) : value]
    }
    for (const entry of this.#patch) if (!this.#base.has(entry[0])) yield entry
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this)
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }
}
