/** The content key is what the specification says it is. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { deriveContentKey } from './key-slot.ts'

const VECTORS = new URL('../../../vectors/record.json', import.meta.url)

test('the content key of the vector; another epoch key, number or secret makes another key', () => {
  const vector = JSON.parse(readFileSync(VECTORS, 'utf8')).content_key
  const epochKey = {
    id: vector.epoch_key_number as number,
    owner: 'institution/x',
    epoch: 202_611,
    key: Buffer.from(vector.epoch_key, 'hex'),
  }
  const secret = Buffer.from(vector.secret, 'hex')
  const key = deriveContentKey(epochKey, secret).toString('hex')
  assert.equal(key, vector.key)
  const others = [
    deriveContentKey({ ...epochKey, key: Buffer.alloc(32) }, secret),
    deriveContentKey({ ...epochKey, id: epochKey.id + 1 }, secret),
    deriveContentKey(epochKey, Buffer.alloc(32)),
  ]
  assert.equal(new Set([key, ...others.map((other) => other.toString('hex'))]).size, 4)
})
