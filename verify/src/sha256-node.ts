/** SHA-256 from node:crypto; `#sha256` under Node. FIPS 180-4. */
import { hash } from 'node:crypto'

export function sha256(data: Uint8Array): Uint8Array {
  return hash('sha256', data, 'buffer')
}
