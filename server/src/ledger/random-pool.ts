/** Random bytes in small pieces: one call into the generator for many records. */
import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 65_536

/** Returns a source of fresh random bytes; each byte is handed out once and then wiped from the pool. */
export function createRandomPool(): (length: number) => Buffer {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES
  return (length) => {
    if (used + length > POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    const piece = Buffer.from(pool.subarray(used, used + length))
    pool.fill(0, used, used + length)
    used += length
    return piece
  }
}
