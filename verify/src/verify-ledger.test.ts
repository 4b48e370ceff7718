/** A whole ledger, sound and then broken in every kind of file; and the operator who holds the key. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import {
  flipped,
  memoryReader,
  publish,
  signCheckpoint,
  testKey,
  testLeaf,
  testLedger,
  testStatement,
  vectors,
} from './fixture.ts'
import {
  checkConsistency,
  EMPTY_ROOT,
  leafHash,
  parseVerifierKey,
  sha256,
  statementPath,
  treeRoot,
  utf8,
  VerifyError,
  verifyLedger,
} from './index.ts'
import { directoryReader } from './node.ts'

const key = testKey()
const files = testLedger(key)
const code = (name: string) => ({ name: 'VerifyError', code: name })
const check = (changed: ReadonlyMap<string, Uint8Array>, saved: readonly string[] = []) =>
  verifyLedger(memoryReader(changed), {
    key: key.key,
    saved: saved.map((note, i) => ({ place: `saved ${i}`, note: utf8(note) })),
  })

test('a sound ledger verifies, and its statements come out in order', async () => {
  const seen: number[] = []
  const report = await verifyLedger(memoryReader(files), {
    key: key.key,
    onStatement: (index) => seen.push(index),
  })
  assert.deepEqual([report.entries, report.tiles, report.statements, seen], [300, 3, 3, [2, 5, 299]])
})

test('the golden ledger verifies', async () => {
  const dir = fileURLToPath(vectors('golden-ledger/public'))
  const goldenKey = parseVerifierKey(readFileSync(vectors('golden-ledger/verifier-key'), 'utf8').trim())
  const report = await verifyLedger(directoryReader(dir), { key: goldenKey })
  assert.deepEqual([report.entries, report.statements], [5, 2])
})

test('every size around tile boundaries, checked against every smaller one', async () => {
  const leaves = Array.from({ length: 66_000 }, (_, i) => testLeaf(i % 1000))
  const saved: string[] = []
  for (const size of [0, 1, 2, 255, 256, 257, 512, 65_535, 65_536, 65_537, 66_000]) {
    const tree = publish(leaves.slice(0, size), key)
    saved.push(Buffer.from(tree.get('checkpoint') ?? []).toString())
    const report = await check(tree, saved)
    assert.deepEqual([report.entries, report.saved], [size, saved.length])
  }
})

test('one flipped byte, in whichever file, is found and named', async () => {
  const cases: [string, number, string, RegExp][] = [
    ['tile/entries/000', 2 + 8, 'bundle_entry_mismatch', /^entry 0$/],
    ['tile/entries/000', 74 * 7 + 2 + 50, 'bundle_entry_mismatch', /^entry 7$/],
    ['tile/entries/000', 74 * 7 + 2, 'leaf_magic', /entry 7$/],
    ['tile/entries/000', 1, 'bundle_truncated', /tile\/entries\/000/],
    ['tile/entries/001.p/44', 74 * 3 + 2 + 20, 'bundle_entry_mismatch', /^entry 259$/],
    ['tile/0/000', 32 * 9, 'tile_hash_mismatch', /^tile\/0\/000 hash 9$/],
    ['tile/0/001.p/44', 0, 'tile_hash_mismatch', /^tile\/0\/001.p\/44 hash 0$/],
    ['tile/1/000.p/1', 31, 'tile_hash_mismatch', /^tile\/1\/000.p\/1 hash 0$/],
    ['statements/5', 400, 'record_blob_mismatch', /^statements\/5$/],
    ['statements/head', 0, 'statement_missing', /^statements\/399$|^statements\/3/],
  ]
  for (const [path, at, expected, place] of cases) {
    await assert.rejects(check(flipped(files, path, at)), (error) => {
      assert.ok(error instanceof VerifyError, String(error))
      // A flip inside a statement's JSON may already break its form.
      const codes =
        path === 'statements/5'
          ? [
              expected,
              'json_syntax',
              'json_not_canonical',
              'base64_malformed',
              'record_field_unknown',
              'record_field_missing',
            ]
          : [expected]
      assert.ok(codes.includes(error.code), `${path} byte ${at}: ${error.code}`)
      if (error.code === expected) assert.match(error.place ?? '', place)
      return true
    })
  }
})

test('a flip anywhere in any file never passes and never crashes', async () => {
  const paths = [...files.keys()]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), async (path, at) => {
      const changed = flipped(files, path, at % (files.get(path)?.length ?? 1))
      await assert.rejects(check(changed), (error) => error instanceof VerifyError)
    }),
    { numRuns: 60 },
  )
})

test('a missing, short or long file is named', async () => {
  const without = (path: string) => {
    const rest = new Map(files)
    rest.delete(path)
    return rest
  }
  await assert.rejects(check(without('checkpoint')), code('checkpoint_missing'))
  await assert.rejects(check(without('tile/entries/001.p/44')), code('bundle_missing'))
  await assert.rejects(check(without('tile/0/000')), code('tile_missing'))
  await assert.rejects(check(without('tile/1/000.p/1')), code('tile_missing'))
  await assert.rejects(check(without('statements/2')), code('statement_missing'))
  const tile = files.get('tile/0/000') ?? new Uint8Array()
  await assert.rejects(check(new Map(files).set('tile/0/000', tile.subarray(1))), code('tile_length'))
  const bundle = Buffer.concat([files.get('tile/entries/000') ?? new Uint8Array(), Buffer.alloc(1)])
  await assert.rejects(check(new Map(files).set('tile/entries/000', bundle)), code('bundle_trailing'))
})

test('a full tile stands in for a partial one that is gone', async () => {
  const leaves = Array.from({ length: 256 }, (_, i) => testLeaf(i))
  const full = publish(leaves, key)
  full.set('checkpoint', utf8(signCheckpoint(200, treeRoot(leaves.slice(0, 200).map(leafHash)), key)))
  assert.equal((await check(full)).entries, 200)
})

test('entries and tiles that agree with each other but not with the signature', async () => {
  const other = publish(
    [...Array(300).keys()].map((i) => testLeaf(i, i === 9 ? ' forged' : '')),
    key,
  )
  await assert.rejects(
    check(other.set('checkpoint', files.get('checkpoint') ?? new Uint8Array())),
    code('root_mismatch'),
  )
})

test('a statement left out of the chain, or one that is not its leaf, is found', async () => {
  const skipping = testStatement(2, { number: 299 })
  await assert.rejects(
    check(new Map(files).set(statementPath(299), skipping.blob)),
    code('statement_missing'),
  )
  const rewritten = testStatement(5, { number: 299 })
  await assert.rejects(
    check(new Map(files).set(statementPath(299), rewritten.blob)),
    code('record_blob_mismatch'),
  )
  const forward = testStatement(299, { number: 299 })
  await assert.rejects(check(new Map(files).set(statementPath(299), forward.blob)), code('statement_chain'))
  await assert.rejects(
    check(new Map(files).set('statements/head', utf8('0299\n'))),
    code('statement_malformed'),
  )
})

test('the operator who holds the key can shorten or rewrite the ledger, and a saved checkpoint exposes it', async () => {
  const leaves = Array.from({ length: 300 }, (_, i) => testLeaf(i))
  const saved = Buffer.from(publish(leaves, key).get('checkpoint') ?? []).toString()
  const shortened = publish(leaves.slice(0, 290), key)
  assert.equal((await check(shortened)).entries, 290, 'alone it verifies: that is the point')
  await assert.rejects(check(shortened, [saved]), code('checkpoint_saved_ahead'))
  const regrown = publish(
    [...leaves.slice(0, 290), ...Array.from({ length: 50 }, (_, i) => testLeaf(i, ' new'))],
    key,
  )
  assert.equal((await check(regrown)).entries, 340)
  await assert.rejects(check(regrown, [saved]), { ...code('checkpoint_fork'), place: 'saved 0, size 300' })
  const forked = publish(
    leaves.map((leaf, i) => (i === 12 ? testLeaf(i, ' forged') : leaf)),
    key,
  )
  await assert.rejects(check(forked, [saved]), code('checkpoint_fork'))
  const young = forked.get('checkpoint') ?? new Uint8Array()
  const longer = publish([...leaves, testLeaf(300)], key)
  const reader = memoryReader(longer)
  const { old, young: next } = await checkConsistency(
    reader,
    utf8(saved),
    longer.get('checkpoint') ?? young,
    key.key,
  )
  assert.deepEqual([old.size, next.size], [300, 301])
  await assert.rejects(
    checkConsistency(memoryReader(forked), utf8(saved), young, key.key),
    code('checkpoint_fork'),
  )
  await assert.rejects(
    checkConsistency(reader, longer.get('checkpoint') ?? young, utf8(saved), key.key),
    code('checkpoint_saved_ahead'),
  )
  const regrownNote = regrown.get('checkpoint') ?? young
  await assert.rejects(
    checkConsistency(memoryReader(regrown), utf8(saved), regrownNote, key.key),
    code('checkpoint_fork'),
  )
  await assert.rejects(
    checkConsistency(reader, utf8(saved), regrownNote, key.key),
    (error) => error instanceof VerifyError,
  )
})

test('a saved checkpoint must itself be signed by the log', async () => {
  const foreign = signCheckpoint(1, sha256(utf8('x')), testKey('other.example', 8))
  await assert.rejects(check(files, [foreign]), code('note_key_absent'))
  const empty = signCheckpoint(0, EMPTY_ROOT, key)
  assert.equal((await check(files, [empty])).saved, 1)
  await assert.rejects(check(files, [signCheckpoint(0, sha256(utf8('x')), key)]), code('checkpoint_fork'))
})

test('pruned bundles: a defect unless the caller names how far; tiles, statements and roots still count', async () => {
  const files = testLedger(key)
  const pruned = new Map(files)
  pruned.delete('tile/entries/000')
  const reader = memoryReader(pruned)
  await assert.rejects(verifyLedger(reader, { key: key.key }), { code: 'bundle_missing' })
  await assert.rejects(verifyLedger(reader, { key: key.key, prunedBelow: 255 }), { code: 'bundle_missing' })
  const report = await verifyLedger(reader, { key: key.key, prunedBelow: 256, programme: true })
  assert.deepEqual([report.entries, report.pruned, report.statements], [300, 256, 3])
  const whole = await verifyLedger(memoryReader(files), { key: key.key, prunedBelow: 256 })
  assert.equal(whole.pruned, 0)
  const tampered = memoryReader(flipped(pruned, 'tile/0/000', 40))
  await assert.rejects(verifyLedger(tampered, { key: key.key, prunedBelow: 256 }), {
    code: 'tile_hash_mismatch',
  })
  const changed = new Map(pruned)
  const blob = Buffer.from(pruned.get('statements/2') ?? []).toString('utf8')
  changed.set('statements/2', Buffer.from(blob.replace('"time":1', '"time":2')))
  await assert.rejects(verifyLedger(memoryReader(changed), { key: key.key, prunedBelow: 256 }), {
    code: 'record_blob_mismatch',
  })
})
