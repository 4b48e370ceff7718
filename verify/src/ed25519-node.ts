/** Ed25519 from node:crypto; `#ed25519` under Node, where WebCrypto's prints a warning on version 20. RFC 8032. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isWellFormed } from './small-order.ts'

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
/** Keys already parsed; a verifier sees a handful. */
const KEYS_MAX = 256
const keys = new Map<string, KeyObject>()

/** Whether `signature` is `publicKey`'s over `message`; false for anything malformed. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isWellFormed(publicKey, signature)) return false
  try {
    return verify(null, message, keyObject(publicKey), signature)
  } catch {
    return false
  }
}

function keyObject(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('base64')
  let key = keys.get(name)
  if (key === undefined) {
    key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
    if (keys.size >= KEYS_MAX) keys.clear()
    keys.set(name, key)
  }
  return key
}
