/**
 * The account PostgreSQL runs under: PostgreSQL refuses to run as root, so root hands it another one.
 */
import { readFileSync, statSync } from 'node:fs'
import { StorageError } from './error.ts'

/** Ids for `spawn`; empty means this process's own account. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

/** In this order: the account a packaged PostgreSQL makes, else the one that every Unix has. */
const NAMES = ['postgres', 'nobody']

/**
 * A data directory that is there stays its owner's: one made by a user is later started by root as that user.
 *
 * @throws {StorageError} `storage_embedded_unavailable` when root finds no other account
 */
export function chooseAccount(dataDir: string): Account {
  // `getuid` does not exist on Windows.
  if (process.getuid?.() !== 0) return {}
  const owner = statSync(dataDir, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const accounts = readAccounts()
  for (const name of NAMES) {
    const account = accounts.get(name)
    if (account !== undefined && account.uid !== 0) return account
  }
  throw new StorageError(
    'storage_embedded_unavailable',
    'PostgreSQL refuses to run as root, and no account `postgres` or `nobody` exists: start as another user, or set `DATABASE_URL`',
  )
}

function readAccounts(): Map<string, { uid: number; gid: number }> {
  const accounts = new Map<string, { uid: number; gid: number }>()
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name !== undefined && uid !== undefined && gid !== undefined) {
      accounts.set(name, { uid: Number(uid), gid: Number(gid) })
    }
  }
  return accounts
}
