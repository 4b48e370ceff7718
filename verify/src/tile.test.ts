/** Tiles and bundles: paths of the spec's examples, strict reading, Tessera's own log. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { foreign } from './fixture.ts'
import {
  encodeBundle,
  type Hash,
  leafHash,
  levelWidth,
  nodesOf,
  parseBundle,
  parseTile,
  parseVerifierKey,
  proveConsistency,
  readBundle,
  readTile,
  rootFrom,
  tileAt,
  tilePath,
  toHex,
  treeRoot,
  utf8,
  verifyCheckpoint,
  verifyConsistency,
} from './index.ts'
import { directoryReader } from './node.ts'

test('paths are those of c2sp.org/tlog-tiles', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067')
  assert.equal(tilePath({ level: 'entries', index: 0, width: 1 }), 'tile/entries/000.p/1')
  assert.equal(tilePath({ level: 63, index: 1000, width: 255 }), 'tile/63/x001/000.p/255')
})

test('a tree of 70,000 has the tiles the spec names', () => {
  assert.deepEqual(tileAt(0, 69_999, 70_000), { level: 0, index: 273, width: 112 })
  assert.deepEqual(tileAt(0, 69_887, 70_000), { level: 0, index: 272, width: 256 })
  assert.deepEqual(tileAt(1, 272, 70_000), { level: 1, index: 1, width: 17 })
  assert.deepEqual(tileAt(2, 0, 70_000), { level: 2, index: 0, width: 1 })
  assert.equal(levelWidth(3, 70_000), 0)
  assert.deepEqual(tileAt(1, 0, 256), { level: 1, index: 0, width: 1 })
})

test('bundles and tiles with a byte too few or too many are refused', () => {
  const bundle = encodeBundle([utf8('one'), utf8('two')])
  assert.deepEqual(
    parseBundle(bundle, 2, 'b').map((entry) => Buffer.from(entry).toString()),
    ['one', 'two'],
  )
  for (let cut = 0; cut < bundle.length; cut++) {
    assert.throws(() => parseBundle(bundle.subarray(0, cut), 2, 'b'), { code: 'bundle_truncated' })
  }
  assert.throws(() => parseBundle(bundle, 1, 'b'), { code: 'bundle_trailing' })
  assert.throws(() => parseBundle(bundle, 3, 'b'), { code: 'bundle_truncated' })
  for (const bytes of [0, 31, 33, 64]) {
    assert.throws(() => parseTile(new Uint8Array(bytes), 1, 't'), { code: 'tile_length', place: 't' })
  }
})

const golden = foreign('tessera-golden-log/log/')
const TESSERA_KEY = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'

test("Tessera's golden log: every checkpoint, tile and bundle, each consistent with all before", {
  skip: golden.skip,
}, async () => {
  const reader = directoryReader(fileURLToPath(golden.url))
  const key = parseVerifierKey(TESSERA_KEY)
  const roots: Hash[] = []
  for (let size = 1; size <= 15; size++) {
    const checkpoint = await verifyCheckpoint(readFileSync(new URL(`checkpoint.${size}`, golden.url)), key)
    assert.equal(checkpoint.size, size)
    const { entries } = await readBundle(reader, 0, size)
    const { hashes } = await readTile(reader, { level: 0, index: 0, width: size })
    assert.deepEqual(
      entries.map((entry) => toHex(leafHash(entry))),
      hashes.map(toHex),
    )
    assert.equal(toHex(treeRoot(hashes)), toHex(checkpoint.root))
    assert.equal(toHex(await rootFrom(size, nodesOf(reader, size))), toHex(checkpoint.root))
    for (const [i, root] of roots.entries()) {
      const proof = await proveConsistency(i + 1, size, nodesOf(reader, size))
      verifyConsistency(proof, i + 1, size, root, checkpoint.root)
    }
    roots.push(checkpoint.root)
  }
  const empty = await verifyCheckpoint(readFileSync(new URL('checkpoint.0', golden.url)), key)
  assert.deepEqual([empty.size, toHex(empty.root)], [0, toHex(treeRoot([]))])
})
