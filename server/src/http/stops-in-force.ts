/** The stops in force, each with the time at which the ledger took it. */
import { type Ledger, LedgerError } from '../ledger/index.ts'
import type { Snapshot, Stop, StopScope } from '../programme/index.ts'

export interface StopShown {
  readonly index: number
  readonly scope: StopScope
  readonly by: string
  readonly reason: string
  /** Null when the entry cannot be read now. */
  readonly at_ms: number | null
}

export async function stopsInForce(
  snapshot: Snapshot,
  ledger: Pick<Ledger, 'read'>,
  stops: readonly Stop[] = snapshot.stops,
): Promise<readonly StopShown[]> {
  return Promise.all(
    stops.map(async ({ index, scope, by, reason }) => {
      const entry = await ledger.read(index).catch((error: unknown) => {
        // A stop is shown whatever happens to the file that holds it.
        if (error instanceof LedgerError) return null
        throw error
      })
      return { index, scope, by, reason, at_ms: entry?.timeMs ?? null }
    }),
  )
}
