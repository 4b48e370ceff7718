/**
 * The verifier in Python, written from docs/spec alone, says what ours says: over the golden ledger, damaged copies of it, and
 * cosigned checkpoints under policies. Skipped where there is no python3.
 */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cosign, HAS_ML_DSA, testCosigner } from './cosign-for-test.ts'
import { signCheckpoint, testKey, vectors } from './fixture.ts'
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

test('quorums, bad cosignatures and policies: the same code', { skip }, async () => {
  const log = testKey()
  const logKey = formatVerifierKey(log.key.name, log.key.publicKey)
  const [a, b] = [testCosigner('w.example/a', 61), testCosigner('w.example/b', 62)]
  const pq = HAS_ML_DSA ? testCosigner('w.example/pq', 63, 'ml-dsa-44') : b
  const note = signCheckpoint(7, new Uint8Array(32), log)
  const head = `log ${logKey}\nwitness a ${a.vkey}\nwitness b ${b.vkey}\n`
  const spoiled = cosign(note, [a]).replace(/(w\.example\/a .{40})./, (_, kept: string) => `${kept}A`)
  const cases: [note: string, policy: string, expected: string][] = [
    [cosign(note, [a, b]), `${head}group g all a b\nquorum g\n`, 'good'],
    [cosign(note, [a]), `${head}group g 2 a b\nquorum g\n`, 'quorum_not_reached'],
    [cosign(note, [a]), `${head}group g any a b\nquorum g\n`, 'good'],
    [note, 'quorum none\n', 'note_key_absent'],
    [note, `log ${logKey}\nquorum none\n`, 'good'],
    [spoiled, `${head}quorum b\n`, 'cosignature_invalid'],
    [note.replace('\n7\n', '\n8\n'), `${head}quorum none\n`, 'note_signature_invalid'],
    [note, `${head}group g 3 a b\nquorum g\n`, 'policy_threshold'],
    [note, `${head}group g any a a\nquorum g\n`, 'policy_member_repeated'],
    [note, `${head}witness c ${a.vkey}\nquorum c\n`, 'policy_key_repeated'],
    [note, `${head}quorum c\n`, 'policy_name_unknown'],
    [note, head, 'policy_quorum_missing'],
  ]
  for (const [text, policyText, expected] of cases) {
    const [noteFile, policyFile] = [join(dir, 'note'), join(dir, 'policy')]
    writeFileSync(noteFile, text)
    writeFileSync(policyFile, policyText)
    const mine = await ours(async () => verifyWitnessed(utf8(text), parsePolicy(utf8(policyText))))
    assert.deepEqual(
      [mine, await python('witnessed', noteFile, policyFile)],
      [expected, expected],
      policyText,
    )
  }
  if (!HAS_ML_DSA) return
  // What Python cannot check it does not count; ours can.
  const policyText = `log ${logKey}\nwitness pq ${pq.vkey}\nquorum pq\n`
  writeFileSync(join(dir, 'policy'), policyText)
  writeFileSync(join(dir, 'note'), cosign(note, [pq]))
  assert.equal(await python('witnessed', join(dir, 'note'), join(dir, 'policy')), 'quorum_not_reached')
  assert.equal(
    await ours(async () => verifyWitnessed(utf8(cosign(note, [pq])), parsePolicy(utf8(policyText)))),
    'good',
  )
})
