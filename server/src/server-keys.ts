/**
 * The server's own secrets, below `dataDir/keys`: made once, mode 0600, never replaced by themselves.
 *
 * Losing the checkpoint key ends the log under its name; whoever reads the escrow keys reads the escrow. Back them
 * up apart from the ledger: docs/operating/running.md.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { checkPrivateFile, openPrivateDirectory } from './base/index.ts'

const END_USER_SECRET_BYTES = 32

export interface ServerKeys {
  /** Ed25519: signs checkpoints. */
  readonly checkpoint: KeyObject
  /** Key of the pseudonyms that vendors see. Changing it makes every end user look new to them. */
  readonly endUserSecret: Buffer
  /** File of the escrow's key-encryption keys; the ledger room reads and writes it. */
  readonly escrowFile: string
}

/** @throws {PlaceError} `place_exposed`, `place_foreign`: others could read or replace a key */
export function openServerKeys(dataDir: string): ServerKeys {
  const directory = path.join(dataDir, 'keys')
  openPrivateDirectory(directory)
  const pem = readOrMake(path.join(directory, 'checkpoint.pem'), () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  const secret = readOrMake(path.join(directory, 'end-user-secret'), () =>
    randomBytes(END_USER_SECRET_BYTES).toString('base64'),
  )
  return {
    checkpoint: createPrivateKey(pem),
    endUserSecret: Buffer.from(secret, 'base64'),
    escrowFile: privateIfThere(path.join(directory, 'escrow.jsonl')),
  }
}

/** The ledger room makes this one, with the right mode. */
function privateIfThere(file: string): string {
  if (existsSync(file)) checkPrivateFile(file)
  return file
}

/** Reads the file, or makes it whole: a crash leaves the old state or the new one, never half a key. */
function readOrMake(file: string, make: () => string): string {
  const there = readIfThere(file)
  if (there !== null) {
    checkPrivateFile(file)
    return there
  }
  const temporary = `${file}.${process.pid}`
  const fd = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(fd, make())
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  try {
    // Fails when another process made it first: then that one counts.
    linkSync(temporary, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(temporary)
  }
  syncDirectory(path.dirname(file))
  return readFileSync(file, 'utf8')
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
