/**
 * Writes vectors/negative.json, and packs that are refused beside vectors/pack: what a verifier must not accept, and with which
 * code. All of it is fixed; a test compares what verifiers say.
 *   node --conditions=sekisho-source vectors/generate-negative.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatVerifierKey, toBase64, utf8, writeTar } from '../verify/src/index.ts'
import { PARTY, publish, signedStatement, TEST_STATEMENTS, testKey, testStatement } from '../verify/src/fixture.ts'
import { testPack } from '../verify/src/pack-for-test.ts'

const here = import.meta.dirname
const log = testKey()
const first = testStatement(null, TEST_STATEMENTS[0]!) // the founding statement
const stop = testStatement(0, signedStatement(PARTY, { type: 'stop.issue', scope: { kind: 'all' }, reason: 'drill' }))
const other = testStatement(0, signedStatement(PARTY, { type: 'incident.set', incident: false, reason: 'drill' }))
const masked = Uint8Array.from(stop.leaf)
masked[7] = 0x31
const strange = Uint8Array.from(stop.leaf)
strange[7] = 0x33

function ledger(code: string, what: string, leaves: Uint8Array[], blobs: Record<number, Uint8Array>, head: number) {
  const files = publish(leaves, log).set('statements/head', utf8(`${head}\n`))
  for (const [index, blob] of Object.entries(blobs)) files.set(`statements/${index}`, blob)
  return { what, code, files: Object.fromEntries([...files].map(([path, bytes]) => [path, toBase64(bytes)])) }
}

const receipt = readFileSync(join(here, 'golden-ledger/receipts/full.tlog-proof'), 'utf8')
const [head = '', extraLine = '', ...rest] = receipt.split('\n')
const extra = Buffer.from(extraLine.slice(6), 'base64').toString('utf8')
const withExtra = (text: string): string => [head, `extra ${Buffer.from(text).toString('base64')}`, ...rest].join('\n')

writeFileSync(
  join(here, 'negative.json'),
  `${JSON.stringify(
    {
      provenance: 'vectors/generate-negative.ts; `good` is accepted, anything else is the code of the defect',
      ledger_key: formatVerifierKey(log.key.name, log.key.publicKey),
      ledgers: [
        ledger('good', 'two statements, each on the chain', [first.leaf, stop.leaf], { 0: first.blob, 1: stop.blob }, 1),
        ledger('statement_missing', 'a stop beside the chain: two statements refer to 0', [first.leaf, stop.leaf, other.leaf], { 0: first.blob, 2: other.blob }, 2),
        ledger('statement_missing', 'the same, with the file of the stop there', [first.leaf, stop.leaf, other.leaf], { 0: first.blob, 1: stop.blob, 2: other.blob }, 2),
        ledger('statement_head_behind', 'the head names an earlier statement', [first.leaf, stop.leaf], { 0: first.blob }, 0),
        ledger('leaf_class', 'a statement under the leaf of an exchange', [first.leaf, masked], { 0: first.blob, 1: stop.blob }, 1),
        ledger('leaf_magic', 'a leaf of no class', [first.leaf, strange], { 0: first.blob }, 0),
      ],
      receipts_key: 'golden-ledger/verifier-key',
      receipts: [
        { what: 'as it is', code: 'good', text: receipt },
        { what: 'another index', code: 'proof_root_mismatch', text: receipt.replace('\nindex 1\n', '\nindex 0\n') },
        { what: 'an index with a leading zero', code: 'receipt_index', text: receipt.replace('\nindex 1\n', '\nindex 01\n') },
        { what: 'another value in a slot', code: 'record_root_mismatch', text: withExtra(extra.replace('"value":"smbc"', '"value":"mufg"')) },
        { what: 'a slot more', code: 'record_field_unknown', text: withExtra(extra.replace('"time":', '"tima":{"commitment":""},"time":')) },
        { what: 'extra with a space', code: 'json_not_canonical', text: withExtra(extra.replace('":', '": ')) },
        { what: 'another version', code: 'receipt_version', text: receipt.replace('@v1', '@v2') },
        { what: 'a checkpoint of another size', code: 'note_signature_invalid', text: receipt.replace('\n5\n', '\n6\n') },
      ],
      packs_key: 'pack/verifier-key',
      packs: [
        { what: 'as it is', code: 'good', file: 'pack/auditor.tar' },
        { what: 'a statement of the span beside the chain, called out of scope', code: 'statement_missing', file: 'pack/beside.tar' },
        { what: 'an entry called destroyed, and nothing destroyed it', code: 'pack_state_mismatch', file: 'pack/undone.tar' },
      ],
    },
    null,
    1,
  )}\n`,
)
writeFileSync(join(here, 'pack', 'beside.tar'), writeTar(await testPack({ beside: true })))
writeFileSync(
  join(here, 'pack', 'undone.tar'),
  writeTar(await testPack({ destroy: { type: 'incident.set', incident: false } })),
)
