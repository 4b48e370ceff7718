/**
 * The command as an auditor has it: built, installed beside nothing, run by the oldest Node supported.
 *
 * `NODE20` names that Node; without it the `node` on the path is used, else this one.
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cosign, testCosigner } from './cosign-for-test.ts'
import { flipped, publish, testKey, testLeaf, testLedger, vectors } from './fixture.ts'
import { formatVerifierKey } from './index.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))
const NODE = process.env.NODE20 ?? (spawnSync('node', ['--version']).status === 0 ? 'node' : process.execPath)
const key = testKey()
const vkey = formatVerifierKey(key.key.name, key.key.publicKey)
const files = testLedger(key)

let dir = ''
let cli = ''

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'sekisho-verify-'))
  execFileSync(TSC, ['-p', join(PACKAGE, 'tsconfig.build.json'), '--outDir', join(dir, 'dist')])
  copyFileSync(join(PACKAGE, 'package.json'), join(dir, 'package.json'))
  cli = join(dir, 'dist', 'cli.js')
})

after(() => rmSync(dir, { recursive: true, force: true }))

function write(name: string, content: ReadonlyMap<string, Uint8Array>): string {
  const to = join(dir, name)
  for (const [path, bytes] of content) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), bytes)
  }
  return to
}

interface Run {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Asynchronous, because one test serves the ledger from this very process. */
function run(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(NODE, [cli, ...args], (error, stdout, stderr) => {
      const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ status, stdout, stderr })
    })
  })
}

test('help, and wrong usage', async () => {
  const help = await run('--help')
  assert.equal(help.status, 0)
  assert.match(help.stdout, /sekisho-verify ledger DIR\|URL --key VKEY/)
  const cases = [
    [],
    ['nonsense'],
    ['ledger'],
    ['ledger', dir],
    ['ledger', dir, '--key', 'x+y'],
    ['receipt', join(dir, 'none'), '--key', vkey],
  ]
  for (const args of [
    ...cases,
    ['ledger', dir, '--key', vkey, '--nonsense'],
    ['constructor', '--key', vkey],
  ]) {
    const { status, stderr } = await run(...args)
    assert.equal(status, 2, args.join(' '))
    assert.doesNotMatch(stderr, /at .*\.js:/, 'no stack traces')
  }
})

test('a ledger in a directory, good and with one byte flipped', async () => {
  const good = await run('ledger', write('good', files), '--key', vkey)
  assert.deepEqual([good.status, good.stderr], [0, ''])
  assert.match(good.stdout, /^ledger: good\n {2}origin: log\.example\/test\n {2}size: 300\n/)
  const bad = await run('ledger', write('bad', flipped(files, 'tile/0/000', 320)), '--key', vkey)
  assert.equal(bad.status, 1)
  assert.match(
    bad.stderr,
    /^FAILED tile_hash_mismatch: .*\n {2}place: tile\/0\/000 hash 10\n {2}expected: .+\n {2}got: .+\n$/,
  )
  const json = await run('ledger', join(dir, 'bad'), '--key', vkey, '--json')
  const { ok, code, place } = JSON.parse(json.stdout)
  assert.deepEqual([json.status, ok, code, place], [1, false, 'tile_hash_mismatch', 'tile/0/000 hash 10'])
})

test('the golden ledger passes: its statements are signed by keys that its founding statement brings', async () => {
  const golden = fileURLToPath(vectors('golden-ledger/public'))
  const itsKey = readFileSync(vectors('golden-ledger/verifier-key'), 'utf8').trim()
  const good = await run('ledger', golden, '--key', itsKey)
  assert.deepEqual([good.status, good.stderr], [0, ''])
  assert.match(good.stdout, /statements: 2/)
})

test('a shortened ledger re-signed by the key holder passes alone and fails against a saved checkpoint', async () => {
  const saved = join(dir, 'saved-checkpoint')
  writeFileSync(saved, files.get('checkpoint') ?? '')
  const shortened = write('shortened', testLedger(key, undefined, 290))
  assert.equal((await run('ledger', shortened, '--key', vkey)).status, 0)
  const exposed = await run('ledger', shortened, '--key', vkey, '--saved', saved)
  assert.equal(exposed.status, 1)
  assert.match(exposed.stderr, /FAILED checkpoint_saved_ahead/)
  const sound = await run('ledger', write('sound', files), '--key', vkey, '--saved', saved, '--saved', saved)
  assert.match(sound.stdout, /saved_checkpoints: 2/)
})

test('consistency of two checkpoints', async () => {
  const leaves = [...Array(300).keys()].map((i) => testLeaf(i))
  const longer = write('longer', publish(leaves, key))
  const older = join(write('older', publish(leaves.slice(0, 100), key)), 'checkpoint')
  const args = ['--dir', longer, '--key', vkey]
  assert.equal((await run('consistency', older, join(longer, 'checkpoint'), ...args)).status, 0)
  const forked = join(
    write('forked', publish([testLeaf(0, ' forged'), ...leaves.slice(1, 100)], key)),
    'checkpoint',
  )
  const bad = await run('consistency', forked, join(longer, 'checkpoint'), ...args)
  assert.deepEqual([bad.status, /checkpoint_fork/.test(bad.stderr)], [1, true])
  assert.equal((await run('consistency', older, '--key', vkey)).status, 2)
})

test('a golden receipt, with the key from a file, and the same receipt changed', async () => {
  const keyFile = fileURLToPath(vectors('golden-ledger/verifier-key'))
  const receipt = fileURLToPath(vectors('golden-ledger/receipts/partial.tlog-proof'))
  const good = await run('receipt', receipt, '--key', keyFile, '--json')
  assert.equal(good.status, 0)
  assert.equal(JSON.parse(good.stdout).disclosed.response.end, 'completed')
  const changed = join(dir, 'changed.tlog-proof')
  writeFileSync(changed, readFileSync(receipt, 'utf8').replace('index 3', 'index 2'))
  const bad = await run('receipt', changed, '--key', keyFile)
  assert.deepEqual([bad.status, /FAILED proof_root_mismatch/.test(bad.stderr)], [1, true])
})

test('a ledger over HTTP; a server that fails or redirects is no proof of anything', async () => {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice('/log/'.length)
    const bytes = files.get(path)
    if (request.url?.startsWith('/broken/')) response.writeHead(500).end()
    else if (request.url?.startsWith('/moved/'))
      response.writeHead(302, { location: '/log/checkpoint' }).end()
    else if (bytes === undefined) response.writeHead(404).end()
    else response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const base = `http://127.0.0.1:${address.port}`
  try {
    const good = await run('ledger', `${base}/log`, '--key', vkey)
    assert.deepEqual([good.status, good.stderr], [0, ''])
    assert.equal((await run('ledger', `${base}/broken/`, '--key', vkey)).status, 2)
    assert.equal((await run('ledger', `${base}/moved/`, '--key', vkey)).status, 2)
    assert.match((await run('ledger', `${base}/absent/`, '--key', vkey)).stderr, /checkpoint_missing/)
  } finally {
    server.close()
  }
})

test('the command also runs from source', () => {
  const source = fileURLToPath(new URL('./cli.ts', import.meta.url))
  const output = execFileSync(process.execPath, ['--conditions=sekisho-source', source, '--help'], {
    encoding: 'utf8',
  })
  assert.match(output, /sekisho-verify receipt FILE --key VKEY/)
})

test('fsck names every defect and exits 1; a good log exits 0, an unreadable one 2', async () => {
  const good = await run('fsck', write('fsck-good', files), '--key', vkey, '--json')
  assert.deepEqual([good.status, JSON.parse(good.stdout).bundles], [0, 2])
  const some = flipped(flipped(files, 'tile/entries/000', 80), 'tile/0/001.p/44', 320)
  const bad = await run('fsck', write('fsck-bad', some.set('stray', new Uint8Array(1))), '--key', vkey)
  assert.equal(bad.status, 1)
  assert.match(
    bad.stderr,
    /FAILED bundle_entry_mismatch: .*\n {2}place: entry 1\n {2}expected: .*\n {2}got: .*\n/,
  )
  assert.match(bad.stderr, /FAILED tile_hash_mismatch: .*\n {2}place: tile\/0\/001.p\/44 hash 10\n/)
  assert.match(bad.stderr, /FAILED file_unexpected: .*\n {2}place: stray\n3 defects\n$/)
  const json = JSON.parse((await run('fsck', join(dir, 'fsck-bad'), '--key', vkey, '--json')).stdout)
  assert.deepEqual([json.ok, json.defects.length, json.more], [false, 3, 0])
  assert.equal((await run('fsck', join(dir, 'nowhere'), '--key', vkey)).status, 2)
})

test('a policy asks for its quorum: receipts, ledgers, and what witnesses show', async () => {
  const witness = testCosigner('witness.example/w1')
  const text = (url: string) => `log ${vkey}\nwitness w1 ${witness.vkey}${url}\nquorum w1\n`
  const policy = join(dir, 'policy.txt')
  writeFileSync(policy, text(''))
  const place = write('witnessed', files)
  const bare = await run('ledger', place, '--policy', policy)
  assert.deepEqual([bare.status, /FAILED quorum_not_reached/.test(bare.stderr)], [1, true])
  const note = Buffer.from(files.get('checkpoint') ?? '').toString()
  writeFileSync(join(place, 'witnessed-checkpoint'), cosign(note, [witness]))
  const good = await run('ledger', place, '--policy', policy)
  assert.deepEqual([good.status, good.stderr], [0, ''])
  assert.match(good.stdout, /witnessed_size: 300\n {2}witnesses: \["w1 good, 2027-/)

  // The witness saw more than the ledger shows: entries were dropped.
  const longer = publish(
    [...Array(301).keys()].map((i) => testLeaf(i)),
    key,
  )
  const server = createServer((_, response) => {
    response.end(cosign(Buffer.from(longer.get('checkpoint') ?? '').toString(), [witness]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  try {
    writeFileSync(policy, text(` http://127.0.0.1:${address.port}/`))
    for (const command of ['ledger', 'fsck']) {
      const exposed = await run(command, place, '--policy', policy, '--witnesses')
      assert.deepEqual([exposed.status, /FAILED checkpoint_saved_ahead/.test(exposed.stderr)], [1, true])
    }
  } finally {
    server.close()
    server.closeAllConnections()
  }
  assert.equal((await run('fsck', place, '--policy', policy, '--witnesses')).status, 2, 'nobody answers')
  assert.equal((await run('fsck', place, '--key', vkey, '--witnesses')).status, 2, 'no policy')
  writeFileSync(policy, 'quorum nobody\n')
  assert.equal((await run('fsck', place, '--policy', policy)).status, 2)
})

test('a kind of cosignature that the runtime lacks is not checked, and never good', async () => {
  const [ed, pq] = [testCosigner('witness.example/ed'), testCosigner('witness.example/pq', 41, 'ml-dsa-44')]
  const place = write('post-quantum', files)
  const note = Buffer.from(files.get('checkpoint') ?? '').toString()
  writeFileSync(join(place, 'witnessed-checkpoint'), cosign(note, [ed, pq]))
  const policy = join(dir, 'post-quantum.txt')
  const head = `log ${vkey}\nwitness ed ${ed.vkey}\nwitness pq ${pq.vkey}\n`
  writeFileSync(policy, `${head}quorum ed\n`)
  const good = await run('fsck', place, '--policy', policy)
  assert.equal(good.status, 0, good.stderr)
  const checked = !/pq not checked: this runtime lacks ML-DSA-44/.test(good.stdout)
  if (checked) assert.match(good.stdout, /pq good/)
  const version = execFileSync(NODE, ['--version'], { encoding: 'utf8' })
  assert.equal(checked, !/^v2[0-3]\./.test(version), version)
  writeFileSync(policy, `${head}quorum pq\n`)
  const strict = await run('fsck', place, '--policy', policy)
  assert.equal(strict.status, checked ? 0 : 1)
  if (!checked) assert.match(strict.stderr, /FAILED quorum_not_reached[\s\S]*got: ed good, pq unchecked/)
})
