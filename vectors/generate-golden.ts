/**
 * Wrote vectors/golden-ledger and vectors/record.json, once. Run again only for a new format version:
 *   node --conditions=sekisho-source vectors/generate-golden.ts
 * Salts and keys are random, so a new run gives other bytes; a change of the committed ones is a broken promise.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIELD_NAMES, commitField, recordRoot, encodeLeaf, toHex, toBase64, canonicalize, type FieldName } from '../verify/src/index.ts'
import { createFakeClock } from '../server/src/base/index.ts'
import { keyPairFromSeed } from '../server/src/identity/index.ts'
import { signStatement } from '../server/src/programme/index.ts'
import { deriveContentKey } from '../server/src/ledger/key-slot.ts'
import { intentDraft, openTest, outcomeDraft, scratchDir } from '../server/src/ledger/fixture.ts'

const here = import.meta.dirname
using scratch = scratchDir()
const clock = createFakeClock(Date.UTC(2026, 10, 22))
const ledger = await openTest(scratch.dir, { clock })
// Keys for tests only: seeds of one repeated byte. The digest names no document; what is signed is what counts here.
const keys = ['us', 'jp', 'provider'].map((id, i) => ({ id, key: keyPairFromSeed(Buffer.alloc(32, i + 1).toString('base64')) }))
const founding = {
  agreement: { id: 'golden', version: 1, digest: '0'.repeat(64) },
  sample: true,
  parties: keys.map(({ id, key }) => ({ id, keys: [{ public: key.public, assurance: 'key' as const }] })),
}
const draft = { programme: 'golden', issuedAtMs: clock.nowMs() }
const all = keys.map(({ key }) => key)
// A signed statement is canonical JSON throughout; the rooms' types differ in what they call it.
const append = (statement: object) => ledger.append({ class: 'statement', statement: statement as never })
await append(signStatement({ ...draft, type: 'programme.found', payload: founding }, all))
clock.advance(1000)
const { index } = await ledger.append(intentDraft(1, 32))
await append(signStatement({ ...draft, type: 'stop.issue', payload: { scope: { kind: 'all' }, reason: 'drill' } }, all.slice(2)))
clock.advance(250)
await ledger.append(outcomeDraft(index, 1))
await ledger.append(intentDraft(2, 0, 2))
await ledger.close()
const again = await openTest(scratch.dir, { clock })
const golden = join(here, 'golden-ledger')
rmSync(golden, { recursive: true, force: true })
mkdirSync(golden)
const receipts = { 'full.tlog-proof': await again.receipt(1), 'partial.tlog-proof': await again.receipt(3, ['kind', 'time', 'response']), 'statement.tlog-proof': await again.receipt(2) }
await again.close()
for (const name of ['wal', 'public', 'signed-checkpoint']) cpSync(join(scratch.dir, name), join(golden, name), { recursive: true })
cpSync(`${scratch.dir}.keyring`, join(golden, 'keyring'))
writeFileSync(join(golden, 'verifier-key'), `${ledger.verifierKey}\n`)
mkdirSync(join(golden, 'receipts'))
for (const [name, text] of Object.entries(receipts)) writeFileSync(join(golden, 'receipts', name), text)

const fields = Object.fromEntries(FIELD_NAMES.map((name, i) => [name, ['intent', 1_764_720_000_000, 'mufg', null, '文字', { b: 1, a: [true, null] }][i] ?? null])) as Record<FieldName, null>
const salts = Object.fromEntries(FIELD_NAMES.map((name, i) => [name, new Uint8Array(16).fill(i)])) as unknown as Record<FieldName, Uint8Array>
const root = recordRoot(fields, salts)
const epochKey = { id: 258, owner: 'institution/mufg', epoch: 202_611, key: Buffer.alloc(32, 0x11) }
const secret = Buffer.alloc(32, 0x22)
const blobHash = new Uint8Array(32).fill(0xab)
writeFileSync(join(here, 'record.json'), `${JSON.stringify({
  provenance: 'vectors/generate-golden.ts; computed again independently from docs/spec/record.md sections 3 and 6 alone (Python hashlib)',
  slots: FIELD_NAMES.map((name) => ({ name, salt: toHex(salts[name]), value: canonicalize(fields[name]), commitment: toHex(commitField(name, salts[name], fields[name])) })),
  record_root: toHex(root),
  blob_hash: toHex(blobHash),
  leaf: toHex(encodeLeaf({ class: 'exchange', recordRoot: root, blobHash })),
  leaf_base64: toBase64(encodeLeaf({ class: 'exchange', recordRoot: root, blobHash })),
  content_key: { epoch_key: toHex(epochKey.key), epoch_key_number: epochKey.id, secret: toHex(secret), key: toHex(deriveContentKey(epochKey, secret)) },
}, null, 1)}\n`)
