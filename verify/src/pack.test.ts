/** Evidence packs: what is good, and that every byte of every artefact matters, also when the operator signs anew. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flipped } from './fixture.ts'
import {
  canonicalize,
  drawSample,
  formatManifest,
  formatWrappedKey,
  isWrappedKey,
  leafHash,
  type Manifest,
  openPack,
  PACK_FILES,
  type PackFiles,
  parseManifest,
  parseWrappedKey,
  proveRange,
  readTar,
  toHex,
  treeRoot,
  utf8,
  VerifyError,
  type VerifyErrorCode,
  verifyPack,
  verifyRange,
  writeTar,
} from './index.ts'
import { nodesOf, PACK_LOG, sealPack, testPack } from './pack-for-test.ts'

const { key } = PACK_LOG

async function codeOf(files: PackFiles): Promise<string> {
  return verifyPack(files, key).then(
    () => 'good',
    (error: unknown) => {
      assert.ok(error instanceof VerifyError, String(error))
      assert.ok(error.message.length > 0)
      return error.code
    },
  )
}

function manifestOf(files: PackFiles): Manifest {
  return parseManifest(files.get(PACK_FILES.manifest) ?? new Uint8Array())
}

test('a pack verifies, in a tar and as files, and says what it shows and what it keeps back', async () => {
  const files = await testPack()
  const report = await verifyPack(openPack(writeTar(files)), key)
  assert.deepEqual(report.counts, {
    shown: 3,
    statement: 1,
    'unavailable: destroyed': 1,
    'unavailable: key_not_held': 1,
    'withheld: label': 1,
    'withheld: out_of_scope': 1,
  })
  assert.deepEqual(report.asked, { by: 'in the span', entries: 7, shown: 3 })
  assert.deepEqual([...report.shown.keys()], [3, 5, 9])
  assert.equal(report.shown.get(3)?.institution, 'bank')
  assert.deepEqual([report.contents, report.statements, report.wrappedKeys], [3, 4, [7]])
  assert.deepEqual([report.order.profile, report.checkpoint.size], ['auditor', 14])
})

test('a sample is drawn by seed, root and span alone, and a pack of another sample fails', async () => {
  const good = await testPack({ sample: true })
  const { manifest, asked } = await verifyPack(good, key)
  assert.deepEqual([manifest.sample?.length, asked.by, asked.entries], [3, 'drawn', 3])
  const other = {
    ...manifest,
    sample: (manifest.sample ?? []).map((index, i) => (i === 0 ? index - 1 : index)),
  }
  assert.equal(await codeOf(sealPack(good, other)), 'pack_sample_mismatch')
  const span = { from: 100, to: 1100 }
  const [seed, root] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  // The specification's example, computed again in Python from its text alone.
  assert.deepEqual(drawSample(seed, root, span, 5), SAMPLE_EXAMPLE)
  assert.notDeepEqual(drawSample(new Uint8Array(32).fill(3), root, span, 5), SAMPLE_EXAMPLE)
  assert.equal(new Set(drawSample(seed, root, span, 1000)).size, 1000)
  for (const [count, to] of [
    [1001, 1100],
    [4097, 9000],
    [0, 1100],
  ] as const)
    assert.throws(() => drawSample(seed, root, { from: 100, to }, count), { code: 'pack_sample_malformed' })
})

const SAMPLE_EXAMPLE = [182, 448, 749, 1081, 1082]

test('any flipped bit of any file of a pack is found', async () => {
  const good = await testPack()
  for (const [path, bytes] of good) {
    for (let at = 0; at < bytes.length; at += Math.max(1, Math.floor(bytes.length / 40))) {
      const code = await codeOf(flipped(good, path, at))
      const own = path === PACK_FILES.manifest || path === PACK_FILES.note
      if (own) assert.notEqual(code, 'good', `${path} byte ${at}`)
      else assert.equal(code, 'pack_file_digest', `${path} byte ${at}`)
    }
  }
})

interface Tampering {
  readonly what: string
  readonly code: VerifyErrorCode | readonly VerifyErrorCode[]
  readonly change: (files: Map<string, Uint8Array>) => void
  readonly manifest?: (manifest: Manifest) => Manifest
  readonly sample?: true
}

/** Changes the text of a receipt's `extra`, as its owner could. */
function inExtra(
  path: string,
  change: (extra: { [key: string]: unknown; slots: Record<string, Record<string, unknown>> }) => void,
) {
  return (files: Map<string, Uint8Array>): void => {
    const lines = Buffer.from(files.get(path) ?? [])
      .toString('utf8')
      .split('\n')
    const extra = JSON.parse(Buffer.from((lines[1] ?? '').slice(6), 'base64').toString('utf8'))
    change(extra)
    lines[1] = `extra ${Buffer.from(canonicalize(extra)).toString('base64')}`
    files.set(path, utf8(lines.join('\n')))
  }
}

const flip =
  (path: string, at: number) =>
  (files: Map<string, Uint8Array>): void => {
    const bytes = Uint8Array.from(files.get(path) ?? [])
    const place = at < 0 ? bytes.length + at : at
    bytes[place] = (bytes[place] ?? 0) ^ 1
    files.set(path, bytes)
  }

const text =
  (path: string, from: string | RegExp, to: string) =>
  (files: Map<string, Uint8Array>): void => {
    const before = Buffer.from(files.get(path) ?? []).toString('utf8')
    assert.notEqual(before.replace(from, to), before)
    files.set(path, utf8(before.replace(from, to)))
  }

/** What an operator can do who holds the log key and signs the manifest again. */
const TAMPERINGS: readonly Tampering[] = [
  { what: 'a leaf of the span: record root', code: 'proof_root_mismatch', change: flip('span', 2 + 20) },
  { what: 'a leaf of the span: magic', code: 'leaf_magic', change: flip('span', 2) },
  {
    what: 'a leaf of the span: length',
    code: ['leaf_length', 'bundle_truncated', 'bundle_trailing'],
    change: flip('span', 1),
  },
  {
    what: 'the span one leaf short',
    code: 'bundle_truncated',
    change: (files) => files.set('span', (files.get('span') ?? new Uint8Array()).subarray(0, -74)),
  },
  {
    what: 'a byte after the span',
    code: 'bundle_trailing',
    change: (files) => files.set('span', Buffer.concat([files.get('span') ?? Buffer.of(), Buffer.of(0)])),
  },
  { what: 'the range proof', code: 'proof_root_mismatch', change: flip('span-proof', 5) },
  {
    what: 'the range proof one hash short',
    code: 'proof_length',
    change: (files) => files.set('span-proof', (files.get('span-proof') ?? new Uint8Array()).subarray(32)),
  },
  {
    what: 'the range proof cut in a hash',
    code: 'proof_hash_length',
    change: (files) => files.set('span-proof', (files.get('span-proof') ?? new Uint8Array()).subarray(1)),
  },
  {
    what: 'the root in the checkpoint',
    code: ['note_signature_invalid', 'checkpoint_root'],
    change: text('checkpoint', /\n14\n./, '\n14\nA'),
  },
  {
    what: 'the size in the checkpoint',
    code: 'note_signature_invalid',
    change: text('checkpoint', '\n14\n', '\n15\n'),
  },
  {
    what: 'the inclusion proof of a receipt',
    code: 'proof_root_mismatch',
    change: text('entries/3.tlog-proof', /(index 3\n)(.)/, '$1A'),
  },
  {
    what: 'the index of a receipt',
    code: ['proof_root_mismatch', 'pack_entry_mismatch'],
    change: text('entries/3.tlog-proof', 'index 3\n', 'index 2\n'),
  },
  {
    what: 'the receipt of another entry',
    code: 'pack_entry_mismatch',
    change: (files) =>
      files.set('entries/3.tlog-proof', files.get('entries/5.tlog-proof') ?? new Uint8Array()),
  },
  {
    what: 'a shown value',
    code: 'record_root_mismatch',
    change: inExtra('entries/3.tlog-proof', ({ slots }) =>
      Object.assign(slots.institution ?? {}, { value: 'bonk' }),
    ),
  },
  {
    what: 'a salt',
    code: 'record_root_mismatch',
    change: inExtra('entries/3.tlog-proof', ({ slots }) =>
      Object.assign(slots.institution ?? {}, { salt: Buffer.alloc(16).toString('base64') }),
    ),
  },
  {
    what: 'a commitment',
    code: 'record_root_mismatch',
    change: inExtra('entries/3.tlog-proof', ({ slots }) =>
      Object.assign(slots.actor ?? {}, { commitment: Buffer.alloc(32).toString('base64') }),
    ),
  },
  {
    what: 'a slot left out',
    code: 'record_field_missing',
    change: inExtra('entries/3.tlog-proof', ({ slots }) => delete slots.actor),
  },
  {
    what: 'the leaf of a receipt',
    code: 'proof_root_mismatch',
    change: inExtra('entries/3.tlog-proof', (extra) =>
      Object.assign(extra, {
        leaf: Buffer.concat([Buffer.from('sekisho1'), Buffer.alloc(64)]).toString('base64'),
      }),
    ),
  },
  {
    what: 'spaces in the JSON of a receipt',
    code: ['json_not_canonical', 'receipt_extra'],
    change: (files) => {
      const lines = Buffer.from(files.get('entries/3.tlog-proof') ?? [])
        .toString('utf8')
        .split('\n')
      lines[1] = `extra ${Buffer.from(
        Buffer.from((lines[1] ?? '').slice(6), 'base64')
          .toString('utf8')
          .replace(':', ': '),
      ).toString('base64')}`
      files.set('entries/3.tlog-proof', utf8(lines.join('\n')))
    },
  },
  {
    what: 'a statement',
    code: ['record_blob_mismatch', 'proof_root_mismatch'],
    change: inExtra('statements/11.tlog-proof', (extra) =>
      Object.assign(extra, {
        blob: Buffer.from(
          String(Buffer.from(String(extra.blob), 'base64')).replace('vectors', 'vecters'),
        ).toString('base64'),
      }),
    ),
  },
  {
    what: 'a statement left out',
    code: 'statement_chain',
    change: (files) => files.delete('statements/0.tlog-proof'),
  },
  {
    what: 'the order left out',
    code: 'pack_order_missing',
    change: (files) => files.delete('statements/11.tlog-proof'),
  },
  {
    what: 'a statement that shows none',
    code: 'statement_malformed',
    change: inExtra('statements/11.tlog-proof', (extra) => delete extra.blob),
  },
  { what: 'content', code: 'pack_content_mismatch', change: flip('contents/3', 0) },
  { what: 'content left out', code: 'pack_content_missing', change: (files) => files.delete('contents/3') },
  {
    what: 'content of an entry that is not shown',
    code: 'pack_file_unexpected',
    change: (files) => files.set('contents/4', utf8('x')),
  },
  {
    what: 'a receipt of an entry that is not shown',
    code: 'pack_file_unexpected',
    change: (files) =>
      files.set('entries/4.tlog-proof', files.get('entries/5.tlog-proof') ?? new Uint8Array()),
  },
  {
    what: 'a receipt left out',
    code: 'pack_file_missing',
    change: (files) => files.delete('entries/3.tlog-proof'),
  },
  {
    what: 'an agreement',
    code: 'pack_agreement_mismatch',
    change: (files) => files.set(agreementPath(files), utf8('another')),
  },
  {
    what: 'an agreement nobody named',
    code: 'pack_file_unexpected',
    change: (files) => files.set(`agreements/${'0'.repeat(64)}.md`, utf8('x')),
  },
  {
    what: 'a wrapped key: number',
    code: 'wrapped_key_mismatch',
    change: text('keys/7.json', '"number":7', '"number":8'),
  },
  {
    what: 'a wrapped key: owner',
    code: 'wrapped_key_mismatch',
    change: text('keys/7.json', 'institution/bank', 'institution/bunk'),
  },
  {
    what: 'a wrapped key: threshold',
    code: 'wrapped_key_malformed',
    change: text('keys/7.json', '"threshold":2', '"threshold":1'),
  },
  {
    what: 'a wrapped key: an envelope cut',
    code: 'wrapped_key_malformed',
    change: text('keys/7.json', /"enc":"[^"]*"/, '"enc":"AAAA"'),
  },
  {
    what: 'a wrapped key: spaces',
    code: 'json_not_canonical',
    change: text('keys/7.json', '"number":7', '"number": 7'),
  },
  {
    what: 'a wrapped key: base64',
    code: ['base64_malformed', 'wrapped_key_malformed'],
    change: text('keys/7.json', /"check":"./, '"check":"*'),
  },
  { what: 'a wrapped key: not JSON', code: 'json_syntax', change: text('keys/7.json', '{', '[') },
  // the manifest says something else than the rest
  {
    what: 'span of the manifest',
    code: 'pack_manifest_malformed',
    change: () => {},
    manifest: (m) => ({ ...m, span: { from: 2, to: 99 } }),
  },
  {
    what: 'a gap in the entries',
    code: 'pack_entries_gap',
    change: () => {},
    manifest: (m) => ({ ...m, entries: m.entries.slice(1) }),
  },
  {
    what: 'size of the manifest',
    code: 'pack_checkpoint_mismatch',
    change: () => {},
    manifest: (m) => ({ ...m, size: 13 }),
  },
  {
    what: 'another origin',
    code: 'pack_foreign_log',
    change: () => {},
    manifest: (m) => ({ ...m, origin: 'log.example/other' }),
  },
  {
    what: 'another order',
    code: 'pack_order_malformed',
    change: () => {},
    manifest: (m) => ({ ...m, order: 0 }),
  },
  {
    what: 'fewer fields',
    code: 'pack_order_mismatch',
    change: () => {},
    manifest: (m) => ({ ...m, fields: { shown: m.fields.shown.slice(1), withheld: [] } }),
  },
  {
    what: 'a field said to be withheld',
    code: 'pack_field_mismatch',
    change: () => {},
    manifest: (m) => ({
      ...m,
      fields: {
        shown: m.fields.shown.slice(1),
        withheld: [...m.fields.shown.slice(0, 1), ...m.fields.withheld],
      },
    }),
  },
  {
    what: 'a shown entry called destroyed',
    code: 'pack_file_unexpected',
    change: () => {},
    manifest: (m) => ({
      ...m,
      entries: [
        { from: 2, to: 8, state: 'unavailable', reason: 'destroyed' },
        { from: 8, to: 9, state: 'statement', reason: null },
        { from: 9, to: 10, state: 'unavailable', reason: 'destroyed' },
      ],
    }),
  },
  {
    what: 'an exchange called a statement',
    code: 'pack_state_mismatch',
    change: () => {},
    manifest: (m) => ({ ...m, entries: [{ from: 2, to: 10, state: 'statement', reason: null }] }),
  },
  {
    what: 'entries passed over without a sample',
    code: 'pack_choice_mismatch',
    sample: true,
    change: () => {},
    manifest: (m) => ({ ...m, entries: [{ from: 2, to: 10, state: 'withheld', reason: 'not_chosen' }] }),
  },
  {
    what: 'the consistency proof of the sample',
    code: 'proof_root_mismatch',
    sample: true,
    change: flip('consistency-proof', 3),
  },
]

function agreementPath(files: PackFiles): string {
  return [...files.keys()].find((path) => path.startsWith('agreements/')) ?? ''
}

for (const { what, code, change, manifest, sample } of TAMPERINGS) {
  test(`an operator who signs again is found out: ${what}`, async () => {
    const files = await testPack({ sample: sample === true })
    const said = manifestOf(files)
    change(files)
    const got = await codeOf(sealPack(files, manifest === undefined ? said : manifest(said)))
    assert.ok([code].flat().includes(got as VerifyErrorCode), `${what}: ${got}`)
  })
}

test('a statement beside the chain is found in the span, whatever the manifest calls it', async () => {
  const beside = await testPack({ beside: true })
  assert.equal(await codeOf(beside), 'statement_missing')
  const said = manifestOf(beside)
  const entries = said.entries.map((run) =>
    run.from === 8 ? { ...run, state: 'unavailable' as const, reason: 'key_not_held' } : run,
  )
  assert.equal(await codeOf(sealPack(beside, { ...said, entries })), 'statement_missing')
  const good = await testPack()
  const listed = manifestOf(good)
  const called = listed.entries.map((run) =>
    run.from === 8 ? { ...run, state: 'withheld' as const, reason: 'not_chosen' } : run,
  )
  assert.equal(await codeOf(sealPack(good, { ...listed, entries: called })), 'pack_state_mismatch')
})

test('an entry is called destroyed only where a statement destroyed content after it', async () => {
  const undone = await testPack({ destroy: { type: 'content.release', id: 'hold-1' } })
  assert.equal(await codeOf(undone), 'pack_state_mismatch')
})

test('a manifest of another key, an unlisted file, a missing file, a wrong size', async () => {
  const good = await testPack()
  const said = manifestOf(good)
  assert.equal(await codeOf(new Map(good).set('extra', utf8('x'))), 'pack_file_unexpected')
  const short = new Map(good)
  short.delete('span-proof')
  assert.equal(await codeOf(short), 'pack_file_missing')
  assert.equal(await codeOf(new Map(good).set('index.en.html', utf8('x'))), 'pack_file_size')
  const other = { ...good.get(PACK_FILES.manifest) }
  assert.ok(other)
  const swapped = sealPack(good, { ...said, madeAtMs: said.madeAtMs + 1 })
  assert.equal(
    await codeOf(
      new Map(good).set(PACK_FILES.manifest, swapped.get(PACK_FILES.manifest) ?? new Uint8Array()),
    ),
    'pack_manifest_digest',
  )
  const spaced = Buffer.from(formatManifest(said)).toString('utf8').replace(':', ': ')
  assert.equal(await codeOf(new Map(good).set(PACK_FILES.manifest, utf8(spaced))), 'json_not_canonical')
})

test('a sample whose checkpoint is too small for its span, and content without its slots, are refused', async () => {
  const small = await testPack({
    order: {
      sample: { seed: '00'.repeat(32), count: 1, size: 5, root: Buffer.alloc(32).toString('base64') },
    },
  })
  const said = manifestOf(small)
  const drawn = drawSample(new Uint8Array(32), new Uint8Array(32), said.span, 1)
  assert.equal(await codeOf(sealPack(small, { ...said, sample: drawn })), 'pack_sample_malformed')
  const withoutContent = await testPack({ order: { content: false } })
  assert.equal(await codeOf(withoutContent), 'pack_order_mismatch')
})

test('the container has one encoding: any other tar of the same files is refused', async () => {
  const files = await testPack()
  const tar = writeTar(files)
  assert.deepEqual([...readTar(tar).keys()], [...files.keys()].sort())
  assert.deepEqual(writeTar(readTar(tar)), tar)
  const refused = (bytes: Uint8Array): void => assert.throws(() => readTar(bytes), { code: 'pack_container' })
  refused(tar.subarray(0, -512))
  refused(Buffer.concat([tar, Buffer.alloc(512)]))
  refused(Buffer.concat([tar.subarray(0, 512), tar]))
  for (const at of [0, 100, 108, 124, 136, 148, 156, 157, 257, 265, 345, 500]) {
    const bytes = Uint8Array.from(tar)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    refused(bytes)
  }
  for (const path of ['../up', '/root', 'a//b', 'a/../b', 'A', '.hidden', 'a/.', ''])
    assert.throws(() => writeTar(new Map([[path, new Uint8Array()]])), { code: 'pack_container' })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const one = writeTar(new Map([['a', bytes]]))
      assert.deepEqual(readTar(one).get('a'), bytes)
    }),
    { numRuns: 50 },
  )
})

test('range proofs hold for every span of small trees and for nothing else', async () => {
  for (const size of [1, 2, 3, 7, 8, 13, 20]) {
    const leaves = Array.from({ length: size }, (_, i) => leafHash(utf8(`leaf ${i}`)))
    const root = treeRoot(leaves)
    for (let from = 0; from < size; from++) {
      for (let to = from + 1; to <= size; to++) {
        const proof = await proveRange({ from, to }, size, nodesOf(leaves))
        verifyRange(proof, leaves.slice(from, to), { from, to }, size, root)
        const other = leaves.slice(from, to).map((leaf, i) => (i === 0 ? leafHash(utf8('other')) : leaf))
        assert.throws(() => verifyRange(proof, other, { from, to }, size, root), {
          code: 'proof_root_mismatch',
        })
        if (to < size)
          assert.throws(
            () => verifyRange(proof, leaves.slice(from, to), { from: from + 1, to: to + 1 }, size, root),
            VerifyError,
          )
      }
    }
  }
  const wrong = [
    [0, 0, 1],
    [1, 1, 2],
    [0, 3, 2],
    [-1, 1, 2],
    [0, 1, 0],
  ] as const
  for (const [from, to, size] of wrong)
    assert.throws(() => verifyRange([], [], { from, to }, size, new Uint8Array(32)), VerifyError)
})

test('a wrapped key of very many seats is refused before its groups are made', async () => {
  const wrapped = parseWrappedKey((await testPack()).get('keys/7.json') ?? new Uint8Array(), 'keys/7.json')
  const seats = Array.from({ length: 60 }, (_, i) => ({ id: `seat-${i}`, key: '0123456789abcdef' }))
  const many = { ...wrapped, custodians: { threshold: 30, seats, groups: wrapped.custodians?.groups ?? [] } }
  assert.throws(() => parseWrappedKey(utf8(formatWrappedKey(many)), 'x'), { code: 'wrapped_key_malformed' })
})

test('a wrapped key has one encoding and says whether a key is the one', async () => {
  const bytes = (await testPack()).get('keys/7.json') ?? new Uint8Array()
  const wrapped = parseWrappedKey(bytes, 'keys/7.json')
  assert.equal(formatWrappedKey(wrapped), Buffer.from(bytes).toString('utf8'))
  assert.ok(isWrappedKey(wrapped, new Uint8Array(32).fill(7)))
  assert.ok(!isWrappedKey(wrapped, new Uint8Array(32).fill(8)))
  assert.equal(toHex(wrapped.check).length, 64)
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    try {
      // What still reads reads as something else: no byte is without meaning.
      assert.notDeepEqual(parseWrappedKey(changed, 'x'), wrapped)
    } catch (error) {
      assert.ok(error instanceof VerifyError, String(error))
    }
  }
})
