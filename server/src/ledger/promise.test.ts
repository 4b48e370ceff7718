/** Promises about bytes: the golden ledger opens and goes on; two institutions look alike; the tree is RFC 6962's. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  CompactTree,
  leafHash,
  nodeHash,
  parseVerifierKey,
  sha256,
  tilePath,
  toHex,
  verifyLedger,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { intentDraft, openTest, outcomeDraft, scratchDir } from './fixture.ts'
import { leafHashInto, nodeHashInto, sha256Into } from './hasher.ts'
import { TileTree } from './tile-tree.ts'

const GOLDEN = fileURLToPath(new URL('../../../vectors/golden-ledger', import.meta.url))

test('the golden ledger of version 1 opens, reads, continues and still verifies against its first checkpoint', async () => {
  using scratch = scratchDir()
  mkdirSync(scratch.dir)
  for (const name of ['wal', 'public', 'signed-checkpoint']) {
    cpSync(join(GOLDEN, name), join(scratch.dir, name), { recursive: true })
  }
  cpSync(join(GOLDEN, 'keyring'), `${scratch.dir}.keyring`)
  const ledger = await openTest(scratch.dir)
  assert.equal(ledger.verifierKey, readFileSync(join(GOLDEN, 'verifier-key'), 'utf8').trim())
  assert.deepEqual([ledger.size(), ledger.openIntents()], [5, [4]])
  const entries = []
  for await (const entry of ledger.entries(0)) entries.push(entry)
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['statement', 'intent', 'statement', 'outcome', 'intent'],
  )
  const intent = entries[1]
  assert.ok(intent?.class === 'exchange' && intent.fields !== 'unavailable')
  assert.deepEqual(intent.content, intentDraft(1, 32).content)
  assert.deepEqual(intent.fields.facts, intentDraft(1).fields.facts)
  await ledger.append(outcomeDraft(4))
  await ledger.close()
  const saved = [{ place: 'golden', note: readFileSync(join(GOLDEN, 'public/checkpoint')) }]
  const key = parseVerifierKey(ledger.verifierKey)
  const report = await verifyLedger(directoryReader(ledger.publicDir), { key, saved, programme: true })
  assert.deepEqual([report.entries, report.statements, report.saved], [6, 2, 1])
})

/** Names and sizes of all public files. */
function shape(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  return names.map(
    (name) => `${name} ${statSync(join(dir, name)).isFile() ? statSync(join(dir, name)).size : ''}`,
  )
}

test('under the same schedule the public bytes have one shape whoever the institution is, and never its name', async () => {
  const shapes: string[][] = []
  for (const institution of ['mufg', 'an-institution-with-a-much-longer-name']) {
    using scratch = scratchDir()
    const ledger = await openTest(scratch.dir)
    for (let i = 0; i < 270; i++) {
      const { index } = await ledger.append({ ...intentDraft(i), institution })
      await ledger.append({ ...outcomeDraft(index), institution })
    }
    await ledger.close()
    shapes.push(shape(ledger.publicDir))
    for (const name of readdirSync(ledger.publicDir, { recursive: true, encoding: 'utf8' })) {
      const path = join(ledger.publicDir, name)
      if (statSync(path).isFile()) assert.ok(!readFileSync(path).includes(institution), name)
    }
  }
  assert.deepEqual(shapes[0], shapes[1])
})

test("the writer's tree and tiles are those of the verifier's, at every size", async () => {
  const tree = new TileTree()
  const reference = new CompactTree()
  const levels: Uint8Array[][] = [[]]
  for (let size = 1; size <= 1100; size++) {
    const leaf = Buffer.alloc(72, `leaf ${size}`)
    tree.push(leaf)
    reference.push(leafHash(leaf))
    levels[0]?.push(leafHash(leaf))
    assert.equal(toHex(tree.root()), toHex(reference.root()), `size ${size}`)
    const again = new TileTree(tree.edge())
    assert.equal(toHex(again.root()), toHex(reference.root()), `size ${size}, resumed`)
    for (const tile of tree.takeFull()) {
      if (tile.level !== 0) continue
      assert.deepEqual(tile.bytes, Buffer.concat(levels[0]?.slice(-256) ?? []), tilePath(tile))
    }
  }
})

test('hashes of the writer are those of the verifier, at every length', async () => {
  for (let length = 0; length < 400; length++) {
    const data = Buffer.alloc(length, 'x')
    const leaf = Buffer.alloc(72, length)
    const pair = Buffer.alloc(3 + 64, length)
    const out = Buffer.alloc(5 + 3 * 32)
    sha256Into(data, out, 5)
    leafHashInto(leaf, out, 5 + 32)
    nodeHashInto(pair, 3, out, 5 + 64)
    const expected = [sha256(data), leafHash(leaf), nodeHash(pair.subarray(3, 35), pair.subarray(35))]
    assert.deepEqual(out, Buffer.concat([Buffer.alloc(5), ...expected]), `length ${length}`)
  }
})
