/**
 * What a gateway asks of the one writer besides its `Authority`: receipts, checkpoints, and which encrypted
 * reasoning was released to whom.
 *
 * In the writer's own process these are calls; in a gateway process they cross the channel, so all are asynchronous.
 * The answers are the same whichever gateway a client reaches.
 */
import type { Ledger } from '../ledger/index.ts'
import { createIssuedBlobs } from './issued-blobs.ts'

export interface WriterDesk {
  /** The receipt of an exchange of this institution, else null. */
  receipt(index: number, institution: string): Promise<string | null>
  /** Resolves when a signed checkpoint covers the entry: what a T2 receipt waits for. */
  checkpointed(index: number): Promise<void>
  /** Remembers encrypted reasoning for its actor; resolves when every gateway would accept it back. */
  issue(actor: string, digests: readonly string[]): Promise<void>
  /** First digest that was not issued to this actor, or null. */
  firstForeign(actor: string, digests: readonly string[]): Promise<string | null>
}

export function createWriterDesk(
  ledger: Pick<Ledger, 'receipt' | 'read' | 'size' | 'checkpointCovering'>,
): WriterDesk {
  const issued = createIssuedBlobs()
  return {
    async receipt(index, institution) {
      if (index >= ledger.size()) return null
      const entry = await ledger.read(index)
      if (entry.class !== 'exchange' || entry.fields === 'unavailable') return null
      return entry.fields.institution === institution ? ledger.receipt(index) : null
    },
    checkpointed: async (index) => void (await ledger.checkpointCovering(index)),
    issue: async (actor, digests) => issued.add(actor, digests),
    firstForeign: async (actor, digests) => issued.firstForeign(actor, digests),
  }
}
