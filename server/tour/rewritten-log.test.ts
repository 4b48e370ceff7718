import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  encodeLeaf,
  formatVerifierKey,
  parseVerifierKey,
  sha256,
  utf8,
  VerifyError,
  verifyLedger,
} from 'sekisho-verify'
import { directoryReader } from 'sekisho-verify/node'
import { dropTail, forkEntry, type LogKey, writeLog } from './rewritten-log.ts'

const ORIGIN = 'tour.example/log'
/** More than a tile and less than two, so that partial and full tiles both occur. */
const SIZE = 300

async function withLog(
  run: (
    dir: string,
    key: LogKey,
    check: (log: string, saved?: Uint8Array) => Promise<string>,
  ) => Promise<void>,
) {
  const dir = await mkdtemp(join(tmpdir(), 'sekisho-rewritten-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = parseVerifierKey(formatVerifierKey(ORIGIN, der.subarray(-32)))
  const entries = Array.from({ length: SIZE }, (_, at) =>
    encodeLeaf({
      class: 'exchange',
      recordRoot: sha256(utf8(`record ${at}`)),
      blobHash: sha256(utf8(`blob ${at}`)),
    }),
  )
  try {
    await writeLog(join(dir, 'log'), entries, { origin: ORIGIN, privateKey })
    await run(dir, { origin: ORIGIN, privateKey }, async (log, note) => {
      const saved = note === undefined ? [] : [{ place: 'saved', note }]
      try {
        await verifyLedger(directoryReader(join(dir, log)), { key, saved })
        return 'good'
      } catch (error) {
        return error instanceof VerifyError ? error.code : String(error)
      }
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

test('a dropped tail verifies by itself and is exposed by a checkpoint saved earlier', () =>
  withLog(async (dir, key, check) => {
    const saved = await readFile(join(dir, 'log', 'checkpoint'))
    await dropTail(join(dir, 'log'), join(dir, 'shorter'), SIZE, 50, key)
    assert.equal(await check('log', saved), 'good')
    assert.equal(await check('shorter'), 'good')
    assert.equal(await check('shorter', saved), 'checkpoint_saved_ahead')
  }))

test('a fork verifies by itself and is exposed by a checkpoint saved earlier', () =>
  withLog(async (dir, key, check) => {
    const saved = await readFile(join(dir, 'log', 'checkpoint'))
    await forkEntry(join(dir, 'log'), join(dir, 'forked'), SIZE, 7, key)
    assert.equal(await check('forked'), 'good')
    assert.equal(await check('forked', saved), 'checkpoint_fork')
  }))
