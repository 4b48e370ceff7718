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
import {
  PARTY,
  publish,
  readVectors,
  signedStatement,
  TEST_STATEMENTS,
  testKey,
  testStatement,
  vectors,
} from './fixture.ts'
import {
  formatVerifierKey,
  parsePolicy,
  parseVerifierKey,
  utf8,
  VerifyError,
  verifyLedger,
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

test('statements beside the chain and under the leaf of an exchange: the same code', { skip }, async () => {
  const log = testKey()
  const first = testStatement(null, TEST_STATEMENTS[0]!) // the founding statement
  const stop = testStatement(0, signedStatement(PARTY, { type: 'stop.issue', reason: 'drill' }))
  const other = testStatement(0, signedStatement(PARTY, { type: 'incident.set', incident: false }))
  const masked = Uint8Array.from(stop.leaf)
  masked[7] = 0x31
  const cases: [code: string, leaves: Uint8Array[], blobs: Record<number, Uint8Array>, head: number][] = [
    ['good', [first.leaf, stop.leaf], { 0: first.blob, 1: stop.blob }, 1],
    ['statement_missing', [first.leaf, stop.leaf, other.leaf], { 0: first.blob, 2: other.blob }, 2],
    ['statement_head_behind', [first.leaf, stop.leaf], { 0: first.blob }, 0],
    ['leaf_class', [first.leaf, masked], { 0: first.blob, 1: stop.blob }, 1],
  ]
  for (const [code, leaves, blobs, head] of cases) {
    const place = join(dir, `chain-${code}`)
    const files = publish(leaves, log).set('statements/head', utf8(`${head}\n`))
    for (const [index, blob] of Object.entries(blobs)) files.set(`statements/${index}`, blob)
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), bytes)
    }
    assert.equal(await ours(() => verifyLedger(directoryReader(place), { key: log.key })), code)
    const own = formatVerifierKey(log.key.name, log.key.publicKey)
    assert.equal(await python('ledger', place, own), code)
  }
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
