/**
 * The state at a segment's beginning, so that a start need not replay what came before.
 *
 * Derived: when it is missing, damaged or too new for the checkpoints found, everything is replayed instead.
 * Spec: docs/spec/ledger.md §7.
 */
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Disk } from './disk.ts'
import type { TreeEdge } from './tile-tree.ts'

export interface LedgerState {
  readonly edge: TreeEdge
  /** Intents without an outcome, in order. */
  readonly open: readonly number[]
  readonly lastStatement: number | null
}

export const EMPTY_STATE: LedgerState = {
  edge: { size: 0, rows: [], bundle: Buffer.alloc(0) },
  open: [],
  lastStatement: null,
}

export async function writeState(disk: Disk, dir: string, state: LedgerState): Promise<void> {
  const { size, rows, bundle } = state.edge
  const text = JSON.stringify({
    size,
    rows: rows.map((row) => row.toString('base64')),
    bundle: bundle.toString('base64'),
    open: state.open,
    lastStatement: state.lastStatement,
  })
  await disk.writeWhole(join(dir, 'state'), Buffer.from(`${text}\n${crc32(text)}\n`))
  await disk.syncDirectory(dir)
}

/** The state on disk, or null when there is none that is whole. */
export async function readState(disk: Disk, dir: string): Promise<LedgerState | null> {
  const [text, sum, rest] = (await disk.readWhole(join(dir, 'state')))?.toString('utf8').split('\n') ?? []
  if (text === undefined || rest !== '' || sum !== String(crc32(text))) return null
  // The checksum is this writer's own: what it covers has this shape.
  const state = JSON.parse(text) as {
    size: number
    rows: string[]
    bundle: string
    open: number[]
    lastStatement: number | null
  }
  const decode = (item: string) => Buffer.from(item, 'base64')
  return {
    edge: { size: state.size, rows: state.rows.map(decode), bundle: decode(state.bundle) },
    open: state.open,
    lastStatement: state.lastStatement,
  }
}
