/**
 * A key ring in one file of mode 0600, a JSON line a key.
 *
 * Spec: docs/spec/record.md §6. Threat: whoever reads this file reads the escrow; it must not be backed up with
 * the log.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf } from './disk.ts'
import { LedgerError } from './error.ts'
import type { EpochKey, KeyRing } from './key-ring.ts'

/**
 * Opens or creates the file.
 *
 * @throws {LedgerError} `ledger_key_ring_malformed`
 */
export function openFileKeyRing(path: string): KeyRing {
  const keys = new Map<number, EpochKey>()
  const newest = new Map<string, EpochKey>()
  for (const epochKey of load(path)) {
    keys.set(epochKey.id, epochKey)
    newest.set(epochKey.owner, epochKey)
  }
  return {
    sealing(owner, nowMs) {
      const epoch = epochOf(nowMs)
      const current = newest.get(owner)
      // A clock that went back does not bring an older key back.
      if (current !== undefined && current.epoch >= epoch) return current
      const epochKey: EpochKey = { id: Math.max(0, ...keys.keys()) + 1, owner, epoch, key: randomBytes(32) }
      appendDurably(path, epochKey)
      keys.set(epochKey.id, epochKey)
      newest.set(owner, epochKey)
      return epochKey
    },
    find: (id) => keys.get(id) ?? null,
  }
}

/** UTC month as YYYYMM. */
function epochOf(nowMs: number): number {
  const date = new Date(nowMs)
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1
}

function load(path: string): EpochKey[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  // A line without its newline was being written when the power went: no entry was sealed under it.
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole))
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parseLine(line, i + 1, path))
}

function parseLine(line: string, number: number, path: string): EpochKey {
  try {
    const { id, owner, epoch, key } = JSON.parse(line) as Record<string, unknown>
    const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : Buffer.alloc(0)
    if (
      Number.isSafeInteger(id) &&
      typeof owner === 'string' &&
      Number.isSafeInteger(epoch) &&
      bytes.length === 32
    ) {
      return { id: id as number, owner, epoch: epoch as number, key: bytes } // both are safe integers
    }
  } catch (cause) {
    throw new LedgerError('ledger_key_ring_malformed', `line ${number} of \`${path}\` is not JSON`, { cause })
  }
  throw new LedgerError('ledger_key_ring_malformed', `line ${number} of \`${path}\` is not a key`)
}

function appendDurably(path: string, epochKey: EpochKey): void {
  const fd = openSync(path, 'a', 0o600)
  const before = fstatSync(fd).size
  try {
    writeSync(fd, `${JSON.stringify({ ...epochKey, key: epochKey.key.toString('base64') })}\n`)
    fsyncSync(fd)
  } catch (error) {
    truncateSync(path, before) // half a line must not join the next one
    throw error
  } finally {
    closeSync(fd)
  }
  const dir = openSync(dirname(path), 'r')
  try {
    fsyncSync(dir)
  } finally {
    closeSync(dir)
  }
}
