/** Tests of private places: made closed, refused when open, with the command that mends them. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { checkPrivateFile, openPrivateDirectory, PlaceError } from './private-place.ts'

const scratch = mkdtempSync(path.join(tmpdir(), 'sekisho-place-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const refusal = (work: () => void): PlaceError => {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof PlaceError, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'not refused' })
}
const modeOf = (place: string): number => statSync(place).mode & 0o777

test('a new directory is closed whatever the umask, and opens again', () => {
  for (const umask of [0, 0o022, 0o777]) {
    const directory = path.join(scratch, `new-${umask}`)
    const before = process.umask(umask)
    try {
      openPrivateDirectory(directory)
    } finally {
      process.umask(before)
    }
    assert.equal(modeOf(directory), 0o700)
    openPrivateDirectory(directory)
  }
})

test('one that others can enter is refused, untouched; the command in the message mends it', () => {
  const directory = path.join(scratch, "it's open")
  mkdirSync(directory)
  for (const mode of [0o755, 0o710, 0o701, 0o770]) {
    chmodSync(directory, mode)
    const { code, message } = refusal(() => openPrivateDirectory(directory))
    assert.equal(code, 'place_exposed')
    assert.equal(modeOf(directory), mode)
    execFileSync('sh', ['-c', /`(chmod .*)`$/.exec(message)?.[1] ?? 'false'])
    openPrivateDirectory(directory)
  }
})

test('a file in the way, and a secret that others can read', () => {
  const file = path.join(scratch, 'secret')
  writeFileSync(file, 's', { mode: 0o600 })
  assert.equal(refusal(() => openPrivateDirectory(file)).code, 'place_no_directory')
  checkPrivateFile(file)
  chmodSync(file, 0o640)
  const { code, message } = refusal(() => checkPrivateFile(file))
  assert.equal(code, 'place_exposed')
  execFileSync('sh', ['-c', /`(chmod .*)`$/.exec(message)?.[1] ?? 'false'])
  checkPrivateFile(file)
})

test('what belongs to another account is refused, except to root', () => {
  const uid = process.getuid?.() ?? 0
  const other = uid === 0 ? null : '/'
  if (other !== null) return assert.equal(refusal(() => checkPrivateFile(other)).code, 'place_foreign')
  // Root owns and may use everything; the rule is seen by lowering the effective account of a child.
  const script = `import { checkPrivateFile } from '${path.join(import.meta.dirname, 'private-place.ts')}'
    process.setuid(65534)
    try { checkPrivateFile('/') } catch (error) { console.log(error.code) }`
  const out = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(out.trim(), 'place_foreign')
})
