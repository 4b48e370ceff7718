/** HPKE against RFC 9180, appendix A.1.1, and against everything that was changed. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { CustodyError } from './error.ts'
import { AES_128, open, privateKeyOf, rawPublicOf, seal } from './hpke.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
/** RFC 9180 A.1.1.1: base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, sequence number 0. */
const RFC = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  ephemeral: privateKeyOf(hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736')),
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  recipient: privateKeyOf(hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8')),
  recipientPublic: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  plain: hex('4265617574792069732074727574682c20747275746820626561757479'),
  aad: hex('436f756e742d30'),
  sealed: 'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
}

test('RFC 9180 A.1.1: the same envelope, byte for byte, and it opens', () => {
  assert.equal(rawPublicOf(RFC.recipient).toString('hex'), RFC.recipientPublic)
  const envelope = seal(hex(RFC.recipientPublic), RFC.info, RFC.plain, AES_128, RFC.aad, RFC.ephemeral)
  assert.equal(Buffer.from(envelope.enc).toString('hex'), RFC.enc)
  assert.equal(Buffer.from(envelope.sealed).toString('hex'), RFC.sealed)
  assert.deepEqual(open(RFC.recipient, RFC.info, envelope, AES_128, RFC.aad), RFC.plain)
})

test('every changed byte of an envelope, another info and another key are refused', () => {
  const { privateKey } = generateKeyPairSync('x25519')
  const info = Buffer.from('for whom')
  const envelope = seal(rawPublicOf(privateKey), info, Buffer.alloc(32, 5))
  assert.deepEqual(open(privateKey, info, envelope), Buffer.alloc(32, 5))
  const refused = (work: () => unknown): void =>
    assert.throws(work, (error) => error instanceof CustodyError && error.code === 'custody_envelope_invalid')
  for (const part of ['enc', 'sealed'] as const) {
    for (let at = 0; at < envelope[part].length; at++) {
      const bytes = Buffer.from(envelope[part])
      bytes[at] = (bytes[at] ?? 0) ^ 1
      refused(() => open(privateKey, info, { ...envelope, [part]: bytes }))
    }
  }
  refused(() => open(privateKey, Buffer.from('for others'), envelope))
  refused(() => open(generateKeyPairSync('x25519').privateKey, info, envelope))
  refused(() => open(privateKey, info, { ...envelope, enc: Buffer.alloc(32) }))
  refused(() => open(privateKey, info, { ...envelope, sealed: Buffer.alloc(0) }))
})

test('a recipient that is no usable key is refused', () => {
  const code = { code: 'custody_recipient_invalid' }
  assert.throws(() => seal(Buffer.alloc(31), Buffer.alloc(0), Buffer.alloc(32)), code)
  assert.throws(() => seal(Buffer.alloc(32), Buffer.alloc(0), Buffer.alloc(32)), code)
  assert.throws(() => privateKeyOf(Buffer.alloc(3)), { code: 'custody_key_file_malformed' })
})
