/** Cosigner keys and cosigned notes for tests: what a witness does, in the plainest way. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { testKey } from './fixture.ts'
import {
  type CosignatureAlgorithm,
  type CosignerKey,
  cosignatureMessage,
  encodeTimestamped,
  formatCosignerKey,
  formatNote,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  utf8,
} from './index.ts'

export interface TestCosigner {
  readonly key: CosignerKey
  readonly vkey: string
  readonly privateKey: KeyObject
}

/** Ed25519 keys are made of one repeated byte; ML-DSA-44 keys of a repeated seed byte. */
export function testCosigner(
  name: string,
  byte = 40,
  algorithm: CosignatureAlgorithm = 'ed25519',
): TestCosigner {
  const made = algorithm === 'ed25519' ? testKey(name, byte) : mlDsa(byte)
  const publicKey = 'key' in made ? made.key.publicKey : made.publicKey
  const vkey = formatCosignerKey(name, algorithm, publicKey)
  return { key: parseCosignerKey(vkey), vkey, privateKey: made.privateKey }
}

/** Whether this runtime can make and check ML-DSA-44 signatures. */
export const HAS_ML_DSA = (() => {
  try {
    mlDsa(1)
    return true
  } catch {
    return false
  }
})()

function mlDsa(byte: number): { publicKey: Uint8Array; privateKey: KeyObject } {
  // PKCS #8 with the seed alone, RFC 9881 §6.
  const prefix = Buffer.from('3034020100300b060960864801650304031104228020', 'hex')
  const der = Buffer.concat([prefix, Buffer.alloc(32, byte)])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const jwk = privateKey.export({ format: 'jwk' })
  return { publicKey: Buffer.from(String(jwk.pub), 'base64url'), privateKey }
}

/** The note with one more line for each cosigner. */
export function cosign(note: string, cosigners: readonly TestCosigner[], timeS = 1_800_000_000n): string {
  const { text, signatures } = parseNote(utf8(note))
  const checkpoint = parseCheckpoint(utf8(note))
  const own = cosigners.map(({ key, privateKey }) => {
    const message = cosignatureMessage(key, timeS, text, checkpoint)
    const signature = encodeTimestamped(timeS, sign(null, message, privateKey))
    return { name: key.name, keyId: key.keyId, signature }
  })
  return formatNote(text, [...signatures, ...own])
}
