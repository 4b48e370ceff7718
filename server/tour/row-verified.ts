/**
 * Row t11: the receipts of this run and the whole ledger verify offline with public keys only; one flipped byte does not; and an operator who holds the
 * log key and drops the tail, or forks, is exposed by a checkpoint that was saved earlier.
 */
import { createPrivateKey } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCheckpoint, parseVerifierKey, TILE_WIDTH, tilePath, verifyReceipt } from 'sekisho-verify'
import { dropTail, forkEntry, type LogKey } from './rewritten-log.ts'
import type { TourRow } from './row.ts'
import type { Tour } from './tour.ts'
import { type Verdict, verifyByCommand } from './verify-command.ts'

/** Entries that the operator would rather not have written. */
const DROPPED = 5

export const VERIFIED_ROW: TourRow<Tour> = {
  id: 't11',
  what: 'the ledger, verified offline; then its operator cheats',
  expected:
    'receipts good; ledger good; flipped byte: bundle_entry_mismatch; dropped tail: good alone, checkpoint_saved_ahead; fork: good alone, checkpoint_fork',
  async run(tour) {
    const dir = await mkdtemp(join(tmpdir(), 'sekisho-tour-'))
    try {
      return { got: await verifyAll(tour, dir), clause: null, receipt: null }
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  },
}

async function verifyAll(tour: Tour, dir: string): Promise<string> {
  const log = await copyLedger(tour, dir)
  const check = (name: string, saved?: string): Promise<Verdict> =>
    verifyByCommand(join(dir, name), tour.server.ledger.verifierKey, saved)
  const steps = [`receipts ${await checkReceipts(tour)}`, `ledger ${await check('log', log.saved)}`]
  await cp(join(dir, 'log'), join(dir, 'flipped'), { recursive: true })
  await flipByte(join(dir, 'flipped'), log.size)
  steps.push(`flipped byte: ${await check('flipped')}`)
  await dropTail(join(dir, 'log'), join(dir, 'shorter'), log.size, DROPPED, log.key)
  steps.push(`dropped tail: ${await check('shorter')} alone, ${await check('shorter', log.saved)}`)
  await forkEntry(join(dir, 'log'), join(dir, 'forked'), log.size, log.size - 1, log.key)
  steps.push(`fork: ${await check('forked')} alone, ${await check('forked', log.saved)}`)
  return steps.join('; ')
}

/** `good` when every receipt of this run verifies with the public key alone and is about the decision it was given for. */
async function checkReceipts(tour: Tour): Promise<string> {
  const key = parseVerifierKey(tour.server.ledger.verifierKey)
  for (const { answer, token } of tour.receipted) {
    const url = `${tour.server.gateway}/v1/receipts/${answer.receipt}`
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    if (!response.ok) return `${answer.receipt}: HTTP ${response.status}`
    const { disclosed } = await verifyReceipt(new Uint8Array(await response.arrayBuffer()), key)
    const { decision } = disclosed
    const id = typeof decision === 'object' && decision !== null && 'id' in decision ? decision.id : null
    if (id !== answer.decision) return `${answer.receipt}: of decision ${id}`
  }
  return tour.receipted.length > 0 ? 'good' : 'none'
}

interface CopiedLedger {
  readonly size: number
  /** File of the checkpoint that somebody outside kept. */
  readonly saved: string
  readonly key: LogKey
}

/** What an auditor downloads, and the key that only the operator has. */
async function copyLedger(tour: Tour, dir: string): Promise<CopiedLedger> {
  const { origin, publicDir } = tour.server.ledger
  const saved = join(dir, 'saved-checkpoint')
  // Read before the copy: the copy may already be ahead of it, never behind.
  const note = await readFile(join(publicDir, 'checkpoint'))
  await writeFile(saved, note)
  await cp(publicDir, join(dir, 'log'), { recursive: true })
  await writeFile(join(dir, 'log', 'checkpoint'), note)
  const pem = await readFile(join(tour.server.dataDir, 'keys', 'checkpoint.pem'), 'utf8')
  return { size: parseCheckpoint(note).size, saved, key: { origin, privateKey: createPrivateKey(pem) } }
}

/** Changes one bit of the last entry, which is where a forger would begin. */
async function flipByte(dir: string, size: number): Promise<void> {
  const index = Math.floor((size - 1) / TILE_WIDTH)
  const width = size - index * TILE_WIDTH
  const file = join(dir, tilePath({ level: 'entries', index, width }))
  const bytes = await readFile(file)
  const at = bytes.length - 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(file, bytes)
}
