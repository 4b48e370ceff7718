/** Cosignatures: the specification's own example, both kinds, every byte changed, and what a runtime cannot check. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cosign, HAS_ML_DSA, testCosigner } from './cosign-for-test.ts'
import { signCheckpoint, testKey } from './fixture.ts'
import {
  cosignatureMessage,
  fromBase64,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  sha256,
  toBase64,
  toHex,
  utf8,
  verifyCosignatures,
} from './index.ts'
import { verifyMlDsa44 } from './ml-dsa-node.ts'
import { verifyMlDsa44 as webMlDsa44 } from './ml-dsa-web.ts'

const log = testKey()
const note = signCheckpoint(300, sha256(utf8('root')), log)
const mlDsa = { skip: HAS_ML_DSA ? false : 'this Node has no ML-DSA-44' }

async function check(cosigned: string, keys: Parameters<typeof verifyCosignatures>[2]) {
  const bytes = utf8(cosigned)
  return verifyCosignatures(parseNote(bytes), parseCheckpoint(bytes), keys)
}

test('the message is the one the specification shows', () => {
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
  const checkpoint = {
    origin: 'example.com/behind-the-sofa',
    size: 20_852_163,
    root: new Uint8Array(32),
    extensions: [],
  }
  const message = cosignatureMessage({ name: 'w', algorithm: 'ed25519' }, 1_679_315_147n, text, checkpoint)
  assert.equal(Buffer.from(message).toString(), `cosignature/v1\ntime 1679315147\n${text}`)
  const binary = cosignatureMessage({ name: 'w', algorithm: 'ml-dsa-44' }, 1_679_315_147n, text, checkpoint)
  assert.equal(
    toHex(binary),
    `${toHex(utf8('subtree/v1\n\0'))}01${toHex(utf8('w'))}00000000641850cb` +
      `1b${toHex(utf8('example.com/behind-the-sofa'))}0000000000000000${(20_852_163).toString(16).padStart(16, '0')}${'00'.repeat(32)}`,
  )
})

test('the cosignature in the specification has the time it says', () => {
  const line =
    'jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA=='
  const bytes = fromBase64(line)
  assert.equal(bytes.length, 4 + 8 + 64)
  assert.equal(new DataView(bytes.buffer).getBigUint64(4), 1_679_315_147n)
})

for (const algorithm of ['ed25519', 'ml-dsa-44'] as const) {
  const options = algorithm === 'ed25519' ? {} : mlDsa
  const witness = () => testCosigner('witness.example/w1', 41, algorithm)

  test(`${algorithm}: a good cosignature, and one whose key nobody knows`, options, async () => {
    const own = witness()
    const [found, ...more] = await check(cosign(note, [own]), [own.key])
    assert.deepEqual([found?.state, found?.timeS, more.length], ['good', 1_800_000_000, 0])
    const stranger = testCosigner('witness.example/w1', 42, algorithm)
    assert.deepEqual(await check(cosign(note, [own]), [stranger.key]), [])
  })

  test(`${algorithm}: every byte of it counts`, options, async () => {
    const own = witness()
    const lines = cosign(note, [own]).trimEnd().split('\n')
    const last = lines.pop() ?? ''
    const bytes = fromBase64(last.slice(last.lastIndexOf(' ') + 1))
    const step = algorithm === 'ed25519' ? 1 : 211
    for (let at = 4; at < bytes.length; at += step) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      const bad = `${[...lines, `— ${own.key.name} ${toBase64(changed)}`].join('\n')}\n`
      await assert.rejects(
        check(bad, [own.key]),
        { code: 'cosignature_invalid', place: `${own.key.name}+${own.key.keyId}` },
        String(at),
      )
    }
    const other = cosign(signCheckpoint(301, sha256(utf8('root')), log), [own])
    const moved = `${note.trimEnd()}\n${other.trimEnd().split('\n').at(-1)}\n`
    await assert.rejects(check(moved, [own.key]), { code: 'cosignature_invalid' }, 'of another size')
  })

  test(`${algorithm}: another length, an impossible time`, options, async () => {
    const own = witness()
    const id = Buffer.from(own.key.keyId, 'hex')
    const size = algorithm === 'ed25519' ? 72 : 2428
    for (const length of [1, size - 1, size + 1]) {
      const bad = `${note.trimEnd()}\n— ${own.key.name} ${toBase64(Buffer.concat([id, Buffer.alloc(length)]))}\n`
      await assert.rejects(check(bad, [own.key]), {
        code: 'cosignature_malformed',
        expected: String(size),
        got: String(length),
      })
    }
    const late = `${note.trimEnd()}\n— ${own.key.name} ${toBase64(Buffer.concat([id, Buffer.alloc(size, 0xff)]))}\n`
    await assert.rejects(check(late, [own.key]), { code: 'cosignature_timestamp' })
  })
}

test('a cosigner key says its kind; a log key is none', () => {
  const { vkey, key } = testCosigner('w.example/1')
  assert.equal(key.algorithm, 'ed25519')
  assert.equal(fromBase64(vkey.slice(vkey.indexOf('+', vkey.indexOf('+') + 1) + 1))[0], 4)
  assert.throws(
    () => parseCosignerKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'),
    {
      code: 'vkey_algorithm',
    },
  )
  assert.throws(() => parseCosignerKey(vkey.replace('w.example/1', 'w.example/2')), { code: 'vkey_key_id' })
})

test('names too long for the ML-DSA-44 message are refused, not cut', () => {
  const checkpoint = { origin: 'o', size: 1, root: new Uint8Array(32), extensions: [] }
  for (const [name, origin] of [
    ['x'.repeat(256), 'o'],
    ['w', 'あ'.repeat(86)],
  ] as const) {
    assert.throws(
      () => cosignatureMessage({ name, algorithm: 'ml-dsa-44' }, 1n, '', { ...checkpoint, origin }),
      {
        code: 'cosignature_name',
      },
    )
  }
})

test('where the runtime lacks ML-DSA-44 the answer is neither good nor bad', async () => {
  // Node's WebCrypto may have it or not; what matters is that it is never `true` for nonsense.
  assert.notEqual(await webMlDsa44(new Uint8Array(1312), utf8('x'), new Uint8Array(2420)), true)
  assert.equal(await verifyMlDsa44(new Uint8Array(1311), utf8('x'), new Uint8Array(2420)), false)
  assert.equal(await webMlDsa44(new Uint8Array(1312), utf8('x'), new Uint8Array(2419)), false)
})
