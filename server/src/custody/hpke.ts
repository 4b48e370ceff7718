/**
 * Encryption to a public key: HPKE in base mode, one message a key.
 *
 * Spec: RFC 9180, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (suite 0x0020, 0x0001, 0x0002). The primitives
 * are Node's own; what is ours is the key schedule, which the RFC's vectors check (hpke.test.ts).
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { Envelope } from 'sekisho-verify'
import { CustodyError } from './error.ts'

const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex')
const VERSION = Buffer.from('HPKE-v1')
const KEM_SUITE = Buffer.concat([Buffer.from('KEM'), u16(0x0020)])
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** AEAD of a suite. Only AES-256 is used; the RFC's vectors are for AES-128. */
export interface Aead {
  readonly id: number
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm'
  readonly keyBytes: number
}
export const AES_256: Aead = { id: 0x0002, cipher: 'aes-256-gcm', keyBytes: 32 }
export const AES_128: Aead = { id: 0x0001, cipher: 'aes-128-gcm', keyBytes: 16 }

/** A raw X25519 public key as Node takes it. @throws {CustodyError} `custody_recipient_invalid` */
export function publicKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== 32)
    throw new CustodyError('custody_recipient_invalid', `an X25519 key has 32 bytes, not ${raw.length}`)
  return createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' })
}

export function privateKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== 32)
    throw new CustodyError('custody_key_file_malformed', `an X25519 key has 32 bytes, not ${raw.length}`)
  return createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' })
}

export function rawPublicOf(key: KeyObject): Buffer {
  return createPublicKey(key as never)
    .export({ type: 'spki', format: 'der' })
    .subarray(-32) // a private KeyObject gives its public half
}

/**
 * Encrypts one message.
 *
 * @param ephemeral only for vectors: a fresh pair otherwise
 * @throws {CustodyError} `custody_recipient_invalid`
 */
export function seal(
  recipient: Uint8Array,
  info: Uint8Array,
  plain: Uint8Array,
  aead = AES_256,
  aad: Uint8Array = new Uint8Array(),
  ephemeral: KeyObject = generateKeyPairSync('x25519').privateKey,
): Envelope {
  const enc = rawPublicOf(ephemeral)
  const { key, nonce } = schedule(shared(ephemeral, recipient, enc, recipient), info, aead)
  const cipher = createCipheriv(aead.cipher, key, nonce)
  cipher.setAAD(aad)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  key.fill(0)
  return { enc, sealed }
}

/** @throws {CustodyError} `custody_envelope_invalid` */
export function open(
  holder: KeyObject,
  info: Uint8Array,
  { enc, sealed }: Envelope,
  aead = AES_256,
  aad: Uint8Array = new Uint8Array(),
): Buffer {
  try {
    const { key, nonce } = schedule(shared(holder, enc, enc, rawPublicOf(holder)), info, aead)
    const decipher = createDecipheriv(aead.cipher, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw new CustodyError(
      'custody_envelope_invalid',
      'an envelope does not open: it is for another key, or it was changed',
      { cause },
    )
  }
}

/** RFC 9180 §4.1, Encap and Decap: both sides hash the same context. */
function shared(own: KeyObject, other: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Buffer {
  let dh: Buffer
  try {
    dh = diffieHellman({ privateKey: own, publicKey: publicKeyOf(other) })
  } catch (cause) {
    // Keys of low order have no shared secret: OpenSSL refuses them.
    throw new CustodyError('custody_recipient_invalid', 'no secret can be shared with this public key', {
      cause,
    })
  }
  const prk = labeledExtract(KEM_SUITE, Buffer.alloc(0), 'eae_prk', dh)
  return labeledExpand(KEM_SUITE, prk, 'shared_secret', Buffer.concat([enc, recipient]), 32)
}

/** RFC 9180 §5.1, KeySchedule in base mode. */
function schedule(secret: Buffer, info: Uint8Array, aead: Aead): { key: Buffer; nonce: Buffer } {
  const suite = Buffer.concat([Buffer.from('HPKE'), u16(0x0020), u16(0x0001), u16(aead.id)])
  const none = Buffer.alloc(0)
  const context = Buffer.concat([
    Buffer.of(0),
    labeledExtract(suite, none, 'psk_id_hash', none),
    labeledExtract(suite, none, 'info_hash', info),
  ])
  const prk = labeledExtract(suite, secret, 'secret', none)
  return {
    key: labeledExpand(suite, prk, 'key', context, aead.keyBytes),
    nonce: labeledExpand(suite, prk, 'base_nonce', context, NONCE_BYTES),
  }
}

function labeledExtract(suite: Buffer, salt: Uint8Array, label: string, ikm: Uint8Array): Buffer {
  return hmac(salt, Buffer.concat([VERSION, suite, Buffer.from(label), ikm]))
}

/** One block is enough: no output here is longer than a hash. */
function labeledExpand(suite: Buffer, prk: Buffer, label: string, info: Uint8Array, length: number): Buffer {
  const labeled = Buffer.concat([u16(length), VERSION, suite, Buffer.from(label), info, Buffer.of(1)])
  return hmac(prk, labeled).subarray(0, length)
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

function u16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}
