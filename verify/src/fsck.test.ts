/** fsck: good logs of every shape, each class of defect with its code and place, and all of them at once. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  flipped,
  foreign,
  memoryReader,
  publish,
  signCheckpoint,
  testKey,
  testLeaf,
  testLedger,
  vectors,
} from './fixture.ts'
import {
  fsck,
  type LedgerReader,
  leafHash,
  parseVerifierKey,
  tilePath,
  treeRoot,
  utf8,
  verifyCheckpoint,
} from './index.ts'
import { directoryReader } from './node.ts'

const key = testKey()
const verify = (note: Uint8Array) => verifyCheckpoint(note, key.key)
const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => testLeaf(i))
const files = testLedger(key)

async function defectsOf(some: ReadonlyMap<string, Uint8Array>, more: object = {}): Promise<string[]> {
  const { defects } = await fsck(memoryReader(some), { verify, ...more })
  return defects.map(({ code, place }) => `${code} ${place}`)
}

function without(...paths: string[]): Map<string, Uint8Array> {
  const some = new Map(files)
  for (const path of paths) assert.ok(some.delete(path), path)
  return some
}

test('good logs: empty, one entry, around every width, two levels', async () => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_536, 65_537]) {
    const {
      defects,
      bundles,
      files: listed,
    } = await fsck(memoryReader(publish(leavesOf(size), key)), { verify })
    assert.deepEqual([defects, bundles], [[], Math.ceil(size / 256)], String(size))
    assert.ok(listed !== null && listed > 0)
  }
  assert.deepEqual(await defectsOf(files), [])
})

test('each class of defect alone', async () => {
  assert.deepEqual(await defectsOf(without('tile/0/000')), ['tile_missing tile/0/000'])
  assert.deepEqual(await defectsOf(without('tile/1/000.p/1')), ['tile_missing tile/1/000.p/1'])
  assert.deepEqual(await defectsOf(without('tile/entries/000')), ['bundle_missing tile/entries/000'])
  assert.deepEqual(await defectsOf(flipped(files, 'tile/entries/000', 80)), ['bundle_entry_mismatch entry 1'])
  assert.deepEqual(await defectsOf(flipped(files, 'tile/0/000', 320)), [
    'tile_hash_mismatch tile/0/000 hash 10',
  ])
  assert.deepEqual(await defectsOf(flipped(files, 'tile/1/000.p/1', 0)), [
    'tile_hash_mismatch tile/1/000.p/1 hash 0',
  ])
  const short = new Map(files).set('tile/0/000', (files.get('tile/0/000') ?? new Uint8Array()).subarray(1))
  assert.deepEqual(await defectsOf(short), ['tile_length tile/0/000'])
  const other = new Map(files).set(
    'checkpoint',
    utf8(signCheckpoint(300, treeRoot([leafHash(testLeaf(0))]), key)),
  )
  assert.deepEqual(await defectsOf(other), ['root_mismatch checkpoint, size 300'])
})

test('files that should not be there', async () => {
  const strays = [
    'secret.txt',
    'tile/0/001',
    'tile/0/002.p/5',
    'tile/0/001.p/200',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/x000/000',
    'tile/64/000',
    'tile/entries/x001/000',
    'tile/0/000.tmp',
    'statements/01',
  ]
  for (const stray of strays) {
    const found = await defectsOf(new Map(files).set(stray, new Uint8Array(1)))
    assert.ok(found.includes(`file_unexpected ${stray}`), `${stray}: ${found}`)
  }
  // What earlier checkpoints left behind is right, as long as it says the same.
  const partial = tilePath({ level: 0, index: 0, width: 7 })
  const before = (files.get('tile/0/000') ?? new Uint8Array()).subarray(0, 7 * 32)
  assert.deepEqual(await defectsOf(new Map(files).set(partial, before)), [])
  const wrong = new Map(files).set(partial, before.toReversed())
  assert.match(String(await defectsOf(wrong)), /^tile_hash_mismatch tile\/0\/000\.p\/7 0/)
})

test('many defects at once are all named, and holes are filled from the other side', async () => {
  const some = flipped(flipped(without('tile/0/001.p/44'), 'tile/entries/000', 80), 'tile/entries/000', 1000)
  some.set('stray', new Uint8Array(1))
  const found = await defectsOf(some)
  assert.equal(found.length, 4)
  assert.deepEqual(found.slice(2), ['tile_missing tile/0/001.p/44', 'file_unexpected stray'])
  const both = without('tile/entries/001.p/44', 'tile/0/001.p/44')
  assert.deepEqual(await defectsOf(both), [
    'bundle_missing tile/entries/001.p/44',
    'tile_missing tile/0/001.p/44',
  ])
})

test('a flood of defects is counted, not kept', async () => {
  const some = new Map(files)
  for (let i = 0; i < 1200; i++) some.set(`stray-${i}`, new Uint8Array(0))
  const { defects, more } = await fsck(memoryReader(some), { verify })
  assert.deepEqual([defects.length, more], [1000, 200])
})

test('saved and witnessed checkpoints: ahead, forked, foreign', async () => {
  const saved = (note: string) => ({ saved: [{ place: 'saved', note: utf8(note) }] })
  const root = treeRoot(leavesOf(300).map(leafHash))
  assert.deepEqual(await defectsOf(files, saved(signCheckpoint(301, root, key))), [
    'checkpoint_saved_ahead saved',
  ])
  assert.deepEqual(await defectsOf(files, saved(signCheckpoint(100, root, key))), [
    'checkpoint_fork saved, size 100',
  ])
  const foreignNote = signCheckpoint(100, root, testKey('other.example', 9))
  assert.match(String(await defectsOf(files, saved(foreignNote))), /^note_key_absent/)
  const ahead = new Map(files).set('witnessed-checkpoint', utf8(signCheckpoint(301, root, key)))
  assert.deepEqual(await defectsOf(ahead), ['checkpoint_saved_ahead witnessed-checkpoint'])
})

test('a source that cannot list or cannot be read', async () => {
  const reader: LedgerReader = { read: memoryReader(files).read }
  const report = await fsck(reader, { verify })
  assert.deepEqual([report.files, report.defects], [null, []])
  await assert.rejects(fsck({ read: async () => null }, { verify }), { code: 'checkpoint_missing' })
  await assert.rejects(
    fsck(memoryReader(files), { verify: (note) => verifyCheckpoint(note, testKey('x', 1).key) }),
    {
      code: 'note_key_absent',
    },
  )
})

test('the golden ledger', async () => {
  const golden = parseVerifierKey(readFileSync(vectors('golden-ledger/verifier-key'), 'utf8').trim())
  const reader = directoryReader(fileURLToPath(vectors('golden-ledger/public')))
  const { defects } = await fsck(reader, { verify: (note) => verifyCheckpoint(note, golden) })
  assert.deepEqual(defects, [])
})

const tessera = foreign('tessera-golden-log/log/')

test("Tessera's golden log: its own checkpoint files are the only strangers", {
  skip: tessera.skip,
}, async () => {
  const vkey = parseVerifierKey(
    'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
  )
  const inner = directoryReader(fileURLToPath(tessera.url))
  const reader = {
    ...inner,
    read: (path: string) => inner.read(path === 'checkpoint' ? 'checkpoint.15' : path),
  }
  const { defects, bundles } = await fsck(reader, { verify: (note) => verifyCheckpoint(note, vkey) })
  assert.equal(bundles, 1)
  assert.deepEqual(
    defects
      .filter(({ place }) => !/^(checkpoint\.|\.|[a-z]+\.)/i.test(place ?? ''))
      .map(({ code, place }) => `${code} ${place}`),
    [],
  )
})
