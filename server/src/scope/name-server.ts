/**
 * Addresses of names, asked of the configured name servers and no others. HOSTILE: what they answer is compared, never believed
 * (`resolve-names.ts`). Spec: docs/spec/engagement.md §6.
 */
import { Resolver } from 'node:dns/promises'
import type { NameResolver } from './resolve-names.ts'

/** A name without addresses of one family is no failure. */
const NONE: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND'])

/** @param servers `192.0.2.53` or `192.0.2.53:5353`; null where there are none, and nothing is looked up */
export function openNameServers(servers: readonly string[], timeoutMs: number): NameResolver | null {
  if (servers.length === 0) return null
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
  resolver.setServers(servers)
  return {
    async addresses(name) {
      const each = await Promise.all([found(resolver.resolve4(name)), found(resolver.resolve6(name))])
      return each.flat()
    },
  }
}

async function found(answer: Promise<string[]>): Promise<string[]> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && 'code' in error && NONE.has(error.code)) return []
    throw error
  }
}
