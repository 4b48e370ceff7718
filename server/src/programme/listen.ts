/** Sample keys lie readable on a disk: a programme founded with them must not be reachable from elsewhere. */

import { contains, parseAddress, parseNetwork } from '../scope/index.ts'
import { ProgrammeError } from './error.ts'
import type { Snapshot } from './snapshot.ts'

const LOOPBACKS = ['127.0.0.0/8', '::1/128'].map((text) => parseNetwork(text)?.network)

/**
 * @param host the address a listener is to be bound to; names other than `localhost` count as exposed
 * @throws {ProgrammeError} `programme_sample_keys_exposed`
 */
export function assertListenable(snapshot: Pick<Snapshot, 'sample' | 'programme'>, host: string): void {
  if (!snapshot.sample || isLoopback(host)) return
  throw new ProgrammeError(
    'programme_sample_keys_exposed',
    `programme \`${snapshot.programme}\` uses sample keys and listens on loopback only, not on \`${host}\`: found a programme with your own keys`,
  )
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  const address = parseAddress(host.replace(/^\[(.*)\]$/, '$1'))
  return (
    address !== null && LOOPBACKS.some((loopback) => loopback !== undefined && contains(loopback, address))
  )
}
