/**
 * Opening a ledger directory: lock, replay, show what must be shown, start the writer.
 *
 * Spec: docs/spec/ledger.md §7.
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseCheckpoint, utf8 } from 'sekisho-verify'
import { type Disk, isCapacityError, realDisk } from './disk.ts'
import { Encoder } from './encoder.ts'
import { LedgerError } from './error.ts'
import { FileLedger } from './file-ledger.ts'
import type { CustodyLedger, LedgerOptions } from './ledger.ts'
import { lockDirectory } from './lock.ts'
import { Publisher } from './publisher.ts'
import { createRandomPool } from './random-pool.ts'
import { type Replayed, replay, witnessedCheckpoint } from './replay.ts'
import { createSigner, type Signer } from './signer.ts'
import { Wal } from './wal.ts'

/**
 * Replays the directory, holds it against every checkpoint it signed, and starts the writer.
 *
 * @throws {LedgerError} `ledger_locked`, `ledger_origin_malformed`, `ledger_origin_mismatch`, `ledger_wal_*`,
 *   `ledger_checkpoint_*`, `ledger_tile_mismatch`, `ledger_not_writable`
 */
export function openLedger(options: LedgerOptions): Promise<CustodyLedger> {
  return openLedgerOn(realDisk, options)
}

/** The same on a given disk: tests bring one that fails. */
export async function openLedgerOn(disk: Disk, options: LedgerOptions): Promise<FileLedger> {
  surviveFileSizeLimits()
  const signer = createSigner(options.origin, options.signingKey)
  mkdirSync(options.dir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(options.dir)
  let wal: Wal | null = null
  try {
    const publisher = new Publisher(disk, options.dir)
    wal = await Wal.open(disk, join(options.dir, 'wal'), logIdOf(signer), options.segmentBytes)
    const replayed = await replay({
      disk,
      dir: options.dir,
      verifierKey: signer.verifierKey,
      wal,
      publisher,
    })
    const shown = await show(publisher, signer, replayed)
    const encoder = new Encoder(createRandomPool())
    const { release, held } = lock
    const witnessed = await witnessedCheckpoint(
      { publisher, verifierKey: signer.verifierKey },
      parseCheckpoint(utf8(shown.note)).size,
    )
    const parts = { disk, signer, encoder, wal, publisher, replayed, release, held }
    return new FileLedger(options, parts, { ...shown, witnessed })
  } catch (error) {
    await wal?.close()
    await lock.release()
    if (isCapacityError(error))
      throw new LedgerError('ledger_not_writable', 'the disk is full; free space and start again', {
        cause: error,
      })
    throw error
  }
}

/** Shows the latest signed checkpoint, signing the first one when there is none. Tiles already there are compared. */
async function show(publisher: Publisher, signer: Signer, { tree, tiles, statements, checkpoint }: Replayed) {
  if (checkpoint === null) {
    const note = signer.sign(tree.size, tree.root())
    await publisher.publish({ tiles: [...tree.takeFull(), ...tree.partials()], statements, note })
    return { note, statements: [] }
  }
  const covered = statements.filter(({ index }) => index < checkpoint.size)
  await publisher.publish({ tiles, statements: covered, note: checkpoint.note })
  return { note: checkpoint.note, statements: statements.filter(({ index }) => index >= checkpoint.size) }
}

function logIdOf(signer: Signer): Buffer {
  return createHash('sha256').update(signer.verifierKey).digest()
}

let surviving = false

/** A process over its file-size limit must get EFBIG from the write, not die of the signal. */
function surviveFileSizeLimits(): void {
  if (surviving || process.platform === 'win32') return
  surviving = true
  process.on('SIGXFSZ', () => {})
}
