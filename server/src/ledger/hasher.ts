/**
 * SHA-256 for the writer's hot path: the digest goes straight to where it belongs.
 *
 * Measured on Node 24 with SHA extensions, 120 bytes: one-shot to a `Buffer` 1.2 µs, WebAssembly 1.1 µs, one-shot to a
 * latin1 string that is then written 0.5 µs, because no `Buffer` is made for 32 bytes.
 */
import { hash } from 'node:crypto'

export const HASH_BYTES = 32

/** RFC 6962 §2.1 domain bytes are part of these inputs; one call at a time fills and hashes them. */
const leafInput = Buffer.alloc(1 + 72)
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** SHA-256(data) as a string of 32 latin1 characters: several are joined and written at once. */
export function sha256(data: Uint8Array): string {
  return hash('sha256', data, 'binary')
}

/** Writes SHA-256(data) to `out` at `at`. */
export function sha256Into(data: Uint8Array, out: Buffer, at: number): void {
  out.write(sha256(data), at, HASH_BYTES, 'binary')
}

/** Writes the RFC 6962 leaf hash of a 72-byte leaf. */
export function leafHashInto(leaf: Uint8Array, out: Buffer, at: number): void {
  leafInput.set(leaf, 1)
  sha256Into(leafInput, out, at)
}

/** Writes the RFC 6962 node hash of two hashes that lie side by side in `pair` at `from`. */
export function nodeHashInto(pair: Buffer, from: number, out: Buffer, at: number): void {
  pair.copy(nodeInput, 1, from, from + 2 * HASH_BYTES)
  sha256Into(nodeInput, out, at)
}
