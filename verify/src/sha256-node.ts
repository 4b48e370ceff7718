/** SHA-256 from node:crypto; `#sha256` under Node. FIPS 180-4. */
import { hash } from 'node:crypto'

/** Made out of text: asking for a `Buffer` costs 1.3 µs a hash, this 0.5 µs (Node 24, 65 bytes). */
export function sha256(data: Uint8Array): Uint8Array {
  const text = hash('sha256', data, 'binary')
  const out = new Uint8Array(32)
  for (let i = 0; i < 32; i++) out[i] = text.charCodeAt(i)
  return out
}
