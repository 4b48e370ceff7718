/** Both SHA-256 implementations agree, and both Ed25519 ones with the CCTV edge cases. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { verifyEd25519 as nodeVerify } from './ed25519-node.ts'
import { verifyEd25519 as webVerify } from './ed25519-web.ts'
import { foreign } from './fixture.ts'
import { toHex, utf8 } from './index.ts'
import { sha256 as nodeSha256 } from './sha256-node.ts'
import { sha256 as pureSha256 } from './sha256-pure.ts'

test('SHA-256 gives the digests of FIPS 180-4, in both implementations', () => {
  const known = {
    '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq:
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  }
  for (const [text, digest] of Object.entries(known)) {
    assert.equal(toHex(nodeSha256(utf8(text))), digest)
    assert.equal(toHex(pureSha256(utf8(text))), digest)
  }
})

test('the plain implementation agrees with the native one at every length around block boundaries', () => {
  for (let length = 0; length < 300; length++) {
    const data = randomBytes(length)
    assert.equal(toHex(pureSha256(data)), toHex(nodeSha256(data)), `${length} bytes`)
  }
  const large = randomBytes(1_000_003)
  assert.equal(toHex(pureSha256(large)), toHex(nodeSha256(large)))
})

const cctv = foreign('cctv-ed25519/ed25519vectors.json.gz')

interface CctvCase {
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

test('Ed25519 accepts what RFC 8032 without cofactor and small orders accepts (CCTV, all cases)', {
  skip: cctv.skip,
}, async () => {
  const cases = JSON.parse(gunzipSync(readFileSync(cctv.url)).toString()) as CctvCase[]
  assert.equal(cases.length, 914)
  // The first three hold only under the cofactored equation or after re-encoding; the others sign too much.
  const fatal = ['low_order_residue', 'non_canonical_R', 'reencoded_k', 'low_order_A', 'low_order_R']
  for (const { key, sig, msg, flags } of cases) {
    const parts = [Buffer.from(key, 'hex'), utf8(msg), Buffer.from(sig, 'hex')] as const
    const expected = !(flags ?? []).some((flag) => fatal.includes(flag))
    assert.equal(await nodeVerify(...parts), expected, `${key} ${sig} ${msg} ${flags}`)
    assert.equal(await webVerify(...parts), expected, `WebCrypto: ${key} ${sig} ${msg} ${flags}`)
  }
})

test('Ed25519 says no, not boom, to malformed keys and signatures', async () => {
  for (const verify of [nodeVerify, webVerify]) {
    assert.equal(await verify(new Uint8Array(31), new Uint8Array(1), new Uint8Array(64)), false)
    assert.equal(await verify(new Uint8Array(32), new Uint8Array(1), new Uint8Array(63)), false)
    assert.equal(
      await verify(new Uint8Array(32).fill(0xff), new Uint8Array(1), new Uint8Array(64).fill(0xff)),
      false,
    )
  }
})
