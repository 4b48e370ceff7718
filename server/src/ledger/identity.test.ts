/** What the public bytes name: the log's origin in its checkpoint, and nobody else anywhere. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { LEAF_BYTES, parseBundle, parseLeaf, toHex } from 'sekisho-verify'
import { intentDraft, ORIGIN, openTest, outcomeDraft, scratchDir } from './fixture.ts'

/** Every spelling in which a name could stand in a file, plain hashes of it among them. */
function spellings(name: string): string[] {
  const bytes = Buffer.from(name)
  const digests = ['md5', 'sha1', 'sha256', 'sha512'].map((kind) => createHash(kind).update(name).digest())
  return [bytes, ...digests].flatMap((each) => [
    each.toString('latin1'),
    each.toString('hex'),
    each.toString('base64'),
  ])
}

test('checkpoint, tiles and leaves name no institution, no actor, no session and no model', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  const names = new Set<string>()
  for (let i = 0; i < 300; i++) {
    const draft = intentDraft(i)
    for (const value of [
      draft.institution,
      draft.fields.actor,
      draft.fields.session,
      draft.fields.model,
      `dec-${i}`,
    ])
      names.add(String(value))
    const { index } = await ledger.append(draft)
    await ledger.append(outcomeDraft(index))
  }
  await ledger.close()
  const files = readdirSync(ledger.publicDir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  assert.ok(files.length >= 5)
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name)).toString('latin1')
    // Names of three letters can stand in random bytes by chance; the random bytes of this run do not hold longer ones.
    const found = [...names].filter(
      (each) => each.length > 4 && spellings(each).some((spelt) => text.includes(spelt)),
    )
    assert.deepEqual(found, [], name)
  }
  const checkpoint = readFileSync(join(ledger.publicDir, 'checkpoint'), 'utf8')
  assert.match(
    checkpoint,
    new RegExp(`^${ORIGIN}\n600\n[A-Za-z0-9+/]{43}=\n\n— ${ORIGIN} [A-Za-z0-9+/=]+\n$`),
  )
})

test('leaves of one exchange and of another have one length and share nothing but the magic', async () => {
  using scratch = scratchDir()
  const ledger = await openTest(scratch.dir)
  // The same draft over and over, of one institution and of another: equal contents must not show as equal leaves.
  for (let i = 0; i < 256; i++) await ledger.append(intentDraft(i % 2))
  await ledger.close()
  const bundle = readFileSync(join(ledger.publicDir, 'tile/entries/000'))
  const leaves = parseBundle(bundle, 256, 'bundle')
  assert.deepEqual(new Set(leaves.map((leaf) => leaf.length)), new Set([LEAF_BYTES]))
  const parts = leaves.flatMap((leaf, i) => {
    const { recordRoot, blobHash } = parseLeaf(leaf, String(i))
    return [recordRoot, blobHash].map(toHex)
  })
  assert.equal(new Set(parts).size, 512)
})
