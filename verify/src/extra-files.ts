/**
 * Files of a log's directory that no checkpoint of its size explains.
 *
 * Spec: c2sp.org/tlog-tiles; ours: docs/spec/ledger.md §5. Partial files of earlier checkpoints may still be there.
 */
import { VerifyError } from './error.ts'
import type { LedgerReader } from './reader.ts'
import { levelWidth, TILE_WIDTH, tilePath } from './tile.ts'

const FILES_MAX = 50_000_000
const BESIDE = new Set(['checkpoint', 'witnessed-checkpoint', 'statements/head'])
const STATEMENT = /^statements\/(?:0|[1-9][0-9]{0,15})$/
const TILE = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/**
 * Lists the files and tells of each that should not be there.
 *
 * @returns how many were listed, or undefined when the reader cannot list
 */
export async function unexpectedFiles(
  reader: LedgerReader,
  size: number,
  tell: (error: VerifyError) => void,
): Promise<number | undefined> {
  if (reader.list === undefined) return undefined
  let files = 0
  const pending = ['.']
  for (let dir = pending.pop(); dir !== undefined && files < FILES_MAX; dir = pending.pop()) {
    for (const name of await reader.list(dir)) {
      const path = dir === '.' ? name : `${dir}/${name}`
      if (path.endsWith('/')) pending.push(path.slice(0, -1))
      else {
        files++
        const wrong = whyUnexpected(path, size)
        if (wrong !== null) tell(new VerifyError('file_unexpected', `\`${path}\` ${wrong}`, { place: path }))
      }
    }
  }
  return files
}

function whyUnexpected(path: string, size: number): string | null {
  if (BESIDE.has(path) || STATEMENT.test(path)) return null
  const match = TILE.exec(path)
  if (match === null) return 'is no file of a log'
  const [, kind = '', name = '', partial] = match
  const index = Number(name.replace(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  const level = kind === 'entries' ? 'entries' : Number(kind)
  if (width > TILE_WIDTH || (partial !== undefined && width === TILE_WIDTH))
    return 'is no width of a partial tile'
  if (tilePath({ level, index, width }) !== path) return 'is not how a tile of that number is named'
  const covered = levelWidth(level === 'entries' ? 0 : level, size)
  if (index * TILE_WIDTH + width <= covered) return null
  return `has more than the ${covered} that the checkpoint covers at its level`
}
