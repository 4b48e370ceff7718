/**
 * What a witness remembers: for each log the latest checkpoint it cosigned, as the note it answered with.
 *
 * Spec: c2sp.org/tlog-witness: the record is persisted before the cosignature leaves.
 * Threat: a witness put back to an earlier state would cosign a fork. So a record is a temporary file, synced, renamed,
 * its directory synced; after a write that failed nothing is known of the disk, and the log is not cosigned again.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parseCheckpoint, parseNote, utf8, VerifyError, verifyCosignatures } from 'sekisho-verify'
import type { Cosigner } from './cosigner.ts'
import { WitnessError } from './error.ts'

export interface WitnessRecord {
  readonly size: number
  readonly root: Uint8Array
  /** Latest time it signed with, POSIX seconds. */
  readonly timeS: number
  readonly note: string
}

export interface WitnessState {
  /** Null when nothing of that log was ever cosigned. @throws {WitnessError} `witness_state_corrupt` */
  read(origin: string): Promise<WitnessRecord | null>
  /** Resolves when it is durable. */
  write(origin: string, note: string): Promise<void>
}

/** SHA-256 of the origin, hex: its name in paths and on disk. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex')
}

export function openWitnessState(dir: string, cosigners: readonly Cosigner[]): WitnessState {
  const fileOf = (origin: string): string => join(dir, `${originHash(origin)}.checkpoint`)
  return {
    async read(origin) {
      const file = fileOf(origin)
      const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      return bytes === null ? null : readRecord(file, bytes, origin, cosigners)
    },
    async write(origin, note) {
      await mkdir(dir, { recursive: true, mode: 0o700 })
      const file = fileOf(origin)
      await writeSynced(`${file}.tmp`, note)
      await rename(`${file}.tmp`, file)
      await syncDirectory(dir)
    },
  }
}

async function readRecord(
  file: string,
  bytes: Uint8Array,
  origin: string,
  cosigners: readonly Cosigner[],
): Promise<WitnessRecord> {
  try {
    const checkpoint = parseCheckpoint(bytes)
    const keys = cosigners.map(({ key }) => key)
    const own = await verifyCosignatures(parseNote(bytes), checkpoint, keys)
    if (checkpoint.origin !== origin || !own.some(({ state }) => state === 'good'))
      throw new WitnessError('witness_state_corrupt', `\`${file}\` was not cosigned by this witness's keys`)
    const timeS = Math.max(...own.map((cosignature) => cosignature.timeS))
    return { size: checkpoint.size, root: checkpoint.root, timeS, note: Buffer.from(bytes).toString('utf8') }
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause
    throw new WitnessError('witness_state_corrupt', `\`${file}\` is damaged: ${cause.message}`, { cause })
  }
}

/** A record as it will be read back. */
export function recordOf(note: string, timeS: number): WitnessRecord {
  const { size, root } = parseCheckpoint(utf8(note))
  return { size, root, timeS, note }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
