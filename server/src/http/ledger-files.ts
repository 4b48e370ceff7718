/**
 * The public ledger, read-only: checkpoint, tiles, statements.
 *
 * HOSTILE: the path. Only the shapes that the format has are opened, never through a symbolic link.
 * Spec: c2sp.org/tlog-tiles; docs/spec/ledger.md §5.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Answer } from './answer.ts'
import { HttpError } from './error.ts'

/** Checkpoints, head of the statements: change with every entry. */
const CHANGING = /^(?:checkpoint|witnessed-checkpoint|statements\/head)$/
/** Tiles (full and partial) and single statements never change once they are there. */
const FIXED =
  /^(?:tile\/(?:entries|\d{1,2})\/(?:x\d{3}\/)*\d{3}(?:\.p\/[1-9]\d{0,2})?|statements\/(?:0|[1-9]\d{0,15}))$/
const FILE_BYTES_MAX = 32 * 1024 * 1024

/** @throws {HttpError} `http_file_unknown` */
export async function readLedgerFile(publicDir: string, name: string): Promise<Answer> {
  const changing = CHANGING.test(name)
  if (!changing && !FIXED.test(name)) throw unknown(name)
  const bytes = await readPlainFile(path.join(publicDir, name))
  if (bytes === null) throw unknown(name)
  return {
    status: 200,
    headers: {
      'content-type': changing ? 'text/plain; charset=utf-8' : 'application/octet-stream',
      'cache-control': changing ? 'no-cache' : 'public, max-age=31536000, immutable',
      // Anyone may read it from anywhere: an auditor's browser, for one.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    },
    body: bytes,
  }
}

async function readPlainFile(file: string): Promise<Buffer | null> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stat = await handle.stat()
    return stat.isFile() && stat.size <= FILE_BYTES_MAX ? await handle.readFile() : null
  } catch (error) {
    // ENOENT: not written yet; ELOOP: a link; ENOTDIR: a name that is a file elsewhere. None is served.
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

const unknown = (name: string): HttpError =>
  new HttpError('http_file_unknown', `the ledger has no file \`${name}\` (yet)`)
