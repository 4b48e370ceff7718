/** Ledgers made to mislead: hidden statements, foreign signatures, older partial files, links, devices, painted text. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  DIRECTORY,
  enrolled,
  memoryReader,
  PARTY,
  publish,
  signedStatement,
  TEST_STATEMENTS,
  testKey,
  testLeaf,
  testLedger,
  testStatement,
} from './fixture.ts'
import { formatVerifierKey, StatementKeys, utf8, VerifyError, verifyLedger } from './index.ts'
import { directoryReader } from './node.ts'
import { printable, printableJson } from './printable.ts'

const key = testKey()
const vkey = formatVerifierKey(key.key.name, key.key.publicKey)
const files = testLedger(key)
const dir = mkdtempSync(join(tmpdir(), 'sekisho-hostile-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const code = (name: string) => ({ name: 'VerifyError', code: name })

const check = (changed: ReadonlyMap<string, Uint8Array>, head?: number) =>
  verifyLedger(memoryReader(changed), {
    key: key.key,
    programme: true,
    savedHeads: head === undefined ? [] : [{ place: 'saved', index: head }],
  })

function changed(changes: Record<string, Uint8Array | null>): Map<string, Uint8Array> {
  const copy = new Map(files)
  for (const [path, bytes] of Object.entries(changes)) {
    if (bytes === null) copy.delete(path)
    else copy.set(path, bytes)
  }
  return copy
}

function write(name: string, content: ReadonlyMap<string, Uint8Array> = files): string {
  const to = join(dir, name)
  for (const [path, bytes] of content) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), bytes)
  }
  return to
}

function run(...args: string[]) {
  const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))
  const options = { encoding: 'utf8', timeout: 60_000 } as const
  return spawnSync(process.execPath, ['--conditions=sekisho-source', cli, ...args], options)
}

test('a deleted head, or one that points beyond the ledger, hides nothing in silence', async () => {
  await assert.rejects(check(changed({ 'statements/head': null })), code('statement_head_missing'))
  // A blob beyond the checkpoint is on no signature: it may not stand for a head, and may not skip over a saved one.
  const beyond = {
    'statements/head': utf8('900\n'),
    'statements/900': files.get('statements/5') ?? new Uint8Array(),
  }
  await assert.rejects(check(changed(beyond)), { ...code('statement_head_behind'), place: 'entry 5' })
  await assert.rejects(check(changed(beyond), 299), code('statement_head_behind'))
})

test('an earlier head fails, with a saved one and without', async () => {
  const hidden = changed({ 'statements/head': utf8('5\n') })
  await assert.rejects(check(hidden), { ...code('statement_head_behind'), place: 'entry 299', got: '5' })
  await assert.rejects(check(hidden, 299), { ...code('statement_head_behind'), expected: '299', got: '5' })
  assert.equal((await check(files, 5)).statementsHead, 299)
  await assert.rejects(check(files, 100), code('statement_missing'))
})

test('a statement beside the chain is found: two that refer to the same one, and the head names the later', async () => {
  const first = testStatement(null, TEST_STATEMENTS[0]!) // the founding statement
  const stop = testStatement(0, signedStatement(PARTY, { type: 'stop.issue', reason: 'drill' }))
  const other = testStatement(
    0,
    signedStatement(PARTY, { type: 'incident.set', incident: false, reason: 'x' }),
  )
  const branched = publish([first.leaf, testLeaf(1), stop.leaf, other.leaf, testLeaf(4)], key)
  branched.set('statements/0', first.blob)
  branched.set('statements/3', other.blob)
  branched.set('statements/head', utf8('3\n'))
  await assert.rejects(check(branched), { ...code('statement_missing'), place: 'entry 2' })
  // Its file may even be there: what counts is the chain.
  await assert.rejects(check(branched.set('statements/2', stop.blob)), code('statement_missing'))
  // Under the leaf of an exchange a statement is none: neither the chain nor a receipt takes it.
  const masked = Uint8Array.from(stop.leaf)
  masked[7] = 0x31
  const hidden = publish([first.leaf, testLeaf(1), masked], key)
  hidden.set('statements/0', first.blob)
  hidden.set('statements/2', stop.blob)
  hidden.set('statements/head', utf8('2\n'))
  await assert.rejects(check(hidden), { ...code('leaf_class'), place: 'statements/2' })
})

test('every statement is signed by keys that statements before it introduced', async () => {
  const [founding, register, closing] = TEST_STATEMENTS as [never, never, never] // three stand there
  const stranger = testKey('stranger', 33)
  const by = (signer: typeof PARTY, body: Record<string, never | string | object>) =>
    signedStatement(signer, body as never) // bodies of tests are JSON
  const broken = structuredClone(closing) as { body: { reason: string } }
  broken.body.reason = 'other'
  const revoke = by(PARTY, {
    type: 'key.revoke',
    key: (closing as { signatures: { key: string }[] }).signatures[0]?.key ?? '',
  })
  const again = by(PARTY, { type: 'key.add', key: enrolled(DIRECTORY) })
  const cases: [unknown[], string][] = [
    [[register], 'statement_not_founded'],
    [[founding, closing], 'statement_key_unknown'],
    [[founding, by(stranger, { type: 'stop.issue' })], 'statement_key_unknown'],
    [[founding, register, broken], 'statement_signature_invalid'],
    [[founding, register, revoke, closing], 'statement_key_revoked'],
    [[founding, register, revoke, again, closing], 'statement_key_revoked'],
    [[founding, register, register], 'statement_replayed'],
    [[founding, by(PARTY, { type: 'stop.issue', programme: 'other' })], 'statement_foreign_programme'],
    [[founding, by(PARTY, { type: 'programme.found', parties: [] })], 'statement_already_founded'],
  ]
  for (const [statements, expected] of cases) {
    const keys = new StatementKeys()
    const follow = async () => {
      for (const [i, each] of statements.entries()) await keys.follow(each as never, 1, `statements/${i}`)
    }
    await assert.rejects(follow, code(expected), expected)
  }
  // A party of a new version signs its adoption by the keys that it brings, and later by the same.
  const adopt = by(stranger, {
    type: 'proposal.adopt',
    id: 'v2',
    parties: [{ id: 'new', keys: [enrolled(stranger)] }],
  })
  const grown = new StatementKeys()
  for (const each of [founding, adopt, by(stranger, { type: 'stop.issue' })])
    await grown.follow(each as never, 1, 'x')
  await assert.rejects(check(testLedger(key, [founding, register, by(stranger, { type: 'stop.issue' })])), {
    ...code('statement_key_unknown'),
    place: 'statements/299',
  })
})

test('older partial files must be prefixes of what is there', async () => {
  const part = (path: string, bytes: number) => (files.get(path) ?? new Uint8Array()).slice(0, bytes)
  const older = {
    'tile/entries/000.p/42': part('tile/entries/000', 42 * 74),
    'tile/0/000.p/42': part('tile/0/000', 42 * 32),
    'tile/0/001.p/7': part('tile/0/001.p/44', 7 * 32),
  }
  assert.equal((await check(changed(older))).partials, 3)
  for (const [path, expected] of [
    ['tile/entries/000.p/42', 'bundle_entry_mismatch'],
    ['tile/0/000.p/42', 'tile_hash_mismatch'],
    ['tile/0/001.p/7', 'tile_hash_mismatch'],
  ] as const) {
    const bytes = Uint8Array.from(older[path])
    bytes[100] = (bytes[100] ?? 0) ^ 1
    await assert.rejects(check(changed({ ...older, [path]: bytes })), (error) => {
      assert.ok(error instanceof VerifyError && error.code === expected && error.place?.startsWith(path))
      return true
    })
  }
  const short = { 'tile/0/000.p/42': part('tile/0/000', 41 * 32) }
  await assert.rejects(check(changed(short)), code('tile_length'))
  const reader = directoryReader(write('partials', changed(older)))
  assert.equal((await verifyLedger(reader, { key: key.key })).partials, 3)
})

test('links, devices and pipes in the directory are not read', { timeout: 60_000 }, async () => {
  const secret = join(dir, 'secret')
  writeFileSync(secret, 'root:x:0')
  const without = changed({ 'statements/head': null })
  for (const [name, make] of [
    ['link', (path: string) => symlinkSync(secret, path)],
    ['device', (path: string) => symlinkSync('/dev/zero', path)],
    ['pipe', (path: string) => void execFileSync('mkfifo', [path])],
    ['directory', (path: string) => void mkdirSync(path)],
  ] as const) {
    const ledger = write(name, without)
    make(join(ledger, 'statements/head'))
    await assert.rejects(directoryReader(ledger).read('statements/head'), (error) => {
      assert.ok(error instanceof VerifyError && error.code === 'read_failed', name)
      assert.doesNotMatch(`${error.message}${error.got}`, /root:x/)
      return true
    })
  }
  const outside = write('outside', new Map())
  mkdirSync(outside)
  symlinkSync(join(dir, 'link', 'tile'), join(outside, 'tile'))
  await assert.rejects(directoryReader(outside).read('tile/0/000'), code('read_failed'))
})

test('the command escapes what it shows, and says what was not checked', () => {
  const good = run('ledger', write('plain'), '--key', vkey)
  assert.equal(good.status, 0, good.stderr)
  assert.match(good.stdout, /3, all there are among 300 entries, the newest entry 299, every signature good/)
  assert.match(good.stdout, /statements_unchecked: whether the signers were entitled/)
  const painted = write(
    'painted',
    changed({ 'statements/head': utf8('\u001b[2Jok: verified\u202e\u0085\n') }),
  )
  for (const flags of [[], ['--json']]) {
    const { status, stdout, stderr } = run('ledger', painted, '--key', vkey, ...flags)
    assert.equal(status, 1)
    assert.match(stdout + stderr, /statement_malformed/)
    assert.equal(/[^\n\P{C}]/u.test(stdout + stderr), false, JSON.stringify(stdout + stderr))
  }
  assert.equal(printable('a\u001b\u2066b'), 'a\\u{1b}\\u{2066}b')
  assert.deepEqual(JSON.parse(printableJson({ a: '\u009b\u{e0041}' })), { a: '\u009b\u{e0041}' })
})

test('heads and saved files on the command line, and what cannot be read', () => {
  const ledger = write('heads', changed({ 'statements/head': utf8('5\n') }))
  const behind = run('ledger', ledger, '--key', vkey, '--statements-head', '299')
  assert.deepEqual([behind.status, /FAILED statement_head_behind/.test(behind.stderr)], [1, true])
  const saved = join(dir, 'saved')
  writeFileSync(saved, files.get('checkpoint') ?? '')
  const whole = write('whole')
  assert.equal(run('ledger', whole, '--key', vkey, '--saved', saved).status, 0)
  writeFileSync(`${saved}.statements-head`, '5\n')
  assert.equal(run('ledger', whole, '--key', vkey, '--saved', saved).status, 0)
  writeFileSync(`${saved}.statements-head`, '100\n')
  assert.equal(run('ledger', whole, '--key', vkey, '--saved', saved).status, 1)
  const bad = join(dir, 'bad-saved')
  writeFileSync(bad, 'nonsense')
  const named = run('ledger', ledger, '--key', vkey, '--saved', bad)
  assert.deepEqual([named.status, named.stderr.includes(bad)], [1, true])
  assert.equal(run('ledger', join(dir, 'nowhere'), '--key', vkey).status, 2)
  assert.equal(run('ledger', ledger, '--key', vkey, '--saved', dir).status, 2)
  assert.equal(run('ledger', ledger, '--key', vkey, '--statements-head', '-').status, 2)
})
