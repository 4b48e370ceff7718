/** Tests of key files: closed to others, whole or refused, never overwritten. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { generateKeyPair, keyPairFromSeed, verifyWith } from './key.ts'
import { readKeyFile, writeKeyFile } from './key-file.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'sekisho-keys-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const file = path.join(directory, 'a.json')
const key = generateKeyPair()
writeKeyFile(file, { programme: 'p', holder: { kind: 'actor', id: 'a' }, key })

test('a key is read back as it was written, into a file for its owner only', () => {
  const read = readKeyFile(file)
  assert.deepEqual([read.programme, read.holder, read.key.seed], ['p', { kind: 'actor', id: 'a' }, key.seed])
  assert.ok(verifyWith(key.public, Buffer.from('x'), read.key.sign(Buffer.from('x'))))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.throws(() => writeKeyFile(file, read), { code: 'EEXIST' })
})

test('a key that others can read is refused', () => {
  chmodSync(file, 0o640)
  assert.throws(() => readKeyFile(file), { code: 'place_exposed' })
  chmodSync(file, 0o600)
})

test('what is no key file is said so, whatever is wrong with it', () => {
  const good = JSON.parse(readFileSync(file, 'utf8'))
  const bad = path.join(directory, 'bad.json')
  for (const json of [
    null,
    {},
    { ...good, more: 1 },
    { ...good, seed: 'short' },
    { ...good, public: generateKeyPair().public },
  ]) {
    writeFileSync(bad, JSON.stringify(json), { mode: 0o600 })
    assert.throws(() => readKeyFile(bad), { code: 'programme_key_file_malformed' }, JSON.stringify(json))
  }
  writeFileSync(bad, '{')
  assert.throws(() => readKeyFile(bad), { code: 'programme_key_file_malformed' })
  assert.throws(() => readKeyFile(path.join(directory, 'none')), { code: 'ENOENT' })
})

test('a seed is 32 bytes in the one base64 text they have', () => {
  for (const seed of ['', 'AAAA', `${key.seed} `, Buffer.alloc(33).toString('base64')]) {
    assert.throws(() => keyPairFromSeed(seed), { code: 'identity_seed_malformed' })
  }
})
