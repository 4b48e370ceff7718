/** The model card names the weights that are shipped, and the inputs of our own that they were made from. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const ROOT = new URL('../../../', import.meta.url)
const sha256 = (path: string) =>
  createHash('sha256')
    .update(readFileSync(new URL(path, ROOT)))
    .digest('hex')

test('digests of the model card are those of the files', () => {
  const card = readFileSync(new URL('docs/spec/boundary.md', ROOT), 'utf8')
  assert.ok(card.includes(sha256('server/src/boundary/weights.bin')))
  const own = [...card.matchAll(/^\| `([\w/.-]+\.(?:ts|txt))` \| `([0-9a-f]{64})` \|$/gm)]
  assert.ok(own.length >= 10)
  for (const [, name, digest] of own) assert.equal(sha256(`bench/boundary/${name}`), digest, name)
})
