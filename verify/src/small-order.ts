/**
 * Ed25519 points of small order.
 *
 * A key or nonce of small order signs many messages at once. OpenSSL 3.5 refuses them, 3.0 (Node 20) and browsers
 * differ, so they are refused here first: one answer on every runtime. RFC 8032 §5.1; list as in libsodium.
 */
import { toHex } from './bytes.ts'

/** Encodings with the sign bit cleared: y = 0, 1, −1, the two of order 8, and p and p + 1 written out. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether these 32 bytes encode a point of small order, canonically or not. */
export function isSmallOrder(point: Uint8Array): boolean {
  const unsigned = Uint8Array.from(point)
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f
  return SMALL_ORDER.has(toHex(unsigned))
}

/** Whether key and signature have the right lengths and neither the key nor R is of small order. */
export function isWellFormed(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  return !isSmallOrder(publicKey) && !isSmallOrder(signature.subarray(0, 32))
}
