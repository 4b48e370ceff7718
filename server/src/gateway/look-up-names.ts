/**
 * Stage between reading and facts: what the names among the targets lead to, where name servers are configured.
 *
 * The addresses become targets of the reading, so that deciding, deciding again and the record all see the same ones. Nothing is
 * looked up outside an engagement or for a name outside its assets. Spec: docs/spec/engagement.md §6.
 */
import { withAddresses } from '../scope/index.ts'
import type { GatewayDeps } from './deps.ts'
import type { Read } from './exchange.ts'

export async function lookUpNames(read: Read, { names }: GatewayDeps): Promise<Read> {
  if (names === undefined || read.reading.targets.length === 0) return read
  const id = read.engagementId ?? read.principal.engagement
  const engagement = id === null ? undefined : read.snapshot.engagements.get(id)
  if (engagement?.institution !== read.principal.institution.id) return read
  const { targets } = await withAddresses(engagement, read.reading.targets, names)
  return { ...read, reading: { ...read.reading, targets } }
}
