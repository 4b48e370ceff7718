/**
 * The verifier in Python, written from docs/spec alone, says what ours says: over the golden ledger, damaged copies of it, and
 * cosigned checkpoints under policies. Skipped where there is no python3.
 */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HAS_ML_DSA } from './cosign-for-test.ts'
import { readVectors, testKey, testLedger, vectors } from './fixture.ts'
import {
  formatVerifierKey,
  openPack,
  parsePolicy,
  parseVerifierKey,
  toBase64,
  utf8,
  VerifyError,
  verifyLedger,
  verifyPack,
  verifyReceipt,
  verifyWitnessed,
} from './index.ts'
import { directoryReader } from './node.ts'

const PROGRAM = fileURLToPath(new URL('../foreign/verify.py', import.meta.url))
const skip = spawnSync('python3', ['--version']).status === 0 ? false : 'there is no python3 here'
const golden = (name: string) => fileURLToPath(vectors(`golden-ledger/${name}`))
const vkey = readFileSync(golden('verifier-key'), 'utf8').trim()
const key = parseVerifierKey(vkey)

let dir = ''
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'sekisho-foreign-'))
})
after(() => rmSync(dir, { recursive: true, force: true }))

function python(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('python3', [PROGRAM, ...args], (error, stdout, stderr) => {
      if (stderr !== '') reject(new Error(stderr))
      else resolve(error === null ? 'good' : (JSON.parse(stdout) as { code: string }).code)
    })
  })
}

async function ours(check: () => Promise<unknown>): Promise<string> {
  try {
    await check()
    return 'good'
  } catch (error) {
    if (error instanceof VerifyError) return error.code
    throw error
  }
}

/** Which of entry and tile is wrong, only ours says. */
const alike = (code: string) =>
  /^(tile_hash_mismatch|bundle_entry_mismatch)$/.test(code) ? 'tile_or_entry' : code

test('the golden ledger and its receipts', { skip }, async () => {
  assert.equal(await python('ledger', golden('public'), vkey), 'good')
  assert.equal(await python('ledger', golden('public'), vkey, golden('signed-checkpoint')), 'good')
  for (const name of ['full', 'partial', 'statement'])
    assert.equal(await python('receipt', golden(`receipts/${name}.tlog-proof`), vkey), 'good')
})

const PLACES: readonly [file: string, every: number][] = [
  ['checkpoint', 23],
  ['tile/0/000.p/5', 71],
  ['tile/entries/000.p/5', 61],
  ['statements/head', 1],
  ['statements/2', 701],
]

test('one byte changed anywhere in the public files: the same code', { skip }, async () => {
  let compared = 0
  for (const [file, every] of PLACES) {
    const bytes = readFileSync(join(golden('public'), file))
    for (let at = 0; at < bytes.length; at += every) {
      const place = join(dir, `flip-${compared++}`)
      cpSync(golden('public'), place, { recursive: true })
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      writeFileSync(join(place, file), changed)
      const mine = await ours(() => verifyLedger(directoryReader(place), { key }))
      assert.equal(await python('ledger', place, vkey), alike(mine), `${file} byte ${at}`)
      assert.notEqual(mine, 'good')
    }
  }
  assert.ok(compared > 15, String(compared))
})

interface NegativeVectors {
  readonly ledger_key: string
  readonly ledgers: readonly { what: string; code: string; files: Record<string, string> }[]
  readonly receipts: readonly { what: string; code: string; text: string }[]
  readonly packs: readonly { what: string; code: string; file: string }[]
}
const negative = readVectors<NegativeVectors>('negative.json')

function laidOut(files: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(dir, 'negative-'))
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(place, path)), { recursive: true })
    writeFileSync(join(place, path), Buffer.from(bytes, 'base64'))
  }
  return place
}

test('vectors/negative.json: ledgers, receipts and packs that must not pass', async () => {
  const log = parseVerifierKey(negative.ledger_key)
  for (const { what, code, files } of negative.ledgers)
    assert.equal(
      await ours(() => verifyLedger(directoryReader(laidOut(files)), { key: log, programme: true })),
      code,
      what,
    )
  for (const { what, code, text } of negative.receipts)
    assert.equal(await ours(() => verifyReceipt(utf8(text), key)), code, what)
  const packKey = parseVerifierKey(readFileSync(vectors('pack/verifier-key'), 'utf8').trim())
  for (const { what, code, file } of negative.packs)
    assert.equal(await ours(() => verifyPack(openPack(readFileSync(vectors(file))), packKey)), code, what)
})

test('the same vectors in Python, but for the packs', { skip }, async () => {
  for (const { what, code, files } of negative.ledgers)
    assert.equal(await python('ledger', laidOut(files), negative.ledger_key), code, what)
  const file = join(dir, 'negative.tlog-proof')
  for (const { what, code, text } of negative.receipts) {
    writeFileSync(file, text)
    assert.equal(await python('receipt', file, vkey), code, what)
  }
})

test('a ledger of more than one tile: levels, full bundles, a statement in each', { skip }, async () => {
  const log = testKey()
  const files = testLedger(log)
  const place = laidOut(Object.fromEntries([...files].map(([path, bytes]) => [path, toBase64(bytes)])))
  const own = formatVerifierKey(log.key.name, log.key.publicKey)
  assert.equal(await python('ledger', place, own), 'good')
  const tile = Buffer.from(files.get('tile/1/000.p/1') ?? [])
  tile[3] = (tile[3] ?? 0) ^ 1
  writeFileSync(join(place, 'tile/1/000.p/1'), tile)
  assert.equal(await python('ledger', place, own), 'tile_or_entry')
  assert.equal(await ours(() => verifyLedger(directoryReader(place), { key: log.key })), 'tile_hash_mismatch')
})

test('one byte changed anywhere in a receipt: both refuse it', { skip }, async () => {
  const bytes = readFileSync(golden('receipts/partial.tlog-proof'))
  for (let at = 0; at < bytes.length; at += 251) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 0x01
    const file = join(dir, 'changed.tlog-proof')
    writeFileSync(file, changed)
    const mine = await ours(() => verifyReceipt(changed, key))
    assert.deepEqual(
      [await python('receipt', file, vkey), mine].includes('good'),
      false,
      `byte ${at}: ${mine}`,
    )
  }
})

interface WitnessVectors {
  readonly checkpoints: readonly { what: string; note: string; policy: string; outcome: string }[]
  readonly policies: readonly { policy: string; outcome: string }[]
}
const cases = readVectors<WitnessVectors>('witness.json')

test('vectors/witness.json: cosigned checkpoints and policies', async () => {
  for (const { what, note, policy, outcome } of cases.checkpoints) {
    const expected =
      outcome === 'good' && what.startsWith('ML-DSA') && !HAS_ML_DSA ? 'quorum_not_reached' : outcome
    assert.equal(
      await ours(async () => verifyWitnessed(utf8(note), parsePolicy(utf8(policy)))),
      expected,
      what,
    )
  }
  for (const { policy, outcome } of cases.policies)
    assert.equal(await ours(async () => parsePolicy(utf8(policy))), outcome, policy)
})

test('the same vectors in Python; ML-DSA-44, which it cannot check, never counts', { skip }, async () => {
  const [noteFile, policyFile] = [join(dir, 'note'), join(dir, 'policy')]
  for (const { what, note, policy, outcome } of cases.checkpoints) {
    writeFileSync(noteFile, note)
    writeFileSync(policyFile, policy)
    const expected = what.startsWith('ML-DSA') ? 'quorum_not_reached' : outcome
    assert.equal(await python('witnessed', noteFile, policyFile), expected, what)
  }
  for (const { policy, outcome } of cases.policies) {
    if (outcome === 'good' || policy.includes('gopher')) continue // it reads no addresses
    writeFileSync(policyFile, policy)
    assert.equal(await python('witnessed', noteFile, policyFile), outcome, policy)
  }
})
