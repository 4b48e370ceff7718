/**
 * Ed25519 keys: raw public keys in statements, signing keys in hands.
 *
 * Spec: RFC 8032; ours: docs/spec/statement.md §2.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { createLru } from '../base/index.ts'
import { IdentityError } from './error.ts'

/** Parsed public keys kept: parsing costs as much as verifying. */
const PARSED_KEYS_MAX = 1024
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Something that signs as one enrolled key. */
export interface SigningKey {
  /** Key id: first 16 hex digits of SHA-256 over the raw public key. */
  readonly id: string
  /** Raw public key, base64. */
  readonly public: string
  sign(bytes: Uint8Array): Buffer
}

/** A signing key with its seed: what a key file holds. */
export interface KeyPair extends SigningKey {
  /** The 32-byte private seed, base64. For key files only. */
  readonly seed: string
}

const parsed = createLru<string, KeyObject>(PARSED_KEYS_MAX)

/** Whether `signature` is that of `publicKey` (raw, base64) over `bytes`; false for anything malformed. */
export function verifyWith(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  try {
    return verify(null, bytes, publicKeyObject(publicKey), signature)
  } catch {
    return false
  }
}

/** Key id of a raw public key in base64. */
export function keyIdOfBase64(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16)
}

/** A new key pair from the machine's randomness. */
export function generateKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519')
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  return keyPairFromSeed(der.subarray(PKCS8_PREFIX.length).toString('base64'))
}

/** The pair of a seed: 32 bytes in base64. @throws {IdentityError} `identity_seed_malformed` */
export function keyPairFromSeed(seed: string): KeyPair {
  const bytes = Buffer.from(seed, 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== seed)
    throw new IdentityError('identity_seed_malformed', 'a seed is 32 bytes in base64')
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, bytes]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = spki.subarray(SPKI_PREFIX.length).toString('base64')
  return {
    id: keyIdOfBase64(publicKey),
    public: publicKey,
    seed,
    sign: (message) => sign(null, message, privateKey),
  }
}

function publicKeyObject(publicKey: string): KeyObject {
  const known = parsed.get(publicKey)
  if (known !== undefined) return known
  const raw = Buffer.from(publicKey, 'base64')
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' })
  parsed.set(publicKey, key)
  return key
}
