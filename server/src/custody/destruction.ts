/**
 * Carrying destructions out: what statements have said is gone is made to be gone.
 *
 * Spec: docs/spec/custody.md §5. The statement is the decision and stands in the ledger before anything is destroyed;
 * every step can be repeated, so what a crash interrupted is done again at the next start.
 * INVARIANT: an entry is destroyed only below the statement's index, of its class, institution and time.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { RetentionClass } from '../agreement/index.ts'
import type { CustodyLedger } from '../ledger/index.ts'
import type { Destruction } from '../programme/index.ts'
import { type CustodyRing, endOf } from './ring.ts'

/** What carrying out needs of the ledger. */
export type ShreddingLedger = Pick<CustodyLedger, 'size' | 'custodyOf' | 'shred'>

export interface CarriedOut {
  readonly entries: number
  readonly keys: number
}

/**
 * Carries out every destruction that was not carried out yet.
 *
 * @param directory where the mark lies that says how far this has come
 */
export async function carryOut(
  destructions: readonly Destruction[],
  ledger: ShreddingLedger,
  ring: CustodyRing,
  directory: string,
): Promise<CarriedOut> {
  const done = readMark(directory)
  const due = destructions.filter(({ index }) => index > done)
  if (due.length === 0) return { entries: 0, keys: 0 }
  const entries = await shredEntries(due, ledger, ring)
  const keys = destroyEpochs(destructions, ring)
  writeMark(directory, Math.max(...due.map(({ index }) => index)))
  return { entries, keys }
}

async function shredEntries(
  due: readonly Destruction[],
  ledger: ShreddingLedger,
  ring: CustodyRing,
): Promise<number> {
  const owners = new Map(ring.list().map(({ id, owner }) => [id, owner]))
  const end = Math.min(ledger.size(), Math.max(...due.map(({ index }) => index)))
  let entries = 0
  for (let index = 0; index < end; index++) {
    const { kind, timeMs, epochKey } = await ledger.custodyOf(index)
    if (kind === 'statement' || epochKey === null) continue
    const owner = owners.get(epochKey)
    const covers = due.some(
      (each) =>
        index < each.index &&
        each.class === kind &&
        timeMs < each.beforeMs &&
        owner === `institution/${each.institution}`,
    )
    if (!covers) continue
    await ledger.shred(index)
    entries++
  }
  return entries
}

/** An epoch that is wholly destroyed loses its key as well: that reaches copies of the log, which hold the secrets. */
function destroyEpochs(destructions: readonly Destruction[], ring: CustodyRing): number {
  const reach = (institution: string, kind: RetentionClass): number =>
    Math.max(
      0,
      ...destructions
        .filter((each) => each.class === kind && each.institution === institution)
        .map(({ beforeMs }) => beforeMs),
    )
  let keys = 0
  for (const { id, owner, epoch, held } of ring.list()) {
    const institution = owner.replace(/^institution\//, '')
    // Every entry under a key was recorded before its epoch ended.
    if (Math.min(reach(institution, 'intent'), reach(institution, 'outcome')) < endOf(epoch)) continue
    if (held || ring.wrapped(id) !== null) {
      ring.destroy(id)
      keys++
    }
  }
  return keys
}

function readMark(directory: string): number {
  let text: string
  try {
    text = readFileSync(path.join(directory, 'destroyed'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return -1
    throw error
  }
  // A mark that cannot be read is no reason to stop: what was done can be done again.
  return /^\d{1,15}\n$/.test(text) ? Number(text) : -1
}

function writeMark(directory: string, index: number): void {
  const file = path.join(directory, 'destroyed')
  const fd = openSync(`${file}.tmp`, 'w', 0o600)
  try {
    writeSync(fd, `${index}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${file}.tmp`, file)
}
