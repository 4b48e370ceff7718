/** `sekisho-verify pack`: a tar and a directory, exit statuses, and what hostile names and links do. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { formatVerifierKey, writeTar } from './index.ts'
import { PACK_LOG, testPack } from './pack-for-test.ts'

const CLI = fileURLToPath(new URL('cli.ts', import.meta.url))
const vkey = formatVerifierKey(PACK_LOG.key.name, PACK_LOG.key.publicKey)
let dir = ''

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'sekisho-pack-'))
})
after(() => rmSync(dir, { recursive: true, force: true }))

function run(...args: string[]) {
  const argv = ['--conditions=sekisho-source', '--disable-warning=ExperimentalWarning', CLI, ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

function unpack(name: string, files: ReadonlyMap<string, Uint8Array>): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(dir, name, path)), { recursive: true })
    writeFileSync(join(dir, name, path), bytes)
  }
  return join(dir, name)
}

test('a pack verifies as one file and unpacked, and a changed one exits with 1 and its code', async () => {
  const files = await testPack()
  const file = join(dir, 'pack.tar')
  writeFileSync(file, writeTar(files))
  const good = run('pack', file, '--key', vkey, '--json')
  assert.equal(good.status, 0, good.stderr)
  const said = JSON.parse(good.stdout)
  assert.deepEqual([said.ok, said.entries.shown, said.contents], [true, 3, 3])
  assert.equal(run('pack', unpack('whole', files), '--key', vkey).status, 0)
  const changed = new Map(files).set('contents/3', Buffer.from('another content!!!'))
  const bad = run('pack', unpack('changed', changed), '--key', vkey)
  assert.equal(bad.status, 1)
  assert.match(bad.stderr, /FAILED pack_file_(size|digest)/)
  assert.match(bad.stderr, /expected: [\s\S]*got: /)
  writeFileSync(file, writeTar(files).subarray(0, 5000))
  assert.match(run('pack', file, '--key', vkey).stderr, /FAILED pack_container/)
})

test('a directory with a link, a strange name or nothing is refused; wrong usage exits with 2', async () => {
  const files = await testPack()
  const linked = unpack('linked', files)
  rmSync(join(linked, 'span'))
  symlinkSync('/etc/hostname', join(linked, 'span'))
  assert.equal(run('pack', linked, '--key', vkey).status, 2)
  const strange = unpack('strange', files)
  writeFileSync(join(strange, 'A\u202Ename'), 'x')
  assert.match(run('pack', strange, '--key', vkey).stderr, /FAILED pack_container/)
  mkdirSync(join(dir, 'empty'))
  assert.match(run('pack', join(dir, 'empty'), '--key', vkey).stderr, /FAILED pack_file_missing/)
  assert.equal(run('pack', join(dir, 'absent'), '--key', vkey).status, 2)
  assert.equal(run('pack', '--key', vkey).status, 2)
})
