/** Records, leaves, statement entries and receipts, against the vectors and against every byte changed. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readVectors, testKey, testStatement, vectors } from './fixture.ts'
import {
  commitField,
  encodeLeaf,
  FIELD_NAMES,
  formatReceipt,
  fromBase64,
  openStatementEntry,
  parseCanonical,
  parseLeaf,
  parseReceipt,
  parseSignedStatement,
  parseStatementEntry,
  parseVerifierKey,
  recordRootOf,
  sha256,
  toBase64,
  toHex,
  utf8,
  VerifyError,
  verifyReceipt,
} from './index.ts'

interface RecordVectors {
  readonly slots: readonly { name: string; salt: string; value: string; commitment: string }[]
  readonly record_root: string
  readonly blob_hash: string
  readonly leaf: string
}

const golden = (name: string) => readFileSync(vectors(`golden-ledger/${name}`))
const key = parseVerifierKey(golden('verifier-key').toString().trim())
const hex = (text: string) => Buffer.from(text, 'hex')
const code = (name: string) => ({ name: 'VerifyError', code: name })

test('the record vectors: names, commitments, root and leaf', () => {
  const { slots, record_root, blob_hash, leaf } = readVectors<RecordVectors>('record.json')
  assert.deepEqual(
    slots.map(({ name }) => name),
    [...FIELD_NAMES],
  )
  const commitments = FIELD_NAMES.map((name, i) => {
    const slot = slots[i]
    assert.ok(slot !== undefined)
    const commitment = commitField(name, hex(slot.salt), parseCanonical(slot.value))
    assert.equal(toHex(commitment), slot.commitment)
    return commitment
  })
  assert.equal(toHex(recordRootOf(commitments)), record_root)
  assert.equal(
    toHex(encodeLeaf({ class: 'exchange', recordRoot: hex(record_root), blobHash: hex(blob_hash) })),
    leaf,
  )
  const parsed = parseLeaf(hex(leaf), 'leaf')
  assert.deepEqual([toHex(parsed.recordRoot), toHex(parsed.blobHash)], [record_root, blob_hash])
})

test('leaves of another length or magic, and short records, are refused', () => {
  assert.throws(() => parseLeaf(new Uint8Array(71), 'x'), code('leaf_length'))
  assert.throws(() => parseLeaf(new Uint8Array(73), 'x'), code('leaf_length'))
  assert.throws(() => parseLeaf(new Uint8Array(72), 'x'), code('leaf_magic'))
  assert.throws(() => recordRootOf([]), code('record_field_missing'))
  assert.throws(() => commitField('time', new Uint8Array(15), 1), code('record_field_malformed'))
})

test('the golden receipts verify, say what they show, and are written back byte for byte', async () => {
  const expected = { full: [1, 16], partial: [3, 3], statement: [2, 16] } as const
  for (const [name, [index, disclosed]] of Object.entries(expected)) {
    const bytes = golden(`receipts/${name}.tlog-proof`)
    const receipt = await verifyReceipt(bytes, key)
    assert.deepEqual([receipt.index, Object.keys(receipt.disclosed).length], [index, disclosed])
    assert.equal(receipt.withheld.length, 16 - disclosed)
    assert.equal(formatReceipt(parseReceipt(bytes)), bytes.toString())
  }
  const { statement } = await verifyReceipt(golden('receipts/statement.tlog-proof'), key)
  const { body, signatures } = parseSignedStatement(statement)
  assert.deepEqual([body.type, body.scope, signatures.length], ['stop.issue', { kind: 'all' }, 1])
})

test('a receipt with any one byte changed does not verify', async () => {
  for (const name of ['partial', 'statement']) {
    const bytes = golden(`receipts/${name}.tlog-proof`)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      await assert.rejects(
        verifyReceipt(changed, key),
        (error) => error instanceof VerifyError,
        `${name} byte ${at}`,
      )
    }
  }
})

/** A receipt with its decoded `extra` changed. */
function withExtra(change: (extra: Record<string, never>) => void): Uint8Array {
  const lines = golden('receipts/partial.tlog-proof').toString().split('\n')
  const extra = JSON.parse(Buffer.from(fromBase64((lines[1] ?? '').slice(6))).toString())
  change(extra)
  lines[1] = `extra ${toBase64(utf8(canonical(extra)))}`
  return utf8(lines.join('\n'))
}

function canonical(value: unknown): string {
  const sorted = (_: string, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member
  return JSON.stringify(value, sorted)
}

test('what a receipt claims is led back to the leaf, each defect with its own code', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a test takes the receipt apart to break it
  const cases: [string, (extra: any) => void][] = [
    ['record_root_mismatch', (extra) => (extra.slots.time.value += 1)],
    ['record_root_mismatch', (extra) => (extra.slots.actor.commitment = toBase64(new Uint8Array(32)))],
    ['record_field_missing', (extra) => delete extra.slots.actor],
    ['record_field_unknown', (extra) => (extra.slots.tenant = extra.slots.actor)],
    ['record_field_malformed', (extra) => (extra.slots.actor = 1)],
    [
      'record_field_malformed',
      (extra) => (extra.slots.actor = { ...extra.slots.time, ...extra.slots.actor }),
    ],
    ['record_field_malformed', (extra) => (extra.slots.actor.commitment = 'AAAA')],
    ['base64_malformed', (extra) => (extra.slots.actor.commitment = '?')],
    ['record_blob_mismatch', (extra) => (extra.blob = 'AAAA')],
    ['proof_root_mismatch', (extra) => (extra.leaf = toBase64(new Uint8Array(72)))],
    ['record_field_malformed', (extra) => (extra.leaf = 'AAAA')],
    ['receipt_extra', (extra) => (extra.type = 'sekisho/receipt/v2')],
    ['receipt_extra', (extra) => (extra.more = 1)],
    ['receipt_extra', (extra) => delete extra.slots],
  ]
  for (const [expected, change] of cases) {
    await assert.rejects(verifyReceipt(withExtra(change), key), code(expected), `${expected} ${change}`)
  }
  const bare = await verifyReceipt(
    withExtra((extra) => Object.assign(extra, { slots: null })),
    key,
  )
  assert.deepEqual([bare.disclosed, bare.withheld.length], [{}, 16])
})

test('receipt files that are not exactly so are refused', async () => {
  const good = golden('receipts/partial.tlog-proof').toString()
  const cases: [string, string][] = [
    ['', 'receipt_malformed'],
    [good.replace('\n\n', '\n'), 'base64_malformed'],
    [good.replace('@v1', '@v2'), 'receipt_version'],
    [good.replace(/^extra.*\n/m, ''), 'receipt_extra'],
    [good.replace('index 3', 'index 03'), 'receipt_index'],
    [good.replace('index 3', 'index -3'), 'receipt_index'],
    [good.replace('index 3', 'index 9007199254740993'), 'receipt_index'],
    [good.replace('index 3', 'index 4'), 'proof_length'],
    [good.replace('index 3', 'index 2'), 'proof_root_mismatch'],
    [good.replace('index 3', 'index 5'), 'proof_index_range'],
    [good.replace(/index 3\n.*\n/, 'index 3\n'), 'proof_length'],
    [good.replace('index 3\n', 'index 3\nAAAA\n'), 'receipt_hash_line'],
    [good.replace('index 3\n', 'index 3\n \n'), 'base64_malformed'],
  ]
  for (const [text, expected] of cases) {
    await assert.rejects(verifyReceipt(utf8(text), key), code(expected), `${expected}: ${text.slice(0, 60)}`)
  }
  await assert.rejects(verifyReceipt(utf8(good), testKey().key), code('note_key_absent'))
})

test('statement entries are read strictly and checked against their leaf', () => {
  const { leaf, blob } = testStatement(4, { a: 1 })
  const parsed = parseLeaf(leaf, 'leaf')
  assert.deepEqual(openStatementEntry(blob, parsed, 'x').statement, { a: 1 })
  assert.equal(parseStatementEntry(blob, 'x').previous, 4)
  const text = Buffer.from(blob).toString()
  assert.throws(
    () => openStatementEntry(utf8(text.replace('"a":1', '"a":2')), parsed, 'x'),
    code('record_blob_mismatch'),
  )
  const unbound = { class: 'statement' as const, recordRoot: new Uint8Array(32), blobHash: sha256(blob) }
  assert.throws(() => openStatementEntry(blob, unbound, 'x'), code('record_root_mismatch'))
  const cases: [string, string][] = [
    [text.replace('statement-entry/v1', 'statement-entry/v2'), 'statement_malformed'],
    [text.replace('"kind":"statement"', '"kind":"intent"'), 'statement_malformed'],
    [text.replace('"refers":4', '"refers":"4"'), 'statement_malformed'],
    [text.replace('"refers":4', '"refers":-4'), 'statement_malformed'],
    [text.replace('"labels":null,', ''), 'record_field_missing'],
    [`${text} `, 'json_not_canonical'],
  ]
  for (const [changed, expected] of cases)
    assert.throws(() => parseStatementEntry(utf8(changed), 'x'), code(expected), expected)
})
