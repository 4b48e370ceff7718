/** ML-DSA-44 from node:crypto; `#ml-dsa` under Node. FIPS 204 with an empty context. Node 24 has it, Node 20 does not. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** SubjectPublicKeyInfo up to the key: OID 2.16.840.1.101.3.4.3.17, RFC 9881. */
const SPKI_PREFIX = Buffer.from('30820532300b06096086480165030403110382052100', 'hex')

/** Whether `signature` is `publicKey`'s over `message`; null when this runtime cannot tell. */
export async function verifyMlDsa44(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean | null> {
  if (publicKey.length !== 1312 || signature.length !== 2420) return false
  let key: KeyObject
  try {
    // Every 1,312 bytes encode a public key, so a failure here is the runtime's.
    key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
  } catch {
    return null
  }
  return verify(null, message, key, signature)
}
