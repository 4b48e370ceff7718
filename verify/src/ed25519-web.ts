/** Ed25519 from WebCrypto; `#ed25519` in browsers. RFC 8032. */
import { isWellFormed } from './small-order.ts'

/** Whether `signature` is `publicKey`'s over `message`; false for anything malformed. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isWellFormed(publicKey, signature)) return false
  // A fresh copy of each is an ArrayBuffer view, which is what WebCrypto's types demand.
  const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message))
}
