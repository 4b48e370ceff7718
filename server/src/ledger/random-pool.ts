/** Random bytes in small pieces: one call into the generator for many records. */
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 65_536

/** Fills `length` bytes of `out` from `at` on with fresh random bytes. */
export type RandomSource = (out: Buffer, at: number, length: number) => void

/** Returns a source of fresh random bytes; each byte is handed out once and then wiped from the pool. */
export function createRandomPool(): RandomSource {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return (out, at, length) => {
    if (used + length > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    pool.copy(out, at, used, used + length)
    pool.fill(0, used, used + length)
    used += length
  }
}
